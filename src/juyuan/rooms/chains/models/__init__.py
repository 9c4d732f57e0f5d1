"""产业链的表。"""

from juyuan.rooms.chains.models.around import (
    CatalogueEntry,
    Expo,
    IndustryCode,
    LocalEnterprise,
    Park,
)
from juyuan.rooms.chains.models.duty import ChainPost, ChainUnit
from juyuan.rooms.chains.models.graph import Chain, Link, Node, Sourced, Statement

__all__ = [
    "CatalogueEntry",
    "Chain",
    "ChainPost",
    "ChainUnit",
    "Expo",
    "IndustryCode",
    "Link",
    "LocalEnterprise",
    "Node",
    "Park",
    "Sourced",
    "Statement",
]
