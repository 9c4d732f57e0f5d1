"""履约的统计数字:违约、发函、到期未回复、办结率,逐单位;任何过去的一天都可重算。

过去某天的样子由各行自己的时刻推出(认定、印发、送达、回复、了结),不看「状态」列;各数按看得见的算。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from juyuan.foundation.figures.registry import RATE, Dimension, Figure, Part, Result, register_group
from juyuan.foundation.papers.models import Delivery
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import end_of
from juyuan.rooms.evaluation.models import Breach, Letter, LetterReply, Talk
from juyuan.rooms.evaluation.queries import breaches, letters
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.breaches import BreachState

SECTION = "履约"
UNIT = Dimension("unit", "按发函(认定)单位")
BREACHES, SENT, LATE, CLOSED = (
    "breaches_confirmed", "letters_sent", "letters_late", "letters_closed_rate",
)  # fmt: skip
FIGURES = (
    Figure(
        BREACHES, "认定的违约", "项", "3.4c",
        "由人认定、截止日终了时还没有了结的违约;规则提出而没有认定的、不认定的不计。",
        "认定时刻;了结之日离开", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        SENT, "发出的函", "封", "3.4c",
        "已编号印发的提醒函、督办函、约谈通知书、退出告知函,历年合计;作废的不计。",
        "印发日期", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        LATE, "到期未回复的函", "封", "3.4c",
        "回复期限(自送达之日起算,还没有送达的自印发之日)已过,没有回复也没有约谈记录,还没有了结的函。",
        "回复期限的次日;回复、了结之日离开", section=SECTION, dimensions=(UNIT,),
    ),
    Figure(
        CLOSED, "函的办结率", RATE, "3.4c",
        "已印发的函里,到截止日已了结的占几成;没有印发过函的为空。",
        "印发日期、了结日期", section=SECTION, dimensions=(UNIT,),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class _Sent:
    """一封印发过的函在那一天的样子。"""

    unit: int
    closed: bool
    late: bool


def _units(pairs: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Unit.objects.filter(pk__in=set(pairs)).order_by("order", "id")
    return {u.pk: (u.code, u.short_name or u.name) for u in rows}


def _sent(actor: Actor | None, day: date) -> list[_Sent]:
    rows = Letter.objects.all() if actor is None else letters.visible_to(actor)
    end = end_of(day)
    found = list(
        rows.filter(issued_on__lte=day)
        .exclude(document__voided_at__lt=end)
        .order_by("pk")
        .values_list("pk", "unit_id", "document_id", "days", "issued_on", "closed_on")
    )
    ids = [pk for pk, *_ in found]
    answered = set(
        LetterReply.objects.filter(letter_id__in=ids, at__lt=end).values_list(
            "letter_id", flat=True
        )
    ) | set(Talk.objects.filter(letter_id__in=ids, at__lt=end).values_list("letter_id", flat=True))
    first: dict[int, date] = {}
    documents = [doc for _, _, doc, *_ in found if doc is not None]
    for doc, on in Delivery.objects.filter(document_id__in=documents, at__lt=end).values_list(
        "document_id", "delivered_on"
    ):
        first[doc] = min(on, first.get(doc, on))
    told = []
    for pk, unit, doc, days, issued, closed in found:
        if issued is None:
            continue
        due = first.get(doc or 0, issued) + timedelta(days=days)
        over = closed is not None and closed <= day
        told.append(_Sent(unit, over, not over and pk not in answered and day > due))
    return told


def _parts(counts: dict[int, int | None]) -> list[Part]:
    return [
        Part(code, label, counts[pk], dimension=UNIT.key)
        for pk, (code, label) in _units(counts).items()
    ]


def _open_breaches(actor: Actor | None, day: date) -> dict[int, int | None]:
    rows = Breach.objects.all() if actor is None else breaches.visible_to(actor)
    counts: dict[int, int | None] = defaultdict(int)
    alive = rows.exclude(state=BreachState.DISMISSED).filter(at__lt=end_of(day))
    for unit, closed in alive.order_by("pk").values_list("unit_id", "closed_on"):
        if closed is None or closed > day:
            counts[unit or 0] = (counts[unit or 0] or 0) + 1
    return counts


def _url(actor: Actor | None, as_of: date | None, name: str, tab: str) -> str:
    """数字背后的清单;清单只有此刻的样子,问过去的没有。"""
    if as_of is not None or (actor is not None and not access.can_list(actor)):
        return ""
    return f"{reverse(name)}?tab={tab}"


def compute(
    today: Callable[[], date], as_of: date | None, actor: Actor | None, names: frozenset[str]
) -> dict[str, Result]:
    """一次求出要的几个数。"""
    day = as_of or today()
    found: dict[str, Result] = {}
    if BREACHES in names:
        counts = _open_breaches(actor, day)
        found[BREACHES] = Result(sum(n or 0 for n in counts.values()), _parts(counts))
    if names & {SENT, LATE, CLOSED}:
        rows = _sent(actor, day)
        by: dict[int, list[_Sent]] = defaultdict(list)
        for row in rows:
            by[row.unit].append(row)
        found[SENT] = Result(len(rows), _parts({u: len(r) for u, r in by.items()}))
        late: dict[int, int | None] = {u: sum(x.late for x in r) for u, r in by.items()}
        found[LATE] = Result(
            sum(x.late for x in rows),
            _parts(late),
            _url(actor, as_of, "evaluation:letters", "late"),
        )
        rates: dict[int, int | None] = {u: _rate(r) for u, r in by.items()}
        found[CLOSED] = Result(_rate(rows), _parts(rates))
    return {name: found[name] for name in names}


def _rate(rows: list[_Sent]) -> int | None:
    """办结几成(基点);没有印发过的为空。"""
    return 10_000 * sum(x.closed for x in rows) // len(rows) if rows else None


def register(today: Callable[[], date]) -> None:
    """登记(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""
    register_group(FIGURES, lambda as_of, actor, names: compute(today, as_of, actor, names))
