"""合并项目的读:两边的样子、搬多少、拦什么;并入的一个留下的一页;某个项目的历次合并。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui.formats import percent
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.pipeline.models import (
    Escalation,
    Evidence,
    Project,
    ProjectMerge,
    ProjectRelation,
    Recognition,
    VoidRequest,
    Voucher,
    VoucherCase,
)
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.movers import movers
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.queries.vouchers import IN_STATE, QUEUE, with_standing
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import MONEY_FIELDS
from juyuan.rooms.pipeline.rules.escalation import OPEN_STATES
from juyuan.rooms.pipeline.rules.merging import FILLABLE, Holds, Merged, Side
from juyuan.rooms.pipeline.rules.quick import frozen_fields
from juyuan.rooms.pipeline.rules.relations import RelationState
from juyuan.rooms.pipeline.rules.stages import Stage, Standing
from juyuan.rooms.pipeline.rules.vouchers import VoucherCaseState, VoucherState

UNDO_DAYS = "pipeline.merge_undo_days"
GONE = frozenset({VoucherState.REVERSED, VoucherState.REVERSING})


def undo_days(at: datetime) -> int:
    """合并当日有效的撤销期(天)。"""
    return int(params(at.date())[UNDO_DAYS])


# ───────── 计划 ─────────


def side_of(project: Project) -> Side:
    """一方的样子;查询数固定。"""
    parties = list(project.parties.select_related("investor"))
    hosts = list(project.hosts.select_related("unit"))
    live = Recognition.objects.filter(project=project, live=True, sign=1).order_by("id")
    values: dict[str, Any] = {
        name: getattr(project, name) for name in FILLABLE if hasattr(project, name)
    }
    for name in MONEY_FIELDS:  # 「不便透露、待定」是明确的答复,不是空着
        values[name] = getattr(project, name) if getattr(project, name) is not None else (
            getattr(project, f"{name}_unknown") or None
        )  # fmt: skip
    values["chain"] = (project.chain_id, project.node_id) if project.chain_id else None
    values["parties"] = tuple(
        sorted((p.investor_id, p.share_bp, p.origin, p.fiscal) for p in parties)
    )
    values["hosts"] = tuple(sorted((h.unit_id, h.share_bp, h.actual) for h in hosts))
    return Side(
        id=project.pk,
        code=project.code,
        name=project.name,
        lead=str(project.lead_unit) if project.lead_unit else "",
        stage=project.stage_enum.label,
        standing=Standing(project.standing),
        confidentiality=project.confidentiality,
        voided=project.is_voided,
        merged=project.is_merged,
        contested=project.contested,
        recognised=tuple(Stage(stage).label for stage in live.values_list("stage", flat=True)),
        frozen=frozen_fields(project.recognised_stage),
        holds=holds_of(project),
        values=values,
        said=_said(project, values, parties, hosts),
    )


def _said(
    project: Project, values: dict[str, Any], parties: Sequence[Any], hosts: Sequence[Any]
) -> dict[str, str]:
    """各栏给人看的写法。"""
    said = {name: str(value) for name, value in values.items() if value not in (None, "", ())}
    for name in MONEY_FIELDS:
        amount, word = getattr(project, name), f"get_{name}_unknown_display"
        if amount is not None:
            said[name] = f"{to_wan(amount)} 万元"
        elif name in said:
            said[name] = getattr(project, word)()
    if project.chain:
        said["chain"] = (
            f"{project.chain.short_name} {project.node.name if project.node else ''}".strip()
        )
    said["parties"] = "；".join(
        f"{p.investor.name} {percent(p.share_bp)} {Origin(p.origin).label if p.origin else ''}".strip()
        for p in parties
    )
    said["hosts"] = "；".join(
        f"{h.unit} {percent(h.share_bp)}" if h.actual else f"{h.unit}（备选）" for h in hosts
    )
    return said


def holds_of(project: Project) -> Holds:
    """一个项目身上没有了结的事。"""
    relations = ProjectRelation.objects.filter(Q(earlier=project) | Q(later=project))
    cases = VoucherCase.objects.filter(Q(project=project) | Q(held=project))
    return Holds(
        waiting_vouchers=with_standing(Voucher.objects.filter(project=project)).filter(QUEUE).count(),
        open_voids=VoidRequest.objects.filter(
            project=project, status=VoidStatus.REQUESTED
        ).count(),
        open_cases=cases.filter(state=VoucherCaseState.OPEN).count(),
        open_escalation=Escalation.objects.filter(
            project=project, state__in=OPEN_STATES
        ).exists(),
        confirmed_relations=relations.filter(state=RelationState.CONFIRMED).count(),
    )  # fmt: skip


def accepted_vouchers(project: Project) -> list[Voucher]:
    """认可了、没有冲回的凭证(要转入的),先登记的在前。"""
    rows = with_standing(Voucher.objects.filter(project=project, sign=1))
    return list(
        rows.filter(IN_STATE[VoucherState.ACCEPTED.value])
        .select_related("check_row")
        .prefetch_related("files")
        .order_by("pk")
    )


def moving_evidence(source: Project, target: Project) -> list[Evidence]:
    """要转入的证据:留下的一个还没有同一事项的同一份文件的。"""
    same = Evidence.objects.filter(
        project=target, fact=OuterRef("fact"), file_sha256=OuterRef("file_sha256"),
        voided_at__isnull=True,
    ).exclude(file_sha256="")  # fmt: skip
    rows = Evidence.objects.filter(~Exists(same), project=source, voided_at__isnull=True)
    return list(rows.order_by("pk"))


def moves_of(source: Project, target: Project) -> list[tuple[str, int]]:
    """(名目, 件数):搬多少。"""
    return [
        ("证据", len(moving_evidence(source, target))),
        ("认可过的到位资金凭证", len(accepted_vouchers(source))),
        *((mover.label, mover.count(source.pk)) for mover in movers()),
    ]


def held_by_rooms(source: Project, target: Project) -> list[str]:
    """别的房间拦住的话。"""
    return [said for mover in movers() for said in mover.blocks(source.pk, target.pk)]


# ───────── 撤销 ─────────


def merged_now(entry: ProjectMerge) -> Merged:
    """这次合并此刻的样子。"""
    since = Recognition.objects.filter(
        project=entry.target, live=True, sign=1, pk__gt=entry.moved.get("recognition", 0)
    )
    carried = with_standing(
        Voucher.objects.filter(pk__in=[new for _, new in entry.moved.get("vouchers", ())])
    )
    return Merged(
        at=entry.at,
        undone=entry.undone_at is not None,
        target_merged=entry.target.is_merged,
        target_voided=entry.target.is_voided and not entry.target.is_merged,
        recognised_since=tuple(
            Stage(stage).label for stage in since.order_by("pk").values_list("stage", flat=True)
        ),
        changed_vouchers=carried.exclude(IN_STATE[VoucherState.ACCEPTED.value]).count(),
    )


def merge_door(actor: Actor, pk: int) -> ProjectMerge:
    """由编号取一次合并:两边都看得全的人才进得来。

    Raises:
        NotFound: 没有,或看不见其中一边。
    """
    seen = seen_whole(actor, merged=True).order_by().values("pk")
    row = (
        ProjectMerge.objects.filter(pk=pk, source__in=seen, target__in=seen)
        .select_related("source", "target")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def live_merge(project: Project) -> ProjectMerge | None:
    """这个项目并入别的项目的那一次(没有撤销的)。"""
    rows = ProjectMerge.objects.filter(source=project, undone_at__isnull=True)
    return rows.select_related("source", "target").first()


def absorbed(project: Project, actor: Actor) -> list[ProjectMerge]:
    """并进这个项目的,没有撤销的;看不见并入的那一个的人不知道。没有别名即没有,不查库。"""
    if not project.aliases:
        return []
    seen = seen_whole(actor, merged=True).order_by().values("pk")
    rows = ProjectMerge.objects.filter(
        target=project, undone_at__isnull=True, source__in=seen
    ).select_related("source")
    return list(rows.order_by("id"))


def codes_of(project: Project) -> list[str]:
    """这个项目与并进它的各项目的编号(经过一并看)。没有别名即没有,不查库。"""
    if not project.aliases:
        return [project.code]
    return [project.code, *project.absorbed.order_by("pk").values_list("code", flat=True)]
