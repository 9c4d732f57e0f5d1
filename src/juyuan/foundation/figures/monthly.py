"""月报:某月终了时的全市数,与上月终了时相比;docx、pdf 走公文,xlsx 由同一份事实写出。

公布的数对谁都一样:算的是全市数,不按看的人裁。事实冻结在公文里,以后再排仍是那些字。
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import xlsxwriter

from juyuan.foundation.figures import access, comparing
from juyuan.foundation.figures.registry import MONEY, RATE
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.names import full_name
from juyuan.foundation.papers.registry import PaperKind
from juyuan.foundation.papers.rules import Annex, Block, Form, Heading, Paper, Para, Table, said_day
from juyuan.foundation.policy.queries import identity
from juyuan.foundation.ui.formats import amount, number, percent
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, RuleBroken

KIND = "figures.monthly"
OBJECT = "month"
HEAD = ("指标", "单位", "本月末", "上月末", "增减")
YI = 10**8
FIELD = "month"


def last_day(first: date) -> date:
    """这个月的最后一天。"""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def read_month(text: str, today: date) -> date:
    """「2026-11」→ 这个月的 1 日。

    Raises:
        RuleBroken: 不是年月,还没有到,或早于 2000 年。
    """
    try:
        year, month = text.strip().split("-")
        if not (len(year) == 4 and len(month) == 2 and (year + month).isascii()):
            raise ValueError(text)
        first = date(int(year), int(month), 1)
    except ValueError:
        raise RuleBroken.one(FIELD, "figures.month", "月份写成 2026-11 的样子") from None
    if first > today:
        raise RuleBroken.one(FIELD, "figures.month", f"{text} 还没有到，月报只写已经发生的")
    if first.year < 2000:
        raise RuleBroken.one(FIELD, "figures.month", "月份太早，请核对年份")
    return first


def key_of(first: date) -> int:
    """公文的对象编号:202611。"""
    return first.year * 100 + first.month


def facts_of(first: date, today: date) -> dict[str, Any]:
    """这个月的事实:各数的值与上月末的值、按县区一类的分行。当月还没有过完的,截至今天。"""
    as_of = min(last_day(first), today)
    against = first - timedelta(days=1)
    rows = []
    for pair in comparing.pairs(as_of, against, None):
        figure = pair.figure
        split = pair.after.splits[0] if pair.after.splits and figure.unit != RATE else None
        rows.append({
            "name": figure.name, "label": figure.label, "unit": figure.unit,
            "clause": figure.clause, "section": figure.section,
            "value": pair.after.value, "before": pair.before.value, "difference": pair.difference,
            "by": split.dimension.label if split else "",
            "parts": [[part.label, part.value] for part in split.parts] if split else [],
        })  # fmt: skip
    return {
        "month": f"{first:%Y-%m}", "as_of": as_of.isoformat(), "against": against.isoformat(),
        "whole": as_of == last_day(first), "rows": rows,
    }  # fmt: skip


def said(value: int | None, unit: str, *, signed: bool = False) -> str:
    """一个数写在纸上:金额写亿元,比率写百分数。"""
    if value is None:
        return "—"
    mark = ("+" if value > 0 else "−" if value < 0 else "") if signed else ""
    shown = abs(value) if signed else value
    if unit == MONEY:
        return mark + amount(shown, "yi")
    if unit == RATE:
        return mark + percent(shown) + ("点" if signed else "")
    return mark + number(shown)


def unit_of(unit: str) -> str:
    return "亿元" if unit == MONEY else unit


def _sections(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["section"] or "其他", []).append(row)
    yield from found.items()


def build(document: Document) -> Paper:
    """月报的内容:开头一段、分节各一张表、附件按县区。"""
    facts = document.facts
    as_of, against = (date.fromisoformat(facts[key]) for key in ("as_of", "against"))
    body: list[Block] = [Para(_opening(facts, as_of, against))]
    for section, rows in _sections(facts["rows"]):
        body += [Heading(section), Table(HEAD, tuple(map(_line, rows)), (34, 12, 18, 18, 18))]
    annex = _by_place(facts["rows"])
    city = identity()
    return Paper(
        title=document.title, body=tuple(body), signer=full_name(document.unit.name), dated=document.dated,
        form=Form.PLAIN, number=document.number, sealed=False,
        note=f"{city.title}出具，口径见「统计口径」",
        attachments=(annex.title,) if annex else (), annexes=(annex,) if annex else (),
    )  # fmt: skip


def _opening(facts: dict[str, Any], as_of: date, against: date) -> str:
    till = "" if facts["whole"] else "（当月未过完，截至当日）"
    return (
        f"本报各数按统计口径计算，截至{said_day(as_of)}{till}，与{said_day(against)}相比；"
        "全市数，每一项只计一次。金额单位为亿元，待核实的不计入已认定。"
    )


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    unit = row["unit"]
    return (
        row["label"], unit_of(unit), said(row["value"], unit), said(row["before"], unit),
        said(row["difference"], unit, signed=True),
    )  # fmt: skip


def _by_place(rows: list[dict[str, Any]]) -> Annex | None:
    """最常用的一种分法(各县区)列成一张表:行是数字,列是各地。"""
    split = [row for row in rows if row["parts"]]
    if not split:
        return None
    by = split[0]["by"]
    split = [row for row in split if row["by"] == by]
    places = list(dict.fromkeys(label for row in split for label, _ in row["parts"]))
    lines = []
    for row in split:
        values = dict(map(tuple, row["parts"]))
        lines.append(
            (
                f"{row['label']}（{unit_of(row['unit'])}）",
                *(said(values.get(place), row["unit"]) for place in places),
            )
        )
    head = ("指标", *places)
    return Annex(f"{by.removeprefix('按')}分列", (Table(head, tuple(lines)),))


def workbook(document: Document) -> bytes:
    """xlsx:同一份事实;金额写成以亿元计的数,可以再算。同样的内容字节相同。"""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {"title": document.title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
    )
    bold, places = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("月报")
    sheet.write_string(0, 0, document.title, bold)
    sheet.write_string(1, 0, f"文号 {document.number}　核验码 {document.check_code}")
    sheet.write_string(2, 0, f"截至 {document.facts['as_of']}，与 {document.facts['against']} 相比")
    for column, text in enumerate(("分节", *HEAD, "依据")):
        sheet.write_string(4, column, text, bold)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 28)
    parts = book.add_worksheet("分列")
    for column, text in enumerate(("指标", "单位", "分法", "哪一行", "本月末")):
        parts.write_string(0, column, text, bold)
    line = 1
    for index, row in enumerate(document.facts["rows"], 5):
        unit = row["unit"]
        for column, text in (
            (0, row["section"]),
            (1, row["label"]),
            (2, unit_of(unit)),
            (6, row["clause"]),
        ):
            sheet.write_string(index, column, text)
        for column, key in ((3, "value"), (4, "before"), (5, "difference")):
            _number(sheet, index, column, row[key], unit, places)
        for label, value in row["parts"]:
            for column, text in enumerate((row["label"], unit_of(unit), row["by"], label)):
                parts.write_string(line, column, text)
            _number(parts, line, 4, value, unit, places)
            line += 1
    book.close()
    return raw.getvalue()


def _number(sheet: Any, row: int, column: int, value: int | None, unit: str, places: Any) -> None:
    if value is None:
        sheet.write_string(row, column, "—")
    elif unit == MONEY:
        sheet.write_number(row, column, value / YI, places)
    elif unit == RATE:
        sheet.write_number(row, column, value / 100, places)
    else:
        sheet.write_number(row, column, value)


def published(first: date | None = None) -> Any:
    """出过的月报,新的在前。"""
    rows = Document.objects.filter(kind=KIND, state="issued").select_related("unit")
    if first is not None:
        rows = rows.filter(object_id=key_of(first))
    return rows.order_by("-object_id", "-id")


def can_publish(actor: Actor, document: Document | None = None) -> Access:
    """出月报的是商务主管部门。"""
    if actor.is_system or any(
        post.function == "commerce" and post.role in ("clerk", "head", "verifier")
        for post in actor.posts
    ):
        return Allowed()
    return Denial("月报由商务主管部门出")


def _within(actor: Actor) -> Any:
    rows = Document.objects.filter(kind=KIND)
    return (rows if access.can_see_values(actor) else rows.none()).values("object_id")


PAPER_KIND = PaperKind(
    kind=KIND, label="月报", clause="3.1b", series="月报", build=build, within=_within,
    can_prepare=can_publish, can_approve=can_publish, url=lambda document: "/figures/monthly/",
    needs_approval=False, delivers=False,
)  # fmt: skip
