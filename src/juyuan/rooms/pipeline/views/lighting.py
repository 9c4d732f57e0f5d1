"""详情页上的灯:什么颜色、为什么、越了哪条线、办什么能转绿。"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries import lights
from juyuan.rooms.pipeline.rules.lights import Light, Promise, Reason
from juyuan.rooms.pipeline.rules.stages import Stage, Standing
from juyuan.rooms.pipeline.views.acting import ActsOf

EVIDENCE = {Promise.LAND: "site_right", Promise.START: "works_photo"}


def section(project: Project, today: date, acts: ActsOf) -> dict[str, Any]:
    """一盏灯与它的缘由,每条缘由一个去处(不能办的没有去处)。"""
    lamp = lights.lamps([project.pk], today).get(project.pk, lights.UNLIT)
    return {
        "value": lamp.light.value,
        "label": lamp.light.label,
        "said": _said(project, lamp),
        "last": lamp.last,
        "last_on": lamp.last_on,
        "reasons": [_reason(project, reason, acts) for reason in lamp.signal.reasons],
        "withdraw": lamp.signal.propose_withdrawal,
        "withdraw_url": reverse("pipeline:standing", args=[project.code, "withdraw"])
        if lamp.signal.propose_withdrawal and "withdraw" in acts.standing
        else "",
        "url": "#light",
    }


def _said(project: Project, lamp: lights.Lamp) -> str:
    if lamp.light == Light.NONE:
        if project.standing != Standing.ACTIVE:
            return f"项目已{project.get_standing_display()},不亮灯"
        return f"「{Stage.PLANNING.label}」库不看进展,不亮灯"
    if lamp.light == Light.GREEN:
        return "按时有实质进展,承诺的日子都没有过期"
    return ""


def _reason(project: Project, reason: Reason, acts: ActsOf) -> dict[str, Any]:
    """一条缘由:补进展、交凭据或改期。"""
    code, links = project.code, []
    if reason.promise is None:
        links.append(("添一件进展", reverse("pipeline:progress_new", args=[code])))
    elif reason.promise in EVIDENCE:
        fact = EVIDENCE[reason.promise]
        links.append(("提交凭据", f"{reverse('pipeline:evidence', args=[code])}?fact={fact}"))
    else:
        links.append(("添一件进展", reverse("pipeline:progress_new", args=[code])))
    if reason.promise is not None:
        links.append(("登记补充协议改期", reverse("pipeline:supplement_new", args=[code])))
    return {
        "light": reason.light.value,
        "label": reason.light.label,
        "text": reason.text,
        "since": reason.since,
        "limit": reason.limit,
        "remedy": reason.remedy,
        "clause": reason.clause,
        "links": links if acts.edit else [],
    }
