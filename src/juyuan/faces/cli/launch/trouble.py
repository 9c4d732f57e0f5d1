"""把出错说成一句人话,并把正在做的事告诉使用者。

约定:说明与进度走标准错误,结果走标准输出;退出码 0 完成,1 拒绝,2 用法不对。
"""

from __future__ import annotations

import errno
import sys
import time
from pathlib import Path

DONE, REFUSED, USAGE = 0, 1, 2


class Trouble(Exception):
    """做不下去。`str()` 是一句带出路的中文;`code` 是退出码。"""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


def plain_streams() -> None:
    """不论终端编码如何,中文都写得出,不因编码中断。"""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def say(text: str) -> None:
    """告诉使用者正在做什么(一行,标准错误)。"""
    print(f"▸ {text}", file=sys.stderr, flush=True)


def complain(text: object) -> None:
    """一句出错说明(标准错误)。"""
    print(f"✗ {text}", file=sys.stderr, flush=True)


def from_os_error(error: OSError, doing: str = "") -> Trouble:
    """把系统错误变成一句话:磁盘满、没有写权限、只读,其余照实说。"""
    where = f" {error.filename}" if error.filename else ""
    lead = f"{doing}时" if doing else ""
    if error.errno == errno.ENOSPC:
        return Trouble(f"{lead}磁盘已满{where}。腾出约 1 GB 空间后再运行同一命令,会接着做完。")
    if error.errno == errno.EDQUOT:
        return Trouble(f"{lead}超出磁盘配额{where}。清理后再运行同一命令。")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Trouble(
            f"{lead}没有权限{where}。请换有写权限的用户或目录运行,"
            "或用 JUYUAN_HOME 指定一个可写的数据目录。"
        )
    if error.errno == errno.EROFS:
        return Trouble(
            f"{lead}文件系统是只读的{where}。请换到可写的目录,或用 JUYUAN_HOME 指定数据目录。"
        )
    return Trouble(f"{lead}系统报错{where}:{error.strerror or error}")


class Progress:
    """长步骤的进度:终端上原地刷新,日志里隔几步一行。"""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, max(total, 1), 0
        self._tty = sys.stderr.isatty()
        self._shown = 0.0
        self._began = time.monotonic()

    def step(self, note: str = "") -> None:
        """又完成一项。"""
        self.done += 1
        now = time.monotonic()
        text = f"  {self.label} {min(self.done, self.total)}/{self.total} {note}"
        if self._tty:
            print(f"\r\033[K{text[:78]}", end="", file=sys.stderr, flush=True)
        elif now - self._shown > 5:
            print(text, file=sys.stderr, flush=True)
            self._shown = now

    def close(self, note: str = "") -> None:
        """收尾一行,带用时(秒)。"""
        lead = "\r\033[K" if self._tty else ""
        spent = time.monotonic() - self._began
        print(f"{lead}  {self.label}:{note or '完成'}({spent:.0f} 秒)", file=sys.stderr, flush=True)


def tail(path: Path, lines: int = 15) -> str:
    """文件末尾几行;读不到即空。"""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
