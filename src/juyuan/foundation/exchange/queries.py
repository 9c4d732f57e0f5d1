"""读:批次的门、行、选择、记住的表头、待核对的件。"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from juyuan.foundation.exchange.judging import Settlements
from juyuan.foundation.exchange.kinds import ImportKind, ObjectRef, registry
from juyuan.foundation.exchange.layout import Choice
from juyuan.foundation.exchange.models import (
    BatchState,
    CaseState,
    CollisionCase,
    HeaderMemory,
    ImportBatch,
    ImportRow,
    OpeningClosure,
)
from juyuan.foundation.exchange.refusal import CAPS, Caps
from juyuan.foundation.files.storage import path_of
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.keyset import Order, choose_order
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken


def kind_named(name: str) -> ImportKind:
    """按名取导入种类。Raises: NotFound。"""
    kind = registry.imports.get(name)
    if kind is None:
        raise NotFound
    return kind


def overseen_kinds(actor: Actor) -> list[str]:
    """他核对与监督的种类。"""
    return [k.name for k in registry.import_kinds() if k.oversee(actor)]


def visible_batches(actor: Actor) -> QuerySet[ImportBatch]:
    """自己的批次,加上他监督的种类的批次;命令行上的操作者看得见命令行的批次。"""
    condition = Q(kind__in=overseen_kinds(actor))
    if actor.account_id is not None:
        condition |= Q(account_id=actor.account_id)
    elif actor.via == "console":
        condition |= Q(account_id__isnull=True)
    return ImportBatch.objects.filter(condition)


ORDERS = {
    "opened": Order("opened_at"),
    "file": Order("file_name"),
    "kind": Order("kind_label"),
    "state": Order("state"),
}
DEFAULT_SORT = "-opened"


def batch_order(sort: str) -> Order:
    """点了哪一列就按哪一列,没点的新的在前。"""
    return choose_order(sort, ORDERS, DEFAULT_SORT)


def batch_door(actor: Actor, batch_id: uuid.UUID) -> ImportBatch:
    """由编号取批次的唯一入口。Raises: NotFound(没有,或看不见)。"""
    batch = visible_batches(actor).filter(pk=batch_id).first()
    if batch is None or batch.kind not in registry.imports:
        raise NotFound
    return batch


def owns(actor: Actor, batch: ImportBatch) -> bool:
    """是不是他开的批次。"""
    if actor.account_id is None:
        return actor.via == "console" and batch.account_id is None
    return batch.account_id == actor.account_id


def content_of(batch: ImportBatch) -> bytes:
    """批次的原文件。Raises: RuleBroken(内容缺失)。"""
    path = path_of(batch.sha256)
    if not path.is_file():
        raise RuleBroken.one(
            "file", "exchange.missing", "原文件的内容缺失,请联系系统管理员从备份恢复。"
        )
    return path.read_bytes()


def memory_for(kind: str, unit_id: int | None) -> tuple[dict[str, str], dict[str, str]]:
    """该单位这种导入记住的表头:键 → 列;键 → 金额单位。"""
    if unit_id is None:
        return {}, {}
    found = HeaderMemory.objects.filter(kind=kind, unit_id=unit_id)
    fields: dict[str, str] = {}
    units: dict[str, str] = {}
    for memory in found:
        fields[memory.key] = memory.field
        if memory.money_unit:
            units[memory.key] = memory.money_unit
    return fields, units


@dataclass(frozen=True)
class ColumnBasis:
    """一个批次对列的全部依据:当时记住的表头(快照)与人选定的列。重读时只认这一份,不看后来又记了什么。"""

    memory: Mapping[str, str]
    units: Mapping[str, str]
    choices: Mapping[str, Mapping[int, Choice]]

    def as_json(self) -> dict[str, Any]:
        return {
            "memory": dict(self.memory),
            "units": dict(self.units),
            "choices": {
                sheet: {str(i): {"field": p.field, "unit": p.unit} for i, p in picks.items()}
                for sheet, picks in self.choices.items()
            },
        }


def mapping_of(batch: ImportBatch) -> ColumnBasis:
    given = batch.mapping
    return ColumnBasis(
        given.get("memory", {}),
        given.get("units", {}),
        {
            sheet: {int(i): Choice(p["field"], p.get("unit", "")) for i, p in picks.items()}
            for sheet, picks in given.get("choices", {}).items()
        },
    )


def settlements_of(batch: ImportBatch) -> tuple[Settlements, dict[str, dict[str, str]]]:
    """已作的选择、先前写入的行,以及选定的读法。"""
    choices: dict[str, str] = {}
    readings: dict[str, dict[str, str]] = {}
    already: dict[str, ObjectRef] = {}
    for row in batch.rows.filter(~Q(settled="") | ~Q(readings={}) | Q(done=True)):
        key = f"{row.sheet}!{row.number}"
        if row.done:
            already[key] = _object(row)
        if row.settled:
            choices[key] = row.settled
        if row.readings:
            readings[key] = row.readings
    if batch.repeat_of_id is not None:
        earlier = ImportRow.objects.filter(
            batch__in=_own_commits(batch.kind, batch.sha256, batch.account_id), done=True
        )
        for row in earlier.exclude(batch=batch):
            already.setdefault(f"{row.sheet}!{row.number}", _object(row))
    return Settlements(choices, already), readings


def _object(row: ImportRow) -> ObjectRef:
    return ObjectRef(row.object_type, row.object_id, row.object_label, row.object_url)


def _own_commits(kind: str, sha256: str, account_id: int | None) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(
        kind=kind, sha256=sha256, account_id=account_id, state=BatchState.COMMITTED
    )


def earlier_commit(kind: str, sha256: str, actor: Actor) -> ImportBatch | None:
    """他自己先前提交过(未撤回)的同种类同内容的批次。别人的不算,免得透露别人导过什么。"""
    return _own_commits(kind, sha256, actor.account_id).order_by("opened_at").first()


def opening_closed() -> OpeningClosure | None:
    return OpeningClosure.objects.first()


def opening_barred(today: date) -> str:
    """今天为什么不能办期初(导入、提交、撤回);能办为空。窗口的首日、末日都含。"""
    if opening_closed() is not None:
        return "期初已经关闭"
    book = params(today)
    first, last = book["opening.starts_on"], book["opening.ends_on"]
    if first <= today <= last:
        return ""
    return f"今天不在开账窗口({first}至{last})之内"


def caps_on(today: date) -> Caps:
    """收导入文件的上限:参数可以收紧,不能放过本系统的安全上限。"""
    book = params(today)
    return replace(
        CAPS,
        file_bytes=min(CAPS.file_bytes, int(book["exchange.max_bytes"])),
        rows=min(CAPS.rows, int(book["exchange.max_rows"])),
    )


def visible_cases(actor: Actor) -> QuerySet[CollisionCase]:
    return CollisionCase.objects.filter(kind__in=overseen_kinds(actor)).select_related("row__batch")


def open_case_count(actor: Actor) -> int:
    kinds = overseen_kinds(actor)
    if not kinds:
        return 0
    return CollisionCase.objects.filter(kind__in=kinds, state=CaseState.OPEN).count()


def case_door(actor: Actor, case_id: uuid.UUID) -> CollisionCase:
    """Raises: NotFound。"""
    case = visible_cases(actor).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


@dataclass(frozen=True)
class RowCounts:
    """一个批次各类行数。`pending` 可写未写,`held` 等人核对。"""

    by_verdict: Mapping[str, int]
    pending: int
    held: int


def row_counts(batch: ImportBatch) -> RowCounts:
    by_verdict: dict[str, int] = {}
    pending = held = 0
    grouped = batch.rows.values("verdict", "done", "held").annotate(n=Count("pk")).order_by()
    for group in grouped:
        by_verdict[group["verdict"]] = by_verdict.get(group["verdict"], 0) + group["n"]
        if group["verdict"] in ("new", "update") and not group["done"]:
            pending += group["n"]
        if group["held"] and group["verdict"] == "doubtful":
            held += group["n"]
    return RowCounts(by_verdict, pending, held)


def provenance_of(
    object_type: str, object_ids: Sequence[object]
) -> dict[str, list[dict[str, Any]]]:
    """对象从哪些批次的哪一行来(一次查询);对象是否可见由调用者先判定。"""
    rows = (
        ImportRow.objects.filter(
            done=True, object_type=object_type, object_id__in=[str(pk) for pk in object_ids]
        )
        .select_related("batch")
        .order_by("batch__committed_at", "position")
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.object_id, []).append(
            {
                "batch": row.batch_id,
                "file": row.batch.file_name,
                "sha256": row.batch.sha256,
                "sheet": row.sheet,
                "number": row.number,
                "verdict": row.verdict,
                "at": row.batch.committed_at,
                "by": row.batch.actor_name,
                "opening": row.batch.opening,
                "paper": row.batch.paper_number,
                "reversed": row.batch.state == BatchState.REVERSED,
            }
        )
    return found
