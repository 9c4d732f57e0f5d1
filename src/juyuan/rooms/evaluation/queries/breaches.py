"""违约的读:规则此刻提出的、已认定的;由编号取违约只经 `door`。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.evaluation.models import Breach, Promise
from juyuan.rooms.evaluation.queries import promises
from juyuan.rooms.evaluation.queries.cases import Tracked, tracked
from juyuan.rooms.evaluation.rules.breaches import (
    BreachState,
    Said,
    Settled,
    government_first,
    proposed,
    say,
)
from juyuan.rooms.evaluation.rules.deviation import BreachTest, Hit, Light
from juyuan.rooms.evaluation.rules.promises import PromiseState
from juyuan.rooms.pipeline.rules.stages import Standing

OBJ = "evaluation_breach"


def visible_to(actor: Actor) -> QuerySet[Breach]:
    """看得见的违约:承诺看得见的。"""
    rows = Breach.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(promise_id__in=promises.visible_to(actor).order_by().values("pk"))


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("promise__project")
    return {
        row.pk: (f"{row.promise.project.name}：{row.test_label}", promises.url_of(row.promise))
        for row in rows
    }


def door(actor: Actor, code: str) -> Breach:
    """由编号取违约的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    rows = visible_to(actor).select_related("promise__project", "unit")
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Proposal:
    """规则提出的一条:哪项承诺、哪条检验、说成的话;`debt` 是政府欠着的一句话,有它就不追企业。"""

    tracked: Tracked
    hit: Hit
    said: Said
    debt: str = ""

    @property
    def promise(self) -> Promise:
        return self.tracked.promise


def settled_of(ids: Iterable[int]) -> dict[tuple[int, str], list[Settled]]:
    """以前的处理:(承诺, 检验) → 各次。改约过的承诺,旧行上的宽限不带到新行。"""
    found: dict[tuple[int, str], list[Settled]] = defaultdict(list)
    for pk, test, state, light, until in Breach.objects.filter(
        promise_id__in=list(ids)
    ).values_list("promise_id", "test", "state", "light", "quiet_until"):
        found[pk, test].append(Settled(state, Light(light), until))
    return found


def proposals(rows: Sequence[Tracked], on: date) -> dict[int, list[Proposal]]:
    """各项承诺此刻由规则提出的(承诺编号 → 各条);三条查询之外不随行数增加。"""
    open_rows = [t for t in rows if t.promise.state == PromiseState.OPEN and t.judged.hits]
    before = settled_of(t.promise.pk for t in open_rows)
    wanted = {d.unit_id for t in open_rows for d in t.judged.owed}
    units = dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    found: dict[int, list[Proposal]] = {}
    for row in open_rows:
        if row.promise.project.standing != Standing.ACTIVE:
            continue
        debt = government_first(row.judged, units, on)
        found[row.promise.pk] = [
            Proposal(row, hit, say(hit, row.case, row.kind, row.judged, on), debt)
            for hit in row.judged.hits
            if proposed(hit, before.get((row.promise.pk, hit.test.value), ()), on)
        ]
    return {pk: items for pk, items in found.items() if items}


def open_promises() -> QuerySet[Promise]:
    """跟踪中的、项目在推进的承诺。"""
    return Promise.objects.filter(
        state=PromiseState.OPEN.value, project__voided_at__isnull=True,
        project__standing=Standing.ACTIVE.value,
    ).select_related("project")  # fmt: skip


def proposal_of(promise: Promise, test: str, on: date) -> Proposal | None:
    """这项承诺此刻由规则提出的这一条。"""
    rows = proposals(tracked([promise], on), on).get(promise.pk, [])
    return next((p for p in rows if p.hit.test.value == test), None)


def confirmed_of(promise_ids: Iterable[int]) -> dict[int, list[Breach]]:
    """各项承诺已认定、未了结的。"""
    found: dict[int, list[Breach]] = defaultdict(list)
    rows = Breach.objects.filter(
        promise_id__in=list(promise_ids), state=BreachState.CONFIRMED.value
    )
    for row in rows.select_related("promise__project").order_by("id"):
        found[row.promise_id].append(row)
    return found


def test_labels() -> dict[str, str]:
    """检验的名称。"""
    return {test.value: test.label for test in BreachTest}
