"""进程的生死:子进程随父进程结束(父进程被 kill -9 也一样);文件锁随进程自动放开。"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows 没有 flock;嵌入的数据库在那里不受支持,places 会说明
    fcntl = None  # type: ignore[assignment]

PR_SET_PDEATHSIG = 1


def die_with_parent(how: int = signal.SIGTERM, parent: int | None = None) -> None:
    """父进程一没,本进程就收到信号 `how`。

    Linux 由内核送达(须在换用户之后调用,换用户会清掉它);其他系统每秒看一次父进程。
    `parent` 是应有的父进程号:调用前父进程已死的,立即结束。
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    elif hasattr(os, "getppid"):
        threading.Thread(target=_watch_parent, args=(os.getppid(), how), daemon=True).start()
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), how)


def _watch_parent(parent: int, how: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), how)


def lock(path: Path, *, shared: bool = False, wait: bool = True) -> int | None:
    """给文件(或文件夹)上锁,返回文件描述符;`wait=False` 且已被占用时返回 None。

    锁属于打开的描述符:进程不论怎样结束,内核都会放开。描述符不会传给子程序。
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    fd = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)
    if fcntl is None:
        return fd
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(fd, mode if wait else mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except BaseException:
        os.close(fd)
        raise
    return fd


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """独占一把锁,直到离开。"""
    fd = lock(path)
    try:
        yield
    finally:
        if fd is not None:
            os.close(fd)
