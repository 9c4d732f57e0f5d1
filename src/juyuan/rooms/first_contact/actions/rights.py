"""首谈的权利往后走:期初确认、延长、失去独占、接手、终结。机器只提请,人来确认,都写理由。"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.utils.timezone import get_current_timezone, localdate

from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.first_contact import access
from juyuan.rooms.first_contact.actions.steps import (
    CLAUSE,
    first_step,
    fresh_project,
    need_reason,
    step,
    tell_unit,
)
from juyuan.rooms.first_contact.models import Claim
from juyuan.rooms.first_contact.queries.claims import OBJ, rights
from juyuan.rooms.first_contact.rules.rights import (
    HOLDING,
    ClaimState,
    ClaimVerb,
    merit_time,
)
from juyuan.rooms.investors.queries import own_units
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.leading import give_lead
from juyuan.rooms.pipeline.models import Project

LAPSED = "first_contact.claim_lapsed"
PREFIX = "SQ"


def unconfirmed(claim: Claim) -> bool:
    """期初补录而还没有确认:功劳的时刻还是登记的时刻(凭据的日子总早于登记)。"""
    return claim.opening and claim.merit_at >= claim.registered_at


def confirm_opening_claims(
    *, actor: Actor, claims: Sequence[Claim], reason: str, now: datetime
) -> list[Claim]:
    """确认期初补录的首谈:功劳按凭据的日子,自今天起受保护;待裁定的只改功劳的时刻。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由;其中有不是期初的、已确认的。
    """
    require(access.can_decide(actor))
    need_reason(reason, "确认")
    waiting = (ClaimState.REGISTERED, ClaimState.DISPUTED)
    wrong = [c.code for c in claims if not unconfirmed(c) or c.state not in waiting]
    if wrong:
        raise RuleBroken.one(
            "", "claim.not_opening", f"{'、'.join(wrong)} 不是待确认的期初首谈", CLAUSE
        )
    done = []
    with transaction.atomic():
        for claim in claims:
            proved = datetime.combine(claim.evidence_on, time.min, get_current_timezone())
            merit = merit_time(proved, claim.registered_at, opening_confirmed=True)
            verb = ClaimVerb.CONFIRM if claim.state == ClaimState.DISPUTED else ClaimVerb.PROTECT
            done.append(step(claim, verb, actor=actor, now=now, reason=reason, merit_at=merit))
    return done


def extend(*, actor: Actor, claim: Claim, until: date | None, reason: str, now: datetime) -> Claim:
    """延长保护期(可超过封顶):只有召集人,只能更长。

    Raises:
        Denied: 不是召集人。
        RuleBroken: 没写理由;不比现在的更长;不受保护。
    """
    require(access.can_extend(actor))
    need_reason(reason, "延长")
    seen = rights([claim], localdate(now))[claim.pk].outlook
    if seen is not None and (until is None or until <= seen.until):
        raise RuleBroken.one(
            "until", "claim.shorter", f"现保护到 {seen.until}，延长须写明更晚的日子", CLAUSE
        )
    with transaction.atomic():
        return step(claim, ClaimVerb.EXTEND, actor=actor, now=now, reason=reason, until=until)


def confirm_lapse(*, actor: Actor, claim: Claim, reason: str, now: datetime) -> Claim:
    """确认失去独占:系统已提请的才可以;项目暂缺首谈单位,待别的单位接手。

    Raises:
        Denied: 不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由;还没有到提请的条件。
    """
    require(access.can_decide(actor))
    need_reason(reason, "确认")
    seen = rights([claim], localdate(now))[claim.pk].outlook
    if seen is not None and not seen.propose_lapse:
        raise RuleBroken.one(
            "", "claim.not_due",
            f"保护到 {seen.until}，已 {seen.months} 个月没有实质进展：还没有到提请失去独占的条件", CLAUSE,
        )  # fmt: skip
    with transaction.atomic():
        project = fresh_project(claim)
        step(claim, ClaimVerb.LAPSE, actor=actor, now=now, reason=reason)
        if project is not None:
            give_lead(actor=actor, project=project, unit_id=None, reason=reason, now=now)
        tell_unit(
            [claim.unit_id], kind=LAPSED, object_type=OBJ, object_id=claim.pk,
            title=f"失去独占：{claim.project_name}", text=reason.strip(),
            url=f"/first-contacts/{claim.code}/", now=now,
        )  # fmt: skip
    return claim


def take_up(
    *, actor: Actor, claim: Claim, unit_id: int | None = None, reason: str, now: datetime
) -> Claim:
    """接手失去独占的首谈:看得见并参与这个项目的单位自己接,或由商务主管部门指定一个单位。

    功劳的时刻自接手算起;原来的首谈留在台账里。

    Raises:
        Denied: 与这个项目没有关系,也不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由;没有失去独占;又由原单位接手;已有别的单位接手。
    """
    project = claim.project
    if project is None:
        raise RuleBroken.one("", "claim.take_up", "这件首谈还没有项目,无从接手", CLAUSE)
    if unit_id is not None:
        require(access.can_decide(actor))
    elif actor.post is None or actor.post.unit_id != claim.unit_id:
        require(access.can_take_up(actor, claim))
    taker = unit_id or (actor.post.unit_id if actor.post else None)
    need_reason(reason, "接手")
    if claim.state != ClaimState.LAPSED:
        raise RuleBroken.one(
            "", "claim.take_up", f"这件首谈「{claim.state_enum.label}」,没有失去独占", CLAUSE
        )
    if taker is None or taker == claim.unit_id:
        raise RuleBroken.one(
            "unit", "claim.same_unit", "失去独占的不能由原单位接手；确要继续的，请重新登记，由商务主管部门裁定",
            CLAUSE,
        )  # fmt: skip
    if not Unit.objects.filter(pk=taker, disabled_on__isnull=True).exists():
        raise RuleBroken.one("unit", "ref.unit", "没有这个单位,请从列表中选择", CLAUSE)
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        held = Claim.objects.filter(project=locked, state__in=[s.value for s in HOLDING])
        if held.exists():
            raise RuleBroken.one("", "claim.taken", "这个项目已有首谈单位", CLAUSE)
        mine = actor.post is not None and actor.post.unit_id == taker
        row = Claim(
            code=new_code(PREFIX), project=locked, unit_id=taker,
            person_id=actor.person_id if mine else None, person_name=actor.name if mine else "",
            investor_id=claim.investor_id, investor_name=claim.investor_name,
            project_name=locked.name, content=locked.summary, amount=locked.total_investment,
            site=locked.location, confidentiality=locked.confidentiality,
            contacted_on=localdate(now), proof=claim.proof, evidence_on=localdate(now),
            file_sha256="", file_name="", registered_at=now, merit_at=now,
            state=ClaimState.PROTECTED, by_id=actor.account_id, by_name=actor.name,
        )  # fmt: skip
        row.save(force_insert=True)
        first_step(row, ClaimVerb.TAKE_UP, actor=actor, now=now, reason=reason)
        give_lead(actor=actor, project=locked, unit_id=taker, reason=reason, now=now)
    return row


def end(*, actor: Actor, claim: Claim, reason: str, now: datetime) -> Claim:
    """终结:不再对接。持有的,项目暂缺首谈单位。

    Raises:
        Denied: 不是登记的单位,也不是商务主管部门负责人、核验人。
        RuleBroken: 没写理由;已经结束。
    """
    own: Collection[int] = own_units(actor)
    require(access.can_end(actor, claim, own))
    need_reason(reason, "终结")
    held = claim.state in HOLDING
    with transaction.atomic():
        project = fresh_project(claim)
        step(claim, ClaimVerb.END, actor=actor, now=now, reason=reason)
        if held and project is not None:
            give_lead(actor=actor, project=project, unit_id=None, reason=reason, now=now)
    return claim
