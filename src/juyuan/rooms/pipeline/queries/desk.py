"""工作台要的几件事:等我认定的、等我确认作废的、我跟进的项目下一步差什么、最近的经过。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.ledger.still import counted, remembered, statement
from juyuan.foundation.people.models import Role, Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.models.evidence import VoidStatus
from juyuan.rooms.pipeline.queries.gatesql import lacking
from juyuan.rooms.pipeline.queries.listing import Row, rows_of
from juyuan.rooms.pipeline.queries.past import IN_LIBRARY
from juyuan.rooms.pipeline.queries.scope import Reach, seen_whole
from juyuan.rooms.pipeline.queries.timeline import OBJ, Entry, entries
from juyuan.rooms.pipeline.queries.verifying import verifiers
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import VERIFIED_STAGES, Stage, StageStatus, Standing

SHOWN = 6
RECENT_WINDOW = 200  # 最近这么多条经过里挑看得见的
EXAMINED, GLANCED = 300, 60  # 在前这么多个里找
LONGEST, NEWEST = ("stage_since", "id"), ("-updated_at", "-id")


@dataclass(frozen=True)
class Waiting:
    """一组等着办的项目:前几个,与总数。"""

    rows: tuple[Row, ...]
    total: int


NOTHING = Waiting((), 0)


def _among(queryset: QuerySet[Project], order: Sequence[str], most: int) -> QuerySet[Project]:
    """只在前 `most` 个里找:工作台每次打开都要算,全库有多大都不能慢。"""
    ids = queryset.order_by(*order).values_list("pk", flat=True)[:most]
    return Project.objects.filter(pk__in=list(ids))


def _take(queryset: QuerySet[Project], on: date, order: Sequence[str]) -> Waiting:
    ids = list(queryset.order_by(*order).values_list("pk", flat=True))
    if not ids:
        return NOTHING
    return Waiting(_rows(ids[:SHOWN], on), len(ids))


def _rows(ids: Sequence[int], on: date) -> tuple[Row, ...]:
    found = Project.objects.select_related("lead_unit", "chain", "node").in_bulk(ids)
    return tuple(rows_of([found[pk] for pk in ids if pk in found], on))


def _verified_by(actor: Actor, on: date) -> Q | None:
    """此人是哪些项目的核验人(参数定由哪个职能;它自己牵头的归另一职能)。"""
    who = verifiers(on)
    found = Q()
    if actor.has(Role.VERIFIER, who.general):
        found |= Q(lead_unit__isnull=True) | ~Q(lead_unit__function=who.general)
    if actor.has(Role.VERIFIER, who.own):
        found |= Q(lead_unit__function=who.general)
    return found or None


def to_recognise(actor: Actor, reach: Reach, on: date) -> Waiting:
    """门槛已齐、等此人认定的(自己登记、移入的不列:经手人不得自己认定)。等得最久的在前。"""
    mine = _verified_by(actor, on)
    if mine is None:
        return NOTHING
    queryset = seen_whole(actor, reach=reach).filter(
        mine,
        stage__in=[s.value for s in VERIFIED_STAGES],
        stage_status=StageStatus.CLAIMED,
        standing__in=IN_LIBRARY,
    )
    queryset = queryset.exclude(created_by_id=actor.account_id).exclude(
        moved_by_id=actor.account_id
    )
    # 签约以上的门槛都要正式合同:没有的先筛掉(台账带进来的多半还没有凭据)
    proved = Evidence.objects.filter(fact=FactKey.FORMAL_CONTRACT, voided_at__isnull=True)
    queryset = _among(queryset.filter(pk__in=proved.values("project_id")), LONGEST, EXAMINED)
    return _take(lacking(queryset, False), on, LONGEST)


def ready_to_move(actor: Actor, reach: Reach, on: date) -> Waiting:
    """本单位的、门槛已齐可以前移的(在最近动过的里找)。"""
    if not actor.has_any(*access.EDITORS) or not reach.own_units:
        return NOTHING
    queryset = _own(actor, reach).filter(
        Q(stage_status=StageStatus.RECOGNISED) | Q(stage=Stage.PLANNING)
    )
    queryset = _among(queryset.exclude(stage=Stage.LANDED), NEWEST, EXAMINED)
    return _take(lacking(queryset, False), on, LONGEST)


def voids_to_settle(actor: Actor, reach: Reach) -> list[VoidRequest]:
    """等此人确认的作废申请(自己提出的不列)。"""
    if not any(p.function == BUREAU and p.role in (Role.VERIFIER, Role.HEAD) for p in actor.posts):
        return []
    rows = (
        VoidRequest.objects.filter(
            status=VoidStatus.REQUESTED,
            project__in=seen_whole(actor, reach=reach).values("pk"),
        )
        .exclude(requested_by_id=actor.account_id)
        .select_related("project", "evidence")
        .order_by("id")
    )
    return list(rows[:SHOWN])


def _own(actor: Actor, reach: Reach) -> QuerySet[Project]:
    return seen_whole(actor, reach=reach).filter(
        unit_ids__overlap=sorted(reach.own_units), standing=Standing.ACTIVE
    )


def followed(actor: Actor, reach: Reach, on: date) -> tuple[Waiting, bool]:
    """我跟进的项目(本单位牵头、承载、登记的;没有的看得见的),与「是不是本单位的」。

    还有缺项的在前;自己登记的在前(台账带进来的另有提示),最近动过的在前。`total` 是在推进的总数。
    """
    own = _own(actor, reach) if reach.own_units else Project.objects.none()
    total, is_own = counted(own), True
    if not total:
        own, is_own = seen_whole(actor, reach=reach).filter(standing=Standing.ACTIVE), False
        total = counted(own)
    order = ("-source", *NEWEST)
    near = _among(own, order, GLANCED)
    # 自己的只列还有缺项的;领导看的是全市最近动过的,已齐待认定的也要看见
    shown = lacking(near, True) if is_own else near
    ids = list(shown.order_by(*order).values_list("pk", flat=True)[:SHOWN])
    return Waiting(_rows(ids, on), total), is_own


def promised_starts(
    actor: Actor, reach: Reach, first: date, last: date
) -> list[tuple[date, str, str]]:
    """这段日子里承诺开工而还没开工的项目:(日期, 编号, 名称)。"""
    rows = seen_whole(actor, reach=reach).filter(
        promised_start_on__range=(first, last), started_on__isnull=True, standing=Standing.ACTIVE
    )
    nearest = rows.order_by("promised_start_on", "id").values_list(
        "promised_start_on", "code", "name"
    )[:20]
    found = remembered(("starts", statement(nearest)), lambda: tuple(nearest))
    return [(day, code, name) for day, code, name in found if day is not None]


def ledger_claims(actor: Actor, reach: Reach) -> tuple[int, bool]:
    """台账带进来、还待核实的个数,与「是不是只数本单位的」(商务主管部门数全部)。"""
    if not actor.has_any(*access.EDITORS):
        return 0, False
    rows = seen_whole(actor, reach=reach).filter(
        source="ledger", stage_status=StageStatus.CLAIMED, standing__in=IN_LIBRARY
    )
    if access.is_bureau(actor):
        return counted(rows), False
    return counted(rows.filter(unit_ids__overlap=sorted(reach.own_units) or [0])), True


@dataclass(frozen=True)
class News:
    """最近经过的一条;同一批(导入)合成一条,`more` 是另外几个项目。"""

    entry: Entry
    more: int = 0


def recent(actor: Actor, reach: Reach, limit: int = 8) -> list[News]:
    """看得见的项目最近的经过(新的在前)。"""
    events = list(
        Event.objects.filter(obj_type=OBJ, result=Result.DONE).order_by("-id")[:RECENT_WINDOW]
    )
    codes = {event.obj_id for event in events}
    seen = set(seen_whole(actor, reach=reach).filter(code__in=codes).values_list("code", flat=True))
    heads: list[Event] = []
    sizes: dict[object, int] = {}
    for event in events:
        if event.obj_id not in seen:
            continue
        key = (event.group, event.event) if event.group else event.pk
        if key not in sizes:
            heads.append(event)
        sizes[key] = sizes.get(key, 0) + 1
    heads = heads[:limit]
    return [
        News(entry, sizes[(event.group, event.event) if event.group else event.pk] - 1)
        for event, entry in zip(heads, entries(heads), strict=True)
    ]


def supplier_names() -> dict[str, str]:
    """门槛表里「谁能提供」的职能 → 单位名称。"""
    found: dict[str, str] = {}
    for unit in (
        Unit.objects.exclude(function="").filter(disabled_on__isnull=True).order_by("order", "code")
    ):
        found.setdefault(unit.function, str(unit))
    return found
