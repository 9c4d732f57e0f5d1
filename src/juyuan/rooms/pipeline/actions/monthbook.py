"""月度更新的表格:下载预填好的 xlsx,在 Excel 里填,从「导入台账」传回来,结论与网页填的相同。

表里锁住的列(期、单位、编号、名称、已发生)不必填也改不动;能填的列没有锁。
同一份文件传两次什么也不变;别的单位的行退回。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter
from django.db import transaction

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import REFUSE, Column, ParsedRow
from juyuan.foundation.exchange.exporters import NOTE_PREFIX, temp_folder
from juyuan.foundation.exchange.kinds import ImportKind, ObjectRef, Opening
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.verdict import Denied, Stale
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.monthly import submit_updates
from juyuan.rooms.pipeline.queries import monthly as queries
from juyuan.rooms.pipeline.queries.periods import Periods, closes, is_closed, read_month
from juyuan.rooms.pipeline.queries.scope import reach_of
from juyuan.rooms.pipeline.rules.monthbook import (
    BookLookups,
    Known,
    MonthCommand,
    MonthInfo,
    judge_book,
)
from juyuan.rooms.pipeline.rules.monthly import CLAUSE, NoChange, Period
from juyuan.rooms.pipeline.rules.progress import Happening

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOCKED = {"period", "unit", "code", "name", "stage", "happened", "seen"}
NO_CHANGE = {value: label for value, label in NoChange.pairs() if value}
HEAD_ROW = 2
WIDTHS = {"name": 30, "happened": 36, "progress": 36, "problem": 24, "next_step": 24}


def _long(field: str, label: str, synonyms: tuple[str, ...] = (), note: str = "") -> Column:
    parse = parsers.text(max_length=2000, multiline=True)
    return Column(field, label, parse, synonyms=synonyms, note=note, clause="3.3b")


COLUMNS = (
    Column("period", "期", parsers.text(max_length=10), required=True, example="2026-11",
           note="不必改;上月21日至本月20日为一期", clause="3.2c"),
    Column("unit", "填报单位", parsers.text(max_length=100), note="不必改"),
    Column("code", "项目编号", parsers.code(max_length=20), synonyms=("系统编号",), required=True,
           note="不必改"),
    Column("name", "项目名称", parsers.text(max_length=200), note="不必改"),
    Column("stage", "所在库", parsers.text(max_length=20), note="不必改"),
    _long("happened", "本期已发生", note="系统已知道的,不必再填"),
    _long("progress", "进展情况", ("本月进展", "最新进展"), "只写新发生的"),
    _long("problem", "存在问题", ("问题",)),
    _long("next_step", "下步打算", ("下一步打算", "下步工作")),
    Column("invested_month", "本月完成投资", parsers.money(), unit="万元", merged=REFUSE, clause="3.3b"),
    Column("no_change", "无变化原因", parsers.choice(NO_CHANGE), choices=tuple(NO_CHANGE.values()),
           note="确实没有变化的才选", clause="3.3b"),
    Column("no_change_note", "无变化说明", parsers.text(max_length=500), note="选「其他」的要写"),
    Column("event_kind", "新增进展", parsers.text(max_length=40), note="从下拉里选种类", clause="3.3b"),
    Column("event_on", "新增进展发生日", parsers.day(partial=False), synonyms=("发生日",)),
    Column("reason", "更正理由", parsers.text(max_length=500), note="锁账之后更正的才写"),
    Column("seen", "第几稿", parsers.integer(), note="不必改"),
)  # fmt: skip


# ───────── 出去 ─────────


def book_of(
    *, actor: Actor, unit: Unit, period: Period, periods: Periods, now: datetime
) -> tuple[str, bytes]:
    """(文件名, 内容):这个单位这一期的表,照网页预填好。先记台账,再给内容。

    Raises:
        Denied: 看不到这个单位的表。
    """
    if not queries.may_open(actor, unit):
        raise Denied("只能下载本单位和下级单位的月度更新表", CLAUSE)
    sheet = queries.sheet(actor, unit, period, periods=periods, now=now)
    with transaction.atomic():
        record(
            event="exchange.exported", actor=actor, obj_type="export_kind", obj_id="monthly",
            obj_label="月度更新", after={"unit": unit.code, "period": period.key,
                                     "rows": len(sheet.rows)}, now=now,
        )  # fmt: skip
    note = f"{NOTE_PREFIX}{actor.name} {now:%Y-%m-%d %H:%M} 下载,按本人可见范围;灰底的列不必填"
    name = f"月度更新_{unit.short_name or unit.name}_{period.key}.xlsx"
    return name, _write(sheet, f"{unit.name} {period.label}月度更新", note)


def _write(sheet: queries.Sheet, title: str, note: str) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "tmpdir": str(temp_folder()), "strings_to_formulas": False,
         "strings_to_urls": False, "strings_to_numbers": False},
    )  # fmt: skip
    base = {"border": 1, "text_wrap": True, "valign": "top"}
    grey = book.add_format(base | {"bg_color": "#F1EEE7", "num_format": "@"})
    free = book.add_format(base | {"locked": False, "num_format": "@"})
    number = book.add_format(base | {"locked": False, "num_format": "#,##0.####"})
    day = book.add_format(base | {"locked": False, "num_format": "yyyy-mm-dd"})
    head = book.add_format(base | {"bold": True, "bg_color": "#E9F0F6"})
    page = book.add_worksheet("月度更新")
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, note)
    for i, column in enumerate(COLUMNS):
        page.set_column(i, i, WIDTHS.get(column.field, 12))
        page.write_string(HEAD_ROW, i, column.title, head)
    styles = {"invested_month": number, "event_on": day}
    for r, row in enumerate(sheet.rows, start=HEAD_ROW + 1):
        for i, column in enumerate(COLUMNS):
            style = grey if column.field in LOCKED else styles.get(column.field, free)
            value = _value(column.field, row, sheet)
            if isinstance(value, (int, float)):
                page.write_number(r, i, value, style)
            else:
                page.write_string(r, i, value, style) if value else page.write_blank(
                    r, i, None, style
                )
    _validate(page, sheet, max(len(sheet.rows), 1))
    page.freeze_panes(HEAD_ROW + 1, 4)
    page.protect(
        "", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
    )
    book.close()
    return buffer.getvalue()


def _validate(page: Any, sheet: queries.Sheet, count: int) -> None:
    """下拉:无变化原因、进展种类。"""
    lists = {
        "no_change": list(NO_CHANGE.values()),
        "event_kind": [label for _, label in sheet.kinds.pairs()],
    }
    for name, source in lists.items():
        at = next(i for i, c in enumerate(COLUMNS) if c.field == name)
        if len(",".join(source)) <= 255:
            page.data_validation(
                HEAD_ROW + 1, at, HEAD_ROW + count, at, {"validate": "list", "source": source}
            )


def _value(field: str, row: queries.SheetRow, sheet: queries.Sheet) -> str | float:
    content = row.prefill
    if field == "invested_month":
        return "" if content.invested_month is None else float(to_wan(content.invested_month))
    if field == "seen":
        return row.revision
    return {
        "period": sheet.period.key,
        "unit": sheet.unit.name,
        "code": row.code,
        "name": row.name,
        "stage": row.stage.label,
        "happened": ";".join(happened_text(h) for h in row.happenings),
        "progress": content.progress,
        "problem": content.problem,
        "next_step": content.next_step,
        "no_change": NO_CHANGE.get(content.no_change, ""),
        "no_change_note": content.no_change_note,
    }.get(field, "")


def happened_text(row: Happening) -> str:
    """一件事的一句话:11-18 移到签约。"""
    return f"{row.on:%m-%d} {row.text}" + (f"({row.note})" if row.note else "")


# ───────── 回来 ─────────


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> BookLookups:
    """按这批行取齐各期与各项目现在的样子;查询数与行数无关(随期数)。"""
    # 锁没锁账只看哪一天;当天已录入的都算
    periods, moment = Periods(), datetime.combine(today, time.max, SHANGHAI)
    said = {str(row.get("period") or "").strip() for row in rows}
    months = {text: month for text in said if (month := read_month(text)) is not None}
    closed = closes(months.values())
    reach = reach_of(actor)
    infos, known = {}, {}
    for text, month in months.items():
        period = periods.at(month)
        infos[text] = MonthInfo(
            month, period.first <= today, is_closed(period, moment, closed),
            (period.first, period.last), periods.kinds(period),
        )  # fmt: skip
        codes = {
            str(row.get("code") or "").strip()
            for row in rows
            if str(row.get("period") or "").strip() == text
        }
        for code, row in queries.writable_rows(
            actor, period, codes, periods=periods, now=moment
        ).items():
            may = access.can_report_month(actor, row.unit_id, reach)
            known[month, code] = Known(
                ref=ObjectRef(
                    OBJ, code, row.name, f"/projects/{code}/monthly/?period={period.key}"
                ),
                revision=row.revision,
                current=row.content,
                before=row.before,
                events=frozenset(h.id for h in row.happenings),
                event_keys=frozenset((h.kind, h.on) for h in row.happenings if h.id[:5] == "typed"),
                others=row.current is not None and row.current.by_id != actor.account_id,
                denied="" if may else getattr(may, "reason", ""),
            )
    return BookLookups(today, infos, known)


def commit_many(
    commands: Sequence[MonthCommand], *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> list[ObjectRef]:
    """成批写入:一期一次集合式提交。

    Raises:
        Stale: 预览之后情况变了(锁了账、他人先报了)。
    """
    by_month: dict[date, list[MonthCommand]] = defaultdict(list)
    for command in commands:
        by_month[command.month].append(command)
    periods = Periods()
    for month, found in by_month.items():
        done = submit_updates(
            actor=actor, period=periods.at(month), drafts=[c.draft for c in found], now=now,
            batch_id=opening.batch_id, group=group, periods=periods,
        )  # fmt: skip
        if done.refused:
            raise Stale(done.refused[0].findings[0].message)
    return [c.ref for c in commands]


def commit_one(
    command: MonthCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """写入一行。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


MONTHLY = ImportKind(
    name="monthly",
    label="月度更新",
    columns=COLUMNS,
    prepare=prepare,
    judge=judge_book,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_import,
    oversee=access.oversees_imports,
    description="从「月度更新」页下载本单位这一期的表,填好传回来;同一份传两次什么也不变。",
    clause="3.3b",
    order=90,
)
