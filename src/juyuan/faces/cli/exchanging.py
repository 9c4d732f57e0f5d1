"""`./juyuan import`、`export`、`template`:与网页同一条路;话语与退出码由 `foundation.exchange.console` 组织。"""

from __future__ import annotations

import argparse
import json
import sys
from io import BytesIO
from pathlib import Path

from juyuan.foundation.exchange import console
from juyuan.foundation.exchange.actions import OpeningPaper
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.workdays import clock
from juyuan.kernel.period import DateError, parse_date

from .launch.trouble import DONE, USAGE, Trouble, complain
from .who import actor_named


def bring_in(argv: list[str]) -> int:
    """台账导入;不带 --commit 只预览。"""
    parser = argparse.ArgumentParser(prog="./juyuan import")
    parser.add_argument("kind", metavar="种类", help="、".join(registry.imports))
    parser.add_argument("file", metavar="文件", type=Path, help="xlsx、xls 或 csv")
    parser.add_argument("--actor", metavar="用户", required=True, help="以哪个账号的身份导入")
    parser.add_argument("--commit", action="store_true", help="写入合格的行(不写即只预览)")
    parser.add_argument(
        "--all-or-none", action="store_true", help="有一行退回或存疑就一行不写(配合 --commit)"
    )
    parser.add_argument(
        "--refused", metavar="文件", type=Path, help="把退回与存疑的行连同原因写到这个 xlsx"
    )
    parser.add_argument("--paper", metavar="文号", default="", help="期初批次:依据文件的文号")
    parser.add_argument("--paper-date", metavar="日期", default="", help="期初批次:依据文件的日期")
    parser.add_argument(
        "--paper-file", metavar="文件", type=Path, help="期初批次:依据文件的扫描件(可以没有)"
    )
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    now = clock.now()
    outcome = console.cli_import(
        options.kind,
        options.file,
        actor=actor_named(options.actor, now.date()),
        commit=options.commit,
        now=now,
        today=now.date(),
        all_or_none=options.all_or_none,
        refused_to=options.refused,
        paper=_paper(options.paper, options.paper_date, options.paper_file),
    )
    return tell(outcome, options.json)


def _paper(number: str, day: str, scan: Path | None) -> OpeningPaper | None:
    """期初批次的依据;一样也没写的不是期初批次。"""
    if not (number or day or scan):
        return None
    try:
        on = parse_date(day)
        stream = BytesIO(scan.read_bytes()) if scan else None
    except DateError as error:
        raise Trouble(f"--paper-date:{error.message}。", USAGE) from error
    except OSError as error:
        raise Trouble(f"{scan}:读不了。请检查路径。", USAGE) from error
    return OpeningPaper(number=number, on=on, name=scan.name if scan else "", stream=stream)


def take_out(argv: list[str]) -> int:
    """导出 xlsx 或 csv。"""
    parser = argparse.ArgumentParser(prog="./juyuan export")
    parser.add_argument("kind", metavar="种类", help="、".join(registry.exports))
    parser.add_argument("file", metavar="文件", type=Path, help=".xlsx 或 .csv")
    parser.add_argument("--actor", metavar="用户", default="", help="以哪个账号的身份(默认控制台)")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    now = clock.now()
    outcome = console.cli_export(
        options.kind,
        options.file,
        actor=actor_named(options.actor, now.date()),
        now=now,
        today=now.date(),
    )
    return tell(outcome, options.json)


def template(argv: list[str]) -> int:
    """一种导入的空白模板。"""
    parser = argparse.ArgumentParser(prog="./juyuan template")
    parser.add_argument("kind", metavar="种类", help="、".join(registry.imports))
    parser.add_argument("file", metavar="文件", type=Path, help=".xlsx")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    return tell(console.cli_template(options.kind, options.file), options.json)


def tell(outcome: console.Outcome, as_json: bool) -> int:
    """打印结果:办成的在标准输出,被拒的在标准错误;`--json` 总是标准输出上的一份。

    整个被拒时 `--json` 是一份发现的列表;有退回行的预览或提交仍是完整的一份。用法不对的交给 `main` 说。
    """
    if outcome.status == USAGE:
        raise Trouble("".join(outcome.lines), USAGE)
    document = outcome.document
    if as_json:
        whole_refusal = outcome.status == console.FINDINGS and set(document) == {"findings"}
        print(
            json.dumps(
                document["findings"] if whole_refusal else document,
                ensure_ascii=False,
                indent=1,
                default=str,
            )
        )
    elif outcome.status == DONE or "counts" in document:
        print("\n".join(outcome.lines))
    else:
        first, *rest = outcome.lines or ["没有办成"]
        complain(first)
        for line in rest:
            print(f"  {line}", file=sys.stderr)
    return outcome.status
