"""导入各页的读模型:列表、对应列、预览、存疑并排。只组织显示,不写。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.book import column_letter
from juyuan.foundation.exchange.judging import AS_NEW, SAME_AS, SKIP
from juyuan.foundation.exchange.kinds import (
    DOUBTFUL,
    NEW,
    REFUSED,
    SAME,
    SKIPPED,
    UPDATE,
    VERDICT_LABEL,
    VERDICTS,
    ImportKind,
)
from juyuan.foundation.exchange.layout import SKIP_LABEL
from juyuan.foundation.exchange.models import BatchState, ImportBatch, ImportRow
from juyuan.foundation.exchange.numfmt import UNIT_YUAN

PAGE = 50
SHOWN_COLUMNS = 6
STEPS = ("上传", "对应列", "预览与选择", "提交", "结果")


def steps(now: int) -> list[dict[str, str]]:
    """向导的步骤条;`now` 从 0 起。"""
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else "todo"}
        for i, label in enumerate(STEPS)
    ]


def step_of(batch: ImportBatch) -> int:
    return {BatchState.READING: 0, BatchState.MAPPING: 1, BatchState.PREVIEW: 2}.get(
        BatchState(batch.state), 4
    )


# ───────── 预览 ─────────


@dataclass
class PreviewPage:
    """预览的一页。"""

    columns: list[str]
    rows: list[dict[str, Any]]
    tabs: list[dict[str, Any]]
    verdict: str
    next_url: str = ""
    first_url: str = ""
    counts: queries.RowCounts | None = None
    tables: list[dict[str, Any]] = field(default_factory=list)


def shown_columns(kind: ImportKind, batch: ImportBatch) -> list[tuple[str, str]]:
    """预览显示哪几列:对上的列里排在前面的。"""
    mapped = {
        c["field"] for t in batch.report.get("tables", []) for c in t["columns"] if c["field"]
    }
    return [(c.field, c.label) for c in kind.columns if c.field in mapped][:SHOWN_COLUMNS]


def preview(batch: ImportBatch, verdict: str, start: int, *, owner: bool) -> PreviewPage:
    """某一类的一页行(从序号 `start` 之后取)。没给类别时先看要人办的。"""
    kind = queries.kind_named(batch.kind)
    counts = queries.row_counts(batch)
    if verdict not in (*VERDICTS, SKIPPED):
        verdict = next(
            (v for v in (DOUBTFUL, REFUSED, NEW, UPDATE, SAME) if counts.by_verdict.get(v)), NEW
        )
    columns = shown_columns(kind, batch)
    rows = list(batch.rows.filter(verdict=verdict, position__gt=start)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    here = reverse("exchange:batch", args=[batch.pk])
    return PreviewPage(
        columns=[label for _, label in columns],
        rows=[_preview_row(batch, kind, row, columns, owner) for row in rows],
        tabs=_tabs(here, counts, verdict),
        verdict=verdict,
        next_url=f"{here}?v={verdict}&after={rows[-1].position}" if more else "",
        first_url=f"{here}?v={verdict}" if start else "",
        counts=counts,
        tables=[_table_note(t) for t in batch.report.get("tables", [])],
    )


def _tabs(here: str, counts: queries.RowCounts, verdict: str) -> list[dict[str, Any]]:
    names = [*VERDICTS, SKIPPED] if counts.by_verdict.get(SKIPPED) else list(VERDICTS)
    return [
        {
            "label": VERDICT_LABEL[name],
            "count": counts.by_verdict.get(name, 0),
            "url": f"{here}?v={name}",
            "current": name == verdict,
        }
        for name in names
    ]


def _preview_row(
    batch: ImportBatch,
    kind: ImportKind,
    row: ImportRow,
    columns: list[tuple[str, str]],
    owner: bool,
) -> dict[str, Any]:
    open_state = batch.state in (BatchState.PREVIEW, BatchState.COMMITTED)
    can_settle = owner and open_state and not row.done
    act = ""
    if can_settle and row.verdict == DOUBTFUL:
        act = "去选" if not row.held else "看"
    elif can_settle and (row.settled or row.readings):
        act = "改选"
    link = reverse("exchange:row", args=[batch.pk, row.position]) if act else ""
    if row.object_url and (row.done or row.verdict in (SAME, UPDATE)):
        act, link = "打开", row.object_url
    return {
        "verdict": row.verdict,
        "place": f"{row.sheet} 第 {row.number} 行",
        "cells": [{"label": label, "value": row.shown.get(name, "")} for name, label in columns],
        "reasons": [
            *([_said(f"已写入「{row.object_label}」")] if row.done else []),
            *map(_reason, row.findings),
            *(_change(kind, c) for c in row.changes),
        ],
        "act_label": act,
        "act_url": link,
    }


def _reason(finding: Mapping[str, str]) -> dict[str, str]:
    return {
        "place": finding["cell"],
        "message": finding["reason"],
        "mend": finding["mend"],
        "clause": finding["clause"],
    }


def _change(kind: ImportKind, change: list[str]) -> dict[str, str]:
    name, before, after = change
    label = next((c.label for c in kind.columns if c.field == name), name)
    return _said(f"{label}：{before or '空'} → {after}")


def _said(message: str) -> dict[str, str]:
    return {"place": "", "message": message, "mend": "", "clause": ""}


def _table_note(table: Mapping[str, Any]) -> dict[str, Any]:
    """一张表读了什么、跳过什么。"""
    by_kind: dict[str, list[str]] = {}
    for skipped in table["skipped"]:
        by_kind.setdefault(SKIP_LABEL[skipped["kind"]], []).append(str(skipped["number"]))
    lines = [f"表头在第 {'、'.join(map(str, table['header_rows']))} 行"]
    lines += [f"跳过{label}：第 {_listed(numbers)} 行" for label, numbers in by_kind.items()]
    if table["hidden_rows"]:
        lines.append(f"隐藏的行也读了：第 {_listed([str(n) for n in table['hidden_rows']])} 行")
    if table["hidden_columns"]:
        lines.append(f"隐藏的列：{'、'.join(table['hidden_columns'])}")
    unknown = [
        f"{c['letter']}“{c['header']}”" for c in table["columns"] if not c["field"] and c["header"]
    ]
    if unknown:
        lines.append(f"没有对应、不导入的列：{'、'.join(unknown)}")
    return {"sheet": table["sheet"], "lines": lines}


def _listed(numbers: list[str]) -> str:
    shown = "、".join(numbers[:12])
    return f"{shown} 等 {len(numbers)}" if len(numbers) > 12 else shown


# ───────── 对应列 ─────────


@dataclass
class ColumnChoice:
    """对应列一步里的一列。"""

    name: str
    letter: str
    header: str
    how: str
    field: str
    unit: str
    sample: str


@dataclass
class SheetChoices:
    sheet: str
    columns: list[ColumnChoice]


def column_choices(
    batch: ImportBatch, samples: Mapping[str, Mapping[int, str]]
) -> list[SheetChoices]:
    """逐表逐列:现在对应到哪一列、什么单位、第一行数据是什么。"""
    sheets = []
    for number, table in enumerate(batch.report.get("tables", [])):
        given = samples.get(table["sheet"], {})
        sheets.append(
            SheetChoices(
                table["sheet"],
                [
                    ColumnChoice(
                        name=f"c{number}_{c['index']}",
                        letter=column_letter(c["index"]),
                        header=c["header"],
                        how=c["how"],
                        field=c["field"],
                        unit=c["unit"],
                        sample=given.get(c["index"], ""),
                    )
                    for c in table["columns"]
                ],
            )
        )
    return sheets


def unit_options() -> list[str]:
    return list(UNIT_YUAN)


# ───────── 存疑并排 ─────────


@dataclass
class Comparison:
    """存疑行与各疑似对象并排。`lines` 是(名目, 本行, [各对象])。"""

    heads: list[dict[str, str]]
    lines: list[tuple[str, str, list[str]]]


def comparison(kind: ImportKind, row: ImportRow) -> Comparison:
    """按名目对齐:对象给出的名目与本行列名相同的放在一行。"""
    labels = {c.label: c.field for c in kind.columns}
    details = [dict(c["detail"]) or _row_detail(kind, row, c) for c in row.candidates]
    names = list(dict.fromkeys(name for detail in details for name in detail))
    mine = {label: row.shown.get(name, "") for label, name in labels.items() if row.shown.get(name)}
    ordered = [*(n for n in mine if n in names), *(n for n in names if n not in mine)]
    ordered += [n for n in mine if n not in names]
    return Comparison(
        heads=[{"label": c["label"], "url": c["url"]} for c in row.candidates],
        lines=[(n, mine.get(n, ""), [d.get(n, "") for d in details]) for n in ordered],
    )


def _row_detail(kind: ImportKind, row: ImportRow, candidate: Mapping[str, Any]) -> dict[str, str]:
    """疑似对象是同一文件的另一行:取那一行的原文来比。"""
    sheet, _, number = candidate["id"].rpartition("!")
    if candidate["type"] != "row" or not number.isdigit():
        return {}
    twin = ImportRow.objects.filter(batch_id=row.batch_id, sheet=sheet, number=int(number)).first()
    if twin is None:
        return {}
    return {c.label: twin.shown[c.field] for c in kind.columns if twin.shown.get(c.field)}


def settle_options(row: ImportRow) -> list[tuple[str, str]]:
    """可选的归属。等人核对的行不能选「另一个」。"""
    if row.doubts and not row.candidates and not row.held:
        return []
    options = [(f"{SAME_AS}{c['id']}", f"同一个：就是「{c['label']}」") for c in row.candidates]
    if not row.held:
        options.append((AS_NEW, "另一个：按新增导入"))
    options.append((SKIP, "略过：这一行不导入"))
    return options


def reading_options(
    kind: ImportKind, row: ImportRow
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """有几种读法的格子:(字段, 名目, [(读法, 说明)])。"""
    return [
        (name, kind.column(name).label, [(r["key"], r["label"]) for r in readings])
        for name, readings in row.doubts.items()
    ]
