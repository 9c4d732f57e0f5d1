"""`./juyuan import 种类 文件 --actor 用户 [--commit] [--json]`:台账导入,与网页上的向导同一条路。

不带 --commit 只预览:业务数据一行不动。带上则写入全部合格的行;退回与存疑的行留在批次里,到网页上接着处理。
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from juyuan.foundation.exchange import actions, queries
from juyuan.foundation.exchange.kinds import VERDICT_LABEL, VERDICTS, registry
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.workdays import clock

from .launch.trouble import DONE, REFUSED, USAGE, Trouble, say
from .who import actor_named

SHOWN = 200  # 逐行打印的上限;--json 不限


def main(argv: list[str]) -> int:
    """预览或提交;退出码 1 = 整个文件没有收,或没有一行能写。"""
    options = _parse(argv)
    now = clock.now()
    actor = actor_named(options.actor, now.date())
    with _open(options.file) as stream:
        batch = actions.open_batch(
            actor=actor,
            kind=options.kind,
            name=Path(options.file).name,
            stream=stream,
            now=now,
            today=now.date(),
        )
    written = 0
    if options.commit and batch.state == BatchState.PREVIEW:
        written = queries.row_counts(batch).pending
        batch = actions.commit(actor=actor, batch_id=batch.pk, now=now, today=now.date())
    summary = summarise(batch, written)
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, indent=1, default=str))
    else:
        show(summary, options.commit)
    return REFUSED if _nothing_usable(summary, options.commit) else DONE


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./juyuan import", description=__doc__)
    parser.add_argument("kind", help="种类:" + "、".join(registry.imports))
    parser.add_argument("file", help="xlsx、xls 或 csv")
    parser.add_argument("--actor", required=True, help="以哪个账号的身份导入")
    parser.add_argument("--commit", action="store_true", help="写入合格的行(不写即只预览)")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    if options.kind not in registry.imports:
        raise Trouble(
            f"没有「{options.kind}」这种导入。可用:{'、'.join(registry.imports)}。", USAGE
        )
    return options


def _open(name: str):  # type: ignore[no-untyped-def]
    try:
        return open(name, "rb")
    except IsADirectoryError:
        raise Trouble(f"{name} 是文件夹,不是文件。", USAGE) from None
    except FileNotFoundError:
        raise Trouble(f"没有这个文件:{name}", USAGE) from None


def summarise(batch: ImportBatch, written: int) -> dict[str, Any]:
    """一个批次的全部结果。"""
    counts = queries.row_counts(batch)
    return {
        "batch": str(batch.pk),
        "kind": batch.kind,
        "file": batch.file_name,
        "sha256": batch.sha256,
        "state": batch.state,
        "counts": {verdict: counts.by_verdict.get(verdict, 0) for verdict in VERDICTS},
        "written": written,
        "pending": counts.pending,
        "held": counts.held,
        "problems": batch.report.get("problems", []),
        "notes": batch.report.get("notes", []),
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.number,
                "verdict": row.verdict,
                "object": row.object_label,
                "findings": row.findings,
            }
            for row in batch.rows.all()
        ],
    }


def _nothing_usable(summary: dict[str, Any], commit: bool) -> bool:
    counts = summary["counts"]
    stuck = counts["refused"] + counts["doubtful"]
    if summary["problems"]:
        return True
    return commit and stuck > 0 and summary["written"] == 0 and counts["same"] == 0


def show(summary: dict[str, Any], commit: bool) -> None:
    """给人看的摘要:各类行数,然后逐条说明退回与存疑。"""
    counts = summary["counts"]
    said = ",".join(f"{VERDICT_LABEL[name]} {counts[name]}" for name in VERDICTS)
    print(f"{summary['file']}:{said}")
    for problem in summary["problems"]:
        print(f"  ✗ {_text(problem)}")
    shown = 0
    for row in summary["rows"]:
        for finding in row["findings"]:
            if finding["level"] == "note":
                continue
            shown += 1
            if shown <= SHOWN:
                place = finding["cell"] or f"第 {row['row']} 行"
                verdict = VERDICT_LABEL.get(row["verdict"], row["verdict"])
                print(f"  {verdict} {row['sheet']} {place}:{finding['reason']}{finding['mend']}")
    if shown > SHOWN:
        print(f"  ……还有 {shown - SHOWN} 条,用 --json 看全部")
    if commit:
        print(f"已写入 {summary['written']} 行")
    elif summary["pending"]:
        say(f"这只是预览;加 --commit 写入 {summary['pending']} 行")


def _text(problem: Any) -> str:
    if isinstance(problem, dict):
        return str(problem.get("message") or problem.get("reason") or problem)
    return str(problem)
