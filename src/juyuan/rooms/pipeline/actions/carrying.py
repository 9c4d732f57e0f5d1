"""合并时把证据、到位资金照原样记到留下的一个名下(转入),撤销时作废、冲回。都在合并的事务里。

原来的行一字不动,所以此前各日的数照旧;转入的钱带着原来的归期,故月、年、累计合并前后都不变。
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import FileUse
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    Voucher,
    VoucherCheck,
    VoucherFile,
    VoucherKey,
)
from juyuan.rooms.pipeline.queries.merging import accepted_vouchers, moving_evidence
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict

SAME = (
    "fact", "title", "issuer", "number", "dated_on", "conclusion", "place", "two_way", "note",
    "file_sha256", "file_name", "unit_id", "by_id", "by_name", "source", "source_ref",
)  # fmt: skip
PAID = (
    "kind", "paid_on", "amount", "currency", "foreign_amount", "rate", "rate_on", "rate_source",
    "payer_id", "payer_name", "origin", "fiscal", "number", "recognised_bp", "recognised",
    "parameters", "note", "historical", "paper",
)  # fmt: skip


def _use(
    use_id: UUID | None, target: Project, made: list[str], actor: Actor, now: datetime
) -> UUID | None:
    """同一份文件也用在留下的项目上;新起的用途记下编号(撤销时撤去)。"""
    known = FileUse.objects.select_related("file").filter(pk=use_id).first() if use_id else None
    if known is None:
        return None
    before = FileUse.objects.filter(
        file__sha256=known.file.sha256, object_type=OBJ, object_id=str(target.pk),
        label=known.label,
    ).exists()  # fmt: skip
    use = files.use_file(
        actor=actor, file=known.file, object_type=OBJ, object_id=target.pk, label=known.label,
        now=now,
    )  # fmt: skip
    if not before:
        made.append(str(use.pk))
    return use.pk


def carry_evidence(
    source: Project, target: Project, made: list[str], *, actor: Actor, now: datetime
) -> list[int]:
    """证据转入,提交人、提交单位照旧;返回新行的编号。"""
    found = []
    for row in moving_evidence(source, target):
        copy = Evidence(
            project=target, carried_from=row, at=now,
            file_use_id=_use(row.file_use_id, target, made, actor, now),
            **{name: getattr(row, name) for name in SAME},
        )  # fmt: skip
        copy.save(force_insert=True)
        found.append(copy.pk)
    return found


def carry_vouchers(
    source: Project, target: Project, made: list[str], *, actor: Actor, now: datetime
) -> list[tuple[int, int]]:
    """认可过的凭证转入,归期照原来的;返回 (原来的, 转入的) 编号。凭据键随后由 `take_keys` 换。"""
    pairs = []
    for row in accepted_vouchers(source):
        check = row.check_row
        copy = Voucher(
            project=target, carried_from=row, at=now,
            counted_on=row.counted_on or localdate(check.recorded_at),
            file_use_id=_use(row.file_use_id, target, made, actor, now),
            file_sha256=row.file_sha256, file_name=row.file_name,
            unit_id=row.unit_id, by_id=row.by_id, by_name=row.by_name,
            **{name: getattr(row, name) for name in PAID},
        )  # fmt: skip
        copy.save(force_insert=True)
        for more in row.files.all():
            use = _use(more.file_use_id, target, made, actor, now)
            VoucherFile(
                voucher=copy, file_use_id=use or more.file_use_id, file_sha256=more.file_sha256,
                file_name=more.file_name, by_id=more.by_id, by_name=more.by_name, at=now,
            ).save(force_insert=True)  # fmt: skip
        VoucherCheck(
            voucher=copy, verdict=CheckVerdict.ACCEPTED.value, recognised=check.recognised,
            reason=f"随 {source.code} 并入转入", by_id=check.by_id, by_name=check.by_name,
            recorded_at=now,
        ).save(force_insert=True)  # fmt: skip
        pairs.append((row.pk, copy.pk))
    return pairs


def take_keys(
    source: Project, target: Project, pairs: Collection[tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """凭据键(全库只用一次)换到留下的一个;返回 (键, 原项目, 原凭证)。退回而没有冲回的也占着。"""
    new = dict(pairs)
    keys = list(VoucherKey.objects.filter(project=source).order_by("pk"))
    for key in keys:
        VoucherKey.objects.filter(pk=key.pk).update(
            project=target, voucher_id=new.get(key.voucher_id, key.voucher_id)
        )
    return [(key.pk, key.project_id, key.voucher_id) for key in keys]


def return_keys(keys: Sequence[Sequence[int]]) -> None:
    """凭据键放回。"""
    for pk, project_id, voucher_id in keys:
        VoucherKey.objects.filter(pk=pk).update(project_id=project_id, voucher_id=voucher_id)


def return_vouchers(
    pairs: Sequence[Sequence[int]], *, actor: Actor, reason: str, now: datetime
) -> None:
    """转入的逐笔冲回,也归在原来的期:原来的一张重新计数,各期仍各得各的。"""
    for row in Voucher.objects.filter(pk__in=[new for _, new in pairs]).order_by("pk"):
        mirror = Voucher(
            project_id=row.project_id, sign=-1, reverses=row, counted_on=row.counted_on, at=now,
            reason=f"撤销合并：{reason}", by_name=actor.name,
            **{name: getattr(row, name) for name in PAID if name not in ("note", "paper")},
        )  # fmt: skip
        mirror.save(force_insert=True)
        VoucherCheck(
            voucher=mirror, verdict=CheckVerdict.ACCEPTED.value, recognised=row.recognised,
            reason="撤销合并", by_id=actor.account_id, by_name=actor.name, recorded_at=now,
        ).save(force_insert=True)  # fmt: skip


def return_evidence(ids: Collection[int], *, reason: str, now: datetime) -> None:
    """转入的证据作废(已由人作废的不动);文件的用途另由 `drop_uses` 撤去。"""
    Evidence.objects.filter(pk__in=ids, voided_at__isnull=True).update(
        voided_at=now, void_reason=f"撤销合并：{reason}", version=F("version") + 1
    )
    Evidence.objects.filter(pk__in=ids).update(file_use_id=None)


def drop_uses(made: Collection[str], *, actor: Actor, reason: str, now: datetime) -> None:
    """转入时新起的文件用途撤去:分开之后,看得见留下的一个的人不再下得到。"""
    for use in FileUse.objects.filter(pk__in=list(made)).order_by("pk"):
        files.remove_use(actor=actor, use_id=use.pk, reason=f"撤销合并：{reason}", now=now)


def plain(value: Any) -> Any:
    """可存为 JSON、可比较的值。"""
    return value.isoformat() if hasattr(value, "isoformat") else value
