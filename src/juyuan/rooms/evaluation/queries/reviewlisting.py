"""评审清单:筛选、排序、各行的样子。条件全在网址里,看不懂的说明而不是忽略。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, QuerySet

from juyuan.foundation.figures.rules import read_as_of
from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.queries.reviewpast import STATE_THEN, reviews_in, reviews_on
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel
from juyuan.rooms.evaluation.rules.reviews import APPROVED, DECIDED, OPEN, ReviewState

TABS = {"open": "在办", "decided": "已决定", "all": "全部"}
GROUPS: Mapping[str, Sequence[ReviewState]] = {
    "open": OPEN, "decided": DECIDED, "approved": APPROVED,
}  # fmt: skip
ORDERS = {
    "sent_at": Order("sent_at"),
    "total": Order("total_investment"),
    "due_on": Order("due_on"),
}
DEFAULT_ORDER = "-sent_at"
SIGNALS = {
    ReviewState.ACCEPTED: "warn", ReviewState.REVIEWING: "warn", ReviewState.OPINION: "warn",
    ReviewState.DECIDING: "warn", ReviewState.PASSED: "ok", ReviewState.CONDITIONAL: "ok",
    ReviewState.REJECTED: "bad", ReviewState.WITHDRAWN: "idle",
}  # fmt: skip


@dataclass(frozen=True)
class Criteria:
    """读懂了的条件;`problems` 是没读懂的。"""

    tab: str = "open"
    state: str = ""
    level: str = ""
    unit: str = ""
    filed: bool = False
    as_of: date | None = None
    problems: tuple[str, ...] = field(default=())


def read_criteria(given: Mapping[str, str], today: date) -> Criteria:
    """由网址参数读条件;读不懂的说明,不猜。"""
    problems, chosen = [], {}
    allowed = {
        "tab": {*TABS, "approved"}, "state": {s.value for s in ReviewState},
        "level": {one.value for one in ReviewLevel}, "filed": {"1"},
    }  # fmt: skip
    for name, values in allowed.items():
        value = given.get(name, "").strip()
        if value and value not in values:
            problems.append(f"筛选条件「{name}={value[:20]}」不在可选的值之内")
        chosen[name] = value if value in values else ""
    as_of, wrong = read_as_of(given.get("as_of", ""), today)
    if wrong is not None:
        problems.append(wrong.message)
    return Criteria(
        tab=chosen["tab"] or ("all" if chosen["state"] else "open"), state=chosen["state"],
        level=chosen["level"], unit=given.get("unit", "").replace("\x00", "").strip()[:60],
        filed=chosen["filed"] == "1", as_of=as_of, problems=tuple(problems),
    )  # fmt: skip


def listed(actor: Actor, found: Criteria) -> QuerySet[Review]:
    """看得见的、合条件的评审。"""
    rows = read.visible_to(actor).select_related("project", "county", "unit")
    if found.as_of is not None:
        rows = reviews_on(rows, found.as_of)
    if found.level:
        rows = rows.filter(level=found.level)
    if found.unit:
        rows = rows.filter(county__in=Unit.objects.filter(code=found.unit).values("pk"))
    if found.filed:
        rows = rows.filter(filed_at__isnull=False, called_up_at__isnull=True)
    if found.state:
        return reviews_in(rows, (ReviewState(found.state),), found.as_of)
    if found.tab in GROUPS:
        return reviews_in(rows, GROUPS[found.tab], found.as_of)
    return rows


def ordered(rows: QuerySet[Review], order: Order) -> QuerySet[Review]:
    """与清单同样的次序。"""
    name = F(order.field)
    return rows.order_by(name.desc() if order.desc else name.asc(), "-id" if order.desc else "id")


@dataclass(frozen=True)
class Line:
    """清单的一行。"""

    review: Review
    state: ReviewState
    signal: str
    level: str
    host: str
    url: str
    open: bool


def lines(rows: Sequence[Review]) -> list[Line]:
    """各行的样子;截至某天的写那天的状态。"""
    found = []
    for row in rows:
        state = ReviewState(getattr(row, STATE_THEN, row.state))
        found.append(
            Line(
                row, state, SIGNALS[state], row.level_enum.label, access.host_said(row),
                read.url_of(row.code), state in OPEN,
            )
        )  # fmt: skip
    return found


def counties() -> list[tuple[str, str]]:
    """筛选用的承办县区。"""
    rows = Unit.objects.filter(is_county=True, disabled_on__isnull=True).order_by("order", "code")
    return [(code, short or name) for code, short, name in rows.values_list("code", "short_name", "name")]  # fmt: skip
