"""项目的接口:与网页同一批查询、同一批动作。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import (
    COUNT_LIMIT,
    READ,
    WRITE,
    BadCursor,
    Percent,
    Wan,
    if_match,
    percent_to_bp,
    precheck,
)
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.queries import unit_by_code
from juyuan.foundation.ui.keyset import Order, choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors import actions as investors
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import expect_version
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.criteria import read
from juyuan.rooms.pipeline.queries.records import API_ORDERS, listed, records, with_related
from juyuan.rooms.pipeline.queries.scope import door
from juyuan.rooms.pipeline.rules.amounts import Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import Conclusion, FactKey, LandingKind
from juyuan.rooms.pipeline.rules.stages import Stage

router = Router(tags=["项目"])

StageName = Literal["planning", "negotiation", "intent", "signed", "landed"]
UnknownName = Literal["", "withheld", "pending"]
MoneyField = Literal["total_investment", "fixed_investment", "contract_amount"]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class PartyIn(Strict):
    name: str = Field(min_length=1, max_length=200)
    uscc: str = Field(default="", max_length=18)
    origin: Literal["local", "outside_city", "outside_province", "foreign"] | None = None
    fiscal: bool = False
    share: Percent = "0"


class HostIn(Strict):
    unit: str = Field(max_length=60)
    share: Percent = "100"


class ProjectIn(Strict):
    """可填的内容;没给的不动(新建时即空)。"""

    name: str | None = Field(default=None, max_length=200)
    summary: str | None = Field(default=None, max_length=4000)
    category: Literal["industry", "infrastructure", "real_estate"] | None = None
    chain: str | None = Field(default=None, max_length=20)
    segment: str | None = Field(default=None, max_length=40)
    industry_code: str | None = Field(default=None, max_length=10)
    total_investment: Wan | None = None
    total_investment_unknown: UnknownName | None = None
    fixed_investment: Wan | None = None
    fixed_investment_unknown: UnknownName | None = None
    contract_amount: Wan | None = None
    contract_amount_unknown: UnknownName | None = None
    basis: str | None = Field(default=None, max_length=4000)
    site_options: str | None = Field(default=None, max_length=2000)
    benefit: str | None = Field(default=None, max_length=2000)
    factor_needs: str | None = Field(default=None, max_length=4000)
    landing_kind: Literal["new_site", "leased_plant", "service", "platform"] | None = None
    lead_unit: str | None = Field(default=None, max_length=60)
    host_units: list[HostIn] | None = Field(default=None, max_length=20)
    possible_hosts: list[str] | None = Field(default=None, max_length=20)
    participants: list[str] | None = Field(default=None, max_length=50)
    investors: list[PartyIn] | None = Field(default=None, max_length=20)
    location: str | None = Field(default=None, max_length=200)
    confidentiality: Literal["normal", "internal", "restricted"] | None = None
    signed_on: date | None = None
    started_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None
    remark: str | None = Field(default=None, max_length=4000)


class InvestorOut(Schema):
    name: str
    uscc: str | None
    origin: str | None
    fiscal: bool
    share: str


class HostOut(Schema):
    unit: str
    share: str


class MissingOut(Schema):
    rule: str
    clause: str
    message: str


class ProjectOut(Schema):
    """一个项目。`sight` 为 facts 时只有认定事实的几项,其余为 null。"""

    code: str
    name: str
    sight: Literal["full", "facts"]
    stage: str
    stage_status: str
    recognised_stage: str | None
    standing: str
    is_chain_project: bool
    lead_unit: str | None
    chain: str | None
    segment: str | None = None
    host_units: list[HostOut]
    possible_hosts: list[str] | None = None
    investors: list[InvestorOut] | None = None
    total_investment: str | None
    total_investment_unknown: str | None = None
    fixed_investment: str | None = None
    fixed_investment_unknown: str | None = None
    contract_amount: str | None
    contract_amount_unknown: str | None = None
    committed_investment: str | None
    committed_outside_province: str | None = None
    paid_in_year: str | None = None
    paid_in_total: str | None = None
    category: str | None = None
    industry_code: str | None = None
    confidentiality: str | None = None
    location: str | None = None
    summary: str | None = None
    basis: str | None = None
    site_options: str | None = None
    benefit: str | None = None
    factor_needs: str | None = None
    landing_kind: str | None = None
    signed_on: date | None = None
    started_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None
    standing_reason: str | None = None
    source: str | None = None
    claimed_word: str | None = None
    remark: str | None = None
    missing_for_next: list[MissingOut] | None = None
    version: int
    created_at: datetime
    updated_at: datetime


class ProjectPage(Schema):
    items: list[ProjectOut]
    next: str | None
    total: int | None


class Filters(Schema):
    q: str = Field(default="", max_length=100)
    stage: StageName | None = None
    stage_status: Literal["claimed", "recognised"] | None = None
    recognised_stage: Literal["signed", "landed", "planning", "negotiation", "intent"] | None = None
    standing: Literal["active", "paused", "ended", "withdrawn"] | None = None
    host_unit: str = Field(default="", max_length=60)
    lead_unit: str = Field(default="", max_length=60)
    chain: str = Field(default="", max_length=20)
    sort: str = Field(default="-updated_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class MoveIn(Strict):
    to: StageName
    reason: str = Field(default="", max_length=2000)
    fact_on: date | None = None


class RecogniseIn(Strict):
    stage: StageName
    fact_on: date | None = None


class ReasonIn(Strict):
    reason: str = Field(max_length=2000)


class StandingIn(Strict):
    verb: Literal["pause", "end", "withdraw", "resume"]
    reason_code: str = Field(default="", max_length=20)
    note: str = Field(default="", max_length=2000)
    fact_on: date | None = None


class EvidenceIn(Schema):
    fact: Literal[tuple(key.value for key in FactKey)]  # type: ignore[valid-type]
    title: str = Field(max_length=200)
    dated_on: date
    issuer: str = Field(default="", max_length=100)
    number: str = Field(default="", max_length=100)
    conclusion: Literal["", "passed", "conditional", "failed"] = ""
    place: str = Field(default="", max_length=200)
    two_way: bool = False
    note: str = Field(default="", max_length=2000)


class EvidenceOut(Schema):
    id: int
    fact: str
    title: str
    dated_on: date
    issuer: str
    number: str
    conclusion: str
    place: str
    two_way: bool
    file_name: str
    sha256: str
    by: str
    at: datetime


class EventOut(Schema):
    at: datetime
    event: str
    actor: str
    unit: str
    post: str
    reason: str
    clause: str
    before: Any | None
    after: Any | None


class Timeline(Schema):
    items: list[EventOut]
    next: str | None
    total: int | None


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def one(project: Project, actor: Actor) -> dict[str, Any]:
    fresh = with_related(Project.objects.filter(pk=project.pk)).get()
    return records([fresh], actor, clock.today())[0]


def _money(values: dict[str, Any], given: dict[str, Any]) -> None:
    for name in ("total_investment", "fixed_investment", "contract_amount"):
        if name in given:
            values[name] = from_wan(given[name]) if given[name] is not None else None
            if given[name] is not None:
                values.setdefault(f"{name}_unknown", Unknown.GIVEN)
        if given.get(f"{name}_unknown") is not None:
            values[f"{name}_unknown"] = Unknown(given[f"{name}_unknown"])
            if given[f"{name}_unknown"] and name not in given:
                values[name] = None


def _unit(code: str, field: str, clause: str, findings: list[Finding]) -> int | None:
    unit = unit_by_code(code)
    if unit is None:
        findings.append(Finding(field, "ref.unit", clause, f"没有代码为「{code}」的单位"))
        return None
    return unit.pk


def _draft(payload: ProjectIn, base: ProjectDraft, actor: Actor) -> ProjectDraft:
    """把请求并到现状上;引用一律用稳定代码。

    Raises:
        RuleBroken: 单位、产业链、环节的代码不存在,或投资方不合规。
    """
    given = payload.model_dump(exclude_unset=True)
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    texts = ("name", "summary", "industry_code", "basis", "site_options", "benefit",
             "factor_needs", "location", "confidentiality", "remark")  # fmt: skip
    for name in texts:
        if given.get(name) is not None:
            values[name] = given[name]
    for name in ("signed_on", "started_on", "promised_start_on", "promised_production_on",
                 "promised_capacity_on"):  # fmt: skip
        if name in given:
            values[name] = given[name]
    if given.get("category"):
        values["category"] = Category(given["category"])
    if given.get("landing_kind"):
        values["landing_kind"] = LandingKind(given["landing_kind"])
    _money(values, given)
    if "chain" in given:
        chain = Chain.objects.filter(code=given["chain"] or "").first()
        if chain is None and given["chain"]:
            findings.append(
                Finding("chain", "ref.chain", "4.0b", f"没有代码为「{given['chain']}」的产业链")
            )
        values["chain_id"] = chain.pk if chain else None
        if "segment" not in given:
            values["node_id"] = None
    if "segment" in given:
        node = Node.objects.filter(code=given["segment"] or "").first()
        if node is None and given["segment"]:
            findings.append(
                Finding("segment", "ref.node", "4.0b", f"没有代码为「{given['segment']}」的环节")
            )
        values["node_id"] = node.pk if node else None
    if "lead_unit" in given:
        values["lead_unit_id"] = (
            _unit(given["lead_unit"], "lead_unit", "3.2b", findings) if given["lead_unit"] else None
        )
    if "participants" in given:
        values["participant_ids"] = tuple(
            pk for code in given["participants"] or []
            if (pk := _unit(code, "participants", "", findings)) is not None
        )  # fmt: skip
    if "host_units" in given or "possible_hosts" in given:
        actual = [h for h in base.hosts if h.actual]
        possible = [h for h in base.hosts if not h.actual]
        if "host_units" in given:
            actual = [
                HostDraft(pk, percent_to_bp(h.share))
                for h in payload.host_units or []
                if (pk := _unit(h.unit, "host_units", "3.1c", findings)) is not None
            ]
        if "possible_hosts" in given:
            possible = [
                HostDraft(pk, actual=False)
                for code in given["possible_hosts"] or []
                if (pk := _unit(code, "possible_hosts", "3.1c", findings)) is not None
            ]
        values["hosts"] = tuple(actual + possible)
    if findings:
        raise RuleBroken(findings)
    if "investors" in given:
        wanted = payload.investors or []
        ids = investors.ensure_investors(
            actor=actor, rows=[(p.name, p.uscc) for p in wanted], now=clock.now()
        )
        values["parties"] = tuple(
            PartyDraft(pk, percent_to_bp(p.share), Origin(p.origin or ""), p.fiscal)
            for pk, p in zip(ids, wanted, strict=True)
        )
    merged = {f: getattr(base, f) for f in base.__dataclass_fields__} | values
    return ProjectDraft(**merged)


@router.get("", response={200: ProjectPage, **READ}, url_name="projects", summary="项目列表")
def list_projects(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """看得见的项目,按筛选、排序、游标给出。`total` 至多数到 10000,再多为 null(`count=exact` 除外)。"""
    actor = actor_of(request)
    given = filters.model_dump()
    found = read({"standing": "all", **{k: str(v) for k, v in given.items() if v}})
    if found.problems:
        raise RuleBroken(Finding("", "filter", "", text) for text in found.problems)
    queryset = listed(actor, found)
    order = choose_order(given["sort"], API_ORDERS, "-updated_at")
    page = paginate(with_related(queryset), order, given["cursor"], given["limit"])
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": records(page.items, actor, clock.today()),
        "next": page.next or None,
        "total": _total(queryset, exact=given["count"] == "exact"),
    }


def _total(queryset: Any, *, exact: bool) -> int | None:
    if exact:
        return int(queryset.count())
    found = len(queryset.order_by().values_list("pk", flat=True)[: COUNT_LIMIT + 1])
    return found if found <= COUNT_LIMIT else None


@router.post("", response={201: ProjectOut, **WRITE}, url_name="projects", summary="登记项目(谋划)")
def create_project(request: HttpRequest, payload: ProjectIn) -> Any:
    """登记到谋划;有什么填什么,`name` 必填。可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_register(actor))

    def act() -> tuple[int, dict[str, Any]]:
        draft = _draft(payload, ProjectDraft(), actor)
        project = register_project(actor=actor, draft=draft, now=clock.now())
        return 201, _jsonable(one(project, actor))

    return once(request, act)


def _jsonable(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in record.items()}


@router.get("/{code}", response={200: ProjectOut, **READ}, url_name="project", summary="一个项目")
def get_project(request: HttpRequest, code: str) -> Any:
    actor = actor_of(request)
    return one(door(actor, code, full=False), actor)


@router.patch(
    "/{code}", response={200: ProjectOut, **WRITE}, url_name="project", summary="修改项目"
)
def patch_project(request: HttpRequest, code: str, payload: ProjectIn) -> Any:
    """只改给出的字段;须带 If-Match。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_edit(actor, project))
    version = if_match(request)
    expect_version(project, version)
    draft = _draft(payload, draft_of(project), actor)
    edit_project(actor=actor, project=project, draft=draft, version=version, now=clock.now())
    return one(project, actor)


@router.post("/{code}/advance", response={200: ProjectOut, **WRITE}, url_name="project_advance",
             summary="移到某个库")  # fmt: skip
def advance(request: HttpRequest, code: str, payload: MoveIn) -> Any:
    """前移、退回、越级;门槛不齐则逐项拒绝。If-Match 可带可不带。"""
    actor = actor_of(request)
    project = door(actor, code)
    move_project(
        actor=actor, project=project, to=Stage(payload.to), reason=payload.reason,
        fact_on=payload.fact_on, version=_optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/recognise", response={200: ProjectOut, **WRITE}, url_name="project_recognise",
             summary="认定")  # fmt: skip
def recognise_project(request: HttpRequest, code: str, payload: RecogniseIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    recognise(
        actor=actor, project=project, stage=Stage(payload.stage), fact_on=payload.fact_on,
        version=_optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/withdraw-recognition", response={200: ProjectOut, **WRITE},
             url_name="project_withdraw", summary="撤回认定(冲回)")  # fmt: skip
def withdraw(request: HttpRequest, code: str, payload: ReasonIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    withdraw_recognition(
        actor=actor, project=project, reason=payload.reason,
        version=_optional_match(request), now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/standing", response={200: ProjectOut, **WRITE}, url_name="project_standing",
             summary="暂缓、终止、退库、恢复")  # fmt: skip
def standing(request: HttpRequest, code: str, payload: StandingIn) -> Any:
    actor = actor_of(request)
    project = door(actor, code)
    change_standing(
        actor=actor, project=project, verb=payload.verb, reason_code=payload.reason_code,
        note=payload.note, fact_on=payload.fact_on, version=_optional_match(request),
        now=clock.now(),
    )  # fmt: skip
    return one(project, actor)


@router.post("/{code}/evidence", response={201: EvidenceOut, **WRITE}, url_name="project_evidence",
             summary="提交证据")  # fmt: skip
def post_evidence(
    request: HttpRequest, code: str, payload: Form[EvidenceIn], file: File[UploadedFile]
) -> Any:
    """multipart:一份证据与它的文件。不得上传涉密文件。"""
    actor = actor_of(request)
    project = door(actor, code)
    require(access.can_add_evidence(actor, project))
    now = clock.now()
    stored = store_file(actor=actor, name=file.name or "", stream=file, now=now)
    given = payload.model_dump()
    given["fact"] = FactKey(given["fact"])
    given["conclusion"] = Conclusion(given["conclusion"])
    draft = EvidenceDraft(**given, file_id=stored.pk)
    row = add_evidence(actor=actor, project=project, draft=draft, now=now)
    return 201, {
        "id": row.pk, "fact": row.fact, "title": row.title, "dated_on": row.dated_on,
        "issuer": row.issuer, "number": row.number, "conclusion": row.conclusion,
        "place": row.place, "two_way": row.two_way, "file_name": row.file_name,
        "sha256": row.file_sha256, "by": row.by_name, "at": row.at,
    }  # fmt: skip


@router.get("/{code}/timeline", response={200: Timeline, **READ}, url_name="project_timeline",
            summary="经过")  # fmt: skip
def timeline(request: HttpRequest, code: str, limit: int = Query(50, ge=1, le=200),
             cursor: str = Query("", max_length=400)) -> Any:  # fmt: skip
    """谁、以何职务、何时、做了什么、为何、依据哪一条。"""
    actor = actor_of(request)
    project = door(actor, code)
    events = Event.objects.filter(obj_type="project", obj_id=project.code, result="done")
    order = choose_order("-at", {"at": Order("at")}, "-at")
    page = paginate(events, order, cursor, limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [
            {
                "at": e.at, "event": e.event, "actor": e.actor_name, "unit": e.unit_name,
                "post": e.post_label, "reason": e.reason, "clause": e.clause,
                "before": e.before, "after": e.after,
            }
            for e in page.items
        ],
        "next": page.next or None,
        "total": events.count(),
    }  # fmt: skip


def _optional_match(request: HttpRequest) -> int | None:
    return if_match(request) if request.headers.get("If-Match") else None


def _may_edit(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require(access.can_edit(actor, project))
    if request.method == "PATCH":
        expect_version(project, if_match(request))


def _may_see(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    door(actor, kwargs["code"])


def _may_move(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    project = door(actor, kwargs["code"])
    require(access.can_edit(actor, project))
    if request.headers.get("If-Match"):
        expect_version(project, if_match(request))


precheck("PATCH project", _may_edit)
precheck("POST project_advance", _may_move)
precheck("POST project_standing", _may_move)
precheck("POST project_evidence", _may_see)
precheck("POST project_recognise", _may_see)
precheck("POST project_withdraw", _may_see)
precheck("GET project_timeline", _may_see)
