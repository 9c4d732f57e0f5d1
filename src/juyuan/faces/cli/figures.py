"""`./juyuan figures [--as-of 日期] [--json]`:已定义口径的统计数字(全市数)。"""

from __future__ import annotations

import argparse

from juyuan.foundation.figures.cli import cli_figures
from juyuan.foundation.figures.rules import as_of_finding
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken

from .days import day
from .launch.trouble import DONE


def main(argv: list[str]) -> int:
    """打印统计数字。"""
    parser = argparse.ArgumentParser(prog="./juyuan figures")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="截至哪一天(默认此刻)")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    as_of = day(options.as_of, "--as-of")
    finding = as_of_finding(as_of, clock.today()) if as_of else None
    if finding is not None:
        raise RuleBroken([finding])
    print(cli_figures(as_of, options.json))
    return DONE
