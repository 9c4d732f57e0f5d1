"""启动器的入口:认命令 → 备 .venv → 交给 .venv 的解释器执行 `juyuan.faces.cli`。"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import commands, environment
from .trouble import DONE, USAGE, Trouble, complain, from_os_error, give_up, plain_streams

HELP = {"help", "-h", "--help"}


def main(root: str, argv: list[str]) -> int:
    """执行一条命令,返回退出码;成功交接时在 POSIX 上不返回(原进程换成新解释器)。"""
    plain_streams()
    try:
        name, rest = split(argv)
        if name in HELP:
            print(commands.overview())
            return DONE
        python = environment.prepare(Path(root), dev=commands.BY_NAME[name].dev)
        return hand_over(Path(root), python, [name, *rest])
    except Trouble as trouble:
        return give_up(trouble, argv)
    except KeyboardInterrupt:
        complain("已中断。再运行同一命令会接着做。")
        return 130
    except OSError as error:
        return give_up(from_os_error(error, "启动"), argv)


def split(argv: list[str]) -> tuple[str, list[str]]:
    """参数 → (命令, 其余)。不写命令即 demo;`help` 之外的生词按用法错误处理。"""
    if not argv:
        return "demo", []
    first = argv[0]
    if first in HELP or first in commands.BY_NAME:
        return first, argv[1:]
    if first.startswith("-"):
        return "demo", argv
    raise Trouble(f"没有「{first}」这个命令。运行 ./juyuan help 看全部命令。", USAGE)


def hand_over(root: Path, python: Path, argv: list[str]) -> int:
    """换成 .venv 的解释器继续。"""
    path = [str(root / "src"), os.environ.get("PYTHONPATH", "")]
    env = dict(
        os.environ,
        PYTHONPATH=os.pathsep.join(part for part in path if part),
        PYTHONUTF8="1",
        JUYUAN_ROOT=str(root),
    )
    env.pop("PYTHONHOME", None)
    command = [str(python), "-m", "juyuan.faces.cli", *argv]
    if os.name == "nt":
        return subprocess.call(command, env=env)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, env)
