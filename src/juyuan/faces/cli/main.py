"""命令的分派:名称 → 模块:函数;出错说成一句话,退出码 0 完成、1 拒绝、2 用法不对。"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from .launch import commands
from .launch.entry import split
from .launch.trouble import REFUSED, USAGE, Trouble, complain, give_up, plain_streams

ENTRIES = {
    "demo": "demo:main",
    "serve": "serve:main",
    "test": "testing:main",
    "check": "checks:main",
    "import": "exchanging:bring_in",
    "export": "exchanging:take_out",
    "template": "exchanging:template",
    "jobs": "jobs:main",
    "figures": "figures:main",
    "report": "report:main",
    "rulebook": "rulebook:rulebook",
    "clauses": "rulebook:clauses",
    "check-invariants": "trust:check_invariants",
    "permission-matrix": "trust:permission_matrix",
    "backup": "backing:backup",
    "restore": "backing:restore",
    "verify-audit": "auditing:verify_audit",
    "export-anchor": "auditing:export_anchor",
    "seal-audit": "auditing:seal_audit",
    "user": "accounts:user",
    "token": "accounts:token",
    "seed": "seeding:main",
    "bench": "benching:main",
    "manage": "manage:main",
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
            return entry_of(name)(rest)
    except Trouble as trouble:
        return give_up(trouble, argv)
    except BrokenPipeError:  # 读的一方先走了(例如 | head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        complain("已中断")
        return 130
    except Exception as error:
        from .errors import as_json, explain, is_setting

        if "--json" in argv:
            print(as_json(error))
        complain(explain(error))
        return USAGE if is_setting(error) else REFUSED


def entry_of(name: str) -> Callable[[list[str]], int]:
    """命令的执行函数:`(参数) -> 退出码`。"""
    module, function = ENTRIES[name].split(":")
    return getattr(importlib.import_module(f"juyuan.faces.cli.{module}"), function)


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


def _usage_error(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    """用法不对:先印用法,再交给 `main` 说成一句话(要 `--json` 的也有一份)。"""
    parser.print_usage(sys.stderr)
    raise Trouble(message, USAGE)


def chinese_argparse() -> None:
    """argparse 的英文提示换成中文(它经 gettext 取词,逐词可换);出错不自己退出。"""
    argparse.ArgumentParser.error = _usage_error  # type: ignore[method-assign,assignment]
    words = {
        "usage: ": "用法:",
        "the following arguments are required: %s": "缺少参数:%s",
        "unrecognized arguments: %s": "不认识的参数:%s",
        "expected one argument": "后面要有一个值",
        "expected at least one argument": "后面至少要有一个值",
        "ignored explicit argument %r": "是开关,后面不写值:%r",
        "ambiguous option: %(option)s could match %(matches)s": "%(option)s 写得不全,可能是 %(matches)s",
        "not allowed with argument %s": "不能与 %s 同时用",
        "one of the arguments %s is required": "%s 里要有一个",
        "invalid %(type)s value: %(value)r": "值不对:%(value)r",
        "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s:%(message)s",
        "invalid choice: %(value)r (choose from %(choices)s)": "只能是 %(choices)s,现在是 %(value)r",
        "%(prog)s: error: %(message)s\n": "✗ %(message)s\n",
        "options": "选项",
        "positional arguments": "参数",
        "show this help message and exit": "显示本说明",
    }
    argparse._ = lambda text: words.get(text, text)  # type: ignore[attr-defined]
