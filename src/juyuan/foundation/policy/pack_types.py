"""城市包的形状:只读的数据,不依赖框架。金额单位:元;比例单位:基点(10000 = 100.00%)。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from juyuan.foundation.policy.mechanisms import ROOM_LABELS

if TYPE_CHECKING:
    from juyuan.foundation.policy.scorecards import ScorecardEntry


class SourceKind(StrEnum):
    """一个值从哪里来。文件没写的,永远不冒充文件。"""

    DOCUMENT = "文件明定"
    SUGGESTED = "建议值"


class ClauseState(StrEnum):
    BUILT = "已实现"
    PLANNED = "待建"
    NOT_SOFTWARE = "非软件事项"


class ParameterType(StrEnum):
    INT = "int"
    MONEY = "money"
    BP = "bp"
    TEXT = "text"
    CHOICE = "choice"
    BOOL = "bool"
    DATE = "date"
    TIME = "time"
    LIST = "list"
    TABLE = "table"
    FUNCTION = "function"
    AUDIENCE = "audience"


@dataclass(frozen=True)
class Document:
    """依据文件。`text` 是全文,条款与引文都要在其中逐字找到。"""

    title: str
    number: str
    issuer: str
    signed_on: date
    published_on: date
    effective_from: date
    effective_origin: str
    url: str
    attachment: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Clause:
    """一句规范性语句。`code` 是本市编号,`mechanisms` 是它承办的机制号。"""

    code: str
    display: str
    text: str
    heading: bool = False
    bracket: str = ""
    duty: tuple[str, ...] = ()
    room: str = ""
    not_software: str = ""
    mechanisms: tuple[str, ...] = ()
    built: bool = False

    @property
    def state(self) -> ClauseState:
        if self.not_software:
            return ClauseState.NOT_SOFTWARE
        return ClauseState.BUILT if self.built else ClauseState.PLANNED

    @property
    def status(self) -> str:
        """接口用的英文状态:implemented / planned / not_software。"""
        return {
            ClauseState.BUILT: "implemented",
            ClauseState.PLANNED: "planned",
            ClauseState.NOT_SOFTWARE: "not_software",
        }[self.state]

    @property
    def room_label(self) -> str:
        return ROOM_LABELS.get(self.room, "")


@dataclass(frozen=True)
class Parameter:
    key: str
    label: str
    type: str
    value: Any
    unit: str
    clause: str
    effective_from: date
    origin: str
    note: str = ""
    text_q: str = ""
    op: str = ""
    choices: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    derived: bool = False


@dataclass(frozen=True)
class UnitEntry:
    code: str
    name: str
    short_name: str
    kind: str
    function: str
    parent: str
    adcode: str
    is_county: bool
    order: int
    origin: str
    note: str
    aliases: tuple[str, ...] = ()
    disabled_on: date | None = None


@dataclass(frozen=True)
class Collective:
    """文件里以一个名称指多个单位;`open` = 原文没有列名单。"""

    name: str
    members: tuple[str, ...]
    open: bool
    origin: str
    note: str


@dataclass(frozen=True)
class PostEntry:
    unit: str
    role: str
    title: str
    starts_on: date
    ends_on: date | None = None
    chain: str = ""


@dataclass(frozen=True)
class PersonEntry:
    code: str
    name: str
    account: str
    demo: bool
    posts: tuple[PostEntry, ...]


@dataclass(frozen=True)
class Said:
    """文件关于一条产业链的一句原话(逐字)。"""

    kind: str
    clause: str
    q: str


@dataclass(frozen=True)
class AnchorEntry:
    name: str
    node: str
    clause: str
    q: str
    node_origin: str


@dataclass(frozen=True)
class NodeEntry:
    code: str
    name: str
    position: str
    after: tuple[str, ...]
    products: tuple[str, ...]
    industry: tuple[str, ...]
    origin: str
    position_origin: str
    clause: str = ""
    q: str = ""


@dataclass(frozen=True)
class ChainEntry:
    code: str
    name: str
    short_name: str
    clause: str
    responsible_q: tuple[str, ...]
    responsible: tuple[str, ...]
    lead_unit: str
    lead_origin: str
    note: str
    said: tuple[Said, ...]
    anchors: tuple[AnchorEntry, ...]
    nodes: tuple[NodeEntry, ...]

    def phrases(self, kind: str) -> tuple[str, ...]:
        """某一类原话,次序同文件。"""
        return tuple(s.q for s in self.said if s.kind == kind)


@dataclass(frozen=True)
class Industry:
    code: str
    name: str
    section: str


@dataclass(frozen=True)
class CatalogueEntry:
    """产业指导目录的一行;`klass` = 鼓励 / 允许 / 限制 / 禁止。"""

    code: str
    chain: str
    node: str
    klass: str
    item: str
    standard: str
    origin: str
    note: str


@dataclass(frozen=True)
class Pack:
    """一座城市的全部数据。"""

    id: str
    name: str
    full_name: str
    system_name: str
    version: str
    timezone: str
    adcode: str
    bureau: str
    confirmer: str
    notice: str
    root: Path = field(repr=False)
    document: Document = field(repr=False)
    clauses: tuple[Clause, ...] = field(repr=False)
    parameters: tuple[Parameter, ...] = field(repr=False)
    units: tuple[UnitEntry, ...] = field(repr=False)
    collectives: tuple[Collective, ...] = field(repr=False)
    people: tuple[PersonEntry, ...] = field(repr=False)
    chains: tuple[ChainEntry, ...] = field(repr=False)
    industries: tuple[Industry, ...] = field(repr=False)
    catalogue: tuple[CatalogueEntry, ...] = field(repr=False)
    scorecards: tuple[ScorecardEntry, ...] = field(repr=False, default=())

    @cached_property
    def clauses_by_code(self) -> dict[str, Clause]:
        return {clause.code: clause for clause in self.clauses}

    @cached_property
    def clauses_by_mechanism(self) -> dict[str, Clause]:
        return {number: clause for clause in self.clauses for number in clause.mechanisms}

    @cached_property
    def units_by_code(self) -> dict[str, UnitEntry]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def chains_by_code(self) -> dict[str, ChainEntry]:
        return {chain.code: chain for chain in self.chains}

    def scorecard_for(self, chain: str) -> ScorecardEntry:
        """一条产业链用哪张评分卡;没有专用的用通用的。"""
        own = next((card for card in self.scorecards if chain and chain in card.chains), None)
        return own or next(card for card in self.scorecards if not card.chains)

    def clause_for(self, number: str) -> Clause | None:
        """由机制号或本市编号找条款;机制号优先(代码引用的是机制号)。"""
        return self.clauses_by_mechanism.get(number) or self.clauses_by_code.get(number)

    def units_named(self, name: str) -> tuple[UnitEntry, ...]:
        """文件里的一个称谓指哪些单位(单位名、别名、集合称谓)。"""
        for collective in self.collectives:
            if collective.name == name:
                return tuple(self.units_by_code[code] for code in collective.members)
        return tuple(u for u in self.units if name == u.name or name in u.aliases)

    @property
    def suggestion(self) -> str:
        """建议值的提示语。"""
        return f"建议值,待{self.confirmer}确认"
