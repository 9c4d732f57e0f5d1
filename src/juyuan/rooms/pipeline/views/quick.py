"""表格里就地改一格:取这一格的表单,交给与编辑页相同的动作;办成了回新的一行。

没有脚本时铅笔就是去编辑页那一栏的链接,不经过这里。
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from juyuan.foundation.ui.context import money_unit
from juyuan.foundation.ui.fields import add_findings, error_lines
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project, frozen_findings
from juyuan.rooms.pipeline.forms import choices as options
from juyuan.rooms.pipeline.forms.project import MarkOf
from juyuan.rooms.pipeline.forms.quick import CellForm, initial_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.listing import rows_of
from juyuan.rooms.pipeline.queries.scope import door, seen_whole
from juyuan.rooms.pipeline.queries.timeline import changes_between
from juyuan.rooms.pipeline.rules.drafts import ProjectDraft
from juyuan.rooms.pipeline.rules.gates import need_label
from juyuan.rooms.pipeline.rules.quick import CELLS
from juyuan.rooms.pipeline.views import merging, tables
from juyuan.rooms.pipeline.views.common import actor_of

MAX_URL = 2000


def _values(cell: str, draft: ProjectDraft) -> dict[str, Any]:
    return {name: merging.plain(getattr(draft, name)) for name in CELLS[cell]}


def _fresh_initial(cell: str, project: Project, chosen: options.Choices) -> dict[str, Any]:
    draft = draft_of(project)
    base = json.dumps(_values(cell, draft), ensure_ascii=False)
    return initial_of(cell, draft, chosen) | {"version": project.version, "base": base}


def _marks(project: Project) -> MarkOf:
    """这一格的标记,与编辑页同一张门槛表。"""
    return partial(
        need_label, stage=project.stage_enum, facts=facts_of(project), on=clock.today()
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: HttpRequest, code: str, cell: str) -> HttpResponse:
    """GET 这一格的表单(`?row=1` 是不改了,要新的一行);POST 保存。"""
    actor, now = actor_of(request), clock.now()
    project = door(actor, code)
    require(access.can_edit(actor, project))
    if cell not in CELLS:
        raise NotFound
    if request.method != "POST" and request.GET.get("row"):
        return _row(request, actor, code, {})
    current = draft_of(project)
    keep = {current.lead_unit_id} if current.lead_unit_id else set()
    chosen = options.load(now.date(), keep_units=keep)
    mark_of, status, context = _marks(project), 200, dict[str, Any]()
    if request.method != "POST":
        frozen = frozen_findings(project, set(CELLS[cell]))
        if frozen:
            raise RuleBroken(frozen)
        form = CellForm(
            cell=cell, choices=chosen, mark_of=mark_of,
            initial=_fresh_initial(cell, project, chosen),
        )  # fmt: skip
    else:
        form, status = CellForm(request.POST, cell=cell, choices=chosen, mark_of=mark_of), 422
        if form.is_valid():
            mine, before = form.draft(current), project.version
            try:
                saved = edit_project(
                    actor=actor, project=project, draft=mine,
                    version=form.cleaned_data["version"], now=now,
                )  # fmt: skip
            except RuleBroken as broken:
                add_findings(form, broken.findings)
            except Stale:
                fresh = door(actor, code)
                context = _both(cell, fresh, form)
                form, status = _again(cell, fresh, form, chosen), 412
            else:
                moved = saved.version != before
                said = f"{form.control.label}{'已保存' if moved else '没有改动'}"
                sums = cell == "total" and moved
                return _row(request, actor, code, {"key": f"{code}:{cell}", "said": said,
                                                   "sums": sums})  # fmt: skip
    loose = [line for line in error_lines(form) if not line.anchor] if form.is_bound else []
    context |= {"form": form, "project": project, "cell": cell, "loose": loose}
    return render(request, "pipeline/parts/quick.html", context, status=status)


def _both(cell: str, fresh: Project, form: CellForm) -> dict[str, Any]:
    """他人先改过:现在的与您填的并排;改的是不是这一格要说清楚。"""
    theirs = draft_of(fresh)
    mine = form.draft(theirs)
    found = merging.merge(fresh, form.cleaned_data["base"], mine, theirs)
    sides = changes_between(_values(cell, theirs), _values(cell, mine))
    return {
        "who": found.who,
        "same_cell": bool(found.conflicts),
        "sides": [side for side in sides if side.before != side.after],
        "stale": True,
    }


def _again(cell: str, fresh: Project, form: CellForm, chosen: options.Choices) -> CellForm:
    """新的版本,所填照旧。"""
    data = {name: form.data.get(name, "") for name in form.fields}
    for name, value in _fresh_initial(cell, fresh, chosen).items():
        if name in ("version", "base"):
            data[name] = str(value)
    return CellForm(data, cell=cell, choices=chosen, mark_of=_marks(fresh))


def _row(request: HttpRequest, actor: Actor, code: str, told: dict[str, Any]) -> HttpResponse:
    """新的一行:列与正在看的表格相同(浏览器说它在哪一页);看不见了的就撤下这一行。"""
    query = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")[:MAX_URL]).query)
    fresh = seen_whole(actor).select_related("lead_unit", "chain", "node").filter(code=code).first()
    if fresh is None:
        response = HttpResponse("")
        response["HX-Reswap"] = "delete"
        told = told | {"said": f"{told.get('said', '')}。这个项目您现在看不到了"}
    else:
        table = tables.one_row(
            request, query, rows_of([fresh], clock.today()), unit=money_unit(request),
            today=clock.today(), select=bool(access.can_register(actor)),
            pens=access.pens(actor, [fresh]),
        )  # fmt: skip
        response = render(request, "ui/components/table.html", {"table": table})
        response["HX-Reselect"] = "tbody > tr"
        response["HX-Reswap"] = "outerHTML"
    response["HX-Retarget"] = "closest tr"
    response["HX-Trigger-After-Settle"] = json.dumps({"jy:row": told or {"said": ""}})
    return response
