"""线索详情:所填、时限、步骤、下文、能办的事。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from juyuan.foundation.files.queries import files_of
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import OBJ, channels_of, clocks_of, inside
from juyuan.rooms.outreach.rules.drafts import MONEY, TEXTS
from juyuan.rooms.outreach.rules.leads import (
    PUBLIC,
    DimensionMark,
    LeadClockFace,
    LeadState,
    LeadVerb,
    next_state,
)
from juyuan.rooms.pipeline.queries.scope import visible_to as projects_seen
from juyuan.rooms.pipeline.rules.stages import Stage

ACTS = (
    LeadVerb.SUBMIT, LeadVerb.ANSWER, LeadVerb.ASSIGN, LeadVerb.JUDGE, LeadVerb.CONVERT,
    LeadVerb.FEED_BACK, LeadVerb.REFUSE, LeadVerb.WITHDRAW,
)  # fmt: skip


def page_of(actor: Actor, lead: Lead, today: date) -> dict[str, Any]:
    """详情页的内容。"""
    within = inside(actor, lead)
    rows = list(lead.steps.select_related("unit").order_by("id"))
    return {
        "facts": _facts(lead),
        "clocks": [_clock(face, today) for face in clocks_of([lead], today)[lead.pk]],
        "steps": [_step(r, within) for r in reversed(rows) if within or r.verb in PUBLIC],
        "acts": [
            {"verb": verb.value, "label": verb.label, "primary": not n}
            for n, verb in enumerate(offered(actor, lead, [r.verb for r in rows]))
        ],
        "fate": fate_of(actor, lead, within),
        "files": files_of(OBJ, [lead.pk]).get(str(lead.pk), []),
        "may_attach": bool(access.can_attach(actor, lead)) and lead.state != LeadState.WITHDRAWN,
    }


def offered(actor: Actor, lead: Lead, done: Collection[str]) -> list[LeadVerb]:
    """此人此刻能办的各步;`done` 是走过的(只答复一次)。判断仍在动作里。"""
    return [
        verb
        for verb in ACTS
        if next_state(lead.state_enum, verb) is not None
        and access.may(actor, lead, verb)
        and not (verb == LeadVerb.ANSWER and LeadVerb.ANSWER in done)
    ]


def fate_of(actor: Actor, lead: Lead, within: bool) -> dict[str, str]:
    """下文:状态、理由;转了项目的说到了哪个库,看得见项目的才给链接。"""
    found = {"label": lead.state_enum.label, "text": lead.fate, "url": "", "conflict": ""}
    if lead.project is not None:
        where = f"现在在「{Stage(lead.project.stage).label}」"
        found["text"] = (
            f"已转项目,{'与同一件事的另一个项目并案' if lead.project.is_merged else where}"
        )
        if projects_seen(actor).filter(pk=lead.project.pk).exists():
            found["url"] = f"/projects/{lead.project.code}/"
    if within and lead.conflict is not None:
        found["conflict"] = f"/first-contacts/conflicts/{lead.conflict.code}/"
    return found


def _facts(lead: Lead) -> list[dict[str, Any]]:
    channel = channels_of(params(lead.submitted_on or lead.created_at.date())).get(lead.channel, "")
    pairs: list[tuple[str, Any, bool]] = [
        ("来源渠道", channel, False), ("报送", f"{lead.from_unit} {lead.by_name}", False),
        ("缓急", lead.get_urgency_display(), False), ("密级", lead.get_secrecy_display(), False),
    ]  # fmt: skip
    pairs += [(label, getattr(lead, n), most > 200) for n, (label, most) in TEXTS.items()]
    for name, label in MONEY.items():
        value = getattr(lead, name)
        pairs.append((label, f"{value / 10_000:,.2f} 万元" if value is not None else "", False))
    pairs.append(("就业人数", f"{lead.jobs} 人" if lead.jobs is not None else "", False))
    pairs.append(("首次接触日期", lead.contacted_on.isoformat() if lead.contacted_on else "", False))  # fmt: skip
    return [
        {"label": label, "value": value, "full": full and len(value) > 30}
        for label, value, full in pairs
        if value
    ]


def _clock(face: LeadClockFace, today: date) -> dict[str, Any]:
    kept = face.on_time(today)
    if face.done_on is not None:
        said = f"{face.done_on} 已办,{'按时' if kept else '超过时限'}"
    else:
        said = "已有下文,不再计" if face.stopped else ""
    return {
        "label": face.clock.label, "due": face.due.day, "provisional": face.due.provisional,
        "said": said, "light": {True: "ok", False: "bad", None: "idle"}[kept],
    }  # fmt: skip


def _step(row: Any, within: bool) -> dict[str, Any]:
    marks = [
        f"{m['label']}:{DimensionMark(m['mark']).label},{m['reason']}"
        for m in (row.detail.get("marks", ()) if within else ())
    ]
    return {
        "what": LeadVerb(row.verb).label, "who": f"{row.unit_name} {row.by_name}", "at": row.at,
        "reason": row.reason, "marks": marks, "clause": row.clause,
        "unit": str(row.unit) if within and row.verb == LeadVerb.ASSIGN and row.unit else "",
    }  # fmt: skip
