"""导入种类与导出种类:各室在自己的 `exchange.py` 里声明,由 `wiring.connect()` 登记。

怎样写一种导入(例子见 `tests/toy.py`)::

    COLUMNS = (Column("name", "项目名称", parsers.text(), synonyms=("项目",), required=True), …)

    def prepare(rows, actor, today) -> Lookups      # 集合查询,一次取齐判定要的一切
    def judge(rows, lookups) -> list[Judgement]     # 纯函数:不查库、不看钟;与 rows 一一对应
    def commit_many(commands, *, actor, now, group, opening) -> list[ObjectRef]   # 集合写入
    def commit_one(command, *, actor, now, group, opening) -> ObjectRef           # 单行写入,结果须与上同

    KIND = ImportKind("projects", "项目台账", COLUMNS, prepare, judge, commit_many, commit_one, may=…)

`commands` 是判定给出的 `Judgement.command`(任意不可变数据);返回的 `ObjectRef` 与之一一对应。
两个执行者都在 `actions.commit` 的事务里被调用;对象自己的台账行由它们写(带同一 `group`)。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from juyuan.foundation.exchange.columns import Column, ParsedRow, RowFinding
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed

NEW, UPDATE, SAME, DOUBTFUL, REFUSED, SKIPPED = (
    "new",
    "update",
    "same",
    "doubtful",
    "refused",
    "skipped",
)
VERDICTS = (NEW, UPDATE, SAME, DOUBTFUL, REFUSED)
VERDICT_LABEL = {
    NEW: "新增",
    UPDATE: "更新",
    SAME: "相同",
    DOUBTFUL: "存疑",
    REFUSED: "退回",
    SKIPPED: "略过",
}


@dataclass(frozen=True)
class ObjectRef:
    """一个业务对象:类别、编号、名称、网址。"""

    type: str
    id: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Candidate:
    """存疑行的一个疑似对象。

    `visible` 为假:提交人看不见它。此时预览只答「已登记,由商务主管部门核对」,不出现 `ref`、`detail`,
    并为商务主管部门立一件核对事项。`ref.id` 也可以是同一文件里的另一行(`type="row"`,id 为 `表!行号`)。
    `detail` 是给人并排比较的几项:(名目, 值)。
    """

    ref: ObjectRef
    detail: tuple[tuple[str, str], ...] = ()
    visible: bool = True


@dataclass(frozen=True)
class Judgement:
    """对一行的判定。

    `verdict` ∈ new | update | same | doubtful | refused;new、update 须带 `command`;
    `target` 是 update、same 所指的对象;doubtful 带 `candidates` 与一条 level=doubt 的发现;
    `changes` 是 update 要改的几项:(名目, 旧, 新)。
    """

    verdict: str
    findings: tuple[RowFinding, ...] = ()
    command: Any = None
    target: ObjectRef | None = None
    candidates: tuple[Candidate, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


class Prepare(Protocol):
    def __call__(self, rows: Sequence[ParsedRow], actor: Actor, today: date) -> Any: ...


class Judge(Protocol):
    def __call__(self, rows: Sequence[ParsedRow], lookups: Any) -> Sequence[Judgement]: ...


@dataclass(frozen=True)
class Opening:
    """期初批次的依据文件(文号、日期);不是期初批次则 `is_opening` 为假。"""

    is_opening: bool = False
    paper_number: str = ""
    paper_date: date | None = None
    batch_id: str = ""


class CommitMany(Protocol):
    def __call__(
        self, commands: Sequence[Any], *, actor: Actor, now: datetime, group: UUID, opening: Opening
    ) -> Sequence[ObjectRef]: ...


class CommitOne(Protocol):
    def __call__(
        self, command: Any, *, actor: Actor, now: datetime, group: UUID, opening: Opening
    ) -> ObjectRef: ...


class Reverse(Protocol):
    """整批撤回期初批次:`refs` 是本批新增的对象。

    做不到(已被后续使用)就抛 `RuleBroken` 说明哪一个、为什么,一行也不撤。
    """

    def __call__(
        self, refs: Sequence[ObjectRef], *, actor: Actor, now: datetime, group: UUID, reason: str
    ) -> None: ...


class UndoUpdates(Protocol):
    """整批撤回时,把本批改过的原有对象改回去;`batch_group` 是提交时的台账组号(改前的值在那一组里)。"""

    def __call__(
        self,
        refs: Sequence[ObjectRef],
        *,
        batch_group: UUID,
        actor: Actor,
        now: datetime,
        group: UUID,
        reason: str,
    ) -> None: ...


def everyone(actor: Actor) -> Access:
    return Allowed()


def nobody(actor: Actor) -> bool:
    return False


@dataclass(frozen=True)
class ImportKind:
    """一种导入。

    `may` 谁可以做;`oversee` 谁可以看别人的批次、核对看不见的重合、撤回与关闭期初(缺省无人);
    `order` 期初导入的先后(单位 10、人员 20、任职 30、项目 40、认定 50);
    `opening_allowed` 可作期初批次;`paper_required` 必须有依据文件(文号、日期);`usual` 上传页先选中它。
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    prepare: Prepare
    judge: Judge
    commit_many: CommitMany
    commit_one: CommitOne
    may: Callable[[Actor], Access] = everyone
    oversee: Callable[[Actor], bool] = nobody
    reverse: Reverse | None = None
    undo_updates: UndoUpdates | None = None
    description: str = ""
    clause: str = ""
    order: int = 100
    opening_allowed: bool = False
    paper_required: bool = False
    usual: bool = False

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.field == name)


@dataclass(frozen=True)
class ExportColumn:
    """导出的一列。`kind`:text | money_wan(元存、万元出)| integer | share(基点存、% 出)| date | datetime。"""

    field: str
    label: str
    kind: str = "text"
    width: int = 16

    @property
    def title(self) -> str:
        return {"money_wan": f"{self.label}(万元)", "share": f"{self.label}(%)"}.get(
            self.kind, self.label
        )


@dataclass(frozen=True)
class ExportKind:
    """一种导出:`rows(actor, filters, today)` 逐行给出(已按可见范围裁过的)字典。"""

    name: str
    label: str
    columns: tuple[ExportColumn, ...]
    rows: Callable[[Actor, Mapping[str, Any], date], Iterable[Mapping[str, Any]]]
    may: Callable[[Actor], Access] = everyone
    description: str = ""
    order: int = 100


@dataclass
class Registry:
    """登记处。同名再登记即覆盖(`connect()` 可重复调用)。"""

    imports: dict[str, ImportKind] = field(default_factory=dict)
    exports: dict[str, ExportKind] = field(default_factory=dict)

    def register(self, *kinds: ImportKind | ExportKind) -> None:
        for kind in kinds:
            if isinstance(kind, ImportKind):
                self.imports[kind.name] = kind
            else:
                self.exports[kind.name] = kind

    def import_kinds(self, actor: Actor | None = None) -> list[ImportKind]:
        """按期初先后;给出行动者时只列他可以做的。"""
        return [
            k
            for k in sorted(self.imports.values(), key=lambda k: (k.order, k.name))
            if actor is None or k.may(actor)
        ]

    def export_kinds(self, actor: Actor | None = None) -> list[ExportKind]:
        return [
            k
            for k in sorted(self.exports.values(), key=lambda k: (k.order, k.name))
            if actor is None or k.may(actor)
        ]

    def __iter__(self) -> Iterator[ImportKind]:
        return iter(self.import_kinds())


registry = Registry()
register = registry.register
