"""登记统计数字:名称、口径、依据、单位、按哪个日期计,以及怎么算。

值的存法由单位决定:「万元」存整数元,「%」存基点(10000 = 100.00 %),其余(个、次……)存整数。
没有值(例如分母为零)是 None,显示为「—」,不是 0。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date

from juyuan.kernel.actor import Actor

MONEY = "万元"
RATE = "%"


@dataclass(frozen=True)
class Dimension:
    """一种分法,例如按县区。`note` 说明各行之和为何可能不等于总数。"""

    key: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """总数在某一分法下的一行。`dimension` 是 `Dimension.key`,只有一种分法时可省略。"""

    key: str
    label: str
    value: int | None
    rows_url: str = ""
    dimension: str = ""


@dataclass(frozen=True)
class Result:
    """房间算出来的值:总数、分行、明细网址、附注。"""

    value: int | None
    parts: Sequence[Part] = ()
    rows_url: str = ""
    note: str = ""


_believed: ContextVar[date | None] = ContextVar("figures_day", default=None)


def day_by(today: Callable[[], date]) -> Callable[[], date]:
    """「此刻」是哪一天:平时问时钟,`believing` 之内是那一天。"""
    return lambda: _believed.get() or today()


def is_replaying() -> bool:
    """是不是在核对重演之内。"""
    return _believed.get() is not None


@contextmanager
def believing(day: date) -> Iterator[None]:
    """核对重演时,此刻的数也按 `day` 这一天算。"""
    token = _believed.set(day)
    try:
        yield
    finally:
        _believed.reset(token)


Compute = Callable[[date | None, Actor | None], Result]
"""单个数字:`as_of` 为 None 即此刻;`actor` 为 None 即全市(命令行、公布数)。"""

GroupCompute = Callable[[date | None, Actor | None, frozenset[str]], Mapping[str, Result]]
"""一组数字共用几条查询:第三个参数是要哪几个,返回 名称→值。"""


@dataclass(frozen=True)
class Figure:
    """一个数字的定义。`definition` 是写给人看的口径,`counts_by` 说明按哪个日期归入。"""

    name: str
    label: str
    unit: str
    clause: str
    definition: str
    counts_by: str
    compute: Compute | None = field(default=None, compare=False)
    section: str = ""
    dimensions: tuple[Dimension, ...] = ()

    @property
    def is_additive(self) -> bool:
        """各行可以相加(比率不能)。"""
        return self.unit != RATE


@dataclass(frozen=True)
class Group:
    """同一次求值给出的一组数字。"""

    figures: tuple[Figure, ...]
    compute: GroupCompute
    by_ledger: bool = True
    """组成它的行凡有改动必留台账;不是的(任务补开的待办)每次现算。"""


@dataclass(frozen=True)
class Behind:
    """一个数字由哪些行组成:行的编号 → 计多少;比率另有分母的各行。"""

    top: Mapping[int, int]
    base: Mapping[int, int] | None = None


@dataclass(frozen=True)
class Told:
    """一行怎么说:名称、编号、网址(看得见才有)、前后两天各是什么样。"""

    label: str
    code: str = ""
    url: str = ""
    was: str = ""
    now: str = ""


BehindOf = Callable[[str, date | None, Actor | None], Behind]
"""(数字名称, 截止日, 谁看) → 组成它的各行,裁法与数字相同。"""

Tell = Callable[[Actor | None, Collection[int], date, date | None], Mapping[int, Told]]
"""(谁看, 各行编号, 前一天, 后一天) → 各行怎么说;查询数与行数无关。"""


@dataclass(frozen=True)
class Explainer:
    """一组数字的行从哪里来、怎么说。`noun` 是行的名字(项目)。"""

    rows: BehindOf
    tell: Tell
    noun: str = "项目"


@dataclass(frozen=True)
class Scope:
    """某人看到的数字覆盖多大范围;`whole` 为真即与全市数一致。"""

    whole: bool
    text: str


PARTIAL = Scope(False, "只计您看得见的部分,可能少于全市数")
WHOLE = Scope(True, "全市数,每一项只计一次")

_groups: dict[str, Group] = {}
_order: dict[str, Figure] = {}
_explainers: dict[str, Explainer] = {}
_scope: list[Callable[[Actor], Scope]] = []


def register(figure: Figure) -> None:
    """登记一个自带 `compute` 的数字。重复登记同一定义无妨;同名而定义不同是编码错误。"""
    compute = figure.compute
    if compute is None:
        raise ValueError(f"统计数字 {figure.name} 没有给出算法")
    register_group([figure], lambda as_of, actor, names: {figure.name: compute(as_of, actor)})


def register_group(
    figures: Iterable[Figure], compute: GroupCompute, *, by_ledger: bool = True
) -> None:
    """登记一组共用查询的数字;次序即页面上的次序。`by_ledger` 见 `Group`。

    Raises:
        ValueError: 同名而定义不同,或定义缺名称、口径、日期口径。
    """
    group = Group(tuple(figures), compute, by_ledger)
    for figure in group.figures:
        if not (figure.name and figure.label and figure.definition and figure.counts_by):
            raise ValueError(f"统计数字 {figure.name!r} 缺名称、口径或日期口径")
        known = _order.get(figure.name)
        if known is not None and known != figure:
            raise ValueError(f"统计数字 {figure.name} 已按另一口径登记")
    for figure in group.figures:
        _order[figure.name] = figure
        _groups[figure.name] = group


def register_explainer(names: Iterable[str], explainer: Explainer) -> None:
    """登记这些数字的差额由哪些行说明;没有登记的只列两天的数与差额。"""
    for name in names:
        _explainers[name] = explainer


def explainer_of(name: str) -> Explainer | None:
    return _explainers.get(name)


def register_scope(describe: Callable[[Actor], Scope]) -> None:
    """登记「这个人看到的范围」怎么说;后登记者生效。"""
    _scope[:] = [describe]


def scope_of(actor: Actor | None) -> Scope:
    """某人看到的数字覆盖的范围;无行动者即全市。"""
    if actor is None or actor.is_system:
        return WHOLE
    return _scope[0](actor) if _scope else PARTIAL


def figures() -> list[Figure]:
    """全部已登记的数字,按登记次序。"""
    return list(_order.values())


def group_of(name: str) -> Group:
    return _groups[name]
