"""期限的规则(纯函数):由起算日与推法得到到期日,并把推法写成一句话。日历由调用者传进来。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from juyuan.kernel.workdays import Calendar, Due, add_workdays, roll_forward

WORKDAY, DAY, FIXED = "workday", "day", "fixed"
NO_ROLL, NEXT_WORKDAY = "none", "next_workday"


@dataclass(frozen=True)
class DueRule:
    """推法。`said` 是依据(含参数键),例「参数 pipeline.recognise_days,建议值」。

    workday: 自起算日次日起数 `count` 个工作日;day: 起算日之后 `count` 个自然日;fixed: 就是 `fixed` 那一天。
    roll: 落在非工作日时是否顺延到下一个工作日(workday 不会落在非工作日,0 个除外)。
    """

    count: int = 0
    unit: Literal["workday", "day", "fixed"] = "workday"
    roll: Literal["none", "next_workday"] = "none"
    fixed: date | None = None
    said: str = ""

    def __post_init__(self) -> None:
        if self.unit not in (WORKDAY, DAY, FIXED) or self.roll not in (NO_ROLL, NEXT_WORKDAY):
            raise ValueError(f"没有这样的推法:{self.unit} {self.roll}")
        if (self.unit == FIXED) != (self.fixed is not None):
            raise ValueError("定日的推法(且只有它)要给出日子")
        if self.count < 0:
            raise ValueError("天数不能是负数")

    @property
    def uses_calendar(self) -> bool:
        """放假通知变了,到期日会不会变。"""
        return self.unit == WORKDAY or self.roll == NEXT_WORKDAY

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count, "unit": self.unit, "roll": self.roll,
            "fixed": self.fixed.isoformat() if self.fixed else None, "said": self.said,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DueRule:
        fixed = data.get("fixed")
        return cls(
            count=data["count"], unit=data["unit"], roll=data["roll"],
            fixed=date.fromisoformat(fixed) if fixed else None, said=data.get("said", ""),
        )  # fmt: skip


def derive(basis_on: date, rule: DueRule, calendar: Calendar) -> Due:
    """到期日;推算经过没有放假通知的年份即「暂定」。"""
    if rule.unit == WORKDAY:
        found = add_workdays(basis_on, rule.count, calendar)
    else:
        day = rule.fixed or basis_on + timedelta(days=rule.count)
        found = Due(day)
    if rule.roll == NEXT_WORKDAY:
        rolled = roll_forward(found.day, calendar)
        return Due(rolled.day, found.provisional or rolled.provisional)
    return found


def derivation(basis_on: date, rule: DueRule, due: Due) -> str:
    """一句话:怎么从起算日到了到期日。"""
    start = f"自 {basis_on.isoformat()} 次日起"
    if rule.unit == WORKDAY:
        how = f"{start} {rule.count} 个工作日" if rule.count else f"{basis_on.isoformat()} 当日"
    elif rule.unit == DAY:
        how = f"{start} {rule.count} 天" if rule.count else f"{basis_on.isoformat()} 当日"
    else:
        how = f"定于 {rule.fixed.isoformat() if rule.fixed else ''}"
    if rule.unit != WORKDAY or not rule.count:
        how += ",遇非工作日顺延" if rule.roll == NEXT_WORKDAY else ",不顺延"
    why = f"({rule.said})" if rule.said else ""
    tail = ";当年放假通知尚未录入,暂定" if due.provisional else ""
    return f"{how}{why}:{due.day.isoformat()}{tail}"[:300]


@dataclass(frozen=True)
class Owed:
    """应当开着的一件(房间的 `owed(on=日期)` 给出)。"""

    object_type: str
    object_id: int
    unit_id: int
    basis_on: date
    rule: DueRule
    person_id: int | None = None
    period: str = ""


@dataclass(frozen=True)
class Opening:
    """要开的一件(`open_many` 的一行)。"""

    kind: str
    owed: Owed

    @property
    def key(self) -> Key:
        o = self.owed
        return (self.kind, o.object_type, o.object_id, o.unit_id, o.person_id, o.period)


Key = tuple[str, str, int, int, int | None, str]


def reconcile(
    wanted: Iterable[Owed], kind: str, open_keys: set[Key]
) -> tuple[list[Opening], set[Key]]:
    """应当开着的与已经开着的相比:要开的,与不再应当开着的。"""
    rows: dict[Key, Opening] = {}
    for owed in wanted:
        opening = Opening(kind, owed)
        rows.setdefault(opening.key, opening)
    missing = [opening for key, opening in rows.items() if key not in open_keys]
    return missing, open_keys - rows.keys()


def level(due_on: date, on: date, ladder: Sequence[int], calendar: Calendar) -> int:
    """到 `on` 为止该通知到第几级(0 = 还没到期;1 本人,2 单位负责人,3 召集人)。

    `ladder` 是各级自到期日起的工作日数,递增;越晚级别只升不降。
    """
    reached = 0
    for step, count in enumerate(ladder, start=1):
        if add_workdays(due_on, count, calendar).day <= on:
            reached = max(reached, step)
    return reached
