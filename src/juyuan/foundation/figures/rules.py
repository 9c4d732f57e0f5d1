"""截止日的读法,以及两天之间的差由哪些行说明。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

EARLIEST = date(2000, 1, 1)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_as_of(text: str, today: date) -> tuple[date | None, Finding | None]:
    """网址里的截止日 → (日期, 发现)。空与今天都是「此刻」(None);写法不对、未来、太早不算。"""
    cleaned = text.strip()
    if not cleaned:
        return None, None
    found = _DAY.fullmatch(cleaned)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        return None, Finding(
            "as_of",
            "as_of_form",
            "",
            f"「{cleaned[:20]}」不是日期:请写成 {today.isoformat()} 的样子",
        )
    finding = as_of_finding(day, today)
    if finding is not None:
        return None, finding
    return (None if day == today else day), None


def as_of_finding(day: date, today: date) -> Finding | None:
    """截止日是否算得出:不得在今天之后,也不得早于 2000 年。"""
    if day > today:
        return Finding(
            "as_of",
            "as_of_future",
            "",
            f"{day.isoformat()} 还没有到:截止日不得晚于今天({today.isoformat()})",
        )
    if day < EARLIEST:
        return Finding("as_of", "as_of_early", "", "截止日不得早于 2000-01-01")
    return None


# ───────── 两天之间 ─────────


class ChangeKind(Labelled):
    """一行在两天之间怎么了。"""

    CAME = "came", "进来"
    WENT = "went", "出去"
    CHANGED = "changed", "变动"


@dataclass(frozen=True)
class Change:
    """一行对差额的说明:原来计多少、现在计多少。没有计入的一边是 0。"""

    key: int
    kind: ChangeKind
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


def previous_month_end(day: date) -> date:
    """上月最后一日。"""
    return day.replace(day=1) - timedelta(days=1)


def explain(before: Mapping[int, int], after: Mapping[int, int]) -> tuple[Change, ...]:
    """两天的各行 → 进来的、出去的、变动的;各差额之和恒等于两个合计之差。影响大的在前。"""
    found = []
    for key in before.keys() | after.keys():
        was, now = before.get(key, 0), after.get(key, 0)
        if key not in before:
            found.append(Change(key, ChangeKind.CAME, was, now))
        elif key not in after:
            found.append(Change(key, ChangeKind.WENT, was, now))
        elif was != now:
            found.append(Change(key, ChangeKind.CHANGED, was, now))
    return tuple(sorted(found, key=lambda c: (-abs(c.difference), c.key)))


def difference_of(changes: Iterable[Change]) -> int:
    """各行差额之和。"""
    return sum(change.difference for change in changes)


def read_against(text: str, as_of: date, today: date) -> tuple[date, Finding | None]:
    """与哪一天比 → (日期, 发现);空即上月末。须早于截止日,不合时仍给上月末。"""
    usual = previous_month_end(as_of)
    if not text.strip():
        return usual, None
    day, finding = read_as_of(text, today)
    if finding is None and (day or today) >= as_of:
        finding = Finding(
            "against",
            "against_order",
            "",
            f"与之相比的日子须早于 {as_of.isoformat()}",
        )
    if finding is not None:
        return usual, Finding("against", finding.rule, finding.clause, finding.message)
    return day or usual, None
