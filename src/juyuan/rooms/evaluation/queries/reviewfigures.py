"""评审的统计数字:待评审、已决定、通过率、按时率,逐承办县区;任何过去的一天都可重算。

过去某天的状态由评审步骤推出(`reviewpast`),不看冗余的「状态」列;各数按看得见的算,明细网址打开的行数等于数字。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.urls import reverse

from juyuan.foundation.figures.registry import (
    RATE,
    Behind,
    Dimension,
    Explainer,
    Figure,
    Part,
    Result,
    Told,
    register_explainer,
    register_group,
)
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review, ReviewDecision
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.queries.reviewpast import STATE_THEN, reviews_in, reviews_on
from juyuan.rooms.evaluation.rules.reviews import APPROVED, DECIDED, OPEN, ReviewState

SECTION = "评审"
WAITING, DONE, PASS_RATE, ON_TIME = (
    "reviews_open", "reviews_decided", "review_pass_rate", "review_on_time_rate",
)  # fmt: skip
HOST = Dimension("review_host", "按承办县区", "跨县区的由市级承办，另列一行")
CITY = "city"
FIGURES = (
    Figure(
        WAITING, "待评审", "件", "3.4b",
        "受理、评审、待合规意见、待决定的评审;决定了的、撤回的不计。",
        "截止日终了时评审步骤的最后一步", section=SECTION, dimensions=(HOST,),
    ),
    Figure(
        DONE, "已决定的评审", "件", "3.4b",
        "通过、有条件通过、否决的评审,历年合计;被市级调取而还没有再决定的不计。",
        "截止日终了时评审步骤的最后一步", section=SECTION, dimensions=(HOST,),
    ),
    Figure(
        PASS_RATE, "评审通过率", RATE, "3.4b",
        "「已决定的评审」里通过、有条件通过的占几成;还没有决定的为空。",
        "截止日终了时评审步骤的最后一步", section=SECTION, dimensions=(HOST,),
    ),
    Figure(
        ON_TIME, "评审按时率", RATE, "3.4b",
        "「已决定的评审」里第一次决定不晚于评审期限(送审次日起,参数 evaluation.review_workdays)的占几成。",
        "第一次决定之日", section=SECTION, dimensions=(HOST,),
    ),
)  # fmt: skip
Seen = list[tuple[int, str, str, bool]]
"""(编号, 那天的状态, 承办县区代码, 按时)。"""


def _rows(actor: Actor | None) -> QuerySet[Review]:
    rows = Review.objects.all() if actor is None else read.visible_to(actor)
    return rows.order_by()


def _seen(as_of: date | None, actor: Actor | None) -> Seen:
    rows: Any = _rows(actor)
    state = "state"
    if as_of is not None:
        rows, state = reviews_on(rows, as_of), STATE_THEN
    decided = ReviewDecision.objects.filter(review=OuterRef("pk"))
    if as_of is not None:
        decided = decided.filter(on__lte=as_of)
    first = decided.order_by().values("review").annotate(day=Min("on")).values("day")[:1]
    found = rows.annotate(first_on=Subquery(first))
    return [
        (pk, told, code or CITY, first_on is not None and first_on <= due)
        for pk, told, code, first_on, due in found.values_list(
            "pk", state, "county__code", "first_on", "due_on"
        )
    ]


def _url(actor: Actor | None, as_of: date | None, **given: str) -> str:
    """数字背后的清单;开不了清单的人没有。"""
    if actor is not None and not access.can_list(actor):
        return ""
    if as_of is not None:
        given["as_of"] = as_of.isoformat()
    return f"{reverse('evaluation:reviews')}?{urlencode(given)}"


def _bp(top: int, base: int) -> int | None:
    return (top * 10_000 + base // 2) // base if base else None


def compute(as_of: date | None, actor: Actor | None, names: frozenset[str]) -> dict[str, Result]:
    """一次求出要的几个数。"""
    seen = _seen(as_of, actor)
    labels = dict(
        Unit.objects.filter(code__in={code for _, _, code, _ in seen}).values_list(
            "code", "short_name"
        )
    )
    labels[CITY] = "跨县区"
    waiting: Counter[str] = Counter(code for _, s, code, _ in seen if s in OPEN)
    done: Counter[str] = Counter(code for _, s, code, _ in seen if s in DECIDED)
    passed: Counter[str] = Counter(code for _, s, code, _ in seen if s in APPROVED)
    timely: Counter[str] = Counter(code for _, s, code, ok in seen if s in DECIDED and ok)

    def counted(found: Counter[str], tab: str) -> Result:
        parts = [
            Part(
                code, labels.get(code, code), found[code],
                "" if code == CITY else _url(actor, as_of, tab=tab, unit=code), HOST.key,
            )
            for code in sorted(found)
        ]  # fmt: skip
        return Result(found.total(), parts, _url(actor, as_of, tab=tab))

    def rated(top: Counter[str]) -> Result:
        parts = [
            Part(code, labels.get(code, code), _bp(top[code], done[code]), "", HOST.key)
            for code in sorted(done)
        ]
        return Result(_bp(top.total(), done.total()), parts)

    made: Mapping[str, Callable[[], Result]] = {
        WAITING: lambda: counted(waiting, "open"), DONE: lambda: counted(done, "decided"),
        PASS_RATE: lambda: rated(passed), ON_TIME: lambda: rated(timely),
    }  # fmt: skip
    return {name: made[name]() for name in names}


def behind(name: str, as_of: date | None, actor: Actor | None) -> Behind:
    """一个数由哪些评审组成,裁法与数字同一份;比率带分母。"""
    if name in (WAITING, DONE):
        states = OPEN if name == WAITING else DECIDED
        rows = reviews_in(_rows(actor), states, as_of)
        return Behind(dict.fromkeys(rows.values_list("pk", flat=True), 1))
    seen = _seen(as_of, actor)
    base = {pk: 1 for pk, state, _, _ in seen if state in DECIDED}
    top = {
        pk: int(state in APPROVED if name == PASS_RATE else ok)
        for pk, state, _, ok in seen
        if state in DECIDED
    }
    return Behind(top, base)


def _told(state: str | None) -> str:
    return ReviewState(state).label if state else "还没有送审"


def tell(
    actor: Actor | None, ids: Collection[int], before: date, after: date
) -> dict[int, Told]:  # fmt: skip
    """各件怎么说;看不见的不给名称。"""
    shown = {
        pk: (name, code)
        for pk, name, code in _rows(actor).filter(pk__in=ids).values_list("pk", "project__name", "code")
    }  # fmt: skip
    was, now = (
        dict(reviews_on(Review.objects.filter(pk__in=ids), day).values_list("pk", STATE_THEN))
        for day in (before, after)
    )
    return {
        pk: Told(*shown[pk], read.url_of(shown[pk][1]), _told(was.get(pk)), _told(now.get(pk)))
        if pk in shown
        else Told("现在看不见的评审")
        for pk in ids
    }


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复)。"""
    register_group(FIGURES, compute)

    def told(
        actor: Actor | None, ids: Collection[int], before: date, after: date | None
    ) -> dict[int, Told]:
        return tell(actor, ids, before, after or today())

    register_explainer([figure.name for figure in FIGURES], Explainer(behind, told, "评审"))
