"""改项目内容:只校验改动所触及的门槛;带版本;改了什么逐项入台账。"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    derive,
    expect_version,
    live_evidence,
    refresh_search,
    save_state,
    update_if_current,
)
from juyuan.rooms.pipeline.actions.register import PLAIN_FIELDS, references
from juyuan.rooms.pipeline.actions.settle import settle_claim
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectHost,
    ProjectListed,
    ProjectParticipant,
    ProjectParty,
)
from juyuan.rooms.pipeline.queries.facts import assemble
from juyuan.rooms.pipeline.rules.amounts import Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import (
    RESTRICTED,
    HostDraft,
    PartyDraft,
    ProjectDraft,
    judge,
    keeping_sight,
)
from juyuan.rooms.pipeline.rules.facts import LandingKind
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.quick import frozen_fields

LEAD_CLAIMED = "首谈单位由首谈登记而定;要换的,在首谈登记里移交或提请裁定"
# 草稿字段 → 门槛表、表单、接口所用的字段名
PUBLIC_NAMES = {
    "chain_id": "chain",
    "node_id": "node",
    "lead_unit_id": "lead_unit",
    "parties": "investors",
    "hosts": "host_units",
    "participant_ids": "participants",
    "listed_ids": "listed",
}


def draft_of(project: Project) -> ProjectDraft:
    """项目现状写成草稿(编辑的起点)。"""
    plain = {name: getattr(project, name) for name in PLAIN_FIELDS}
    plain["category"] = Category(project.category)
    plain["landing_kind"] = LandingKind(project.landing_kind)
    for name in ("total_investment", "fixed_investment", "contract_amount"):
        plain[f"{name}_unknown"] = Unknown(getattr(project, f"{name}_unknown"))
    return ProjectDraft(
        **plain,
        parties=tuple(
            PartyDraft(p.investor_id, p.share_bp, Origin(p.origin), p.fiscal)
            for p in project.parties.all()
        ),
        hosts=tuple(HostDraft(h.unit_id, h.share_bp, h.actual) for h in project.hosts.all()),
        participant_ids=tuple(sorted(project.participant_unit_ids)),
        listed_ids=tuple(sorted(project.listed_person_ids)),
    )


def changed_fields(before: ProjectDraft, after: ProjectDraft) -> set[str]:
    return {
        f.name
        for f in fields(ProjectDraft)
        if f.name != "extra" and getattr(before, f.name) != getattr(after, f.name)
    }


def _plain(value: Any) -> Any:
    """台账里的值:可存为 JSON,名称原样。"""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, PartyDraft):
        return {
            "investor": value.investor_id,
            "share_bp": value.share_bp,
            "origin": str(value.origin),
            "fiscal": value.fiscal,
        }
    if isinstance(value, HostDraft):
        return {"unit": value.unit_id, "share_bp": value.share_bp, "actual": value.actual}
    return value if value is None or isinstance(value, int | bool) else str(value)


def frozen_findings(project: Project, changed: set[str]) -> list[Finding]:
    """签约已认定的,冻结的数字不能就地改。"""
    touched = changed & frozen_fields(project.recognised_stage)
    return [
        Finding(
            PUBLIC_NAMES.get(name, name),
            "frozen",
            "3.3b",
            "签约已认定,当日数字已冻结;须先由核验人撤回认定(冲回),改后重新认定",
        )
        for name in sorted(touched)
    ]


def edit_project(
    *,
    actor: Actor,
    project: Project,
    draft: ProjectDraft,
    version: int | None = None,
    reason: str = "",
    now: datetime,
) -> Project:
    """把项目改成 `draft` 的样子。没有变化则什么也不发生。

    改成限名单的人自动列入名单;已是限名单的,把自己移出名单照办(此后他可能看不见)。

    Raises:
        Denied: 不是经办、承载单位或商务主管部门。
        Stale: 版本已变。
        RuleBroken: 值不合理;改动会使现在所在库的门槛不再满足;动了已冻结的数字。
    """
    require(access.can_edit(actor, project))
    expect_version(project, version)
    before = draft_of(project)
    if before.confidentiality != RESTRICTED:
        draft = keeping_sight(draft, actor.person_id)
    changed = changed_fields(before, draft)
    if not changed:
        return project
    public = {PUBLIC_NAMES.get(name, name) for name in changed}
    findings = judge(draft, now.date()) + references([draft])[0]
    findings += frozen_findings(project, changed)
    if project.lead_claimed and "lead_unit_id" in changed:
        findings.append(Finding("lead_unit", "lead.claimed", "3.2b", LEAD_CLAIMED))

    after = Project.objects.get(pk=project.pk)
    for name in PLAIN_FIELDS:
        setattr(after, name, getattr(draft, name))
    parties = [
        ProjectParty(
            project_id=project.pk, investor_id=p.investor_id, share_bp=p.share_bp,
            origin=p.origin, fiscal=p.fiscal, order=i,
        )
        for i, p in enumerate(draft.parties)
    ]  # fmt: skip
    hosts = [
        ProjectHost(project_id=project.pk, unit_id=h.unit_id, share_bp=h.share_bp, actual=h.actual)
        for h in draft.hosts
    ]
    evidence = live_evidence(project)
    was = set(
        missing(assemble(project, project.parties.all(), evidence), project.stage_enum, now.date())
    )
    if not findings:
        # 只拒绝由这次改动新造成的缺项;本来就缺的不为难改别处的人
        now_missing = missing(
            assemble(after, parties, evidence), project.stage_enum, now.date(), only=public
        )
        findings += [f for f in now_missing if f not in was]
    if findings:
        raise RuleBroken(findings)

    derive(after, parties, hosts, now)
    with transaction.atomic():
        update_if_current(
            project,
            now=now,
            **{name: getattr(draft, name) for name in PLAIN_FIELDS},
            name_key=project_key(draft.name),
            is_chain_project=after.is_chain_project,
            committed_investment=after.committed_investment,
            committed_outside_province=after.committed_outside_province,
            unit_ids=after.unit_ids,
            participant_unit_ids=sorted(set(draft.participant_ids)),
            listed_person_ids=sorted(set(draft.listed_ids)),
        )
        if "parties" in changed:
            project.parties.all().delete()
            ProjectParty.objects.bulk_create(parties)
        project.hosts.all().delete()
        ProjectHost.objects.bulk_create(hosts)
        if "participant_ids" in changed:
            project.participants.all().delete()
            ProjectParticipant.objects.bulk_create(
                ProjectParticipant(project=project, unit_id=u) for u in draft.participant_ids
            )
        if "listed_ids" in changed:
            project.listed.all().delete()
            ProjectListed.objects.bulk_create(
                ProjectListed(project=project, person_id=p) for p in draft.listed_ids
            )
        fresh = Project.objects.select_related("chain").get(pk=project.pk)
        save_state(fresh, now)
        refresh_search(fresh)
        record(
            event="pipeline.project.edited",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=fresh.name,
            before={name: _plain(getattr(before, name)) for name in sorted(changed)},
            after={name: _plain(getattr(draft, name)) for name in sorted(changed)},
            reason=reason,
            clause="3.3b",
            now=now,
        )
        settle_claim(fresh, actor=actor, now=now)
        escalation.refresh([fresh.pk], actor=actor, now=now, reason=reason)
    return fresh
