"""`./juyuan demo`(默认命令):一条命令打开演示。

嵌入的数据库、城市包、演示人员与真实公开案例的台账(经普通导入)、网页与任务;打印网址与账号。
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
from pathlib import Path

from . import days, marks, runtime, serving
from .launch.trouble import say

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # 不含容易看混的 i l o 0 1


def main(argv: list[str]) -> int:
    """备好演示并运行到被要求停下。"""
    options = parse(argv)
    port = serving.port_from(options.port)
    bind = os.environ.get("JUYUAN_BIND") or "127.0.0.1"
    serving.check_port(bind, port)
    if options.today:
        os.environ["JUYUAN_TODAY"] = options.today
        os.environ.pop("JUYUAN_NOW", None)
    runtime.decide_mode(  # 开库之前先看设置有没有矛盾
        "demo",
        explicit=os.environ.get("JUYUAN_MODE", ""),
        marked="",
        external=False,
        has_secret=False,
    )
    with runtime.open_house(fresh=options.fresh) as house:
        runtime.prepare(house, runtime.settle_mode(house, "demo"))
        password = demo_password(house.home)
        os.environ["JUYUAN_DB_ROLE"] = runtime.RUNTIME_ROLE
        load(house, password)
        accounts = json.loads(house.marks().get("accounts", "[]"))
        return serving.run(bind, port, lambda: announce(bind, port, accounts, password))


def parse(argv: list[str]) -> argparse.Namespace:
    """参数;日期不对按用法错误处理。"""
    parser = argparse.ArgumentParser(prog="./juyuan demo", description=__doc__)
    parser.add_argument("--port", metavar="N", help="端口(默认 JUYUAN_PORT 或 8000)")
    parser.add_argument("--fresh", action="store_true", help="清空演示数据,从头再来")
    parser.add_argument("--today", metavar="YYYY-MM-DD", help="系统以哪一天为今天")
    options = parser.parse_args(argv)
    days.day(options.today, "--today")
    return options


def demo_password(home: Path) -> str:
    """演示口令:JUYUAN_DEMO_PASSWORD,或第一次启动时造好、留在数据目录里(0600)的那个。"""
    given = runtime.setting("JUYUAN_DEMO_PASSWORD")
    if given:
        return given
    path = home / "demo-password"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as handle:
        handle.write(made + "\n")
    return made


def load(house: runtime.House, password: str) -> None:
    """演示人员与台账:没有变化时一步不做。"""
    folder = runtime.pack_folder(runtime.root())
    stamp = runtime.folder_stamp(folder)
    now = house.marks()
    same = now.get("demo") == stamp and now.get("password") == _digest(password)
    if same and "accounts" in now:
        return
    os.environ["JUYUAN_DEMO_PASSWORD"] = password
    runtime.run_step("juyuan.faces.cli.demodata", role=runtime.RUNTIME_ROLE)
    marks.write(
        house.connection,
        {
            "demo": stamp,
            "password": _digest(password),
            "accounts": (house.home / "demo-accounts.json").read_text(encoding="utf-8"),
        },
    )


def _digest(password: str) -> str:
    import hashlib

    return hashlib.scrypt(password.encode(), salt=b"juyuan-demo", n=2**12, r=8, p=1).hex()


def announce(bind: str, port: int, accounts: list[dict[str, str]], password: str) -> None:
    """打印网址、账号与口令。"""
    print(f"\n聚源已打开:{serving.address_of(bind, port)}", flush=True)
    if os.environ.get("JUYUAN_TODAY"):
        print(f"系统以 {os.environ['JUYUAN_TODAY']} 为今天", flush=True)
    print(f"演示账号(口令都是 {password}):", flush=True)
    width = max((len(account["username"]) for account in accounts), default=0)
    for account in accounts:
        print(f"  {account['username']:<{width}}  {account['label']}", flush=True)
    say("Ctrl+C 停止")
