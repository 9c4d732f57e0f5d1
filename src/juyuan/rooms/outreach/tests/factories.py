"""样例线索:一律经真正的动作。

submitted(cast)                   商会报来一条,已登记
assigned(cast, to="longshan")     分办给龙山区
judged(cast)                      研判跟进
converted(cast)                   转成项目
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from juyuan.foundation.policy.queries import params
from juyuan.rooms.first_contact.actions.register import Registered
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.outreach.actions.convert import LeadProof, convert_lead
from juyuan.rooms.outreach.actions.handle import assign_lead, judge_lead
from juyuan.rooms.outreach.actions.keep import register_lead
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import dimensions_of
from juyuan.rooms.outreach.rules.drafts import LeadDraft
from juyuan.rooms.outreach.rules.leads import DimensionMark, LeadMark, LeadOutcome
from juyuan.rooms.pipeline.tests import factories as projects
from juyuan.rooms.pipeline.tests.factories import stored
from tests.replay import replayed

WAN = 10_000
DRAFT = LeadDraft(
    channel="chamber",
    investor_name="浙江安澜纺织科技有限公司",
    project_name="安澜高端纱线项目",
    content="年产三万吨高端纱线",
    amount=30_000 * WAN,
    site="纺织园A3地块",
    contact_name="林女士",
    contact_phone="0571-88886666",
    energy_needs="用电 8000 kVA",
    requests="希望两年内拿到排污指标",
    output=50_000 * WAN,
    jobs=320,
)


@replayed
def parameters(cast: Any) -> None:
    projects.parameters(cast)


def draft(**more: Any) -> LeadDraft:
    return replace(DRAFT, **more)


def submitted(
    cast: Any, by: str = "shanghui", *, now: datetime | None = None, submit: bool = True, **more: Any
) -> Lead:  # fmt: skip
    """报来一条。"""
    parameters(cast)
    made = register_lead(
        actor=cast.actor(by), draft=draft(**more), now=now or cast.NOW, submit=submit
    )
    return fresh(made)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("unit", "by", "claim", "project").get(pk=lead.pk)


def assigned(
    cast: Any, lead: Lead | None = None, *, to: str = "longshan", person: str = "",
    now: datetime | None = None, **more: Any,
) -> Lead:  # fmt: skip
    """分办。"""
    lead = lead or submitted(cast, now=now, **more)
    assign_lead(
        actor=cast.actor("heyan"), lead=lead, unit=cast.unit(to),
        person=cast.person(person) if person else None, now=now or cast.NOW,
    )  # fmt: skip
    return fresh(lead)


def marks(cast: Any, reason: str = "已电话核实过") -> list[LeadMark]:
    return [LeadMark(code, DimensionMark.YES, reason) for code in dimensions_of(params(cast.TODAY))]


def judged(
    cast: Any, lead: Lead | None = None, *, by: str = "longshan",
    outcome: LeadOutcome = LeadOutcome.FOLLOW, now: datetime | None = None, **more: Any,
) -> Lead:  # fmt: skip
    """研判。"""
    lead = lead or assigned(cast, to=by, now=now, **more)
    judge_lead(
        actor=cast.actor(by), lead=lead, marks=marks(cast), outcome=outcome,
        reason="产业对路,建议跟进", now=now or cast.NOW,
    )  # fmt: skip
    return fresh(lead)


def proof(cast: Any, by: str, now: datetime, **more: Any) -> LeadProof:
    file = stored(cast.actor(by), f"线索会议纪要-{by}-{now}", now)
    base = LeadProof(
        proof=ContactProof.MINUTES, contacted_on=now.date(), evidence_on=now.date(),
        file_id=file.pk, two_way=True,
    )  # fmt: skip
    return replace(base, **more)


def converted(
    cast: Any, lead: Lead | None = None, *, by: str = "longshan", now: datetime | None = None,
    **more: Any,
) -> tuple[Lead, Registered]:  # fmt: skip
    """转项目。"""
    moment = now or cast.NOW
    lead = lead or judged(cast, by=by, now=now, **more)
    made = convert_lead(actor=cast.actor(by), lead=lead, proof=proof(cast, by, moment), now=moment)
    return fresh(lead), made
