"""求值:把登记的定义与房间算出的值合成一行行结果。"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from juyuan.foundation.figures import registry
from juyuan.foundation.figures.registry import MONEY, RATE, Dimension, Figure, Part
from juyuan.foundation.ledger.still import remembered
from juyuan.foundation.policy.queries import is_pinned
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import to_wan
from juyuan.kernel.once import reading


class UnknownFigure(LookupError):
    """没有这个名称的统计数字。"""


@dataclass(frozen=True)
class Split:
    """一个数字按一种分法:各行、各行之和、与总数之差。比率没有和与差。"""

    dimension: Dimension
    parts: tuple[Part, ...]
    total: int | None
    difference: int | None


@dataclass(frozen=True)
class FigureResult:
    """一个数字在某日的值。`value` 的存法见 `registry`;`difference` 是第一种分法的差额。"""

    figure: Figure
    value: int | None
    splits: tuple[Split, ...]
    rows_url: str
    note: str

    @property
    def name(self) -> str:
        return self.figure.name

    @property
    def label(self) -> str:
        return self.figure.label

    @property
    def unit(self) -> str:
        return self.figure.unit

    @property
    def clause(self) -> str:
        return self.figure.clause

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for split in self.splits for part in split.parts)

    @property
    def difference(self) -> int | None:
        return self.splits[0].difference if self.splits else None

    def split(self, key: str) -> Split | None:
        return next((s for s in self.splits if s.dimension.key == key), None)


def compute(
    as_of: date | None = None,
    actor: Actor | None = None,
    names: Iterable[str] | None = None,
) -> list[FigureResult]:
    """求值。同一组的数字只算一次,没有新事就是上一次的答案;次序同登记次序。

    `as_of` 为 None 即此刻,否则按该日终了时已发生且已记录的事实;`actor` 为 None 即全市。

    Raises:
        UnknownFigure: `names` 里有没登记的名称。
    """
    known = {figure.name: figure for figure in registry.figures()}
    wanted = list(known) if names is None else list(names)
    for name in wanted:
        if name not in known:
            raise UnknownFigure(name)
    chosen = frozenset(wanted)
    values: dict[str, registry.Result] = {}
    with reading():
        for name in wanted:
            if name in values:
                continue
            group = registry.group_of(name)
            mine = chosen & {figure.name for figure in group.figures}
            values.update(_values(group, as_of, actor, frozenset(mine)))
    return [_result(known[name], values[name]) for name in known if name in chosen]


def _values(
    group: registry.Group, as_of: date | None, actor: Actor | None, names: frozenset[str]
) -> Mapping[str, registry.Result]:
    """一组的值。换了一份参数假设着算的、核对重演的,与现在的答案无关,一律现算。"""

    def compute() -> Mapping[str, registry.Result]:
        return group.compute(as_of, actor, names)

    if not group.by_ledger or is_pinned() or registry.is_replaying():
        return compute()
    key = ("figures", group.figures[0].name, names, as_of, clock.today(), _viewer(actor))
    return remembered(key, compute)


def _viewer(actor: Actor | None) -> Hashable:
    """看见哪些由这些决定:谁、在哪些任上、此刻以哪个任上、从哪扇门进来。"""
    if actor is None:
        return None
    return (actor.account_id, actor.person_id, actor.username, actor.posts, actor.post, actor.via)


def _result(figure: Figure, found: registry.Result) -> FigureResult:
    return FigureResult(
        figure=figure,
        value=found.value,
        splits=tuple(_splits(figure, found)),
        rows_url=found.rows_url,
        note=found.note,
    )


def _splits(figure: Figure, found: registry.Result) -> Iterable[Split]:
    dimensions = figure.dimensions
    if not dimensions and found.parts:
        dimensions = (Dimension("", "分项"),)
    for dimension in dimensions:
        parts = tuple(
            part
            for part in found.parts
            if part.dimension == dimension.key or (not part.dimension and len(dimensions) == 1)
        )
        if not parts:
            continue
        total: int | None = None
        difference: int | None = None
        if figure.is_additive:
            total = sum(part.value or 0 for part in parts)
            difference = total - (found.value or 0)
        yield Split(dimension, parts, total, difference)


def plain(value: int | None, unit: str) -> int | str | None:
    """对外的写法:金额是万元十进制字符串,比率是百分数字符串,个数是整数,没有值是 None。"""
    if value is None:
        return None
    if unit == MONEY:
        return to_wan(value)
    if unit == RATE:
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
    return value


def shown(value: int | None, unit: str) -> str:
    """写给人看:千分位;金额固定两位(万元),比率一位百分数,没有值为「—」,负号用「−」。"""
    if value is None:
        return "—"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if unit == MONEY:
        cents = (size + 50) // 100  # 万元的百分位 = 100 元
        return f"{sign}{cents // 100:,}.{cents % 100:02d}"
    if unit == RATE:
        tenths = (size + 5) // 10
        return f"{sign}{tenths // 10}.{tenths % 10}"
    return f"{sign}{size:,}"
