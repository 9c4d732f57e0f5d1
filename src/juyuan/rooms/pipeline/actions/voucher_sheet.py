"""凭证台账的写入(成批与单行)与期初批次的整批撤回:与屏幕上登记走同一装配 `vouchers.insert`。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from juyuan.foundation.exchange.kinds import ObjectRef, Opening
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale
from juyuan.rooms.pipeline.actions.vouchers import TAKEN, Intake, insert, reverse_voucher
from juyuan.rooms.pipeline.models import Project, Voucher
from juyuan.rooms.pipeline.queries.vouchers import IN_STATE, with_standing
from juyuan.rooms.pipeline.rules.voucher_sheet import VoucherCommand
from juyuan.rooms.pipeline.rules.vouchers import CLAUSE, VoucherState

TYPE = "voucher"


def commit_many(
    commands: Sequence[VoucherCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    """成批登记,待核验。期初批次的标明「历史」,记依据文号,按到账日归期。

    Raises:
        Stale: 有一张刚被他人登记。
    """
    projects = Project.objects.in_bulk({c.project_id for c in commands})
    items = [
        Intake(
            projects[c.project_id], c.draft, batch_id=opening.batch_id, apart=c.apart,
            historical=opening.is_opening, paper=opening.paper_number,
            reason=f"台账导入 {opening.paper_number}".strip(),
        )
        for c in commands
    ]  # fmt: skip
    try:
        rows = insert(items, actor=actor, now=now, group=group)
    except IntegrityError:
        raise Stale(TAKEN) from None
    return [
        ObjectRef(TYPE, str(row.pk), row.number, f"/projects/{row.project.code}/#paid-in")
        for row in rows
    ]


def commit_one(
    command: VoucherCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """登记一张。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def reverse_batch(
    refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
) -> None:
    """整批撤回期初批次:逐张冲回(还没有认可过的,即刻生效)。

    Raises:
        RuleBroken: 有的已经认可,逐张指出。
    """
    ids = [int(ref.id) for ref in refs]
    rows = with_standing(Voucher.objects.filter(pk__in=ids)).select_related("project")
    accepted = [
        row
        for state in (VoucherState.ACCEPTED, VoucherState.REVERSING)
        for row in rows.filter(IN_STATE[state.value])
    ]
    if accepted:
        raise RuleBroken(
            Finding(
                "batch", "reverse.used", CLAUSE,
                f"凭证「{row.number}」（{row.project.name}）已经认可，不能整批撤回，请单独冲回",
            )
            for row in accepted
        )  # fmt: skip
    for row in rows.exclude(IN_STATE[VoucherState.REVERSED.value]).order_by("pk"):
        reverse_voucher(actor=actor, voucher=row, reason=reason, now=now)
