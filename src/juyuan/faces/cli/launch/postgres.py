"""嵌入的 PostgreSQL:用轮子里的程序,由我们自己的看护(`keeper`)照管。

几个命令可以同时用同一个库:每个使用者握着 `users.lock` 的共享锁,看护等着独占锁;最后一个使用者
(不论正常结束还是被 kill -9)一松手,看护就干净地停库。起步由 `start.lock` 排队。只开 unix 套接字,不开网络端口。
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import lifeline
from .places import Place, open_folder, socket_folder
from .trouble import Trouble, from_os_error, say, tail

MAJOR = "18"
STEADY = {
    "shared_buffers": "192MB",
    "synchronous_commit": "on",
    "jit": "off",
    "max_connections": "100",
    "log_min_messages": "warning",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}
# 测试用的库随用随弃:不落盘、不留日志,快。
THROWAWAY = STEADY | {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@dataclass
class Lease:
    """使用权:握着它,库就不会停。进程结束时自动放开。"""

    cluster: Cluster
    fd: int | None

    def url(self, name: str = "juyuan") -> str:
        """给定库名的连接串(所有者身份)。"""
        return f"postgresql://postgres@/{name}?host={self.cluster.run}"

    def release(self, *, wait: float = 0) -> None:
        """放开;`wait` 秒之内等看护把库停好(仍有别的使用者时不等)。"""
        if self.fd is None:
            return
        os.close(self.fd)
        self.fd = None
        until = time.monotonic() + wait
        while time.monotonic() < until and self.cluster.keeper_alive():
            if self.cluster.in_use():
                return
            time.sleep(0.05)


@dataclass
class Cluster:
    """一套数据文件与它的服务进程。`folder` 之下:data/ 数据,几把锁,postgres.log。"""

    place: Place
    folder: Path
    settings: dict[str, str] = field(default_factory=lambda: dict(STEADY))

    def __post_init__(self) -> None:
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.users = self.folder / "users.lock"
        self.run = Path()

    # ───────── 使用 ─────────

    def acquire(self) -> Lease:
        """取得使用权;没在运行就启动(第一次先建数据文件)。抛 `Trouble`。"""
        if lifeline.fcntl is None:
            raise Trouble(
                "嵌入的数据库不支持本系统。请用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL。"
            )
        try:
            self._folders()
            with lifeline.held(self.folder / "start.lock"):
                fd = lifeline.lock(self.users, shared=True)  # 看护正在停库时,在这里等它停完
                try:
                    self._ensure_running()
                except BaseException:
                    if fd is not None:
                        os.close(fd)
                    raise
        except OSError as error:
            raise from_os_error(error, "启动数据库") from error
        return Lease(self, fd)

    def in_use(self) -> bool:
        """此刻有没有人握着使用权(看护停库时握的是独占锁,不算)。"""
        fd = lifeline.lock(self.users, wait=False)
        if fd is None:
            fd = lifeline.lock(self.users, shared=True, wait=False)
            if fd is None:
                return False
            os.close(fd)
            return True
        os.close(fd)
        return False

    def keeper_alive(self) -> bool:
        """看护进程是否还在。"""
        fd = lifeline.lock(self.folder / "keeper.lock", wait=False)
        if fd is None:
            return True
        os.close(fd)
        return False

    def ready(self) -> bool:
        """服务进程是否已能接受连接。"""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.keeper_alive()

    def wipe(self) -> None:
        """删掉数据文件,从头再来。有别的命令在用时拒绝。"""
        self._folders()
        with lifeline.held(self.folder / "start.lock"):
            if self.in_use():
                raise Trouble(
                    "另一个聚源命令正在使用这个数据库。请先把它停下(Ctrl+C),再用 --fresh。"
                )
            fd = lifeline.lock(self.users)  # 看护也许正在停库:等它停完
            assert fd is not None
            try:
                reap_orphan(self.data)
                shutil.rmtree(self.data, ignore_errors=True)
                if self.data.exists():
                    raise Trouble(f"删不掉旧数据 {self.data}。请手工删除后再运行。")
            finally:
                os.close(fd)

    # ───────── 启动 ─────────

    def _folders(self) -> None:
        owner = self.place.owner
        self.folder.mkdir(parents=True, exist_ok=True)
        if owner:
            open_folder(self.folder)
        if not os.access(self.folder, os.W_OK):
            raise Trouble(
                f"数据目录 {self.folder} 属于另一个用户(以前由它启动过)。"
                "请换回那个用户,或用 JUYUAN_HOME 指定另一个数据目录。"
            )
        self.run = socket_folder(self.folder.parent, owner)

    def _ensure_running(self) -> None:
        if self._await_ready():
            return
        reap_orphan(self.data)  # 看护被 kill -9 之后,等残留的服务进程退出
        if not self.data.exists():
            self._initialise()
        self._check_version()
        keeper = self._start_keeper()
        if not self._await_ready(keeper):
            raise self._explain_start()

    def _await_ready(self, keeper: subprocess.Popen[bytes] | None = None) -> bool:
        """看护在,就等到能连接;看护不在(或退了)即 False。"""
        told = time.monotonic() + 5
        while keeper.poll() is None if keeper else self.keeper_alive():
            if self.ready():
                return True
            if time.monotonic() > told:
                say("数据库正在恢复上次未写完的内容,请稍候")
                told = float("inf")
            time.sleep(0.02)
        return False

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise Trouble(
                f"数据文件是 PostgreSQL {found} 的,程序带的是 {MAJOR}。请用原来的版本导出(pg_dump)"
                f"后,移走 {self.data},再启动并导回。"
            )

    def _as_owner(self) -> None:
        os.umask(0o077)
        if self.place.owner:
            self.place.owner.become()

    def _initialise(self) -> None:
        """建数据文件:先建在旁边,成了再改名,中途断电或被杀不留半套。"""
        say("建立数据库文件")
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.place.owner:
            os.chown(fresh, self.place.owner.uid, self.place.owner.gid)
        command = [
            str(self.place.install / "bin" / "initdb"),
            f"--pgdata={fresh}",
            "--username=postgres",
            "--auth=trust",  # 套接字文件夹只有数据库用户与 root 进得去
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            preexec_fn=self._as_owner,
            cwd="/",
            env=_clean_env(),
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._explain_init(done.stdout + done.stderr)
        fresh.rename(self.data)

    def _explain_init(self, text: str) -> Trouble:
        if "No space left on device" in text:
            return from_os_error(OSError(errno.ENOSPC, ""), "建立数据库文件")
        if "could not look up effective user ID" in text:
            return Trouble(
                f"当前用户编号 {os.geteuid()} 在系统里没有名字,PostgreSQL 不肯在这样的身份下运行。"
                "请换一个在 /etc/passwd 里的用户,或用 JUYUAN_DATABASE_URL 指向现成的 PostgreSQL。"
            )
        last = [line for line in text.splitlines() if "error" in line.lower()][-1:]
        return Trouble(f"建立数据库文件失败:{(last or [text.strip()[-200:]])[0]}")

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        """放出看护(自成一个会话,终端的 Ctrl+C 到不了它)。"""
        owner = self.place.owner
        orders = {
            "postgres": str(self.place.install / "bin" / "postgres"),
            "data": str(self.data),
            "run": str(self.run),
            "folder": str(self.folder),
            "owner": [owner.name, owner.uid, owner.gid] if owner else None,
            "settings": self.settings,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "juyuan.faces.cli.launch.keeper", json.dumps(orders)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=_clean_env() | {"PYTHONPATH": str(Path(__file__).resolve().parents[4])},
        )

    def _explain_start(self) -> Trouble:
        text = tail(self.log, 40)
        if "No space left on device" in text:
            return from_os_error(OSError(errno.ENOSPC, ""), "启动数据库")
        fatal = re.findall(r"(?:FATAL|PANIC):\s+(.+)", text)
        reason = fatal[-1] if fatal else "原因见日志"
        return Trouble(f"数据库没有起来:{reason}。日志在 {self.log}。")

    # ───────── 善后 ─────────

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def reap_orphan(data: Path) -> None:
    """`data` 若还有没人照管的服务进程,让它退出;pid 文件若已失效,删掉。"""
    for attempt in range(300):
        pid = postmaster_pid(data)
        if pid is None:
            return
        if not runs_on(pid, data):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
        if attempt in (0, 200):
            try:
                os.kill(pid, signal.SIGINT if attempt == 0 else signal.SIGQUIT)
            except ProcessLookupError:
                pass
        time.sleep(0.1)
    raise Trouble(f"上次留下的数据库进程 {postmaster_pid(data)} 一直没有退出。请结束它再运行。")


def postmaster_pid(data: Path) -> int | None:
    """pid 文件里的进程号;没有即 None。"""
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def runs_on(pid: int, data: Path) -> bool:
    """这个进程号此刻是不是 `data` 的服务进程(重启机器后同一个号可能已是别人)。"""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return os.fsencode(data) in command and b"postgres" in command
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return False
    except OSError:
        return False
    try:  # 没有 /proc 的系统(macOS)
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    return True


def _clean_env() -> dict[str, str]:
    """不让使用者的 PG* 变量左右嵌入的服务。"""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}
