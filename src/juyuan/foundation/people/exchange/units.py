"""导入单位:单位代码(没写则名称)相同即同一单位;表里空着的列,已有单位保持原样。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import Column, ParsedRow
from juyuan.foundation.exchange.kinds import NEW, SAME, UPDATE, Judgement, ObjectRef, Opening
from juyuan.foundation.exchange.kinds import REFUSED as ROW_REFUSED
from juyuan.foundation.people import rules
from juyuan.foundation.people.actions import load_units
from juyuan.foundation.people.actions.units import KINDS, draft_of
from juyuan.foundation.people.exchange.common import refused
from juyuan.foundation.people.models import Unit, UnitKind
from juyuan.foundation.people.queries import units_named
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import initials
from juyuan.kernel.verdict import Finding

UNIT_KINDS = dict(UnitKind.choices)
COLUMNS = (
    Column("name", "单位名称", parsers.text(max_length=100), ("单位", "名称", "单位全称"), required=True, example="某某县某某局", width=28),
    Column("code", "单位代码", parsers.code(max_length=60), ("代码", "单位编码"), note="小写字母与数字；空着则按拼音首字母自动编"),
    Column("short_name", "简称", parsers.text(max_length=40), ("单位简称",)),
    Column("kind", "单位类别", parsers.choice(UNIT_KINDS), ("类别", "类型"), required=True, choices=tuple(UNIT_KINDS.values())),
    Column("parent", "上级单位", parsers.text(max_length=100), ("上级", "隶属", "主管单位"), note="写代码或名称；可以是本表里的另一行"),
    Column("function", "职能代码", parsers.code(max_length=40), ("职能",), note="如 commerce 商务、development 发展改革"),
    Column("adcode", "区划代码", parsers.code(max_length=12), ("行政区划代码",)),
    Column("is_county", "可作承载地", parsers.yes_no(), ("承载地", "县区级"), choices=("是", "否")),
    Column("aliases", "别名", parsers.text(max_length=300), ("又名",), note="几个之间用顿号"),
    Column("disabled_on", "停用日", parsers.day(partial=False), ("撤销日期",)),
)  # fmt: skip


@dataclass(frozen=True)
class UnitLookups:
    """`known`: 代码 → 现有的样子;`names`: 说法 → 代码(只收不含糊的)。"""

    known: dict[str, rules.UnitDraft]
    paths: dict[str, str]
    names: dict[str, str]


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> UnitLookups:
    units = list(Unit.objects.select_related("parent"))
    said = {str(row.get(key)) for row in rows for key in ("name", "parent") if row.get(key)}
    return UnitLookups(
        known={unit.code: draft_of(unit) for unit in units},
        paths={unit.code: unit.path for unit in units},
        names={text: unit.code for text, unit in units_named(said).items()},
    )


def judge(rows: Sequence[ParsedRow], lookups: UnitLookups) -> list[Judgement]:
    codes = _codes(rows, lookups)
    here = {str(row.get("name")): code for row, code in zip(rows, codes, strict=True)}
    drafts = [_draft(row, code, lookups, here) for row, code in zip(rows, codes, strict=True)]
    good = [draft for row, draft in zip(rows, drafts, strict=True) if not row.broken]
    placed = rules.place_units(good, lookups.paths)
    seen: set[str] = set()
    answers = []
    for row, draft in zip(rows, drafts, strict=True):
        if row.broken:
            answers.append(Judgement(ROW_REFUSED))
            continue
        found = rules.unit_findings(draft, placed, KINDS)
        if draft.code in seen:
            found.append(Finding("code", "unit_code", "", f"本表里单位「{draft.code}」重复"))
        seen.add(draft.code)
        answers.append(_unit_answer(row, draft, found, lookups))
    return answers


def _unit_answer(
    row: ParsedRow, draft: rules.UnitDraft, found: list[Finding], lookups: UnitLookups
) -> Judgement:
    if found:
        return refused(row, found)
    old = lookups.known.get(draft.code)
    if old is None:
        return Judgement(NEW, command=draft)
    target = ObjectRef("unit", draft.code, draft.name)
    if old == draft:
        return Judgement(SAME, target=target)
    changes = tuple(
        (column.label, _said(getattr(old, column.field)), _said(getattr(draft, column.field)))
        for column in COLUMNS
        if getattr(old, column.field) != getattr(draft, column.field)
    )
    return Judgement(UPDATE, command=draft, target=target, changes=changes)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(value)
    return "" if value is None else str(value)


def _codes(rows: Sequence[ParsedRow], lookups: UnitLookups) -> list[str]:
    """每行的代码:自己写的;没写则认同名的;再没有就按拼音首字母编一个不重的。"""
    taken = {*lookups.known, *(str(row.get("code")) for row in rows if row.get("code"))}
    codes = []
    for row in rows:
        name = str(row.get("name") or "")
        code = str(row.get("code") or "").lower() or lookups.names.get(name, "")
        if not code and name:
            stem = code = "".join(c for c in initials(name).lower() if c.isalnum())[:50] or "unit"
            number = 2
            while code in taken:
                code, number = f"{stem}{number}", number + 1
            taken.add(code)
        codes.append(code)
    return codes


def _draft(
    row: ParsedRow, code: str, lookups: UnitLookups, here: dict[str, str]
) -> rules.UnitDraft:
    """表里空着的,已有单位保持原样(台账常只带几列)。"""
    old = lookups.known.get(code)
    said = str(row.get("parent") or "")
    parent = here.get(said) or lookups.names.get(said) or said or (old.parent if old else "")
    flag = row.get("is_county")
    aliases = row.get("aliases")
    return rules.UnitDraft(
        code=code,
        name=str(row.get("name") or ""),
        kind=str(row.get("kind") or (old.kind if old else "")),
        short_name=row.get("short_name") or (old.short_name if old else ""),
        function=row.get("function") or (old.function if old else ""),
        parent=parent,
        adcode=row.get("adcode") or (old.adcode if old else ""),
        is_county=flag == "yes" if flag else bool(old and old.is_county),
        order=old.order if old else row.number,
        origin=old.origin if old else "导入",
        aliases=tuple(aliases.replace(",", "、").replace("\uff0c", "、").split("、"))
        if aliases
        else (old.aliases if old else ()),
        disabled_on=row.get("disabled_on") or (old.disabled_on if old else None),
    )


def commit_many(
    commands: Sequence[rules.UnitDraft],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    load_units(commands, actor=actor, now=now, group=group)
    return [ObjectRef("unit", draft.code, draft.name, _unit_url(draft.code)) for draft in commands]


def commit_one(
    command: rules.UnitDraft, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def _unit_url(code: str) -> str:
    return f"/admin/units/{code}/"
