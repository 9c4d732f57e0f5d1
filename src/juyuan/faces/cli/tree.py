"""一棵进程树:网页与任务各一个子进程,由本进程看着。

收到 SIGTERM、Ctrl+C、SIGHUP:请子进程停,等 15 秒,再不停就杀;子进程自己没了就重新拉起,
一分钟内连着五次则全部停下。本进程被 kill -9 时,子进程由内核送来 SIGTERM(见 lifeline)。
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .launch.trouble import REFUSED, complain, say

PATIENCE = 15.0  # 秒:等子进程自己停
WINDOW, LIMIT = 60.0, 5  # 一分钟内最多重新拉起几次


@dataclass
class Child:
    """一个子进程:`module` 以 `python -m` 运行。"""

    label: str
    module: str
    args: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    falls: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, *self.args],
            stdin=subprocess.DEVNULL,
            env=dict(os.environ, JUYUAN_PARENT=str(os.getpid())),
            start_new_session=True,  # 终端的 Ctrl+C 只到本进程,由本进程有序地停
        )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Tree:
    """看着一组子进程,直到被要求停下。"""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stop_asked = False

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """启动、等 `ready`、`announce` 一次、看护到停;返回退出码。"""
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._ask)
        announced, code = False, 0
        try:
            for child in self.children:
                child.start()
            while not self.stop_asked:
                if not self._revive():
                    code = REFUSED
                    break
                if not announced and ready():
                    announced = True
                    announce()
                time.sleep(0.1)
        finally:
            self._stop()
        return code

    def _ask(self, *_: object) -> None:
        self.stop_asked = True

    def _revive(self) -> bool:
        """拉起掉下的;掉得太频繁即 False。"""
        now = time.monotonic()
        for child in self.children:
            if child.running():
                continue
            child.falls = [at for at in child.falls if now - at < WINDOW] + [now]
            if len(child.falls) >= LIMIT:
                complain(f"{child.label}接连停了 {LIMIT} 次,原因见上面的输出。全部停下。")
                return False
            complain(f"{child.label}意外停了,重新启动")
            time.sleep(min(len(child.falls) * 0.3, 2))
            if not self.stop_asked:
                child.start()
        return True

    def _stop(self) -> None:
        alive = [child for child in self.children if child.running()]
        if alive:
            say("正在停止")
        for child in alive:
            assert child.process is not None
            child.process.terminate()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and any(child.running() for child in alive):
            time.sleep(0.05)
        for child in alive:
            if child.running() and child.process is not None:
                self._kill(child.process)

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        if hasattr(os, "killpg"):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        else:
            process.kill()
        process.wait()
