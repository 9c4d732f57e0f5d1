"""首谈登记:锁住匹配键,查重,登记;撞上先有者的,登记为「待裁定」并立件,不会有两个首谈单位。

一个事务。锁按固定次序取,写法不同的同一家也排在同一队;数据库约束兜底。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.timezone import get_current_timezone, localdate

from juyuan.foundation.exchange.queries import opening_barred
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.check import keep_binding
from juyuan.rooms.first_contact.actions.conflicts import open_or_join
from juyuan.rooms.first_contact.actions.steps import CLAUSE, first_step, step
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.first_contact.queries.check import check
from juyuan.rooms.first_contact.queries.claims import OBJ, visible_ids
from juyuan.rooms.first_contact.queries.incumbents import Faced, faced, kin_keys, kin_units
from juyuan.rooms.first_contact.queries.parties import PARTY, candidates
from juyuan.rooms.first_contact.rules.answering import Answer
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof, judge_claim
from juyuan.rooms.first_contact.rules.rights import (
    ClaimState,
    ClaimVerb,
    merit_time,
    registered_late,
)
from juyuan.rooms.investors.actions import ensure_investors, write_match_keys
from juyuan.rooms.investors.actions.keys import lock_keys
from juyuan.rooms.investors.actions.register import lock_names
from juyuan.rooms.investors.rules.drafts import InvestorDraft
from juyuan.rooms.investors.rules.keys import Key, parcel_key
from juyuan.rooms.pipeline import access as pipeline_access
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.leading import give_lead
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.naming import project_key

PREFIX = "SQ"
MINE = "本单位已登记过同一件,请直接在它上面办理"


@dataclass(frozen=True)
class Registered:
    """登记的结果:这件首谈,盲查重的回答,撞单(没有即空)。"""

    claim: Claim
    answer: Answer
    conflict: Conflict | None


def register_claim(
    *, actor: Actor, draft: ClaimDraft, project: Project | None = None, now: datetime
) -> Registered:
    """登记一件首谈。`project` 是要登记在上面的项目;不给即新登记一个项目(撞单的先不登记)。

    Raises:
        Denied: 职务只能查阅;或与这个项目没有关系。
        RuleBroken: 所填不全;不在开账窗口;本单位已登记过同一件。
    """
    require(access.can_register(actor))
    assert actor.post is not None
    unit = Unit.objects.get(pk=actor.post.unit_id)
    if project is not None:
        require(pipeline_access.can_add_evidence(actor, project))
    today = localdate(now)
    findings = judge_claim(draft, today, has_project=project is not None)
    barred = opening_barred(today) if draft.opening else ""
    if barred:
        findings.append(Finding("opening", "claim.opening", CLAUSE, f"{barred},请按一般登记办理"))
    stored = uploaded(actor, draft.file_id)
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "claim.file", "", "文件没有存好,请重新上传"))
    if findings or stored is None:
        raise RuleBroken(findings)
    intake = Intake(unit, draft, project, stored, actor.person_id, actor.name)
    with transaction.atomic():
        lock_keys(keys_to_queue([intake], now))
        return register_one(intake, actor=actor, now=now)


@dataclass(frozen=True)
class Intake:
    """一件要登记的:哪个单位的、登记在哪个项目上(空即新登记)、凭据的文件(台账来的可以还没有)。

    `evidence` 是没有文件时凭据叫什么;`paper` 是期初批次的依据文件,几件共用,不当作这件自己的凭据。
    """

    unit: Unit
    draft: ClaimDraft
    project: Project | None = None
    file: StoredFile | None = None
    person_id: int | None = None
    person_name: str = ""
    evidence: str = ""
    paper: StoredFile | None = None
    paper_number: str = ""
    batch_id: str = ""


def register_one(intake: Intake, *, actor: Actor, now: datetime) -> Registered:
    """查、登(事务内,已在 `keys_to_queue` 的键上排了队;所填已判过)。屏幕与台账都走这里。

    Raises:
        RuleBroken: 本单位已登记过同一件。
    """
    draft, unit, project = intake.draft, intake.unit, intake.project
    checked = check(actor, draft.subject, localdate(now), own=kin_units(actor, unit.pk))
    met = faced(checked.found, unit.pk, project)
    _refuse_own(actor, met, project)
    said = draft.subject
    investor = ensure_investors(
        actor=actor, rows=[(said.name, compact_uscc(said.uscc))], now=now, batch_id=intake.batch_id
    )[0]
    claim = _row(actor, intake, investor, now)
    if met.others:
        claim.state = ClaimState.DISPUTED
    elif project is None:
        claim.project = _new_project(actor, unit, draft, investor, now)
    if claim.project is not None and not met.others:
        give_lead(
            actor=actor, unit_id=unit.pk, reason="首谈登记", now=now,
            project=Project.objects.select_for_update().get(pk=claim.project.pk),
        )  # fmt: skip
    claim.save(force_insert=True)
    if intake.file is not None:
        keep_file(claim, intake.file, actor=actor, now=now)
    elif intake.paper is not None:
        files.use_file(
            actor=actor, file=intake.paper, object_type=OBJ, object_id=claim.pk,
            label=f"期初依据 {intake.paper_number}".strip(), now=now,
        )  # fmt: skip
    conflict = None
    if met.others:
        first_step(claim, ClaimVerb.CONTEST, actor=actor, now=now, reason=draft.note)
        write_match_keys(OBJ, claim.pk, _keys(claim))
        conflict = open_or_join(actor=actor, claim=claim, others=met.others, now=now)
    else:
        first_step(claim, ClaimVerb.REGISTER, actor=actor, now=now, reason=draft.note)
        if not claim.opening:
            step(claim, ClaimVerb.PROTECT, actor=actor, now=now)
    keep_binding(actor=actor, subject=said, checked=checked, told=conflict is not None, now=now)
    return Registered(claim, checked.answer, conflict)


def keep_file(claim: Claim, file: StoredFile, *, actor: Actor, now: datetime) -> None:
    """把凭据的文件记在这件首谈上(事务内)。"""
    use = files.use_file(
        actor=actor, file=file, object_type=OBJ, object_id=claim.pk,
        label=ContactProof(claim.proof).label, now=now,
    )  # fmt: skip
    claim.file_use_id, claim.file_sha256, claim.file_name = use.pk, file.sha256, file.name[:200]
    Claim.objects.filter(pk=claim.pk).update(
        file_use_id=use.pk, file_sha256=file.sha256, file_name=claim.file_name
    )


def keys_to_queue(intakes: Sequence[Intake], now: datetime) -> set[str]:
    """要排队的键:这几家的全部写法,排到事务结束。两个单位同时登记的,后到的看得见先到的。

    一批的键一次取齐、按固定次序锁,两批互相碰上也不会等死。
    """
    most = params(localdate(now))["first_contact.key_max_hits"]
    keys: set[str] = set()
    kin: set[int] = set()
    for intake in intakes:
        said = intake.draft.subject
        keys |= lock_names(
            [
                InvestorDraft(name=name, uscc=said.uscc, foreign_id=said.foreign_id)
                for name in (said.name, *said.aliases)
            ]
        )
        kin |= candidates(said, most).ids.get(PARTY, set())
        if intake.project is not None:
            keys.add(f"project:{intake.project.pk}")
    return keys | kin_keys(kin)


def _refuse_own(actor: Actor, met: Faced, project: Project | None) -> None:
    """本单位已登记过的,说是哪一件(看得见的才说,看不见的照常登记)。"""
    seen = visible_ids(actor, [c.pk for c in met.own_claims]) if met.own_claims else set()
    for claim in met.own_claims:
        if claim.pk in seen and (project is None or claim.project_id == project.pk):
            raise RuleBroken.one("name", "claim.twice", f"{MINE}:{claim.code}", CLAUSE)
    if project is None and met.own:
        known = seen_whole(actor).filter(pk__in=[p.pk for p in met.own]).order_by("pk").first()
        if known is not None:
            raise RuleBroken.one(
                "name", "claim.own_project",
                f"本单位已有同一件的项目「{known.name}」({known.code}),请在该项目上登记首谈", CLAUSE,
            )  # fmt: skip


def _row(actor: Actor, intake: Intake, investor: int, now: datetime) -> Claim:
    """装配一行(未存)。功劳的时刻:凭据与登记取晚;期初的待商务主管部门确认之后才按凭据。"""
    draft, project = intake.draft, intake.project
    said = draft.subject
    assert draft.proof and draft.contacted_on and draft.evidence_on
    evidence_at = datetime.combine(draft.evidence_on, time.min, get_current_timezone())
    today = localdate(now)
    days = params(today)["first_contact.register_workdays"]
    secrecy = project.confidentiality if project is not None else draft.secrecy.value
    return Claim(
        code=new_code(PREFIX), project=project, unit=intake.unit, person_id=intake.person_id,
        person_name=intake.person_name, investor_id=investor, investor_name=said.name.strip(),
        project_name=said.project_name.strip() or (project.name if project else ""),
        content=said.content.strip(), amount=said.amount, site=said.site.strip(),
        confidentiality=secrecy, contacted_on=draft.contacted_on, proof=draft.proof.value,
        evidence_on=draft.evidence_on, registered_at=now, merit_at=merit_time(evidence_at, now),
        late=not draft.opening and registered_late(draft.contacted_on, today, days, calendar()),
        opening=draft.opening, state=ClaimState.REGISTERED, by_id=actor.account_id,
        by_name=actor.name, file_sha256=intake.paper.sha256 if intake.paper else "",
        file_name=(intake.evidence or draft.proof.label)[:200],
    )  # fmt: skip


def _new_project(
    actor: Actor, unit: Unit, draft: ClaimDraft, investor: int, now: datetime
) -> Project:
    """随首谈登记的项目:进谋划库,所填的都带过去,凭据(有文件的)作双向接触记录的证据。"""
    said = draft.subject
    assert draft.proof is not None
    evidence = EvidenceDraft(
        fact=FactKey.CONTACT, title=draft.proof.label, dated_on=draft.evidence_on,
        two_way=draft.two_way, file_id=draft.file_id,
    )  # fmt: skip
    return register_project(
        actor=actor, evidence=[evidence] if draft.file_id is not None else [], now=now,
        draft=ProjectDraft(
            name=said.project_name.strip(), summary=said.content.strip(),
            total_investment=said.amount, location=said.site.strip(), lead_unit_id=unit.pk,
            confidentiality=draft.secrecy.value, parties=(PartyDraft(investor),),
            hosts=(HostDraft(unit.pk),) if unit.is_county else (),
        ),
    )  # fmt: skip


def _keys(claim: Claim) -> list[Key]:
    """还没有项目的一件自己的匹配键,与项目同一套。"""
    return [("name", project_key(claim.project_name)), ("parcel", parcel_key(claim.site))]
