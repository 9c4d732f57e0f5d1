"""`./juyuan figures [--as-of 日期] [--json]`:已定义口径的统计数字(全市数)。"""

from __future__ import annotations

import argparse
from datetime import date

from juyuan.foundation.figures.cli import cli_figures

from .launch.trouble import DONE, USAGE, Trouble


def main(argv: list[str]) -> int:
    """打印统计数字。"""
    parser = argparse.ArgumentParser(prog="./juyuan figures")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="截至哪一天(默认此刻)")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    print(cli_figures(day(options.as_of, "--as-of"), options.json))
    return DONE


def day(text: str | None, option: str) -> date | None:
    """选项里的日期;写错按用法错误处理。"""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{option} 应是 YYYY-MM-DD 形式的日期,现在是「{text}」。", USAGE) from None
