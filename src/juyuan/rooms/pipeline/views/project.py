"""项目详情:把 `ProjectPage` 摆成部件要的样子。只读。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from juyuan.foundation.people.visibility import Sight
from juyuan.foundation.policy.queries import params
from juyuan.foundation.ui import formats, vocab
from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denial, NotFound
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.facts import supplier_of
from juyuan.rooms.pipeline.models import Project, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.detail import (
    Gate,
    GateLine,
    ProjectPage,
    facts_page,
    project_page,
)
from juyuan.rooms.pipeline.queries.facts import reviewed_here
from juyuan.rooms.pipeline.queries.leading import link_of
from juyuan.rooms.pipeline.queries.roomcards import RoomCard, cards_of
from juyuan.rooms.pipeline.queries.scope import door, sight_of
from juyuan.rooms.pipeline.rules.amounts import Unknown
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import STANDING_VERBS, Stage, StageStatus, Standing
from juyuan.rooms.pipeline.views import (
    combining,
    escalating,
    lighting,
    monthacts,
    relating,
    supplementing,
)
from juyuan.rooms.pipeline.views.acting import ActsOf, acts_of
from juyuan.rooms.pipeline.views.common import act_url, actor_of
from juyuan.rooms.pipeline.views.paying import section

EVENTS, ALL_EVENTS = 12, 500


@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """项目详情;只许看认定事实的人得到认定事实页。"""
    actor, today = actor_of(request), clock.today()
    try:
        project = door(actor, code, full=False)
    except NotFound:  # 并入别的项目的,还有它自己的一页
        return combining.closed_page(request, actor, code)
    if sight_of(actor, project) != Sight.FULL:
        return render(
            request,
            "pipeline/facts.html",
            {
                "page_title": project.name,
                "page": facts_page(project),
                "paid": section(project, actor, whole=False),
            },
        )
    whole = request.GET.get("all") == "1"
    page = project_page(project, on=today, events=ALL_EVENTS if whole else EVENTS)
    acts = acts_of(actor, page.project, jump_roles=params(today)["pipeline.jump_roles"], now=today)
    unit = money_unit(request)
    context = {
        "page_title": page.project.name,
        "page": page,
        "project": page.project,
        "acts": acts,
        "crumbs": _crumbs(page.project),
        "steps": _steps(page),
        "lamp": lighting.section(page.project, today, acts),
        "leads": _leads(page),
        "lead_link": link_of(actor, page.project),
        "room_cards": (room_cards := cards_of(actor, page.project, today)),
        "gate": gate_card(page.gate, page.project, acts) if page.gate else None,
        "depth": gate_card(page.depth, page.project, acts, depth=True) if page.depth else None,
        "cards": _cards(page, unit),
        "evidence": _evidence(page, acts),
        "money_note": _money_note(page),
        "voids": _voids(page, actor),
        "more": _more(page.project, acts, may_merge=bool(access.can_merge(actor))),
        "forward": _forward(page, acts, today),
        "recognise": _recognise(page, acts),
        "month": monthacts.section(page.project, actor),
        "relations": relating.section(page.project, actor),
        "merges": combining.section(page.project, actor),
        "supplements": supplementing.section(page.project, actor),
        "escalation": (escalation := escalating.section(page.project, actor)),
        "paid": (paid := section(page.project, actor)),
        "tabs": _tabs(page, len(paid["rows"]), escalated=escalation is not None, cards=room_cards),
    }
    return render(request, "pipeline/detail.html", context)


def _tabs(
    page: ProjectPage, vouchers: int, *, escalated: bool, cards: list[RoomCard]
) -> list[dict[str, Any]]:
    """页内去处。"""
    wanted = [
        ("#gate", "门槛", (page.gate.missing or None) if page.gate else None),
        ("#light", "灯", None),
        *([("#escalation", "提级", None)] if escalated else []),
        *((f"#{card.key}", card.title, len(card.rows) or None) for card in cards),
        ("#money", "金额", None),
        ("#parties", "出资各方", len(page.parties)),
        ("#hosts", "承载地", len(page.hosts)),
        ("#recognitions", "认定与冲回", len(page.recognitions)),
        ("#paid-in", "到位资金", vouchers),
        ("#evidence", "证据", len(page.evidence)),
        ("#monthly", "月度更新", None),
        ("#content", "项目内容", None),
        ("#timeline", "经过", page.timeline_total),
    ]
    return [
        {"url": url, "label": label, "count": count}
        for url, label, count in wanted
        if (url != "#gate" or page.gate) and (url != "#recognitions" or count)
    ]


def _crumbs(project: Project) -> list[dict[str, str]]:
    library = reverse("pipeline:list")
    stage = project.stage_enum
    return [
        {"label": "项目库", "url": library},
        {"label": stage.label, "url": f"{library}?stage={stage.value}"},
        {"label": project.code},
    ]


def _steps(page: ProjectPage) -> list[dict[str, Any]]:
    found = []
    for step in page.steps:
        look = vocab.badge("stage", step.stage)
        label = look.label
        if step.current:
            label += "·当前"
        found.append(
            {
                "label": label,
                "icon": look.icon,
                "note": step.note,
                "state": step.state,
                "current": step.current,
                "url": "#gate" if step.state == "next" else "",
            }
        )
    return found


def _leads(page: ProjectPage) -> list[dict[str, Any]]:
    p = page.project
    hosts = "、".join(str(h.unit) for h in page.hosts)
    keepers = " / ".join(name for _, name in page.keepers)
    items: list[dict[str, Any]] = [
        {
            "label": "首谈单位",
            "clause": "3.2b",
            "value": str(p.lead_unit) if p.lead_unit else "未定",
            "note": p.lead_unit.name
            if p.lead_unit and str(p.lead_unit) != p.lead_unit.name
            else "",
        },
        {"label": "承载地", "value": hosts or "未定", "note": _shares(page)},
        {
            "label": "登记单位",
            "value": str(p.owner_unit) if p.owner_unit else "—",
            "note": p.created_by.person.name if p.created_by else "",
        },
    ]
    if keepers:
        items.append({"label": "链长 / 服务秘书", "value": keepers})
    standing = Standing(p.standing)
    items.append(
        {
            "label": "项目状态",
            "value": standing.label,
            "light": {"active": "ok", "paused": "warn"}.get(p.standing, "bad"),
            "note": f"自 {p.standing_since.isoformat()}" if p.standing_since else "",
        }
    )
    return items


def _shares(page: ProjectPage) -> str:
    if len(page.hosts) < 2:
        return ""
    return " ".join(formats.percent(h.share_bp) for h in page.hosts)


def _gate_title(gate: Gate, project: Project, depth: bool) -> str:
    if depth:
        return "谋划深度"
    if gate.target == project.stage_enum:
        return f"核实「{gate.target.label}」要的凭据"
    return f"进入{gate.target.label}库的门槛"


def gate_card(gate: Gate, project: Project, acts: ActsOf, *, depth: bool = False) -> dict[str, Any]:
    """门槛清单:缺的在前,每项一个去处;前面各库已齐的收起来。"""
    earlier = [line for line in gate.lines if line.met and line.need.stage != gate.target]
    now = [line for line in gate.lines if not line.met or line.need.stage == gate.target]
    return {
        "id": "depth" if depth else "gate",
        "title": _gate_title(gate, project, depth),
        "missing": gate.missing,
        "met": gate.met,
        "total": len(gate.lines),
        "clause": "3.3b",
        "suggested": True,
        "why": gate.why,
        "rows": _one_primary([_gate_row(line, project, acts) for line in now]),
        "earlier": [_gate_row(line, project, acts) for line in earlier],
        "note": "谋划的六项不挡前移，齐了才算谋划成熟" if depth else "",
    }


def _one_primary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """一块里只有一个主按钮:本单位要交的第一项;其余照样能点,不抢眼。"""
    mine = [row for row in rows if row.get("act_primary")]
    for row in mine[1:]:
        row["act_primary"] = False
    return rows


def _gate_row(line: GateLine, project: Project, acts: ActsOf) -> dict[str, Any]:
    need = line.need
    row: dict[str, Any] = {
        "label": need.label,
        "met": line.met,
        "clause": need.clause,
        "unit": line.supplier,
        "note": line.proof if line.met else need.hint,
        "end": line.proof_on.isoformat() if line.proof_on else "",
    }
    may = acts.evidence if need.act == "evidence" else acts.edit
    if not line.met and may:
        upload = need.act == "evidence"
        here = reviewed_here(project)
        room = supplier_of(need.fact, here)
        row |= {
            "act_url": act_url(project.code, need, here),
            "act_label": room.label if room else "上传证据" if upload else "去填写",
            "act_icon": "send" if room else "upload" if upload else "pencil",
            "act_primary": bool(line.supplier_ids & acts.own_units),
        }
    elif not line.met:
        row["end"] = "请提请提供"
    return row


def _unknown(project: Project, name: str) -> str:
    said = getattr(project, f"{name}_unknown")
    return Unknown(said).label if said else ""


def _cards(page: ProjectPage, unit: str) -> list[dict[str, Any]]:
    """金额卡:认定的是冻结的数,待核实的另列,从不相加。"""
    p = page.project
    signing = page.live.get(Stage.SIGNED)
    recognised = p.stage_status == StageStatus.RECOGNISED or signing is not None
    label = formats.UNIT_LABELS[unit]

    def pair(frozen: int | None, now: int | None) -> dict[str, Any]:
        if signing is not None:
            return {"amount": frozen, "pill": "yes"}
        if recognised:
            return {"amount": now}
        return {"amount": None, "unknown": "尚无认定", "pending": now} if now else {"amount": None}

    total = pair(signing.total if signing else None, p.total_investment)
    if p.total_investment is None:
        total["unknown"] = _unknown(p, "total_investment") or "未填"
    fixed = (
        f"{formats.amount(p.fixed_investment, unit)} {label}"
        if p.fixed_investment is not None
        else _unknown(p, "fixed_investment") or "未填"
    )
    contract = pair(signing.contract if signing else None, p.contract_amount)
    if p.contract_amount is None:
        contract["unknown"] = _unknown(p, "contract_amount") or "没有正式合同"
    committed = pair(signing.committed if signing else None, p.committed_investment)
    if p.committed_investment is None and signing is None:
        committed["unknown"] = "不能算"
    lines = []
    if p.contract_amount is not None:
        lines.append(
            f"{formats.amount(p.contract_amount, unit)} × 市外非财政出资 "
            f"{formats.percent(page.outside_bp)}"
        )
    else:
        lines.append("要有正式合同金额、出资占比合计 100%、各方来源地")
    if p.committed_outside_province is not None:
        lines.append(f"省外口径 {formats.amount(p.committed_outside_province, unit)} {label}")
    if page.escalates:
        lines.append("达到提级门槛（含本数），签约认定后按提级管理")
    return [
        {"label": "总投资", **total, "lines": [f"固定资产投资 {fixed}"]},
        {"label": "合同金额", **contract, "lines": ["只计正式合同；框架协议计 0"]},
        {
            "label": "合同引资额",
            "clause": "3.3c",
            "suggested": page.strategy_suggested,
            **committed,
            "lines": lines,
        },
    ]


def _money_note(page: ProjectPage) -> str:
    signing = page.live.get(Stage.SIGNED)
    if signing is not None:
        return (
            f"签约事实日 {signing.fact_on.isoformat()} 的数字已冻结，改动只能撤回认定（冲回）后重认"
        )
    if page.project.stage_status == StageStatus.CLAIMED:
        return "待核实的金额不计入任何已认定的合计"
    return ""


def _evidence(page: ProjectPage, acts: ActsOf) -> list[dict[str, Any]]:
    found = []
    for line in page.evidence:
        row: dict[str, Any] = {
            "name": line.title,
            "second": f"{line.file_name} {line.detail}".strip(),
            "url": f"/files/{line.use_id}/" if line.use_id else "",
            "icon": "file",
            "proves": line.label,
            "by": line.by,
            "at": line.at,
            "state": line.state,
            "state_label": line.state_label,
            "state_note": "作废待确认" if line.void_open else line.note,
        }
        if acts.void and not line.void_open and not line.by_room:
            row["act_url"] = reverse("pipeline:void_evidence", args=[page.project.code, line.id])
            row["act_label"] = "作废"
        found.append(row)
    return found


@dataclass(frozen=True)
class VoidLine:
    request: VoidRequest
    open: bool
    url: str
    why_not: str


def _voids(page: ProjectPage, actor: Actor) -> list[VoidLine]:
    found = []
    for row in page.voids:
        is_open = row.status == VoidStatus.REQUESTED
        may = access.can_confirm_void(actor, page.project, row.requested_by_id)
        found.append(
            VoidLine(
                row,
                is_open,
                reverse("pipeline:settle_void", args=[row.pk]) if is_open and may else "",
                may.reason if isinstance(may, Denial) else "",
            )
        )
    return found


def _forward(page: ProjectPage, acts: ActsOf, on: date) -> dict[str, Any] | None:
    """页头的「前移」。门槛没齐的仍在原处,按下去到清单。"""
    project = page.project
    target = project.stage_enum.next
    if target is None or not acts.move or project.standing != Standing.ACTIVE:
        return None
    lacking = len(missing(page.facts, target, on))
    if lacking:
        url = "#gate"
        if page.gate is None or page.gate.target != target:
            url = reverse("pipeline:move", args=[project.code]) + f"?to={target.value}"
        return {"label": f"前移到{target.label}", "url": url, "blocked": f"还差 {lacking} 项"}
    url = reverse("pipeline:move", args=[project.code]) + f"?to={target.value}"
    return {"label": f"前移到{target.label}", "url": url, "blocked": ""}


def _recognise(page: ProjectPage, acts: ActsOf) -> dict[str, Any] | None:
    """页头的「认定」:核验人才有;不能办的写明理由。"""
    if acts.recognise_stage is None:
        return None
    stage = acts.recognise_stage
    verb = "认定" if stage in (Stage.SIGNED, Stage.LANDED) else "核实"
    return {
        "label": f"{verb}{stage.label}",
        "url": reverse("pipeline:recognise", args=[page.project.code, stage.value]),
        "why_not": acts.recognise_why_not,
        "missing": page.gate.missing if page.gate and page.gate.target == stage else 0,
    }


def _more(project: Project, acts: ActsOf, *, may_merge: bool) -> list[dict[str, Any]]:
    """「更多」里的事:退回、越级、状态、撤回认定、合并、作废。"""
    code = project.code
    move = reverse("pipeline:move", args=[code])
    found: list[dict[str, Any]] = []
    for stage in acts.back_to:
        found.append(
            {"label": f"退回到{stage.label}", "url": f"{move}?to={stage.value}",
             "icon": "arrow-back-up"}
        )  # fmt: skip
    for stage in acts.jump_to:
        found.append(
            {"label": f"越级到{stage.label}", "url": f"{move}?to={stage.value}",
             "icon": "alert-triangle"}
        )  # fmt: skip
    for verb in acts.standing:
        found.append(
            {"label": STANDING_VERBS[verb],
             "url": reverse("pipeline:standing", args=[code, verb]),
             "icon": "player-play" if verb == "resume" else "player-pause"}
        )  # fmt: skip
    if acts.withdraw_recognition:
        found.append(
            {"label": "撤回认定（冲回）", "icon": "arrow-back-up", "danger": True,
             "url": reverse("pipeline:withdraw_recognition", args=[code])}
        )  # fmt: skip
    if may_merge:
        found.append(
            {"label": "并入另一个项目", "url": reverse("pipeline:merge", args=[code]),
             "icon": "git-merge"}
        )  # fmt: skip
    if acts.void:
        found.append(
            {"label": "作废（录入错误）", "url": reverse("pipeline:void", args=[code]),
             "icon": "trash", "danger": True}
        )  # fmt: skip
    return found
