"""把出错说成一句人话,并把正在做的事告诉使用者。

约定:说明与进度走标准错误,结果走标准输出;退出码 0 完成,1 拒绝,2 用法不对。
"""

from __future__ import annotations

import errno
import json
import sys
import time
from collections.abc import Sequence
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


def finding(message: str, rule: str) -> dict[str, str]:
    """一句话写成一条发现(与判断的拒绝同样的四栏)。"""
    return {"field": "", "rule": rule, "clause": "", "message": message}


def give_up(trouble: Trouble, argv: Sequence[str]) -> int:
    """说出这一句,返回退出码;要 `--json` 的,标准输出上另有一份 JSON 列表。"""
    if "--json" in argv:
        rule = "usage" if trouble.code == USAGE else "refused"
        print(json.dumps([finding(str(trouble), rule)], ensure_ascii=False, indent=1), flush=True)
    complain(trouble)
    return trouble.code


# 系统的英文原因 → 中文(其余照实说)
REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "上一级不是文件夹",
    errno.EISDIR: "这是文件夹,不是文件",
    errno.EEXIST: "已有同名的文件",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.ENAMETOOLONG: "名称太长",
    errno.ECONNREFUSED: "没有程序在那里监听",
    errno.EAFNOSUPPORT: "不支持这种地址",
}


def reason_of(error: OSError) -> str:
    """系统错误的原因,中文;不认识的原样。"""
    return REASONS.get(error.errno or 0) or error.strerror or str(error)


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
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST):
        return Trouble(
            f"{lead}{reason_of(error)}:{where.strip()}。请检查路径,上一级文件夹要先建好。"
        )
    return Trouble(f"{lead}系统报错{where}:{reason_of(error)}。")


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
