"""首谈台账的写入与期初批次的整批撤回:单行、成批走同一个登记(`register.register_one`),结果相同(有测试)。

一批的锁一次取齐,之后逐件查、逐件登:后面的行看得见前面的行,撞在一起的立件。文件不在台账里:
期初批次附了依据文件扫描件的,各件共用这一份;没有的先记下凭据叫什么,随后在首谈页补交。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty
from juyuan.foundation.exchange.kinds import ObjectRef, Opening
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.register import (
    Intake,
    keep_file,
    keys_to_queue,
    register_one,
)
from juyuan.rooms.first_contact.actions.rights import unconfirmed
from juyuan.rooms.first_contact.actions.ruling import log, move
from juyuan.rooms.first_contact.actions.settle import close_parties
from juyuan.rooms.first_contact.actions.steps import CLAUSE, fresh_project, step
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries.claims import OBJ, lacks_file
from juyuan.rooms.first_contact.queries.duty import CONFLICT, RULING
from juyuan.rooms.first_contact.rules.claims import judge_claim
from juyuan.rooms.first_contact.rules.ledger import ClaimCommand
from juyuan.rooms.first_contact.rules.rights import ClaimState, ClaimVerb
from juyuan.rooms.first_contact.rules.rulings import PENDING, ConflictState
from juyuan.rooms.investors.access import is_bureau
from juyuan.rooms.investors.actions import write_match_keys
from juyuan.rooms.investors.actions.keys import lock_keys
from juyuan.rooms.pipeline import access as pipeline_access
from juyuan.rooms.pipeline.actions.leading import take_back_lead
from juyuan.rooms.pipeline.actions.opening import used_since_entry, void_many
from juyuan.rooms.pipeline.models import Project


def commit_many(
    commands: Sequence[ClaimCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    """成批登记:期初批次的待商务主管部门确认,日常的照一般登记(功劳取晚、迟登标明)。

    Raises:
        Denied: 职务只能查阅;与所写的项目没有关系。
        RuleBroken: 日常批次里替别的单位登记;有一行已不合规则(写明哪一行),一行也不写。
    """
    require(access.can_register(actor))
    mine = replace(actor, group=group)
    paper = _paper(opening)
    with transaction.atomic():
        intakes = _intakes(commands, actor=mine, on=localdate(now), opening=opening, paper=paper)
        lock_keys(keys_to_queue(intakes, now))
        refs = []
        for command, intake in zip(commands, intakes, strict=True):
            try:
                claim = register_one(intake, actor=mine, now=now).claim
            except RuleBroken as broken:
                raise _at(command, broken) from broken
            refs.append(
                ObjectRef(OBJ, claim.code, claim.project_name, f"/first-contacts/{claim.code}/")
            )
    return refs


def commit_one(
    command: ClaimCommand, *, actor: Actor, now: datetime, group: UUID, opening: Opening
) -> ObjectRef:
    """登记一件。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def _at(command: ClaimCommand, broken: RuleBroken) -> RuleBroken:
    """哪一行:预览之后别人登了同一件之类。"""
    return RuleBroken([replace(f, message=f"{command.place}:{f.message}") for f in broken.findings])


def _paper(opening: Opening) -> StoredFile | None:
    """期初批次的依据文件扫描件。"""
    if not (opening.is_opening and opening.batch_id):
        return None
    batch = ImportBatch.objects.select_related("paper_file").filter(pk=opening.batch_id).first()
    return batch.paper_file if batch is not None else None


def _intakes(
    commands: Sequence[ClaimCommand], *, actor: Actor, on: date, opening: Opening,
    paper: StoredFile | None,
) -> list[Intake]:  # fmt: skip
    assert actor.post is not None
    units = Unit.objects.in_bulk({c.unit_id for c in commands})
    projects = Project.objects.in_bulk({c.project_id for c in commands if c.project_id})
    found = []
    for command in commands:
        project = projects[command.project_id] if command.project_id else None
        other = command.unit_id != actor.post.unit_id
        if other and not (opening.is_opening and is_bureau(actor)):
            raise RuleBroken.one(
                "unit", "claim.unit",
                f"{command.place}:替「{units[command.unit_id].name}」登记只能作期初批次,由商务主管部门办理",
                CLAUSE,
            )  # fmt: skip
        if project is not None:
            require(pipeline_access.can_add_evidence(actor, project))
        draft = replace(command.draft, opening=opening.is_opening)
        findings = judge_claim(draft, on, has_project=project is not None, needs_file=False)
        if findings:
            raise _at(command, RuleBroken(findings))
        own = not other and command.person in ("", actor.name)
        found.append(
            Intake(
                units[command.unit_id], draft, project, None,
                actor.person_id if own else None, actor.name if own else command.person,
                evidence=command.evidence, paper=paper, paper_number=opening.paper_number,
                batch_id=opening.batch_id,
            )
        )  # fmt: skip
    return found


def add_claim_file(*, actor: Actor, claim: Claim, file: StoredFile | None, now: datetime) -> Claim:
    """补交台账来的首谈的凭据:登记的单位,还没有自己的文件的。

    Raises:
        Denied: 不是登记的单位。
        RuleBroken: 没附文件;已经有;已经结束。
    """
    require(access.can_found(actor, claim))
    if not lacks_file(claim):
        raise RuleBroken.one("file", "claim.filed", "这件首谈已有凭据的文件,或已经结束", CLAUSE)
    if file is None:
        raise RuleBroken.one("file", "claim.file", "请附上接触的凭据", CLAUSE)
    with transaction.atomic():
        keep_file(claim, file, actor=actor, now=now)
        record(
            event="first_contact.claim.filed", actor=actor, obj_type=OBJ, obj_id=claim.code,
            obj_label=claim.project_name, after={"file": claim.file_name, "sha256": claim.file_sha256},
            clause=CLAUSE, now=now,
        )  # fmt: skip
    return claim


def reverse_batch(
    refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
) -> None:
    """整批撤回期初批次:各件终结,只牵涉本批(或另一家)的撞单撤销,随之登记而没有动过的项目作废。

    Raises:
        RuleBroken: 有的已确认、已裁定,或它的项目已有改动,逐件指出。
    """
    claims = list(
        Claim.objects.select_for_update(of=("self",))
        .filter(code__in=[ref.id for ref in refs])
        .select_related("unit", "project")
        .order_by("pk")
    )
    ids = {claim.pk for claim in claims}
    mine_in = ConflictParty.objects.filter(
        claim_id__in=ids, conflict__state__in=[s.value for s in PENDING]
    )
    conflicts = list(
        Conflict.objects.select_for_update()
        .filter(pk__in=mine_in.order_by().values("conflict_id"))
        .order_by("pk")
    )
    founded = _founded(claims)
    _refuse_reversal(claims, conflicts, ids, used_since_entry(founded), founded)
    mine = replace(actor, group=group)
    for claim in claims:
        held = claim.state == ClaimState.REGISTERED
        project = fresh_project(claim) if held else None
        write_match_keys(OBJ, claim.pk, [])
        step(claim, ClaimVerb.END, actor=mine, now=now, reason=reason)
        if project is not None and project.pk not in founded:
            # 没有撞上而登记在已有项目上的,登记之前的首谈单位就是它,或还没有
            take_back_lead(actor=mine, project=project, reason=reason, now=now)
    for conflict in conflicts:
        move(
            conflict, (ConflictState.OPEN,), state=ConflictState.CLOSED.value, closed_at=now,
            note=reason,
        )  # fmt: skip
        log(conflict, "dismissed", mine, now, reason=reason)
        end_duty(
            kind=RULING, object_type=CONFLICT, object_id=conflict.pk,
            act="first_contact.conflict.dismissed", actor=mine, now=now, cancelled=True,
        )  # fmt: skip
        close_parties(conflict, actor=mine, reason=reason, now=now)
    void_many(sorted(founded), actor=mine, now=now, group=group, reason=reason)


def _founded(claims: Sequence[Claim]) -> dict[int, Claim]:
    """随这些首谈登记的项目:登记项目与登记首谈在台账里是同一组。"""
    projects = {c.project.code: c for c in claims if c.project is not None}
    rows = Event.objects.filter(
        event="pipeline.project.registered", obj_id__in=list(projects), group__isnull=False
    ).values_list("obj_id", "group")
    groups = dict(
        Event.objects.filter(
            event="first_contact.claim.register", obj_id__in=[c.code for c in claims]
        ).values_list("obj_id", "group")
    )
    return {
        claim.project_id: claim
        for code, group in rows
        if (claim := projects[code]).project_id and groups.get(claim.code) == group
    }


def _refuse_reversal(
    claims: Sequence[Claim], conflicts: Sequence[Conflict], ids: set[int], used: set[int],
    founded: dict[int, Claim],
) -> None:  # fmt: skip
    found: list[Finding] = []

    def no(text: str) -> None:
        found.append(Finding("batch", "reverse.used", CLAUSE, text))

    for claim in claims:
        if claim.state not in (ClaimState.REGISTERED, ClaimState.DISPUTED) or not unconfirmed(
            claim
        ):
            no(f"「{claim.project_name}」({claim.code})已经确认或了结,不能整批撤回,请单独终结")
    for conflict in conflicts:
        others = conflict.parties.exclude(claim_id__in=ids).count()
        if conflict.state != ConflictState.OPEN or others > 1:
            no(f"撞单 {conflict.code} 已裁定或另有两家以上,请先由商务主管部门裁定")
    for pk in sorted(used):
        no(f"「{founded[pk].project_name}」的项目已有证据、认定或移动,不能整批撤回")
    if found:
        raise RuleBroken(found)
