"""命令行的三件事:导入、导出、模板。只组织话语与退出码,活都在动作里。

退出码:0 办成(退回、存疑的行如实列出);1 整个被拒,或要写却一行也写不成;2 用法不对。
`document` 是 `--json` 的那一份。
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from juyuan.foundation.exchange import actions, exporters, queries
from juyuan.foundation.exchange.columns import RowFinding
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    REFUSED,
    SAME,
    VERDICT_LABEL,
    VERDICTS,
    registry,
)
from juyuan.foundation.exchange.models import BatchState, ImportBatch
from juyuan.foundation.exchange.refused import refused_workbook
from juyuan.foundation.exchange.templates_xlsx import template
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, Refusal, RuleBroken, Stale

DONE, FINDINGS, USAGE = 0, 1, 2
SHOWN = 200
MAPPING_MEND = "请按模板的表头改好再导入,或在网页的导入里对列。"
# 判定没有说话的存疑、退回(不该有):照样列出来,不让一行无声无息
UNTOLD = RowFinding("doubt", "这一行要人看。", "请在网页的导入里核对。", rule="untold").as_dict()
Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """一条命令的结果:退出码、给人看的几行、给机器看的一份。"""

    status: int
    lines: list[str] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)


def cli_import(
    kind: str,
    file: Path,
    *,
    actor: Actor,
    commit: bool,
    now: dt.datetime,
    today: dt.date,
    all_or_none: bool = False,
    paper: actions.OpeningPaper | None = None,
    refused_to: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """导入一个文件;不给 `commit` 只预览(预览也留记录,不动业务数据)。

    `refused_to`:把退回与存疑的行连同原因写到这个文件。
    """
    if kind not in registry.imports:
        return _unknown(kind, [k.name for k in registry.import_kinds()], "导入")
    try:
        stream = file.open("rb")
    except OSError as error:
        return Outcome(USAGE, [f"{file}:{_why(error)}。请检查路径。"], {"error": "file"})
    written = 0
    try:
        with stream:
            batch = actions.open_batch(
                actor=actor,
                kind=kind,
                name=file.name,
                stream=stream,
                now=now,
                today=today,
                paper=paper,
                progress=progress,
            )
        if commit and batch.state == BatchState.PREVIEW:
            written = queries.row_counts(batch).pending
            batch = actions.commit(
                actor=actor,
                batch_id=batch.pk,
                now=now,
                today=today,
                all_or_none=all_or_none,
                progress=progress,
            )
    except Refusal as refusal:
        return refused_outcome(refusal)
    outcome = _told(batch, commit, written)
    if refused_to is not None and outcome.document["findings"]:
        refused_to.write_bytes(refused_workbook(batch)[1])
        outcome.lines.append(f"退回与存疑的行已写到 {refused_to}")
    return outcome


def _why(error: OSError) -> str:
    """系统报的错,一句中文。"""
    if isinstance(error, IsADirectoryError):
        return "是文件夹,不是文件"
    if isinstance(error, FileNotFoundError):
        return "没有这个文件或文件夹"
    if isinstance(error, PermissionError):
        return "没有权限"
    return "磁盘已满" if error.errno == errno.ENOSPC else error.strerror or "打不开"


def _told(batch: ImportBatch, committing: bool, written: int) -> Outcome:
    tables = batch.report.get("tables", [])
    document: dict[str, Any] = {
        "batch": str(batch.pk),
        "kind": batch.kind,
        "file": batch.file_name,
        "sha256": batch.sha256,
        "state": batch.state,
        "counts": batch.counts,
        "written": written,
        "repeat_of": str(batch.repeat_of_id) if batch.repeat_of_id else None,
        "notes": batch.report.get("notes", []),
        "problems": batch.report.get("problems", []),
        "skipped": [{"sheet": t["sheet"], **s} for t in tables for s in t["skipped"]],
        "hidden_rows": [{"sheet": t["sheet"], "row": n} for t in tables for n in t["hidden_rows"]],
        "findings": _findings(batch),
    }
    lines = [f"{batch.kind_label} {batch.file_name}"]
    if batch.state == BatchState.MAPPING:
        return Outcome(FINDINGS, lines + document["problems"], document)
    counts = batch.counts
    lines[0] += ":" + ",".join(f"{VERDICT_LABEL[v]} {counts.get(v, 0)}" for v in VERDICTS)
    if batch.repeat_of_id:
        lines.append("这个文件先前已经导入过,已导入的行不再重复。")
    lines += document["notes"]
    lines += [
        f"{VERDICT_LABEL[f['verdict']]} {f['sheet']} {f['cell'] or f['row']}:{f['reason']}{f['mend']}"
        for f in document["findings"][:SHOWN]
    ]
    if len(document["findings"]) > SHOWN:
        lines.append(f"……还有 {len(document['findings']) - SHOWN} 条,用 --json 看全部")
    if not committing:
        lines.append("以上只是预览,没有写入;加 --commit 写入合格的行。")
    elif written:
        lines.append(f"已写入 {written} 行。")
    else:
        lines.append("没有可写的行,什么也没有变。")
    stuck = counts.get(REFUSED, 0) + counts.get(DOUBTFUL, 0)
    nothing = committing and stuck and not written and not counts.get(SAME, 0)
    return Outcome(FINDINGS if nothing else DONE, lines, document)


def _findings(batch: ImportBatch) -> list[dict[str, Any]]:
    """每一条退回、存疑:哪张表、第几行、哪一列(列号与表头),为什么,怎么改。

    整张表对不上列的,各个问题也在其中,没有行与列。
    """
    found = [
        {"sheet": "", "line": None, "column": "", "header": "", "verdict": REFUSED,
         "level": "refuse", "reason": text, "mend": MAPPING_MEND, "cell": "", "row": None,
         "field": "", "rule": "mapping", "clause": ""}
        for text in batch.report.get("problems", [])
    ]  # fmt: skip
    headers = {
        (table["sheet"], column["field"]): column["header"]
        for table in batch.report.get("tables", [])
        for column in table["columns"]
    }
    for row in batch.rows.filter(verdict__in=[REFUSED, DOUBTFUL], done=False):
        told = [finding for finding in row.findings if finding["level"] != "note"]
        for finding in told or [UNTOLD]:
            place = {
                "sheet": row.sheet, "line": row.number,
                "column": finding["cell"].rstrip("0123456789"),
                "header": headers.get((row.sheet, finding["field"]), "整行"),
            }  # fmt: skip
            found.append({**place, "row": row.number, "verdict": row.verdict, **finding})
    return found


def cli_export(
    kind: str,
    file: Path,
    *,
    actor: Actor,
    now: dt.datetime,
    today: dt.date,
    progress: Progress | None = None,
) -> Outcome:
    """导出到文件(.xlsx 或 .csv)。"""
    if kind not in registry.exports:
        return _unknown(kind, [k.name for k in registry.export_kinds()], "导出")
    if file.suffix.lower().lstrip(".") not in exporters.FORMATS:
        return Outcome(USAGE, ["导出文件的扩展名要是 .xlsx 或 .csv。"], {"error": "format"})
    try:
        done = exporters.export_file(
            actor=actor, kind=kind, path=file, now=now, today=today, progress=progress
        )
    except Refusal as refusal:
        return refused_outcome(refusal)
    except OSError as error:
        return Outcome(USAGE, [f"{file}:写不进去,{_why(error)}。请换一个位置。"], {"error": "file"})
    return Outcome(
        DONE,
        [f"已导出 {done.rows} 行到 {file}"],
        {"kind": kind, "file": str(file), "rows": done.rows},
    )


def cli_template(kind: str, file: Path) -> Outcome:
    """写出一种导入的空模板。"""
    if kind not in registry.imports:
        return _unknown(kind, [k.name for k in registry.import_kinds()], "导入")
    if file.suffix.lower() != ".xlsx":
        return Outcome(USAGE, ["模板文件的扩展名要是 .xlsx。"], {"error": "format"})
    found = registry.imports[kind]
    try:
        file.write_bytes(template(found))
    except OSError as error:
        return Outcome(USAGE, [f"{file}:写不进去,{_why(error)}。请换一个位置。"], {"error": "file"})
    return Outcome(DONE, [f"{found.label}模板已写到 {file}"], {"kind": kind, "file": str(file)})


def _unknown(kind: str, known: list[str], what: str) -> Outcome:
    names = "、".join(known) or "(还没有)"
    return Outcome(USAGE, [f"没有「{kind}」这种{what}。可用:{names}"], {"error": "kind"})


def refused_outcome(refusal: Refusal) -> Outcome:
    """动作的拒绝 → 退出码 1 与逐条的话。"""
    if isinstance(refusal, RuleBroken):
        findings = [f.as_dict() for f in refusal.findings]
    elif isinstance(refusal, Denied):
        findings = [Finding("actor", "denied", refusal.clause, refusal.reason).as_dict()]
    elif isinstance(refusal, Stale):
        findings = [Finding("batch", "stale", "", str(refusal)).as_dict()]
    else:
        findings = [Finding("", "not_found", "", "没有找到。").as_dict()]
    return Outcome(FINDINGS, [f["message"] for f in findings], {"findings": findings})
