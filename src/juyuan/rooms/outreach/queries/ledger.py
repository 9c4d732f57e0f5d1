"""线索台账要查的一切,集合式地一次取齐:本单位已报的只取首次接触日期对得上的。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.outreach.access import reporter_of
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import channels_of, draft_of, visible_to
from juyuan.rooms.outreach.rules.drafts import trimmed
from juyuan.rooms.outreach.rules.ledger import KnownLead, LeadLookups


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> LeadLookups:
    """今天、渠道、报来的人、本单位已报而此人看得见的;查询数与行数无关。"""
    channels, reporter = channels_of(params(today)), reporter_of(actor)
    days = {row.get("contacted_on") for row in rows}
    known: list[Lead] = []
    if actor.post is not None and rows:
        on = Q(contacted_on__in=[day for day in days if day is not None])
        if None in days:
            on |= Q(contacted_on__isnull=True)
        known = list(visible_to(actor).filter(on, from_unit_id=actor.post.unit_id).order_by("id"))
    return LeadLookups(today, channels, reporter, tuple(_known(lead, actor) for lead in known))


def _known(lead: Lead, actor: Actor) -> KnownLead:
    return KnownLead(
        lead.pk, lead.code, lead.title, lead.state_enum, lead.version,
        lead.by_id == actor.account_id, trimmed(draft_of(lead)),
    )  # fmt: skip
