"""`./juyuan serve`:正式运行。网页、任务、定时三者一棵进程树,SIGTERM 干净地停。"""

from __future__ import annotations

import argparse
import os

from . import runtime, serving
from .launch.trouble import Trouble, say


def main(argv: list[str]) -> int:
    """读设置、备库、运行到被要求停下。"""
    parser = argparse.ArgumentParser(prog="./juyuan serve", description=__doc__)
    parser.add_argument("--port", metavar="N", help="端口(默认 JUYUAN_PORT 或 8000)")
    parser.add_argument("--bind", help="地址(默认 JUYUAN_BIND 或 127.0.0.1)")
    options = parser.parse_args(argv)
    port = serving.port_from(options.port)
    bind = options.bind or os.environ.get("JUYUAN_BIND") or "127.0.0.1"
    refuse_demo_settings()
    serving.check_port(bind, port)
    with runtime.open_house() as house:
        mode = runtime.settle_mode(house, "serve")
        runtime.prepare(house, mode)
        os.environ["JUYUAN_DB_ROLE"] = runtime.RUNTIME_ROLE
        return serving.run(
            bind, port, lambda: say(f"聚源在 {serving.address_of(bind, port)} 运行;Ctrl+C 停止")
        )


def refuse_demo_settings() -> None:
    """正式运行不得带演示的设置,也不得用临时造的密钥。"""
    for name in runtime.DEMO_ONLY:
        if runtime.setting(name):
            raise Trouble(f"{name} 只用于演示,正式运行不接受。请取消它,或改用 ./juyuan demo。")
    if not runtime.setting("JUYUAN_SECRET_KEY"):
        raise Trouble(
            "正式运行须给出 JUYUAN_SECRET_KEY(或 JUYUAN_SECRET_KEY_FILE)。生成一把:"
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
