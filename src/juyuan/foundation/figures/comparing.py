"""一个数字前后两天相比:各是多少、差多少、由哪些行说明。说明之和恒等于差额(有测试)。

行的裁法与数字相同,所以没有「看不见的其余」:看不见的从来不在这个人的数里。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from juyuan.foundation.figures import queries, registry
from juyuan.foundation.figures.queries import FigureResult
from juyuan.foundation.figures.registry import MONEY, Explainer, Figure, Told
from juyuan.foundation.figures.rules import Change, ChangeKind, explain
from juyuan.kernel.actor import Actor

BATCH = 1000


@dataclass(frozen=True)
class Pair:
    """一个数字前后两天的值。"""

    figure: Figure
    before: FigureResult
    after: FigureResult

    @property
    def difference(self) -> int | None:
        """两天都有值才有差;比率的差是百分点(基点存)。"""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def explained(self) -> bool:
        return registry.explainer_of(self.figure.name) is not None


@dataclass(frozen=True)
class Line:
    """说明的一行。"""

    change: Change
    told: Told


@dataclass(frozen=True)
class Part:
    """一种变动:列出的各行,与没有列出的还有几行、合计差多少。"""

    kind: ChangeKind
    count: int
    difference: int
    lines: tuple[Line, ...]

    @property
    def rest(self) -> int:
        return self.count - len(self.lines)

    @property
    def rest_difference(self) -> int:
        return self.difference - sum(line.change.difference for line in self.lines)


@dataclass(frozen=True)
class Side:
    """一边(比率的分子、分母;别的数字只有一边):前后合计与各种变动。"""

    key: str
    label: str
    unit: str
    before: int
    after: int
    parts: tuple[Part, ...]

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """一个数字的比较。`noun` 为空即这个数字不是逐行相加的,没有逐行的说明。"""

    pair: Pair
    sides: tuple[Side, ...] = ()
    noun: str = ""


def pairs(
    as_of: date | None, against: date, actor: Actor | None, names: list[str] | None = None
) -> list[Pair]:
    """各数字前后两天的值。"""
    before = {r.name: r for r in queries.compute(against, actor, names)}
    return [Pair(r.figure, before[r.name], r) for r in queries.compute(as_of, actor, names)]


def _changes(
    found: Explainer, figure: Figure, as_of: date | None, against: date, actor: Actor | None
) -> Iterator[tuple[str, str, str, int, int, tuple[Change, ...]]]:
    """逐边:(键, 名, 单位, 前合计, 后合计, 各行)。"""
    before = found.rows(figure.name, against, actor)
    after = found.rows(figure.name, as_of, actor)
    whole = after.base is None
    unit = figure.unit if whole else "个"
    yield (
        "top", "" if whole else "分子", unit, sum(before.top.values()),
        sum(after.top.values()), explain(before.top, after.top),
    )  # fmt: skip
    if after.base is not None:
        was = before.base or {}
        yield (
            "base", "分母", unit, sum(was.values()), sum(after.base.values()),
            explain(was, after.base),
        )  # fmt: skip


def compare(
    figure: Figure, as_of: date | None, against: date, actor: Actor | None, *, shown: int
) -> Comparison:
    """比一个数字;每种变动至多列 `shown` 行,其余合计。"""
    pair = pairs(as_of, against, actor, [figure.name])[0]
    found = registry.explainer_of(figure.name)
    if found is None:
        return Comparison(pair)
    raw = list(_changes(found, figure, as_of, against, actor))
    kept: dict[tuple[str, ChangeKind], list[Change]] = defaultdict(list)
    for key, *_, changes in raw:
        for change in changes:
            kept[key, change.kind].append(change)
    ids = {change.key for group in kept.values() for change in group[:shown]}
    told = found.tell(actor, ids, against, as_of) if ids else {}
    sides = []
    for key, label, unit, before, after, _ in raw:
        parts = tuple(
            Part(
                kind,
                len(group),
                sum(change.difference for change in group),
                tuple(Line(change, told[change.key]) for change in group[:shown]),
            )
            for kind in ChangeKind
            if (group := kept.get((key, kind), []))
        )
        sides.append(Side(key, label, unit, before, after, parts))
    return Comparison(pair, tuple(sides), found.noun)


def every_line(
    figure: Figure, as_of: date | None, against: date, actor: Actor | None
) -> Iterator[tuple[str, str, Line]]:
    """全部说明(导出用):(边名, 单位, 行),分批说。"""
    found = registry.explainer_of(figure.name)
    if found is None:
        return
    for _, label, unit, _, _, changes in _changes(found, figure, as_of, against, actor):
        ordered = [c for kind in ChangeKind for c in changes if c.kind == kind]
        for start in range(0, len(ordered), BATCH):
            chunk = ordered[start : start + BATCH]
            told = found.tell(actor, {c.key for c in chunk}, against, as_of)
            for change in chunk:
                yield label, unit, Line(change, told[change.key])


def is_money(unit: str) -> bool:
    return unit == MONEY
