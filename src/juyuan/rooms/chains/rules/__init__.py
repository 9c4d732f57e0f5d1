"""产业链的规则:值进值出的函数,不碰数据库;金额不在此处出现。"""

from juyuan.rooms.chains.rules.fit import (
    CatalogueHit,
    CatalogueRow,
    Fit,
    NodeProfile,
    catalogue_class,
    covers_code,
    suggest_nodes,
)
from juyuan.rooms.chains.rules.graph import (
    GraphNode,
    find_cycle,
    graph_findings,
    link_kind,
    split_by_segment,
    supply_of,
)
from juyuan.rooms.chains.rules.posts import Term, appointment_findings, in_office
from juyuan.rooms.chains.rules.words import (
    SENTENCES,
    CatalogueClass,
    LinkKind,
    Origin,
    PostKind,
    Segment,
    StatementKind,
    Supply,
    fold,
    is_stated,
    origin_of,
)

__all__ = [
    "SENTENCES",
    "CatalogueClass",
    "CatalogueHit",
    "CatalogueRow",
    "Fit",
    "GraphNode",
    "LinkKind",
    "NodeProfile",
    "Origin",
    "PostKind",
    "Segment",
    "StatementKind",
    "Supply",
    "Term",
    "appointment_findings",
    "catalogue_class",
    "covers_code",
    "find_cycle",
    "fold",
    "graph_findings",
    "in_office",
    "is_stated",
    "link_kind",
    "origin_of",
    "split_by_segment",
    "suggest_nodes",
    "supply_of",
]
