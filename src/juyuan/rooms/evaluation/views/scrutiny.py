"""项目的「审查与承诺」:问了什么、答了什么,优惠清单与对照,协议文本的疑点,记录与签核。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, NotFound, require
from juyuan.rooms.evaluation.actions import privileges as lists
from juyuan.rooms.evaluation.actions import scrutiny as acts
from juyuan.rooms.evaluation.forms import opinions as forms_
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as asked
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.queries.scrutiny_paper import paper_of, worth
from juyuan.rooms.evaluation.rules.opinions import OPEN, OpinionKind, OpinionState
from juyuan.rooms.evaluation.rules.privileges import (
    FindingAnswer,
    FindingSource,
    ScrutinyState,
    ScrutinyVerb,
    may_close,
)
from juyuan.rooms.evaluation.views.opinion_pages import (
    BOTH,
    actor_of,
    confirmed,
    data_of,
    kept_file,
    project_crumbs,
)
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.rules.facts import Conclusion

STEPS_SHOWN = 12


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """`/projects/<编号>/scrutiny/`。`?full=1` 看文本全文。"""
    actor, today = actor_of(request), clock.today()
    project = project_door(actor, code)
    may = bool(access.can_keep(actor, project))
    record = read.record_of(project)
    kinds = read.forbidden(today)
    findings = read.findings_of(record) if record else []
    paragraphs = record.paragraphs if record else []
    doubts = read.shown(findings, kinds, paragraphs)
    whole = request.GET.get("full") == "1"
    context = {
        "page_title": "审查与承诺",
        "project": project,
        "record": record,
        "may": may,
        "may_ask": bool(access.can_ask(actor, project)),
        "opinions": _opinions(project, record, today),
        "rows": _rows(record, doubts, today),
        "doubts": [d for d in doubts if d.row.present and not d.row.lesser],
        "settled": [d for d in doubts if not d.row.present and not d.row.lesser],
        "hints": [d for d in doubts if d.row.present and d.row.lesser],
        "open_doubts": sum(d.blocking for d in doubts),
        "passages": read.passages(record, doubts, whole=whole) if record else [],
        "whole": whole,
        "sign": _sign(actor, project, record),
        "paper": paper_of(record) if record else None,
        "steps": _steps(record),
        "crumbs": [*project_crumbs(project, page=False), {"label": "审查与承诺"}],
    }
    return render(request, "evaluation/scrutiny.html", context)


def _opinions(project: Project, record: Scrutiny | None, today: Any) -> list[dict[str, Any]]:
    """两种审查各一块:最近一件,与文本是不是现行的那一份。"""
    rows = asked.of_project(project)
    found = []
    for kind in OpinionKind:
        mine = [row for row in rows if row.kind == kind]
        last = mine[0] if mine else None
        found.append(
            {
                "kind": kind,
                "row": last,
                "line": asked.line(last, today) if last else None,
                "url": reverse("evaluation:opinion", args=[last.code]) if last else "",
                "conclusion": Conclusion(last.conclusion).label
                if last and last.state == OpinionState.ANSWERED
                else "",
                "older": len(mine) - 1 if mine else 0,
                "askable": last is None or last.state not in OPEN,
                "changed": bool(
                    last and record and record.text_sha256
                    and last.state in (*OPEN, OpinionState.ANSWERED)
                    and last.file_sha256 != record.text_sha256
                ),
            }
        )  # fmt: skip
    return found


def _rows(record: Scrutiny | None, doubts: list[read.Doubtful], today: Any) -> list[dict[str, Any]]:
    if record is None:
        return []
    labels = read.privilege_kinds(today)
    found = []
    for row in read.rows_of(record):
        light, said = read.result_of(row, doubts)
        mine = [
            d for d in doubts if d.row.privilege_id == row.pk and d.row.present and not d.row.lesser
        ]
        found.append(
            {
                "row": row, "kind": labels.get(row.kind, row.kind), "worth": worth(row),
                "light": light, "result": said, "doubts": mine,
            }
        )  # fmt: skip
    return found


def _sign(actor: Actor, project: Project, record: Scrutiny | None) -> dict[str, Any]:
    """能不能送签、签核、退回;不能签的说为什么。"""
    if record is None:
        return {"submit": bool(access.can_keep(actor, project))}
    waiting = record.state == ScrutinyState.SUBMITTED
    allowed = access.can_close(actor, project)
    why = may_close(record.maker_ids, actor.account_id) if allowed else ""
    return {
        "submit": record.state == ScrutinyState.OPEN and bool(access.can_keep(actor, project)),
        "close": waiting and bool(allowed) and not why,
        "back": waiting and bool(allowed),
        "why_not": why if waiting else "",
    }


def _steps(record: Scrutiny | None) -> list[dict[str, Any]]:
    if record is None:
        return []
    return [
        {
            "title": f"{ScrutinyVerb(s.verb).label}（第{s.round}轮）", "at": s.at,
            "text": s.reason, "who": f"{s.by_name} {s.unit_name}".strip(), "icon": "point",
            "kind": "key",
        }
        for s in record.steps.order_by("-pk")[:STEPS_SHOWN]
    ]  # fmt: skip


# ───────── 改 ─────────


def _open(request: HttpRequest, code: str) -> tuple[Actor, Project]:
    """看得全项目、准办的人才进得来。"""
    actor = actor_of(request)
    project = project_door(actor, code)
    require(access.can_keep(actor, project))
    return actor, project


def _privilege(project: Project, pk: int) -> Privilege:
    row = Privilege.objects.filter(
        pk=pk, scrutiny__project=project, removed_at__isnull=True
    ).select_related("scrutiny__project", "granter").first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _finding(project: Project, pk: int) -> PrivilegeFinding:
    row = PrivilegeFinding.objects.filter(
        pk=pk, scrutiny__project=project
    ).select_related("scrutiny__project", "privilege").first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _back(project: Project, anchor: str = "") -> str:
    return read.url_of(project.code) + anchor


REOPENS = "已送签核、已办结的，改动之后重新打开：凭据撤回，须再签核（签约已认定的不能再改）"


@require_http_methods(BOTH)
@autosaved("evaluation.privilege_new")
def listing_new(request: HttpRequest, code: str) -> HttpResponse:
    """列入一条优惠。"""
    actor, project = _open(request, code)
    now = clock.now()
    form = forms_.PrivilegeForm(data_of(request)[0], kinds=read.privilege_kinds(now.date()))

    def run() -> str:
        lists.list_privilege(actor=actor, project=project, draft=form.draft(), now=now)
        return _back(project, "#privileges")

    return confirmed(
        request, form, run, done="已列入，并已对照", back=_back(project), submit="列入",
        crumbs=project_crumbs(project), title="列一条优惠", what=f"列一条优惠：{project.name}",
        consequences=["随即对照禁止的情形，结果写在清单上", REOPENS],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.privilege_edit", "code", "pk")
def listing_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """修改一条优惠。"""
    actor, project = _open(request, code)
    row, now = _privilege(project, pk), clock.now()
    form = forms_.PrivilegeForm(
        data_of(request)[0], kinds=read.privilege_kinds(now.date()),
        initial={
            "kind": row.kind, "content": row.content, "amount": row.amount, "ratio": row.ratio_bp,
            "basis": row.basis, "granter": row.granter_id, "conditions": row.conditions,
            "period": row.period, "version": row.version,
        },
    )  # fmt: skip

    def run() -> str:
        lists.edit_privilege(
            actor=actor, privilege=row, draft=form.draft(), version=form.cleaned_data["version"],
            now=now,
        )  # fmt: skip
        return _back(project, "#privileges")

    return confirmed(
        request, form, run, done="已修改，并重新对照", back=_back(project), submit="保存",
        crumbs=project_crumbs(project), title="修改优惠", what=f"修改优惠：{project.name}",
        consequences=["随即重新对照；没有了的疑点记作已改正", REOPENS],
    )  # fmt: skip


@require_http_methods(BOTH)
def listing_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """删去一条优惠。"""
    actor, project = _open(request, code)
    row = _privilege(project, pk)
    form = forms_.ReasonForm(
        data_of(request)[0], label="为什么删去", initial={"version": row.version}
    )

    def run() -> str:
        lists.remove_privilege(
            actor=actor, privilege=row, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return _back(project, "#privileges")

    return confirmed(
        request, form, run, done="已删去", back=_back(project), submit="删去", danger=True,
        crumbs=project_crumbs(project), title="删去优惠", what=f"删去优惠：{row}",
        consequences=["不在清单里，经过里还留着", "协议文本里若还有这一条，须一并改", REOPENS],
    )  # fmt: skip


@require_http_methods(BOTH)
def declaring(request: HttpRequest, code: str) -> HttpResponse:
    """声明没有任何优惠承诺。"""
    actor, project = _open(request, code)
    form = forms_.ConfirmForm(data_of(request)[0])

    def run() -> str:
        lists.declare_none(actor=actor, project=project, now=clock.now())
        return _back(project, "#privileges")

    return confirmed(
        request, form, run, done="已声明没有任何优惠承诺", back=_back(project), submit="确认没有",
        crumbs=project_crumbs(project), title="没有任何优惠承诺", what=f"声明：{project.name}没有任何优惠承诺",
        consequences=["这是明确的声明，写进承诺审查记录，署您的姓名", "仍须上传协议文本，由系统查找", REOPENS],
    )  # fmt: skip


@require_http_methods(BOTH)
def texting(request: HttpRequest, code: str) -> HttpResponse:
    """上传(换)协议文本。"""
    actor, project = _open(request, code)
    now = clock.now()
    data, uploads = data_of(request)
    form = forms_.TextForm(data, uploads)
    kept = kept_file(request, actor, form, now)

    def run() -> str:
        lists.set_text(
            actor=actor, project=project, file_id=kept.file_id if kept else None, now=now
        )
        return _back(project, "#text")

    return confirmed(
        request, form, run, done="已读出文字并逐段查找", back=_back(project), submit="上传并查找",
        crumbs=project_crumbs(project), title="协议文本", what=f"上传协议文本：{project.name}", kept=kept,
        consequences=["系统逐段查找疑似禁止的优惠，只是提示，由您逐条答复", "换了文本的，没改的地方留着原来的答复", REOPENS],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.doubt", "code", "pk")
def answering(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """答复一处疑点。"""
    actor, project = _open(request, code)
    row, today = _finding(project, pk), clock.today()
    (doubt,) = read.shown([row], read.forbidden(today), row.scrutiny.paragraphs)
    form = forms_.DoubtForm(
        data_of(request)[0],
        initial={"answer": row.answer, "basis": row.basis, "version": row.version},
    )

    def run() -> str:
        lists.answer_finding(
            actor=actor, finding=row, answer=FindingAnswer(form.cleaned_data["answer"]),
            basis=form.cleaned_data["basis"], version=form.cleaned_data["version"],
            now=clock.now(),
        )  # fmt: skip
        return _back(project, "#doubts")

    return confirmed(
        request, form, run, done="已答复", back=_back(project, "#doubts"), submit="答复",
        crumbs=project_crumbs(project), title="答复疑点", template="evaluation/doubt.html",
        what=f"答复：{doubt.label}", doubt=doubt, from_text=row.source == FindingSource.TEXT,
        project=project,
        consequences=["答复已改正、已删除的，以改后的清单、文本里没有了为准", REOPENS],
    )  # fmt: skip


def _signed(
    request: HttpRequest, code: str, may: Callable[[Actor, Project], Access]
) -> tuple[Actor, Project, Scrutiny]:
    actor = actor_of(request)
    project = project_door(actor, code)
    require(may(actor, project))
    record = read.record_of(project)
    if record is None:
        raise NotFound
    record.project = project
    return actor, project, record


@require_http_methods(BOTH)
def submitting(request: HttpRequest, code: str) -> HttpResponse:
    """送签核。"""
    actor, project, record = _signed(request, code, access.can_keep)
    form = forms_.ConfirmForm(data_of(request)[0], initial={"version": record.version})

    def run() -> str:
        acts.submit(
            actor=actor, record_=record, version=form.cleaned_data["version"], now=clock.now()
        )
        return _back(project, "#record")

    return confirmed(
        request, form, run, done="已送签核", back=_back(project), submit="送签核",
        crumbs=project_crumbs(project), title="送签核", what=f"送签核：{record}",
        consequences=["本单位的负责人、核验人收到待办；经手人不能签核", "签核之前又有改动的，自动回到填报中"],
    )  # fmt: skip


@require_http_methods(BOTH)
def closing(request: HttpRequest, code: str) -> HttpResponse:
    """签核办结。"""
    actor, project, record = _signed(request, code, access.can_close)
    form = forms_.ConfirmForm(data_of(request)[0], initial={"version": record.version})

    def run() -> str:
        acts.close(
            actor=actor, record_=record, version=form.cleaned_data["version"], now=clock.now()
        )
        return _back(project, "#record")

    return confirmed(
        request, form, run, done="已签核办结，记作签约的凭据", back=_back(project), submit="签核办结",
        crumbs=project_crumbs(project), title="签核办结", what=f"签核：{record}",
        consequences=["记录排成文件存档、编号，自动记作项目签约的凭据", "您对签核负责，姓名写进记录"],
    )  # fmt: skip


@require_http_methods(BOTH)
def returning(request: HttpRequest, code: str) -> HttpResponse:
    """退回再办。"""
    actor, project, record = _signed(request, code, access.can_close)
    form = forms_.ReasonForm(
        data_of(request)[0], label="哪里要再办", initial={"version": record.version}
    )

    def run() -> str:
        acts.send_back(
            actor=actor, record_=record, reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"], now=clock.now(),
        )  # fmt: skip
        return _back(project, "#record")

    return confirmed(
        request, form, run, done="已退回经手人", back=_back(project), submit="退回",
        crumbs=project_crumbs(project), title="退回再办", what=f"退回：{record}",
        consequences=["回到填报中，经手人收到通知"],
    )  # fmt: skip
