"""导入导出的声明:行业分类全表的导入;产业链环节、指导目录的导出。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from juyuan.foundation.exchange import parsers
from juyuan.foundation.exchange.columns import REFUSED as LEVEL_REFUSED
from juyuan.foundation.exchange.columns import Column, ParsedRow
from juyuan.foundation.exchange.kinds import (
    NEW,
    REFUSED,
    SAME,
    UPDATE,
    ExportColumn,
    ExportKind,
    ImportKind,
    Judgement,
    ObjectRef,
    Opening,
)
from juyuan.kernel.actor import Actor
from juyuan.rooms.chains import access
from juyuan.rooms.chains.actions.industries import CodeRow, put_codes
from juyuan.rooms.chains.models import CatalogueEntry, IndustryCode
from juyuan.rooms.chains.queries.pages import chain_cards
from juyuan.rooms.chains.rules import (
    CatalogueClass,
    Segment,
    industry_findings,
    industry_parent,
)

OBJECT_TYPE = "industry_code"
_SECTION = re.compile(r"[A-T]")

CODE_COLUMNS = (
    Column(
        "code",
        "行业代码",
        parsers.code(max_length=4),
        synonyms=("代码", "类别代码", "code"),
        required=True,
        example="0111",
        note="门类写字母,大类、中类、小类写 2、3、4 位数字;请把该列设为文本格式,以免丢掉开头的 0",
        clause="4.0b",
    ),
    Column(
        "name",
        "行业名称",
        parsers.text(max_length=100),
        synonyms=("名称", "类别名称", "name"),
        required=True,
        example="稻谷种植",
        width=30,
        clause="4.0b",
    ),
    Column(
        "section",
        "门类",
        parsers.code(max_length=1),
        synonyms=("门类代码", "section"),
        example="A",
        note="大类必填,其余可不填",
        clause="4.0b",
    ),
)


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> dict[str, tuple[str, str]]:
    """库里已有的:代码 → (名称, 上级代码)。"""
    wanted = [row.get("code") for row in rows if row.get("code")]
    return {
        code: (name, parent)
        for code, name, parent in IndustryCode.objects.filter(code__in=wanted).values_list(
            "code", "name", "parent"
        )
    }


def judge(rows: Sequence[ParsedRow], lookups: Mapping[str, tuple[str, str]]) -> list[Judgement]:
    """逐行判定;同一文件里同一代码出现两次,名称不同的退回后一行。"""
    seen: dict[str, tuple[str, str]] = {}
    answers = []
    for row in rows:
        answers.append(_judge_one(row, lookups, seen))
    return answers


def _judge_one(
    row: ParsedRow, known: Mapping[str, tuple[str, str]], seen: dict[str, tuple[str, str]]
) -> Judgement:
    if row.broken:
        return Judgement(REFUSED)
    code, name = str(row.get("code")), str(row.get("name"))
    section = str(row.get("section") or "").upper()
    found = industry_findings(code, name, section)
    if found:
        return Judgement(
            REFUSED,
            tuple(row.finding(LEVEL_REFUSED, f.message, "", f.field, f.rule) for f in found),
        )
    earlier = seen.get(code)
    if earlier is not None:
        if earlier[0] == name:
            return Judgement(SAME, target=ObjectRef("row", earlier[1], f"本文件 {earlier[1]}"))
        return Judgement(
            REFUSED,
            (
                row.finding(
                    LEVEL_REFUSED,
                    f"代码 {code} 在本文件 {earlier[1]} 已写作「{earlier[0]}」。",
                    "请核对哪一行是对的。",
                    "code",
                    "industry_code_once",
                ),
            ),
        )
    seen[code] = (name, row.key)
    command = CodeRow(code, name, section)
    ref = ObjectRef(OBJECT_TYPE, code, f"{code} {name}")
    old = known.get(code)
    if old is None:
        return Judgement(NEW, command=command)
    parent = industry_parent(code, section)
    changes = tuple(
        (label, was, becomes)
        for label, was, becomes in (("行业名称", old[0], name), ("上级代码", old[1], parent))
        if was != becomes
    )
    if not changes:
        return Judgement(SAME, target=ref)
    return Judgement(UPDATE, command=command, target=ref, changes=changes)


def commit_many(
    commands: Sequence[CodeRow], *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> list[ObjectRef]:
    """集合写入。"""
    put_codes(commands, actor=actor, now=now, group=group)
    return [ObjectRef(OBJECT_TYPE, row.code, f"{row.code} {row.name}") for row in commands]


def commit_one(
    command: CodeRow, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """单行写入,结果同上。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


INDUSTRY_IMPORT = ImportKind(
    name="industry_codes",
    label="国民经济行业分类",
    columns=CODE_COLUMNS,
    prepare=prepare,
    judge=judge,
    commit_many=commit_many,
    commit_one=commit_one,
    may=access.can_import_codes,
    description="GB/T 4754 全表;系统自带的只有各链用到的代码",
    clause="4.0b",
    order=90,
)


def node_rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[Mapping[str, Any]]:
    """各链各环节一行;`filters["chain"]` 可限一条链。项目数只含看得见的。"""
    for chain, card in chain_cards(actor, str(filters.get("chain") or "")):
        yield {
            "chain": chain.name,
            "segment": Segment(card.node.segment).label,
            "position_origin": card.node.position_origin,
            "node": card.node.name,
            "origin": card.node.origin,
            "clause": card.node.clause,
            "products": "、".join(product.name for product in card.products),
            "industries": "、".join(f"{code} {name}".strip() for code, name in card.industries),
            "firms": "、".join(
                f"{firm.name}(龙头)" if firm.is_anchor else firm.name for firm in card.firms
            ),
            "supply": card.supply.label,
            "projects": card.projects,
            "amount": sum(stage.amount for stage in card.stages),
        }


NODES_EXPORT = ExportKind(
    name="chains",
    label="产业链环节",
    columns=(
        ExportColumn("chain", "产业链", width=20),
        ExportColumn("segment", "上下游", width=8),
        ExportColumn("position_origin", "位置来历", width=10),
        ExportColumn("node", "环节", width=24),
        ExportColumn("origin", "环节来历", width=10),
        ExportColumn("clause", "条款", width=8),
        ExportColumn("products", "产品", width=30),
        ExportColumn("industries", "行业代码", width=36),
        ExportColumn("firms", "本地企业", width=30),
        ExportColumn("supply", "本地供给", width=10),
        ExportColumn("projects", "在库项目", kind="integer", width=10),
        ExportColumn("amount", "总投资", kind="money_wan", width=14),
    ),
    rows=node_rows,
    may=access.can_view,
    description="八条链的环节、本地企业与看得见的项目数",
    order=60,
)


def catalogue_rows(
    actor: Actor, filters: Mapping[str, Any], today: date
) -> Iterable[Mapping[str, Any]]:
    """指导目录,今日有效的各条。"""
    entries = CatalogueEntry.objects.filter(effective_from__lte=today).select_related(
        "chain", "node"
    )
    if filters.get("chain"):
        entries = entries.filter(chain__code=filters["chain"])
    for entry in entries:
        if entry.ended_on is not None and entry.ended_on < today:
            continue
        yield {
            "code": entry.code,
            "chain": entry.chain.name if entry.chain else "",
            "node": entry.node.name if entry.node else "",
            "level": CatalogueClass(entry.level).label,
            "name": entry.name,
            "standard": entry.standard,
            "origin": entry.origin,
            "note": entry.note,
        }


CATALOGUE_EXPORT = ExportKind(
    name="catalogue",
    label="产业指导目录",
    columns=(
        ExportColumn("code", "编号", width=10),
        ExportColumn("chain", "产业链", width=20),
        ExportColumn("node", "环节", width=20),
        ExportColumn("level", "类别", width=8),
        ExportColumn("name", "产品或行业", width=34),
        ExportColumn("standard", "准入标准", width=44),
        ExportColumn("origin", "来历", width=10),
        ExportColumn("note", "说明", width=30),
    ),
    rows=catalogue_rows,
    may=access.can_view,
    description="鼓励、允许、限制、禁止与准入标准",
    order=61,
)

KINDS = (INDUSTRY_IMPORT, NODES_EXPORT, CATALOGUE_EXPORT)
