"""承诺审查的接口:优惠清单、协议文本的查找、答复疑点、送签核与签核。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File, Router
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import (
    READ,
    WRITE,
    number,
    optional_match,
    percent_to_bp,
    precheck,
)
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.models import Unit
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.verdict import Access, NotFound, require
from juyuan.rooms.evaluation.actions import privileges as lists
from juyuan.rooms.evaluation.actions import scrutiny as acts
from juyuan.rooms.evaluation.api.opinion_schemas import (
    DoubtIn,
    PrivilegeIn,
    ReasonIn,
    ScrutinyOut,
)
from juyuan.rooms.evaluation.api.opinion_shaping import scrutinised
from juyuan.rooms.evaluation.api.opinions import actor_of, entered
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.rules.privileges import FindingAnswer, PrivilegeDraft
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import door as project_door

router = Router(tags=["承诺审查"])
May = Callable[[Actor, Project], Access]
Run = Callable[[Actor, Project], object]
OUT = {200: ScrutinyOut, **WRITE}


@router.get("/projects/{code}/scrutiny", response={200: ScrutinyOut, **READ},
            url_name="evaluation_scrutiny", summary="一个项目的承诺审查")  # fmt: skip
def get_scrutiny(request: HttpRequest, code: str) -> Any:
    """优惠清单与对照结果、文本里的疑点与答复、记录走到哪里。"""
    actor = actor_of(request)
    return scrutinised(project_door(actor, code), clock.today())


def _act(request: HttpRequest, code: str, run: Run, may: May = access.can_keep) -> Any:
    actor = actor_of(request)
    project = project_door(actor, code)
    require(may(actor, project))

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, project)
        return 200, scrutinised(project, clock.today())

    return once(request, act)


def _draft(payload: PrivilegeIn) -> PrivilegeDraft:
    unit = Unit.objects.filter(code=payload.granter, disabled_on__isnull=True).first()
    return PrivilegeDraft(
        kind=payload.kind, content=payload.content, amount=from_wan(payload.amount) if payload.amount is not None else None,
        ratio_bp=percent_to_bp(payload.ratio) if payload.ratio is not None else None,
        basis=payload.basis, granter_id=unit.pk if unit else None, conditions=payload.conditions,
        period=payload.period,
    )  # fmt: skip


def _privilege(project: Project, pk: int) -> Privilege:
    row = Privilege.objects.filter(
        pk=pk, scrutiny__project=project, removed_at__isnull=True
    ).select_related("scrutiny__project", "granter").first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _doubt(project: Project, pk: int) -> PrivilegeFinding:
    row = PrivilegeFinding.objects.filter(
        pk=pk, scrutiny__project=project
    ).select_related("scrutiny__project", "privilege").first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _record(project: Project) -> Scrutiny:
    row = read.record_of(project)
    if row is None:
        raise NotFound
    row.project = project
    return row


@router.post("/projects/{code}/privileges", response=OUT, url_name="evaluation_privileges",
             summary="列一条优惠")  # fmt: skip
def list_one(request: HttpRequest, code: str, payload: PrivilegeIn) -> Any:
    """列入之后随即对照;可带 Idempotency-Key。"""
    return _act(
        request, code,
        lambda actor, project: lists.list_privilege(
            actor=actor, project=project, draft=_draft(payload), now=clock.now()
        ),
    )  # fmt: skip


@router.post("/projects/{code}/privileges/none", response=OUT, url_name="evaluation_privilege_none",
             summary="声明没有任何优惠承诺")  # fmt: skip
def declare_none(request: HttpRequest, code: str) -> Any:
    return _act(
        request, code,
        lambda actor, project: lists.declare_none(actor=actor, project=project, now=clock.now()),
    )  # fmt: skip


@router.put("/projects/{code}/privileges/{int:pk}", response=OUT, url_name="evaluation_privilege_edit",
            summary="修改一条优惠")  # fmt: skip
def edit_one(request: HttpRequest, code: str, pk: int, payload: PrivilegeIn) -> Any:
    """带 If-Match 的,须是那一条现在的版本。"""
    return _act(
        request, code,
        lambda actor, project: lists.edit_privilege(
            actor=actor, privilege=_privilege(project, pk), draft=_draft(payload),
            version=optional_match(request), now=clock.now(),
        ),
    )  # fmt: skip


@router.post("/projects/{code}/privileges/{int:pk}/remove", response=OUT,
             url_name="evaluation_privilege_remove", summary="删去一条优惠")  # fmt: skip
def remove_one(request: HttpRequest, code: str, pk: int, payload: ReasonIn) -> Any:
    return _act(
        request, code,
        lambda actor, project: lists.remove_privilege(
            actor=actor, privilege=_privilege(project, pk), reason=payload.reason,
            version=optional_match(request), now=clock.now(),
        ),
    )  # fmt: skip


@router.post("/projects/{code}/agreement", response=OUT, url_name="evaluation_scrutiny_text",
             summary="上传协议文本并查找")  # fmt: skip
def scan(request: HttpRequest, code: str, file: File[UploadedFile]) -> Any:
    """multipart:Word、PDF 或纯文本。结果只是提示,由人逐条答复。"""

    def run(actor: Actor, project: Project) -> object:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        return lists.set_text(actor=actor, project=project, file_id=stored.pk, now=now)

    return _act(request, code, run)


@router.post("/projects/{code}/doubts/{int:pk}", response=OUT, url_name="evaluation_scrutiny_doubt",
             summary="答复一处疑点")  # fmt: skip
def answer(request: HttpRequest, code: str, pk: int, payload: DoubtIn) -> Any:
    return _act(
        request, code,
        lambda actor, project: lists.answer_finding(
            actor=actor, finding=_doubt(project, pk), answer=FindingAnswer(payload.answer),
            basis=payload.basis, version=optional_match(request), now=clock.now(),
        ),
    )  # fmt: skip


@router.post("/projects/{code}/scrutiny/submit", response=OUT, url_name="evaluation_scrutiny_submit",
             summary="送签核")  # fmt: skip
def submit(request: HttpRequest, code: str) -> Any:
    return _act(
        request, code,
        lambda actor, project: acts.submit(
            actor=actor, record_=_record(project), version=optional_match(request),
            now=clock.now(),
        ),
    )  # fmt: skip


@router.post("/projects/{code}/scrutiny/close", response=OUT, url_name="evaluation_scrutiny_close",
             summary="签核办结")  # fmt: skip
def close(request: HttpRequest, code: str) -> Any:
    """记录排成文件存档,记作签约的凭据。"""
    return _act(
        request, code,
        lambda actor, project: acts.close(
            actor=actor, record_=_record(project), version=optional_match(request),
            now=clock.now(),
        ),
        access.can_close,
    )  # fmt: skip


@router.post("/projects/{code}/scrutiny/return", response=OUT, url_name="evaluation_scrutiny_return",
             summary="退回再办")  # fmt: skip
def send_back(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    return _act(
        request, code,
        lambda actor, project: acts.send_back(
            actor=actor, record_=_record(project), reason=payload.reason,
            version=optional_match(request), now=clock.now(),
        ),
        access.can_close,
    )  # fmt: skip


def _first(may: May, held: str = "") -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    """看不看得见、准不准;有那一条的,也要在这个项目里。"""

    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        project = project_door(entered(actor), kwargs["code"])
        require(may(actor, project))
        if held == "privilege":
            _privilege(project, number(kwargs["pk"]))
        elif held == "doubt":
            _doubt(project, number(kwargs["pk"]))

    return check


for _url, _may, _held in (
    ("POST evaluation_privileges", access.can_keep, ""),
    ("POST evaluation_privilege_none", access.can_keep, ""),
    ("PUT evaluation_privilege_edit", access.can_keep, "privilege"),
    ("POST evaluation_privilege_remove", access.can_keep, "privilege"),
    ("POST evaluation_scrutiny_text", access.can_keep, ""),
    ("POST evaluation_scrutiny_doubt", access.can_keep, "doubt"),
    ("POST evaluation_scrutiny_submit", access.can_keep, ""),
    ("POST evaluation_scrutiny_close", access.can_close, ""),
    ("POST evaluation_scrutiny_return", access.can_close, ""),
):
    precheck(_url, _first(_may, _held))
