"""`./juyuan report monthly YYYY-MM 文件夹`:月报的 docx、pdf、xlsx。"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from juyuan.foundation.figures import monthly
from juyuan.foundation.figures.actions import publish_month
from juyuan.foundation.papers import queries as papers
from juyuan.foundation.workdays import clock

from .launch.trouble import DONE, USAGE, Trouble
from .who import actor_named


def main(argv: list[str]) -> int:
    """出月报,写进文件夹;同一月再出一遍,字不变就是同一份。"""
    parser = argparse.ArgumentParser(prog="./juyuan report")
    parser.add_argument("kind", metavar="monthly", choices=["monthly"], help="月报")
    parser.add_argument("month", metavar="YYYY-MM", help="哪个月")
    parser.add_argument("folder", metavar="文件夹", type=Path, help="写到哪里(没有就建)")
    parser.add_argument("--actor", metavar="用户", default="", help="以哪个账号的身份(默认控制台)")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    now = clock.now()
    first = monthly.read_month(options.month, now.date())
    document = publish_month(actor=actor_named(options.actor, now.date()), first=first, now=now)
    made = {
        f"月报-{options.month}.{form}": raw
        for form, raw in (
            ("docx", papers.rendered(document, "docx")),
            ("pdf", papers.rendered(document, "pdf")),
            ("xlsx", monthly.workbook(document)),
        )
    }
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        for name, raw in made.items():
            (options.folder / name).write_bytes(raw)
    except OSError as error:
        raise Trouble(
            f"写不进「{options.folder}」:{error.strerror}。请换一个文件夹。", USAGE
        ) from error
    paths = [str(options.folder / name) for name in made]
    if options.json:
        print(json.dumps(
            {"title": document.title, "number": document.number, "check": document.check_code,
             "files": paths}, ensure_ascii=False,
        ))  # fmt: skip
    else:
        print(f"{document.title} {document.number} 核验码 {document.check_code}")
        print("\n".join(paths))
    return DONE
