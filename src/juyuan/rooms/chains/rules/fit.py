"""指导目录归类,以及项目落在哪个环节的提示(只供人参考)。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.rooms.chains.rules.words import SEVERITY, CatalogueClass, fold


@dataclass(frozen=True)
class CatalogueRow:
    """目录的一条(判定所需的部分)。`industry_code` 含其下各级;`node` 是它所属的环节。"""

    name: str
    level: CatalogueClass
    effective_from: date
    industry_code: str = ""
    node: str = ""
    ended_on: date | None = None
    standard: str = ""

    def in_force(self, on: date) -> bool:
        """某日是否有效;生效日、失效日当日都有效。"""
        return self.effective_from <= on and (self.ended_on is None or on <= self.ended_on)


class MatchedBy(Labelled):
    """归类的凭据,从硬到软。"""

    CODE = "code", "行业代码"
    NAME = "name", "产品名称"
    NODE = "node", "所在环节"


@dataclass(frozen=True)
class CatalogueHit:
    """归类的结果、依据的那一条、凭什么。"""

    level: CatalogueClass
    row: CatalogueRow
    matched_by: MatchedBy


def covers_code(prefix: str, code: str) -> bool:
    """上级行业代码是否包含某代码(17 含 171、1711;门类字母不在此列)。"""
    return bool(prefix) and prefix.isdigit() and code.isdigit() and code.startswith(prefix)


@rule("4.0b")
def catalogue_class(
    rows: Iterable[CatalogueRow],
    *,
    on: date,
    industry_code: str = "",
    words: str = "",
    node: str = "",
) -> CatalogueHit | None:
    """《招商引资产业指导目录》:归入鼓励、允许、限制、禁止;未列入为空(不等于允许)。

    凭行业代码或产品名称者取最严的一条,再取代码更细、名称更长的。两者都没有时看所在环节,
    但只看鼓励与允许:限制、禁止各有自己写明的情形,不因同在一个环节就套到项目头上。
    """
    text = fold(words)
    live = [row for row in rows if row.in_force(on)]
    hits = [
        (row, MatchedBy.CODE) for row in live if covers_code(row.industry_code, industry_code)
    ] + [(row, MatchedBy.NAME) for row in live if fold(row.name) and fold(row.name) in text]
    if not hits and node:
        hits = [
            (row, MatchedBy.NODE)
            for row in live
            if row.node == node and row.level in (CatalogueClass.ENCOURAGED, CatalogueClass.ALLOWED)
        ]
    if not hits:
        return None
    row, how = max(
        hits,
        key=lambda hit: (SEVERITY[hit[0].level], len(hit[0].industry_code), len(hit[0].name)),
    )
    return CatalogueHit(row.level, row, how)


@dataclass(frozen=True)
class NodeProfile:
    """一个环节可供比对的样子。"""

    code: str
    chain_code: str
    name: str
    products: tuple[str, ...] = ()
    industry_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fit:
    """一个建议:落在哪个环节、为什么。只供人参考,从不自动归类。"""

    node: str
    chain: str
    score: int
    reasons: tuple[str, ...]


@rule("4.0c")
def suggest_nodes(
    nodes: Iterable[NodeProfile], *, industry_code: str, words: str, limit: int = 3
) -> list[Fit]:
    """开展链式招商:按行业代码与产品、环节名称提示项目可能落在哪个环节;没有线索则为空。

    代码每多一位相同多记 10 分,写到产品记 8 分、环节名称记 12 分;同分按环节代码。
    """
    text = fold(words)
    found: list[Fit] = []
    for node in nodes:
        score = 0
        reasons: list[str] = []
        covering = [code for code in node.industry_codes if covers_code(code, industry_code)]
        if covering:
            longest = max(covering, key=len)
            score += 10 * len(longest)
            reasons.append(f"行业代码 {industry_code} 在 {longest} 之内")
        if text and fold(node.name) in text:
            score += 12
            reasons.append(f"写到环节「{node.name}」")
        for product in node.products:
            if text and fold(product) != fold(node.name) and fold(product) in text:
                score += 8
                reasons.append(f"写到产品「{product}」")
        if score:
            found.append(Fit(node.code, node.chain_code, score, tuple(reasons)))
    found.sort(key=lambda fit: (-fit.score, fit.node))
    return found[:limit]
