"""列表与链页的只读数据:模板、接口、导出都从这里取。金额单位:元。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from juyuan.rooms.chains.access import Keepers
from juyuan.rooms.chains.models import CatalogueEntry, Chain, Expo, Node, Park, Statement
from juyuan.rooms.chains.queries.projects import ProjectLine
from juyuan.rooms.chains.rules import Origin, PostKind, Segment, StatementKind, Supply


@dataclass(frozen=True)
class StageCount:
    """某库的项目数:已认定、待核实各计各的;金额单位:元。"""

    stage: str
    label: str
    recognised: int
    claimed: int
    amount: int
    url: str = ""

    @property
    def count(self) -> int:
        """在库个数(已认定与待核实都在库里)。"""
        return self.recognised + self.claimed


@dataclass(frozen=True)
class Holder:
    """在任的链长或服务秘书。"""

    kind: PostKind
    name: str
    unit: str
    starts_on: date


@dataclass(frozen=True)
class Responsible:
    code: str
    name: str
    is_lead: bool
    lead_origin: str

    @property
    def lead_suggested(self) -> bool:
        return self.is_lead and self.lead_origin == Origin.SUGGESTED


@dataclass(frozen=True)
class ChainRow:
    """列表的一行。"""

    chain: Chain
    lead_unit: Responsible | None
    holders: dict[str, Holder]
    nodes: int
    gaps: int
    weak: int
    stages: Sequence[StageCount]
    url: str

    @property
    def projects(self) -> int:
        return sum(stage.count for stage in self.stages)

    @property
    def amount(self) -> int:
        return sum(stage.amount for stage in self.stages)

    def at(self, stages: Sequence[str]) -> list[StageCount | None]:
        """按给定的库逐格取,没有项目的库为空(列表的列对齐用)。"""
        mine = {stage.stage: stage for stage in self.stages}
        return [mine.get(stage) for stage in stages]


@dataclass(frozen=True)
class Product:
    name: str
    stated: bool


@dataclass(frozen=True)
class Firm:
    """本地企业。"""

    id: int
    name: str
    is_anchor: bool
    origin: str
    clause: str
    node_suggested: bool
    note: str = ""


@dataclass(frozen=True)
class NodeCard:
    """链图上的一个环节。"""

    node: Node
    products: Sequence[Product]
    industries: Sequence[tuple[str, str]]
    firms: Sequence[Firm]
    supply: Supply
    before: Sequence[str]
    stages: Sequence[StageCount]
    lines: Sequence[ProjectLine]

    @property
    def projects(self) -> int:
        return sum(stage.count for stage in self.stages)

    @property
    def suggested(self) -> bool:
        return self.node.origin == Origin.SUGGESTED

    @property
    def position_suggested(self) -> bool:
        return self.node.position_origin == Origin.SUGGESTED


@dataclass(frozen=True)
class Column:
    segment: Segment
    cards: Sequence[NodeCard]


@dataclass(frozen=True)
class Saying:
    """文件原话,按类别归拢。"""

    kind: StatementKind
    items: Sequence[Statement]


@dataclass(frozen=True)
class Sentence:
    code: str
    text: str


@dataclass(frozen=True)
class ChainPage:
    """链页。"""

    chain: Chain
    columns: Sequence[Column]
    responsible: Sequence[Responsible]
    holders: dict[str, Holder]
    sentences: Sequence[Sentence]
    sayings: Sequence[Saying]
    parks: Sequence[Park]
    expos: Sequence[Expo]
    catalogue: Sequence[CatalogueEntry]
    unplaced_firms: Sequence[Firm]
    stages: Sequence[StageCount]
    unplaced: Sequence[StageCount]
    unplaced_lines: Sequence[ProjectLine]
    keepers: Keepers
    url: str
    cards: Sequence[NodeCard] = field(default=())

    @property
    def gaps(self) -> list[NodeCard]:
        return [card for card in self.cards if card.supply is Supply.GAP]

    @property
    def weak(self) -> list[NodeCard]:
        return [card for card in self.cards if card.supply is Supply.WEAK]

    @property
    def projects(self) -> int:
        return sum(stage.count for stage in self.stages)

    @property
    def amount(self) -> int:
        return sum(stage.amount for stage in self.stages)

    @property
    def lead_unit(self) -> Responsible | None:
        return next((r for r in self.responsible if r.is_lead), None)
