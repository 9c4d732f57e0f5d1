"""`./juyuan user add …` 与 `./juyuan token …`:账号与接口令牌。台账记为「控制台」。"""

from __future__ import annotations

import argparse
import json

from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import NotFound

from . import manage_users
from .launch.trouble import DONE, Trouble, say


def user(argv: list[str]) -> int:
    """建账号并授予职务;打印初始口令(首次登录须改)。"""
    parser = argparse.ArgumentParser(prog="./juyuan user")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add")
    add = verbs.add_parser("add", help="建账号并授予职务;账号已有时只添职务")
    add.add_argument("username", help="账号名")
    add.add_argument("--unit", required=True, help="单位代码或名称")
    add.add_argument("--role", required=True, help="角色代码或中文名")
    add.add_argument("--name", default="", help="姓名(默认同账号名)")
    add.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    added = manage_users.add_user(
        username=options.username,
        unit=options.unit,
        role=options.role,
        name=options.name,
        now=clock.now(),
    )
    if options.json:
        print(json.dumps(added.__dict__, ensure_ascii=False))
        return DONE
    print(f"{added.username} {added.name}:{added.unit} {added.role}")
    if added.password:
        print(f"初始口令(只显示一次,首次登录须改):{added.password}")
    return DONE


def token(argv: list[str]) -> int:
    """发一个接口令牌;末行即令牌。"""
    parser = argparse.ArgumentParser(prog="./juyuan token")
    parser.add_argument("username", help="账号名")
    parser.add_argument("--label", default="", help="用途")
    options = parser.parse_args(argv)
    try:
        made = manage_users.issue_token(
            username=options.username, label=options.label, now=clock.now()
        )
    except NotFound:
        raise Trouble(
            f"没有账号「{options.username}」,或它已停用。先用 ./juyuan user add 建账号。"
        ) from None
    say("令牌只显示这一次,请立即保存")
    print(made)
    return DONE
