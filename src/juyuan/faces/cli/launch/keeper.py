"""数据库的看护进程:启动 postgres,等最后一个使用者松手,干净地停掉。

由 `postgres.Cluster` 放出,自成会话。它自己被杀时,内核立即让 postgres 停止(Linux);
postgres 意外退出而仍有人在用时,重新拉起。收到 SIGTERM 即停库退出。
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import lifeline
from .places import Owner
from .postgres import postmaster_pid, reap_orphan
from .trouble import tail

LOG_LIMIT = 5_000_000
CHECK = 0.2  # 秒:多久看一次还有没有使用者


class Keeper:
    """一次看护。"""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.orders = orders
        self.folder = Path(orders["folder"])
        self.data = Path(orders["data"])
        self.log = self.folder / "postgres.log"
        self.owner = Owner(*orders["owner"]) if orders["owner"] else None
        self.told_to_stop = False

    def run(self) -> int:
        """看护到底;返回退出码。"""
        mine = lifeline.lock(self.folder / "keeper.lock", wait=False)
        if mine is None:
            return 1  # 已有看护
        os.umask(0o077)  # 日志里可能有数据
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        server = self._start()
        failures = 0
        while True:
            began = time.monotonic()
            last = self._watch(server)
            if last is not None:
                self._finish(server)
                os.close(last)  # 独占锁放开,等着的命令这才重新启动数据库
                return 0
            # postgres 自己没了:连着起不来就罢手,让等着的命令看日志报出原因
            failures = failures + 1 if time.monotonic() - began < 5 else 1
            busy = "shared memory block is still in use" in tail(self.log, 8)
            if failures > (60 if busy else 3):
                return 1
            time.sleep(0.5 if busy else 0.2)
            reap_orphan(self.data)
            server = self._start()

    def _stop_soon(self, *_: object) -> None:
        self.told_to_stop = True

    def _watch(self, server: subprocess.Popen[bytes]) -> int | None:
        """等到没有使用者(返回独占锁)或 postgres 退出(返回 None)。"""
        while server.poll() is None:
            last = lifeline.lock(self.folder / "users.lock", wait=False)
            if last is not None:
                return last
            if self.told_to_stop:
                return os.open(os.devnull, os.O_RDONLY)
            time.sleep(CHECK)
        return None

    def _start(self) -> subprocess.Popen[bytes]:
        for left in Path(self.orders["run"]).glob(".s.PGSQL.*"):
            left.unlink()  # 被 kill -9 的服务留下的套接字与它的锁;此刻没有服务在运行
        settings = self.orders["settings"] | {
            "listen_addresses": "",
            "unix_socket_directories": self.orders["run"],
            "unix_socket_permissions": "0700",
        }
        command = [self.orders["postgres"], "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        me = os.getpid()

        def child() -> None:
            os.umask(0o077)
            if self.owner:
                self.owner.become()
            lifeline.die_with_parent(signal.SIGINT, parent=me)  # SIGINT = 断开连接,写完再停

        with open(self.log, "ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=child,
                cwd="/",
            )

    def _finish(self, server: subprocess.Popen[bytes]) -> None:
        """干净地停:断开连接、写完检查点;20 秒不成就立即停(下次启动自会恢复)。"""
        for how, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            if server.poll() is None:
                server.send_signal(how)
            try:
                server.wait(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                continue
        if postmaster_pid(self.data) is not None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(Keeper(json.loads(sys.argv[1])).run())
