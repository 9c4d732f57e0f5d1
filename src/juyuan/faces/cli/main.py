"""命令的分派:名称 → 模块的 `main(argv)`;出错说成一句话,退出码 0 完成、1 拒绝、2 用法不对。"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys

from .launch import commands
from .launch.entry import split
from .launch.trouble import REFUSED, Trouble, complain, plain_streams

MODULES = {
    "demo": "demo",
    "serve": "serve",
    "test": "testing",
    "check": "checks",
    "import": "importing",
    "export": "exporting",
    "template": "exporting",
    "jobs": "jobs",
    "figures": "figures",
    "rulebook": "rulebook",
    "clauses": "rulebook",
    "check-invariants": "trust",
    "permission-matrix": "trust",
    "user": "accounts",
    "token": "accounts",
    "seed": "seeding",
    "bench": "benching",
    "manage": "manage",
}


def main(argv: list[str]) -> int:
    """执行一条命令,返回退出码。"""
    plain_streams()
    chinese_argparse()
    try:
        name, rest = split(argv)
        if {"-h", "--help"} & set(rest[:1]):
            command = commands.BY_NAME[name]
            print(f"{command.summary}\n用法:./juyuan {name} {command.usage}".rstrip())
            return 0
        with prepared(name, rest):
            module = importlib.import_module(f"juyuan.faces.cli.{MODULES[name]}")
            entry = getattr(module, name.replace("-", "_"), None) or module.main
            return int(entry(rest))
    except Trouble as trouble:
        complain(trouble)
        return trouble.code
    except BrokenPipeError:  # 读的一方先走了(例如 | head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        complain("已中断")
        return 130
    except Exception as error:
        from .errors import as_json, explain

        if "--json" in argv:
            print(as_json(error))
        complain(explain(error))
        return REFUSED


@contextlib.contextmanager
def prepared(name: str, rest: list[str]):  # type: ignore[no-untyped-def]
    """按命令的需要备好数据库与框架。"""
    needs = commands.BY_NAME[name].needs
    if needs == "none":
        yield
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juyuan.settings")
    if needs == "code":
        os.environ.setdefault("JUYUAN_MODE", "demo")
        _setup()
        yield
        return
    from . import runtime

    with runtime.house_for(name):
        _setup()
        yield


def _setup() -> None:
    import django

    django.setup()


def chinese_argparse() -> None:
    """argparse 的英文提示换成中文(它经 gettext 取词,逐词可换)。"""
    words = {
        "usage: ": "用法:",
        "the following arguments are required: %s": "缺少参数:%s",
        "unrecognized arguments: %s": "不认识的参数:%s",
        "expected one argument": "后面要有一个值",
        "invalid %(type)s value: %(value)r": "值不对:%(value)r",
        "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s:%(message)s",
        "invalid choice: %(value)r (choose from %(choices)s)": "只能是 %(choices)s,现在是 %(value)r",
        "%(prog)s: error: %(message)s\n": "✗ %(message)s\n",
        "options": "选项",
        "positional arguments": "参数",
        "show this help message and exit": "显示本说明",
    }
    argparse._ = lambda text: words.get(text, text)  # type: ignore[attr-defined]
