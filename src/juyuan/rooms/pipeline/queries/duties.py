"""本房间的待办:认定待办(门槛齐了等核验人)、作废待确认;以及项目作为待办对象的门。

期限都是参数,自最后一样凑齐之日起算;由认定、确认(不同意)作废的动作办结。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Max, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.models import Evidence, Project, Recognition, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.gatesql import lacking
from juyuan.rooms.pipeline.queries.past import IN_LIBRARY
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus

OBJECT = "project"
RECOGNISE = {
    Stage.SIGNED: "pipeline.recognise_signed",
    Stage.LANDED: "pipeline.recognise_landed",
}
VOID = "pipeline.settle_void"


# ───────── 项目的门 ─────────


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """看得见全貌的。"""
    return set(seen_whole(actor, merged=True).filter(pk__in=list(ids)).values_list("pk", flat=True))


def within(actor: Actor) -> QuerySet[Project, int]:
    """看得见全貌的编号(子查询)。"""
    return seen_whole(actor, merged=True).order_by().values_list("pk", flat=True)


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = seen_whole(actor, merged=True).filter(pk__in=list(ids))
    return {
        pk: (name, f"/projects/{code}/")
        for pk, name, code in rows.values_list("pk", "name", "code")
    }


# ───────── 认定待办 ─────────


def recognition_rule(on: date) -> DueRule:
    """门槛齐了之后几个工作日内认定(起算日的参数)。"""
    row = params(on).row("recognition.due_workdays")
    return DueRule(row.python, said=f"参数 {row.key},{row.origin}")


def awaiting_recognition(stage: Stage, on: date) -> Iterator[Owed]:
    """申报在 `stage`、待核实、门槛已齐的;起算日是最后一样凑齐(或冲回)的日子。"""
    rows = Project.objects.filter(
        voided_at__isnull=True,
        stage=stage,
        stage_status=StageStatus.CLAIMED,
        standing__in=IN_LIBRARY,
        # 签约以上都要正式合同:没有的先筛掉(台账带进来的多半还没有凭据),十万个项目也算得快
        pk__in=Evidence.objects.filter(fact=FactKey.FORMAL_CONTRACT, voided_at__isnull=True).values(
            "project_id"
        ),
    )
    found = list(
        lacking(rows, False).order_by("pk").values_list("pk", "stage_since", "lead_unit__function")
    )
    if not found:
        return
    ids = [pk for pk, _, _ in found]
    proved = _latest(Evidence.objects.filter(project_id__in=ids, voided_at__isnull=True), "at")
    taken_back = _latest(Recognition.objects.filter(project_id__in=ids, sign=-1), "recorded_at")
    book = params(on)
    general = book["recognition.verifier_function"]
    own = book["recognition.own_verifier_function"]
    units = _first_units((general, own))
    rules: dict[date, DueRule] = {}
    for pk, since, lead in found:
        unit = units.get(own if lead == general else general)
        if unit is None:
            continue  # 这座城市没有设这个单位:没有人可派,「待认定」的清单上仍有它
        basis = min(max(d for d in (since, proved.get(pk), taken_back.get(pk)) if d), on)
        if basis not in rules:
            rules[basis] = recognition_rule(basis)
        yield Owed(OBJECT, pk, unit, basis, rules[basis])


def _latest(rows: QuerySet[Evidence] | QuerySet[Recognition], field: str) -> dict[int, date]:
    pairs = rows.order_by().values_list("project_id").annotate(last=Max(field))
    return {pk: localdate(moment) for pk, moment in pairs}


def _first_units(functions: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    rows = Unit.objects.filter(function__in=set(functions), disabled_on__isnull=True)
    for function, pk in rows.order_by("order", "code").values_list("function", "pk"):
        found.setdefault(function, pk)
    return found


def made_by(actor: Actor) -> QuerySet[Project, int]:
    """此人经手的(登记、移入、提交过证据):不得自己认定。"""
    mine = Evidence.objects.filter(by_id=actor.account_id, voided_at__isnull=True)
    rows = (
        Project.objects.filter(created_by_id=actor.account_id)
        | Project.objects.filter(moved_by_id=actor.account_id)
        | Project.objects.filter(pk__in=mine.values("project_id"))
    )
    return rows.order_by().values_list("pk", flat=True)


# ───────── 作废待确认 ─────────


def void_rule(on: date) -> DueRule:
    """提出之后几个工作日内确认或不同意。"""
    row = params(on).row("void.due_workdays")
    return DueRule(row.python, said=f"参数 {row.key},{row.origin}")


def bureau_unit() -> int | None:
    """确认作废的单位。"""
    return _first_units((BUREAU,)).get(BUREAU)


def voids_waiting(on: date) -> Iterator[Owed]:
    """等第二人确认的作废申请;对象是项目,一次申请一期。"""
    unit = bureau_unit()
    if unit is None:
        return
    rows = VoidRequest.objects.filter(status=VoidStatus.REQUESTED, project__voided_at__isnull=True)
    for pk, project, at in rows.order_by("pk").values_list("pk", "project_id", "requested_at"):
        asked = localdate(at)
        yield Owed(OBJECT, project, unit, asked, void_rule(asked), period=void_period(pk))


def void_period(request_id: int) -> str:
    """作废申请的期:一份申请一件。"""
    return f"作废{request_id}"


def asked_by(actor: Actor) -> QuerySet[VoidRequest, int]:
    """此人自己提出的:不得自己确认。"""
    rows = VoidRequest.objects.filter(requested_by_id=actor.account_id, status=VoidStatus.REQUESTED)
    return rows.order_by().values_list("project_id", flat=True)


def _recognise_url(stage: Stage) -> object:
    def url(row: DutyRow) -> str:
        return f"{row.object_url}recognise/{stage.value}/"

    return url


def _void_url(row: DutyRow) -> str:
    return f"/projects/voids/{row.period.removeprefix('作废')}/"


def kinds() -> list[DutyKind]:
    """本房间登记的待办。"""

    def owed_for(stage: Stage) -> object:
        return lambda on: awaiting_recognition(stage, on)

    return [
        *(
            DutyKind(
                kind=name,
                label=f"认定{stage.label}",
                clause="3.3b",
                ends_by="核对证据，认定",
                url=_recognise_url(stage),  # type: ignore[arg-type]
                owed=owed_for(stage),  # type: ignore[arg-type]
                roles=(Role.VERIFIER,),
                not_mine=made_by,
            )
            for stage, name in RECOGNISE.items()
        ),
        DutyKind(
            kind=VOID,
            label="确认作废",
            clause="3.3b",
            ends_by="确认作废，或不同意",
            url=_void_url,
            owed=voids_waiting,
            roles=(Role.VERIFIER, Role.HEAD),
            not_mine=asked_by,
        ),
    ]
