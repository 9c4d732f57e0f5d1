"""线索上办的各步:登记、撤回、答复、分办、研判、反馈、不采纳、转项目;可带 If-Match、Idempotency-Key。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import File, Form
from ninja.files import UploadedFile

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import WRITE, optional_match, precheck
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.models import Person
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, Stale, require
from juyuan.rooms.first_contact.api.checking import said_by
from juyuan.rooms.first_contact.rules.claims import ContactProof
from juyuan.rooms.outreach import access
from juyuan.rooms.outreach.actions import convert, handle, keep
from juyuan.rooms.outreach.api.routes import actor_of, entered, router
from juyuan.rooms.outreach.api.schemas import (
    AssignIn,
    ConvertedOut,
    ConvertIn,
    FileIn,
    JudgeIn,
    LeadDetail,
    WordsIn,
)
from juyuan.rooms.outreach.api.shaping import one
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries import leads
from juyuan.rooms.outreach.rules.leads import (
    CLAUSE,
    DimensionMark,
    LeadMark,
    LeadOutcome,
    LeadVerb,
)

Run = Callable[[Actor, Lead], dict[str, Any] | None]


def _entry(request: HttpRequest, actor: Actor, code: str, verb: LeadVerb) -> Lead:
    lead = leads.door(actor, code)
    require(access.may(actor, lead, verb))
    version = optional_match(request)
    if version is not None and version != lead.version:
        raise Stale(mine={"version": version}, theirs={"version": lead.version})
    return lead


def _act(request: HttpRequest, code: str, verb: LeadVerb, run: Run) -> Any:
    """看不看得见、准不准、版本、办;返回办成之后的样子。"""
    actor = actor_of(request)
    lead = _entry(request, actor, code, verb)

    def act() -> tuple[int, dict[str, Any]]:
        more = run(actor, lead) or {}
        return 200, one(actor, code, clock.today()) | more

    return once(request, act)


@router.post("/{code}/submit", response={200: LeadDetail, **WRITE}, url_name="lead_submit",
             summary="登记线索")  # fmt: skip
def submit(request: HttpRequest, code: str) -> Any:
    """草稿填齐了,登记;时限从此走起。"""

    def run(actor: Actor, lead: Lead) -> None:
        keep.submit_lead(actor=actor, lead=lead, now=clock.now())

    return _act(request, code, LeadVerb.SUBMIT, run)


@router.post("/{code}/withdraw", response={200: LeadDetail, **WRITE}, url_name="lead_withdraw",
             summary="撤回线索")  # fmt: skip
def withdraw(request: HttpRequest, code: str, payload: WordsIn) -> Any:
    """分办之前,报送人自己撤。"""

    def run(actor: Actor, lead: Lead) -> None:
        keep.withdraw_lead(actor=actor, lead=lead, reason=payload.reason, now=clock.now())

    return _act(request, code, LeadVerb.WITHDRAW, run)


@router.post("/{code}/answer", response={200: LeadDetail, **WRITE}, url_name="lead_answer",
             summary="答复线索")  # fmt: skip
def answer(request: HttpRequest, code: str, payload: WordsIn) -> Any:
    """告诉报来的人收到了、由谁联系。"""

    def run(actor: Actor, lead: Lead) -> None:
        handle.answer_lead(actor=actor, lead=lead, text=payload.reason, now=clock.now())

    return _act(request, code, LeadVerb.ANSWER, run)


@router.post("/{code}/assign", response={200: LeadDetail, **WRITE}, url_name="lead_assign",
             summary="分办线索")  # fmt: skip
def assign(request: HttpRequest, code: str, payload: AssignIn) -> Any:
    """分办给一个单位,可指名到人(限名单的必须)。"""

    def run(actor: Actor, lead: Lead) -> None:
        unit = unit_by_code(payload.unit.replace("\x00", ""))
        if unit is None:
            raise RuleBroken.one("unit", "lead.unit", "请写明承办单位的代码", CLAUSE)
        person = None
        if payload.person:
            person = Person.objects.filter(code=payload.person.replace("\x00", "")).first()
            if person is None:
                raise RuleBroken.one("person", "lead.unit", "没有这个人", CLAUSE)
        handle.assign_lead(
            actor=actor, lead=lead, unit=unit, person=person, reason=payload.reason,
            now=clock.now(),
        )  # fmt: skip

    return _act(request, code, LeadVerb.ASSIGN, run)


@router.post("/{code}/judge", response={200: LeadDetail, **WRITE}, url_name="lead_judge",
             summary="研判线索")  # fmt: skip
def judge(request: HttpRequest, code: str, payload: JudgeIn) -> Any:
    """逐项写结果与理由,下结论。"""

    def run(actor: Actor, lead: Lead) -> None:
        marks = [LeadMark(m.code, DimensionMark(m.mark), m.reason) for m in payload.marks]
        outcome = LeadOutcome(payload.outcome) if payload.outcome else None
        handle.judge_lead(
            actor=actor, lead=lead, marks=marks, outcome=outcome, reason=payload.reason,
            now=clock.now(),
        )  # fmt: skip

    return _act(request, code, LeadVerb.JUDGE, run)


@router.post("/{code}/feed-back", response={200: LeadDetail, **WRITE}, url_name="lead_feed_back",
             summary="反馈线索")  # fmt: skip
def feed_back(request: HttpRequest, code: str, payload: WordsIn) -> Any:
    """告诉报来的人跟不跟进、到哪一步了。"""

    def run(actor: Actor, lead: Lead) -> None:
        handle.feed_back_lead(actor=actor, lead=lead, text=payload.reason, now=clock.now())

    return _act(request, code, LeadVerb.FEED_BACK, run)


@router.post("/{code}/refuse", response={200: LeadDetail, **WRITE}, url_name="lead_refuse",
             summary="线索不采纳")  # fmt: skip
def refuse(request: HttpRequest, code: str, payload: WordsIn) -> Any:
    """理由送到报来的人手里。"""

    def run(actor: Actor, lead: Lead) -> None:
        handle.refuse_lead(actor=actor, lead=lead, reason=payload.reason, now=clock.now())

    return _act(request, code, LeadVerb.REFUSE, run)


@router.post("/{code}/convert", response={200: ConvertedOut, **WRITE}, url_name="lead_convert",
             summary="线索转项目")  # fmt: skip
def to_project(
    request: HttpRequest, code: str, payload: Form[ConvertIn], file: File[UploadedFile]
) -> Any:
    """multipart:项目与首谈一个动作登记,附接触的凭据;撞上的待裁定,线索留着。"""

    def run(actor: Actor, lead: Lead) -> dict[str, Any]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        proof = convert.LeadProof(
            proof=ContactProof(payload.proof) if payload.proof else None,
            contacted_on=payload.contacted_on, evidence_on=payload.evidence_on,
            file_id=stored.pk, two_way=payload.two_way, project_name=payload.project_name,
            content=payload.content, note=payload.note,
        )  # fmt: skip
        made = convert.convert_lead(actor=actor, lead=lead, proof=proof, now=now)
        return {"check": said_by(made.answer)}

    return _act(request, code, LeadVerb.CONVERT, run)


@router.post("/{code}/files", response={201: LeadDetail, **WRITE}, url_name="lead_files",
             summary="交线索的附件")  # fmt: skip
def attach(request: HttpRequest, code: str, payload: Form[FileIn], file: File[UploadedFile]) -> Any:
    """multipart:来函、资料、照片,写明是什么;交了不能撤回。"""
    actor = actor_of(request)
    lead = leads.door(actor, code)
    require(access.can_attach(actor, lead))

    def act() -> tuple[int, dict[str, Any]]:
        now = clock.now()
        stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
        keep.attach_file(actor=actor, lead=lead, file=stored, title=payload.title, now=now)
        return 201, one(actor, code, clock.today())

    return once(request, act)


def _may_attach(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    lead = leads.door(entered(actor), kwargs["code"])
    require(access.can_attach(actor, lead))


precheck("POST lead_files", _may_attach)


def _first(verb: LeadVerb) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        _entry(request, entered(actor), kwargs["code"], verb)

    return check


for _verb in (
    LeadVerb.SUBMIT, LeadVerb.WITHDRAW, LeadVerb.ANSWER, LeadVerb.ASSIGN, LeadVerb.JUDGE,
    LeadVerb.FEED_BACK, LeadVerb.REFUSE, LeadVerb.CONVERT,
):  # fmt: skip
    precheck(f"POST lead_{_verb.value}", _first(_verb))
