"""一段时间以来的变动:哪些项目新登记、前移、认定、冲回、到账、暂缓……逐单位多少,各是哪几件。

由台账事件读出来,按看的人裁;归项目的首谈单位,没有首谈单位的归登记单位。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from juyuan.foundation.ledger.models import Event, Result
from juyuan.foundation.ui.keyset import Order, Page, paginate
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.workdays import Calendar, prev_workday
from juyuan.rooms.pipeline.queries.figures import View, run
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.queries.timeline import OBJ, Entry, entries

PAGE = 50
YEARS = range(2000, 2200)
# 种类 → (名称, 台账事件)
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "registered": ("新登记", ("pipeline.project.registered",)),
    "forward": ("前移", ("pipeline.project.advance", "pipeline.project.jump")),
    "recognised": (
        "认定",
        (
            "pipeline.project.recognised", "pipeline.project.recognised_historical",
            "pipeline.project.gate_met",
        ),
    ),
    "money": ("到账认可", ("pipeline.voucher.accepted",)),
    "amounts": (
        "补充协议、提级",
        (
            "pipeline.supplement.added", "pipeline.supplement.checked",
            "pipeline.escalation.opened", "pipeline.escalation.confirmed",
            "pipeline.escalation.closed",
        ),
    ),
    "back": (
        "退回、冲回",
        (
            "pipeline.project.back", "pipeline.project.recognition_withdrawn",
            "pipeline.project.gate_lost", "pipeline.voucher.reversed",
            "pipeline.voucher.reversal_accepted", "pipeline.escalation.lapsed",
        ),
    ),
    "standing": (
        "暂缓、终止、恢复",
        (
            "pipeline.project.pause", "pipeline.project.end", "pipeline.project.withdraw",
            "pipeline.project.resume",
        ),
    ),
}  # fmt: skip
PAIRS = [(event, kind) for kind, (_, events) in KINDS.items() for event in events]
COUNTS = """
SELECT COALESCE(p.lead_unit_id, p.owner_unit_id), m.kind, COUNT(*)
FROM ledger_event e
JOIN unnest(%s::text[], %s::text[]) m(event, kind) ON m.event = e.event
JOIN pipeline_project p ON p.code = e.obj_id AND p.voided_at IS NULL
WHERE e.obj_type = %s AND e.result = %s AND e.at >= %s AND {scope}
GROUP BY 1, 2
"""


def since_default(today: date, calendar: Calendar) -> date:
    """「昨日以来」从哪天零时起:上一个工作日。"""
    return prev_workday(today, calendar).day


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def read_day(text: str) -> date | None:
    """网址里的日期;读不懂、年份离谱的为空。"""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def tally(actor: Actor, since: date) -> dict[int | None, dict[str, int]]:
    """单位编号 → 各种变动的件数;看得全的项目,一条查询。"""
    view = View.of(actor)
    scope, scope_params = view.sql("p.id", full=True, as_of=None)
    params = [
        [event for event, _ in PAIRS], [kind for _, kind in PAIRS],
        OBJ, Result.DONE.value, start_of(since), *scope_params,
    ]  # fmt: skip
    found: dict[int | None, dict[str, int]] = {}
    for unit, kind, count in run(COUNTS.format(scope=scope), params):
        found.setdefault(unit, {})[kind] = count
    return found


@dataclass(frozen=True)
class Wanted:
    """看哪些变动:自哪天、哪种、哪个单位(代码)。"""

    since: date
    kind: str = ""
    unit: str = ""


def read(data: Mapping[str, str], fallback: date) -> Wanted:
    """从网址读出;读不懂的当没填。"""
    kind = data.get("kind", "")
    return Wanted(
        read_day(data.get("since", "")) or fallback,
        kind if kind in KINDS else "",
        data.get("unit", "").replace("\x00", "").strip()[:60],
    )


@dataclass(frozen=True)
class Line:
    """一件变动,与它所属的单位。"""

    id: int
    entry: Entry
    unit: str


def _events(actor: Actor, wanted: Wanted) -> QuerySet[Event]:
    projects = seen_whole(actor).order_by()
    if wanted.unit:
        of_unit = Q(lead_unit__code=wanted.unit) | Q(
            lead_unit__isnull=True, owner_unit__code=wanted.unit
        )
        projects = projects.filter(of_unit)
    names = [event for event, kind in PAIRS if not wanted.kind or kind == wanted.kind]
    return Event.objects.filter(
        obj_type=OBJ, result=Result.DONE, event__in=names, at__gte=start_of(wanted.since),
        obj_id__in=projects.values("code"),
    )  # fmt: skip


def listing(
    actor: Actor, wanted: Wanted, *, cursor: str = "", limit: int = PAGE
) -> tuple[Page[Event], list[Line]]:
    """一页变动,新的在前;总数与 `tally` 的数相同。"""
    rows = _events(actor, wanted)
    page = paginate(rows, Order("id", desc=True), cursor, limit)
    page.total = rows.count()
    units = _units(actor, {event.obj_id for event in page.items})
    lines = [
        Line(event.pk, entry, units.get(event.obj_id, ""))
        for event, entry in zip(page.items, entries(page.items), strict=True)
    ]
    return page, lines


def _units(actor: Actor, codes: set[str]) -> dict[str, str]:
    rows: Any = (
        seen_whole(actor)
        .filter(code__in=codes)
        .annotate(
            short=Coalesce("lead_unit__short_name", "owner_unit__short_name"),
            full=Coalesce(F("lead_unit__name"), F("owner_unit__name")),
        )
        .values_list("code", "short", "full")
    )
    return {code: short or full or "" for code, short, full in rows}
