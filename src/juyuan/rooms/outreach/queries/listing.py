"""线索列表:筛选、排序。条件全在网址里,看不懂的说明而不是忽略。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q, QuerySet

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.rules import read_as_of
from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui.keyset import Order
from juyuan.kernel.actor import Actor
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.duty import OBJ
from juyuan.rooms.outreach.queries.leads import visible_to
from juyuan.rooms.outreach.queries.past import AMONG, UNIT_THEN, leads_in, leads_on
from juyuan.rooms.outreach.rules.leads import LeadState

ORDERS = {
    "created_at": Order("created_at"),
    "submitted_on": Order("submitted_on", nullable=True),
    "amount": Order("amount", nullable=True),
}
DEFAULT_ORDER = "-created_at"
NO_CHANNEL = "none"


@dataclass(frozen=True)
class Criteria:
    """读懂了的条件;`problems` 是没读懂的。"""

    q: str = ""
    state: str = ""
    channel: str = ""
    late: bool = False
    unit: str = ""
    among: str = ""
    as_of: date | None = None
    problems: tuple[str, ...] = field(default=())


def read_criteria(given: Mapping[str, str], channels: Mapping[str, str], today: date) -> Criteria:
    """由网址参数读条件。`as_of` 是截至哪一天(今天与空即此刻)。"""
    allowed = {
        "state": {s.value for s in LeadState}, "channel": {*channels, NO_CHANNEL}, "late": {"1"},
        "among": set(AMONG),
    }  # fmt: skip
    problems, chosen = [], {}
    for name, values in allowed.items():
        value = given.get(name, "").strip()
        if value and value not in values:
            problems.append(f"筛选条件「{name}={value[:20]}」不在可选的值之内")
        chosen[name] = value if value in values else ""
    as_of, wrong = read_as_of(given.get("as_of", ""), today)
    if wrong is not None:
        problems.append(wrong.message)
    late = chosen["late"] == "1"
    if late and as_of is not None:
        problems.append("「逾期」只看此刻,不能与截至日期同用")
        late = False
    return Criteria(
        q=given.get("q", "").replace("\x00", "").strip()[:80],
        state=chosen["state"],
        channel=chosen["channel"],
        late=late,
        unit=given.get("unit", "").replace("\x00", "").strip()[:60],
        among=chosen["among"],
        as_of=as_of,
        problems=tuple(problems),
    )


def listed(actor: Actor, criteria: Criteria, today: date) -> QuerySet[Lead]:
    """看得见的、符合条件的线索。"""
    found = visible_to(actor).select_related("unit", "from_unit")
    if criteria.q:
        words = criteria.q
        found = found.filter(
            Q(investor_name__icontains=words) | Q(project_name__icontains=words)
            | Q(code__iexact=words)
        )  # fmt: skip
    if criteria.channel:
        found = found.filter(channel="" if criteria.channel == NO_CHANNEL else criteria.channel)
    if criteria.as_of is not None:
        found = leads_on(found, criteria.as_of)
    if criteria.unit:
        units = Unit.objects.filter(code=criteria.unit).values("pk")
        found = found.filter(**{f"{UNIT_THEN if criteria.as_of else 'unit'}__in": units})
    if criteria.state:
        found = leads_in(found, (LeadState(criteria.state),), criteria.as_of)
    if criteria.among:
        found = leads_in(found, AMONG[criteria.among], criteria.as_of)
    if criteria.late:
        late = Duty.objects.filter(object_type=OBJ, ended_at=None, due_on__lt=today)
        found = found.filter(pk__in=late.order_by().values("object_id"))
    return found


def ordered(rows: QuerySet[Lead], order: Order) -> QuerySet[Lead]:
    """与列表同样的次序(空值恒在末尾,同值按编号)。"""
    name = F(order.field)
    if order.desc:
        return rows.order_by(name.desc(nulls_last=True), "-id")
    return rows.order_by(name.asc(nulls_last=True), "id")
