"""履约各页的内容:项目「承诺与履约」、全市清单。只读,查询数不随行数增加。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Breach, Letter, Promise, PromiseActual
from juyuan.rooms.evaluation.queries import breaches, promises
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries.breaches import Proposal
from juyuan.rooms.evaluation.queries.cases import Tracked, tracked
from juyuan.rooms.evaluation.rules.breaches import (
    OPEN_LETTERS,
    BreachState,
    government_first,
    percent,
    said_value,
)
from juyuan.rooms.evaluation.rules.deviation import RANK, Light, share_bp
from juyuan.rooms.evaluation.rules.promises import Measure, PromiseSource, PromiseState
from juyuan.rooms.pipeline.models import Project

TABS = {
    "watch": "跟踪中", "deviating": "有偏差", "serious": "严重偏差", "owed": "政府欠着",
    "confirmed": "已认定违约", "done": "已了结",
}  # fmt: skip
SORTS = {"due": "期限", "light": "灯色", "project": "项目"}
STATE_SIGNAL = {
    PromiseState.OPEN: "ok", PromiseState.MET: "ok", PromiseState.CHANGED: "idle",
    PromiseState.RELEASED: "idle",
}  # fmt: skip
MAX_ROWS = 5000
"""网页上至多算这么多项的灯;再多的请人加条件(网页上明说),导出不限。"""


@dataclass(frozen=True)
class Row:
    """清单、卡片上的一项承诺。"""

    promise: Promise
    kind: str
    promised: str
    actual: str
    done_said: str
    light: str
    light_label: str
    said: tuple[Proposal, ...]
    debt: str
    breaches: tuple[Breach, ...]
    letters: tuple[Letter, ...]
    tracked: Tracked

    @property
    def url(self) -> str:
        return promises.url_of(self.promise)

    @property
    def open(self) -> bool:
        return self.promise.state == PromiseState.OPEN

    @property
    def pickable(self) -> list[Breach]:
        """已认定、还没有函在办的。"""
        busy = {x.breach_id for x in self.letters if x.state in {s.value for s in OPEN_LETTERS}}
        return [b for b in self.breaches if b.state == BreachState.CONFIRMED and b.pk not in busy]


def _actual(row: Tracked) -> tuple[str, str]:
    """(实际, 完成几成的话)。"""
    case, kind = row.case, row.kind
    if kind.measure is Measure.DAY:
        return (f"{case.done_on} 做到", "") if case.done_on else ("尚未做到", "")
    said = said_value(kind, case.value)
    done = f"完成{percent(share_bp(case.value, case.target))}%" if case.value is not None else ""
    return said, done


def _promised(row: Tracked) -> str:
    target = f" {said_value(row.kind, row.case.target)}" if row.case.target else ""
    return f"{row.promise.due_on} 前{row.kind.label}{target}"


def rows_of(found: Sequence[Promise], on: date) -> list[Row]:
    """承诺 → 行:样子、提出的、欠着的、已认定的、函。"""
    seen = tracked(found, on)
    ids = [p.pk for p in found]
    wanted = {d.unit_id for t in seen for d in t.judged.owed}
    units = dict(Unit.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    proposed = breaches.proposals(seen, on)
    known: dict[int, list[Breach]] = defaultdict(list)
    for breach in Breach.objects.filter(promise_id__in=ids).order_by("id"):
        if breach.state != BreachState.DISMISSED:
            known[breach.promise_id].append(breach)
    letters: dict[int, list[Letter]] = defaultdict(list)
    sent = Letter.objects.filter(breach__promise_id__in=ids).select_related("breach", "document")
    for letter in sent.order_by("id"):
        letters[letter.breach.promise_id].append(letter)
    found_rows = []
    for row in seen:
        promise = row.promise
        light = row.judged.light if promise.state == PromiseState.OPEN else Light.NONE
        label = light.label if promise.state == PromiseState.OPEN else promise.state_enum.label
        if row.judged.missing and not row.judged.hits and promise.state == PromiseState.OPEN:
            light, label = Light.YELLOW, "到期未填实况"
        actual, done = _actual(row)
        found_rows.append(
            Row(
                promise, row.kind.label, _promised(row), actual, done, light.value, label,
                tuple(proposed.get(promise.pk, ())), government_first(row.judged, units, on)
                if promise.state == PromiseState.OPEN else "",
                tuple(known[promise.pk]), tuple(letters[promise.pk]), row,
            )
        )  # fmt: skip
    return found_rows


def of_project(project: Project, on: date) -> list[Row]:
    """一个项目的全部承诺,跟踪中的在前。"""
    rows = Promise.objects.filter(project=project).select_related("project", "replaces")
    return sorted(
        rows_of(list(rows.order_by("due_on", "id")), on),
        key=lambda r: (not r.open, -RANK[Light(r.light)], r.promise.due_on),
    )


def actuals_of(promise_ids: Iterable[int]) -> dict[int, list[PromiseActual]]:
    """各项承诺填过的实况,新的在前。"""
    found: dict[int, list[PromiseActual]] = defaultdict(list)
    for row in PromiseActual.objects.filter(promise_id__in=list(promise_ids)).order_by(
        "-on", "-id"
    ):
        found[row.promise_id].append(row)
    return found


# ───────── 全市清单 ─────────


@dataclass(frozen=True)
class Filters:
    """清单的条件。"""

    tab: str = "watch"
    q: str = ""
    kind: str = ""
    unit: str = ""
    sort: str = "due"


def read_filters(data: Mapping[str, Any]) -> Filters:
    """网址参数 → 条件;读不懂的不采用。"""
    tab, sort = str(data.get("tab", "")), str(data.get("sort", ""))
    return Filters(
        tab if tab in TABS else "watch",
        str(data.get("q", "")).replace("\x00", "").strip()[:60],
        str(data.get("kind", "")).replace("\x00", "")[:30],
        str(data.get("unit", "")).replace("\x00", "")[:40],
        sort if sort in SORTS else "due",
    )


def too_many(actor: Actor, f: Filters) -> bool:
    """合条件的比网页上算得了的多。"""
    return _asked(actor, f).order_by()[: MAX_ROWS + 1].count() > MAX_ROWS


def _asked(actor: Actor, f: Filters) -> QuerySet[Promise]:
    rows = promises.visible_to(actor).select_related("project")
    rows = rows.filter(project__voided_at__isnull=True)
    done = f.tab == "done"
    rows = rows.exclude(state=PromiseState.OPEN) if done else rows.filter(state=PromiseState.OPEN)
    if f.q:
        rows = rows.filter(
            Q(project__name__icontains=f.q) | Q(project__code__iexact=f.q) | Q(text__icontains=f.q)
        )
    if f.kind:
        rows = rows.filter(kind=f.kind)
    if f.unit:
        rows = rows.filter(project__lead_unit__code=f.unit)
    if f.tab == "confirmed":
        rows = rows.filter(
            pk__in=Breach.objects.filter(state=BreachState.CONFIRMED.value).values("promise_id")
        )
    return rows


def matching(actor: Actor, f: Filters, on: date, most: int | None = MAX_ROWS) -> list[Row]:
    """看得见、合条件的承诺,逐项带着样子。灯是算出来的,按灯筛选在取出之后;`most` 为空即不限。"""
    found = rows_of(list(_asked(actor, f).order_by("due_on", "id")[:most]), on)
    if f.tab == "deviating":
        found = [r for r in found if r.light in (Light.YELLOW.value, Light.RED.value)]
    elif f.tab == "serious":
        found = [r for r in found if r.light == Light.RED.value]
    elif f.tab == "owed":
        found = [r for r in found if r.debt]
    if f.sort == "light":
        found.sort(key=lambda r: (-RANK[Light(r.light)], r.promise.due_on, r.promise.pk))
    elif f.sort == "project":
        found.sort(key=lambda r: (r.promise.project.name, r.promise.due_on, r.promise.pk))
    return found


def sums(rows: Sequence[Row]) -> dict[str, int]:
    """几项、几个项目、偏差几项、政府欠着几项、在办的函几封。"""
    opened = {s.value for s in OPEN_LETTERS}
    return {
        "promises": len(rows),
        "projects": len({r.promise.project_id for r in rows}),
        "deviating": sum(r.light in (Light.YELLOW.value, Light.RED.value) for r in rows),
        "owed": sum(bool(r.debt) for r in rows),
        "letters": sum(any(x.state in opened for x in r.letters) for r in rows),
    }


def may(actor: Actor, project: Project) -> dict[str, bool]:
    """这一页上能办哪些事(只为显示)。"""
    return {
        "keep": bool(access.can_keep(actor, project)),
        "report": bool(access.can_report(actor, project)),
        "judge": bool(access.can_judge(actor, project)),
    }


def source_said(promise: Promise) -> str:
    """从哪里来。"""
    label = PromiseSource(promise.source).label
    number = f"（{promise.contract_number}）" if promise.contract_number else ""
    return f"{label}{number}"
