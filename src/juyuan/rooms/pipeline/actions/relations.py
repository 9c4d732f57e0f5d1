"""项目关系:系统提出(可重复),人来判定(属实、不属实、撤销判定)。判定之后各数按规则只计一次。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people.models import Role
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial, Finding, RuleBroken, Stale, require
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.models import Project, ProjectRelation
from juyuan.rooms.pipeline.queries.relations import candidates, limits
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.relations import (
    Proposal,
    RelationKind,
    RelationState,
    makes_cycle,
    propose,
)

CLAUSE = "3.3b"
REASON_LIMIT = 2000


def may_settle(actor: Actor) -> Access:
    """判定项目关系:商务主管部门负责人、核验人。"""
    if actor.has(Role.VERIFIER, BUREAU) or actor.has(Role.HEAD, BUREAU):
        return Allowed()
    return Denial(f"项目关系由{bureau()}负责人或核验人判定", CLAUSE)


def propose_relations(*, actor: Actor, now: datetime) -> int:
    """把新的疑似关系提出来,返回条数;提出过的(不论怎么判的)不再提。"""
    with transaction.atomic():
        found = propose(candidates(), limits(now.date()))
        rows = [_row(proposal, actor, now) for proposal in found]
        ProjectRelation.objects.bulk_create(rows, batch_size=1000)
        codes = dict(
            Project.objects.filter(pk__in={r.later_id for r in rows}).values_list("pk", "code")
        )
        record_many(
            [
                Entry("pipeline.relation.proposed", OBJ, codes[r.later_id], "",
                      after={"relation": r.pk, "kind": r.kind}, clause=CLAUSE)
                for r in rows
            ],
            actor=actor, now=now, group=None,
        )  # fmt: skip
    return len(rows)


def _row(proposal: Proposal, actor: Actor, now: datetime) -> ProjectRelation:
    return ProjectRelation(
        earlier_id=proposal.earlier,
        later_id=proposal.later,
        kind=proposal.kind.value,
        signs=list(proposal.signs),
        proposed_by_name=actor.name,
        proposed_by_id=actor.account_id,
        proposed_at=now,
    )


def _reason(reason: str, what: str) -> list[Finding]:
    if not reason.strip():
        return [Finding("reason", "relation.reason", CLAUSE, f"{what}须写明理由")]
    if len(reason) > REASON_LIMIT:
        return [Finding("reason", "relation.reason", CLAUSE, f"理由至多 {REASON_LIMIT} 字")]
    return []


def _settle(
    relation: ProjectRelation, wanted: tuple[RelationState, ...], verb: str, actor: Actor,
    now: datetime, **changes: Any,
) -> ProjectRelation:  # fmt: skip
    before = {"state": relation.state, "kind": relation.kind}
    changed = ProjectRelation.objects.filter(
        pk=relation.pk, version=relation.version, state__in=[s.value for s in wanted]
    ).update(**changes, version=relation.version + 1)
    if changed == 0:
        raise Stale("这条关系刚被他人判定过")
    relation.refresh_from_db()
    # 两边项目的经过里都有;不写另一边的名称:看得见这边的人未必看得见那边
    record_many(
        [
            Entry(f"pipeline.relation.{verb}", OBJ, p.code, p.name, before,
                  {"state": relation.state, "kind": relation.kind, "relation": relation.pk},
                  clause=CLAUSE)
            for p in (relation.earlier, relation.later)
        ],
        actor=actor, now=now, group=None,
    )  # fmt: skip
    return relation


def confirm_relation(
    *, actor: Actor, relation: ProjectRelation, kind: RelationKind, reason: str = "", now: datetime
) -> ProjectRelation:
    """判定属实,并定类别;自此刻起各数按规则只计一次,此前各日不变。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 会绕成一圈,两个项目都不计了。
        Stale: 已经判定。
    """
    require(may_settle(actor))
    with transaction.atomic():
        others = ProjectRelation.objects.select_for_update().filter(state=RelationState.CONFIRMED)
        if makes_cycle(
            others.values_list("earlier_id", "later_id"), relation.earlier_id, relation.later_id
        ):
            raise RuleBroken.one(
                "kind",
                "relation.cycle",
                "与已经判定的关系首尾相接成了一圈，请先撤销其中一条",
                CLAUSE,
            )
        return _settle(
            relation, (RelationState.PROPOSED,), "confirmed", actor, now,
            state=RelationState.CONFIRMED.value, kind=kind.value, reason=reason.strip(),
            settled_at=now, settled_by_id=actor.account_id, settled_by_name=actor.name,
        )  # fmt: skip


def dismiss_relation(
    *, actor: Actor, relation: ProjectRelation, reason: str, now: datetime
) -> ProjectRelation:
    """判定不属实,写明理由;这一对不再提出。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由。
        Stale: 已经判定。
    """
    require(may_settle(actor))
    findings = _reason(reason, "判定不属实")
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        return _settle(
            relation, (RelationState.PROPOSED,), "dismissed", actor, now,
            state=RelationState.DISMISSED.value, reason=reason.strip(), settled_at=now,
            settled_by_id=actor.account_id, settled_by_name=actor.name,
        )  # fmt: skip


def revoke_relation(
    *, actor: Actor, relation: ProjectRelation, reason: str, now: datetime
) -> ProjectRelation:
    """撤销判定:自此刻起各数照两个项目计,判定期间各日不变。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由。
        Stale: 不是判定属实的。
    """
    require(may_settle(actor))
    findings = _reason(reason, "撤销判定")
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        return _settle(
            relation, (RelationState.CONFIRMED,), "revoked", actor, now,
            state=RelationState.REVOKED.value, revoked_at=now,
            reason=f"{relation.reason}；撤销：{reason.strip()}".lstrip("；"),
        )  # fmt: skip
