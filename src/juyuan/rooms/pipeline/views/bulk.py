"""批量:从表格勾选 → 填怎么办 → 先看逐个会怎样 → 办 → 逐个的结果。没有脚本也是这几页。"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.ui.errors import Step, respond
from juyuan.foundation.workdays import clock
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.bulk import Line, preview_bulk, run_bulk, run_of
from juyuan.rooms.pipeline.forms import choices as options
from juyuan.rooms.pipeline.forms.bulk import BulkForm
from juyuan.rooms.pipeline.queries.listing import names_of
from juyuan.rooms.pipeline.rules.bulk import BulkAct, Outcome
from juyuan.rooms.pipeline.views.common import actor_of

ICONS = {
    BulkAct.LEAD: "users", BulkAct.PARTICIPANTS: "plus", BulkAct.NODE: "affiliate",
    BulkAct.CONFIDENTIALITY: "lock", BulkAct.PROMISE: "calendar-event",
    BulkAct.PAUSE: "player-pause", BulkAct.RESUME: "player-play", BulkAct.ADVANCE: "arrow-right",
}  # fmt: skip
MAX_CODE = 40


def acts() -> list[dict[str, str]]:
    """批量条上的按钮。"""
    return [{"key": a.value, "label": a.label, "icon": ICONS[a]} for a in BulkAct]


def _seen(request: HttpRequest) -> dict[str, int]:
    """预览页带来的「编号:版本」。"""
    found = {}
    for text in request.POST.getlist("seen"):
        code, _, version = text[: MAX_CODE + 12].rpartition(":")
        if code and version.isascii() and version.isdigit():
            found[code] = int(version)
    return found


def _run_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """批量办:没有 `step` 是填;preview 是先看;do 是办。"""
    actor, now = actor_of(request), clock.now()
    require(access.can_register(actor))
    if request.method != "POST":
        return HttpResponseRedirect(reverse("pipeline:list"))
    said = request.POST.get("act", "")
    codes = [code[:MAX_CODE].replace("\x00", "") for code in request.POST.getlist("pick")]
    back = [Step("回项目库勾选", reverse("pipeline:list"), True)]
    if said not in set(BulkAct):
        broken = RuleBroken.one("act", "bulk.act", "没有说要办什么，请在项目库勾选后点要办的事")
        return respond(request, broken, what="批量没有办", steps=back)
    act, step = BulkAct(said), request.POST.get("step", "")
    chosen = options.load(now.date())
    form = BulkForm(request.POST if step else None, act=act, choices=chosen)
    lines: list[Line] = []
    try:
        if step and form.is_valid():
            values, reason = form.values(), form.reason()
            run_id, seen = _run_id(request.POST.get("run", "")), _seen(request)
            if step == "do" and run_id is not None:
                run = run_bulk(
                    actor=actor, run_id=run_id, act=act, values=values, seen=seen, reason=reason,
                    said=reason, now=now,
                )  # fmt: skip
                return HttpResponseRedirect(reverse("pipeline:bulk_result", args=[run.pk]))
            codes = codes or list(seen)
            lines = preview_bulk(
                actor=actor, act=act, values=values, codes=codes, reason=reason, now=now
            )
        elif not codes:
            codes = list(_seen(request))
            if not codes:
                raise RuleBroken.one("pick", "bulk.none", "没有选中项目，请先在表格里勾选")
    except RuleBroken as broken:
        return respond(request, broken, what=f"批量{act.label}没有办", steps=back)
    names = names_of(actor, codes)
    context = {
        "page_title": f"批量{act.label}",
        "act": act,
        "form": form,
        "codes": list(dict.fromkeys(codes)),
        "names": [(code, names.get(code, "")) for code in dict.fromkeys(codes)],
        "lines": [_shown(line.code, line.outcome, line.name, line.said, line.findings)
                  for line in lines],
        "seen": [f"{line.code}:{line.version}" for line in lines if line.outcome == Outcome.DONE],
        "counts": {o.value: sum(x.outcome == o for x in lines) for o in Outcome},
        "run": uuid4(),
        "hidden": _fields(request) if lines else [],
    }  # fmt: skip
    status = 422 if step and not lines else 200
    return render(request, "pipeline/bulk.html", context, status=status)


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """预览页带着所填,办时不必再填。"""
    gone = {"csrfmiddlewaretoken", "act", "pick", "step", "run", "seen"}
    return [(k, v) for k, vs in request.POST.lists() if k not in gone for v in vs]


LIGHTS = {Outcome.DONE: "ok", Outcome.SAME: "idle", Outcome.REFUSED: "bad"}


def _shown(code: str, outcome: Outcome, name: str, said: str, findings: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "url": reverse("pipeline:detail", args=[code]) if name else "",
        "outcome": outcome,
        "light": LIGHTS[outcome],
        "said": said,
        "findings": [f if isinstance(f, dict) else f.as_dict() for f in findings],
    }


@require_safe
def result(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """逐个的结果:办成几个、没办几个,各为什么;没办的可以再选一次。"""
    actor = actor_of(request)
    run = run_of(actor, run_id)
    rows = list(run.lines.all())
    names = names_of(actor, [row.code for row in rows])
    lines = [
        _shown(row.code, Outcome(row.outcome), names.get(row.code, ""), row.said, row.findings)
        for row in rows
    ]
    act = BulkAct(run.act)
    context = {
        "page_title": f"批量{act.label}的结果",
        "run": run,
        "act": act,
        "lines": sorted(lines, key=lambda x: x["outcome"] != Outcome.REFUSED),
        "counts": {o.value: sum(x["outcome"] == o for x in lines) for o in Outcome},
        "left": run.total - len(rows),
        "again": [x["code"] for x in lines if x["outcome"] == Outcome.REFUSED and x["name"]],
    }
    return render(request, "pipeline/bulk_result.html", context)
