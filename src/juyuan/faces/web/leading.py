"""召集人的工作台:等我决定什么、我定过的后来怎样、提级的、红灯的。手机上从上往下就是这个次序。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.faces.web import due
from juyuan.foundation.people.models import LEADER_ROLES
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import Calendar
from juyuan.rooms.council.queries import desk as meetings
from juyuan.rooms.evaluation.queries import reviews
from juyuan.rooms.first_contact.models import Ruling
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.rules.rulings import RulingLevel
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import escalations, lights
from juyuan.rooms.pipeline.queries.escalations import EscalationCriteria
from juyuan.rooms.pipeline.rules.lights import Light

SHOWN = 8
DECIDED = 12


@dataclass(frozen=True)
class Decided:
    """我定过的一件:哪天、什么事、怎么定的、后来怎样。"""

    on: date
    what: str
    result: str
    since: str
    url: str
    light: str = ""


@dataclass(frozen=True)
class Red:
    """一个红灯项目与它为什么红。"""

    name: str
    url: str
    unit: str
    total: int | None
    why: str


def leads(actor: Actor) -> bool:
    """任总召集人、分管副市长、召集人的。"""
    return actor.has_any(*LEADER_ROLES)


def desk(actor: Actor, today: date, days: Calendar) -> dict[str, Any]:
    """召集人工作台的各块。"""
    rows = escalations.arranged(escalations.matching(actor, EscalationCriteria(), today), "-amount")
    red, count = _red(actor, today)
    return {
        "waiting": _waiting(actor, today, days),
        "decided": decided(actor, today)[:DECIDED],
        "escalations": rows[:SHOWN],
        "escalations_total": len(rows),
        "escalations_late": sum(row.late for row in rows),
        "red": red,
        "red_total": count,
        "red_url": reverse("pipeline:list") + "?light=red",
    }


def _waiting(actor: Actor, today: date, days: Calendar) -> list[dict[str, Any]]:
    """有期限的待办在前;待市级评审决定的、会上待我确认的,各一块,不与前面重复。"""
    timed = due.groups(actor, today, days)
    return timed + due.without([*_reviews(actor, today), *_meetings(actor, today)], timed)


def _reviews(actor: Actor, today: date) -> list[dict[str, Any]]:
    rows = reviews.waiting_for_city(today)
    seen = {row.code for row in reviews.visible_to(actor).filter(code__in=[r.code for r in rows])}
    rows = [row for row in rows if row.code in seen]
    if not rows:
        return []
    return [
        {
            "label": "待市级评审决定的",
            "note": f"{len(rows)} 个项目，可以现在定，也可以在会上定",
            "items": [
                {
                    "date": row.since, "due": row.unit, "act": "看评审、作决定",
                    "text": row.project, "clause": "3.4b", "url": row.url, "button": "去决定",
                    "note": f"评分自 {row.since} 起已齐",
                }
                for row in rows[:SHOWN]
            ],
            "more": f"其余 {len(rows) - SHOWN} 个" if len(rows) > SHOWN else "",
            "more_url": "/reviews/" if len(rows) > SHOWN else "",
        }
    ]  # fmt: skip


def _meetings(actor: Actor, today: date) -> list[dict[str, Any]]:
    """会上等我确认的决定、我主持的会。"""
    rows = meetings.waiting(actor, today)
    if not rows:
        return []
    return [
        {
            "label": "会上等我的",
            "note": f"{len(rows)} 件",
            "items": [
                {
                    "date": row.on, "due": "促进会议", "act": row.act, "text": row.text,
                    "clause": row.clause, "url": row.url, "button": row.act, "note": row.note,
                }
                for row in rows[:SHOWN]
            ],
            "more": "",
            "more_url": "",
        }
    ]  # fmt: skip


def decided(actor: Actor, today: date) -> list[Decided]:
    """我定过的,新的在前:评审、终裁、会上的决定(评审、终裁只列一次)。"""
    found = [*_decided_reviews(actor), *_ruled(actor), *_decided_meetings(actor, today)]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _decided_meetings(actor: Actor, today: date) -> list[Decided]:
    rows = meetings.decided(actor, today, DECIDED)
    return [
        Decided(
            row.on, f"{row.kind}：{row.title}", row.result, row.since, row.url,
            "bad" if row.late else "",
        )
        for row in rows
        if not row.elsewhere
    ]  # fmt: skip


def _decided_reviews(actor: Actor) -> list[Decided]:
    return [
        Decided(
            row.on, f"评审：{row.project}",
            row.result + (f"，{row.conditions} 项条件" if row.conditions else ""),
            f"现在：{row.state}", row.url,
        )
        for row in reviews.decided_by(actor)[:DECIDED]
    ]  # fmt: skip


def _ruled(actor: Actor) -> list[Decided]:
    if actor.account_id is None:
        return []
    rows = (
        Ruling.objects.filter(by_id=actor.account_id, level=RulingLevel.FINAL)
        .filter(conflict__in=conflicts.visible_to(actor).order_by().values("pk"))
        .select_related("conflict", "lead_unit")
        .order_by("-id")[:DECIDED]
    )
    return [
        Decided(
            localdate(row.at), f"撞单终裁 {row.conflict.code}", f"由{row.lead_unit.name}牵头",
            f"现在：{row.conflict.state_enum.label}",
            reverse("first_contact:conflict", args=[row.conflict.code]),
        )
        for row in rows
    ]  # fmt: skip


def _red(actor: Actor, today: date) -> tuple[list[Red], int]:
    """红灯的项目,总投资大的在前;为什么红,一句话。"""
    ids = lights.lit_ids(actor, Light.RED.value, today)
    rows = list(
        Project.objects.filter(pk__in=ids)
        .select_related("lead_unit")
        .order_by("-total_investment", "pk")[:SHOWN]
    )
    signals = lights.signals([row.pk for row in rows], today)
    return [
        Red(
            row.name, reverse("pipeline:detail", args=[row.code]) + "#light",
            row.lead_unit.name if row.lead_unit else "首谈单位未定", row.total_investment,
            "；".join(reason.text for reason in signals[row.pk].reasons[:1]),
        )
        for row in rows
    ], len(ids)  # fmt: skip
