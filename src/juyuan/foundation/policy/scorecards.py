"""城市包的评分卡(scorecards.toml):各项权重合计恰好一百,曲线写成数据;有错即整包拒绝,说明文件、位置、理由。"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from juyuan.foundation.policy.pack_read import Entry, Source
from juyuan.foundation.policy.pack_types import SourceKind

FILE = "scorecards.toml"
FULL_WEIGHT, FULL_BP = 100, 10_000
MANUAL = "manual"
SOURCES: dict[str, str] = {
    MANUAL: "评审人打分",
    "fixed_per_mu": "固定资产投资 ÷ 新增用地",
    "tax_per_mu": "达产年税收 ÷ 新增用地",
    "output_per_mu": "达产年产值 ÷ 新增用地",
    "energy_per_output": "年综合能耗 ÷ 达产年产值",
    "jobs": "新增就业",
    "build_months": "建设周期",
    "capital_ratio": "注册资本 ÷ 总投资",
}
"""分从哪里预填;代码认得的就这些。"""
STEPS, LINEAR, EFFICACY = "steps", "linear", "efficacy"
CURVES = (STEPS, LINEAR, EFFICACY)
UP, DOWN = "up", "down"
DIRECTIONS = (UP, DOWN)
Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class IndustryPoints:
    """某些行业(国民经济行业代码的前几位)用的另一组点。"""

    industry: tuple[str, ...]
    points: Points


@dataclass(frozen=True)
class IndicatorEntry:
    """一项指标。`points` 是(值, 得满分的万分之几);`source` 为 manual 的没有曲线。"""

    code: str
    label: str
    weight: int
    source: str
    unit: str
    curve: str
    direction: str
    points: Points
    by_industry: tuple[IndustryPoints, ...]
    guide: str
    origin: str


@dataclass(frozen=True)
class ScorecardEntry:
    """一张评分卡;`chains` 空着的是通用的一张。"""

    code: str
    name: str
    chains: tuple[str, ...]
    clause: str
    origin: str
    note: str
    indicators: tuple[IndicatorEntry, ...]

    def as_json(self) -> dict[str, Any]:
        """存进送审单的一份:此后改了包,已送审的仍按它。"""
        return {
            "code": self.code, "name": self.name, "origin": self.origin, "note": self.note,
            "indicators": [
                {
                    "code": one.code, "label": one.label, "weight": one.weight,
                    "source": one.source, "unit": one.unit, "curve": one.curve,
                    "direction": one.direction, "points": [list(p) for p in one.points],
                    "by_industry": [
                        {"industry": list(b.industry), "points": [list(p) for p in b.points]}
                        for b in one.by_industry
                    ],
                    "guide": one.guide,
                }
                for one in self.indicators
            ],
        }  # fmt: skip


def scorecards(source: Source) -> list[tuple[Entry, ScorecardEntry]] | None:
    """读 scorecards.toml;读不了时为 None。"""
    parsed = source.toml(FILE)
    if parsed is None:
        return None
    lines = parsed[1]
    found = []
    for entry, line in source.tables(FILE, "scorecard", ("scorecard",)) or []:
        rows = list(entry.entries("indicator", "指标", lines, line))
        card = ScorecardEntry(
            code=entry.text("code"),
            name=entry.text("name"),
            chains=entry.texts("chains"),
            clause=entry.text("clause"),
            origin=entry.one_of("origin", tuple(SourceKind)),
            note=entry.text("note", required=False),
            indicators=tuple(_indicator(row) for row in rows),
        )
        entry.finish()
        _sum(entry, card)
        found.append((entry, card))
    return found


def _sum(entry: Entry, card: ScorecardEntry) -> None:
    total = sum(one.weight for one in card.indicators)
    if total != FULL_WEIGHT:
        entry.bad(f"各项权重合计为 {total},须恰好为 {FULL_WEIGHT}")


def _indicator(row: Entry) -> IndicatorEntry:
    weight = row.raw("weight")
    if type(weight) is not int or not 1 <= weight <= FULL_WEIGHT:
        row.bad(f"weight 应为 1 至 {FULL_WEIGHT} 的整数,现在是 {weight!r}")
        weight = 0
    source = row.one_of("source", tuple(SOURCES))
    manual = source == MANUAL
    curve = row.one_of("curve", CURVES, required=not manual)
    direction = row.one_of("direction", DIRECTIONS, required=not manual)
    points: Points = ()
    by_industry: list[IndustryPoints] = []
    if manual:
        if curve or direction or "points" in row.table or "by_industry" in row.table:
            row.bad("评审人打分的不写 curve、direction、points、by_industry,写 guide")
        row.raw("points")
        row.raw("by_industry")
    else:
        points = _points(row, row.raw("points"), curve, direction)
        for other in row.entries("by_industry", "分行业", [], 0):
            codes = other.texts("industry", required=True)
            for code in codes:
                if not (code.isdigit() and 2 <= len(code) <= 4):
                    row.bad(f"by_industry 的行业应为国民经济行业代码的前2至4位,现在是「{code}」")
            found = _points(row, other.raw("points"), curve, direction)
            by_industry.append(IndustryPoints(codes, found))
    made = IndicatorEntry(
        code=row.text("code"),
        label=row.text("label"),
        weight=weight,
        source=source,
        unit=row.text("unit", required=not manual),
        curve=curve,
        direction=direction,
        points=points,
        by_industry=tuple(by_industry),
        guide=row.text("guide", required=manual),
        origin=row.one_of("origin", tuple(SourceKind)),
    )
    row.finish()
    return made


def _points(row: Entry, raw: Any, curve: str, direction: str) -> Points:
    """点:[[值, 万分之几], …];值递增,得分按方向不减(或不增),满分够得着。"""
    shaped = isinstance(raw, list) and all(
        isinstance(p, list) and len(p) == 2 and all(type(n) is int for n in p) for p in raw
    )
    if not shaped or not raw:
        row.bad("points 应为 [[值, 万分之几], …],都是整数")
        return ()
    points = tuple((at, share) for at, share in raw)
    ats, shares = [p[0] for p in points], [p[1] for p in points]
    if any(a >= b for a, b in itertools.pairwise(ats)):
        row.bad("points 的值须由小到大,不重复")
    if any(not 0 <= share <= FULL_BP for share in shares):
        row.bad(f"points 的得分须在 0 至 {FULL_BP}(万分之几)之间")
    wanted = sorted(shares, reverse=direction == DOWN)
    if direction and shares != wanted:
        way = "只增不减" if direction == UP else "只减不增"
        row.bad(f"direction 是 {direction},points 的得分须{way}")
    if max(shares) != FULL_BP:
        row.bad(f"points 里没有得满分({FULL_BP})的一点")
    if curve == LINEAR and len(points) < 2:
        row.bad("linear 至少两点")
    if curve == EFFICACY and (len(points) != 2 or len(set(shares)) != 2):
        row.bad("efficacy(功效系数)须恰好两点:不允许值与满意值")
    return points


def check_scorecards(rows: list[tuple[Entry, ScorecardEntry]], clauses: Collection[str], chains: Collection[str], problems: Any) -> None:  # fmt: skip
    """编号不重复,条款与产业链认得出,通用的恰好一张。"""
    seen: dict[str, str] = {}
    led: dict[str, str] = {}
    for entry, card in rows:
        if card.code in seen:
            entry.bad(f"评分卡编号「{card.code}」重复,{seen[card.code]} 已有")
        seen.setdefault(card.code, entry.place)
        if card.clause not in clauses:
            entry.bad(f"不认识的条款「{card.clause}」")
        for chain in card.chains:
            if chain not in chains:
                entry.bad(f"不认识的产业链「{chain}」")
            elif chain in led:
                entry.bad(f"产业链 {chain} 已用评分卡 {led[chain]}")
            led.setdefault(chain, card.code)
        codes = [one.code for one in card.indicators]
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            entry.bad(f"指标编号「{code}」重复")
    general = [card.code for _, card in rows if not card.chains]
    if len(general) != 1:
        problems.add(
            FILE, "", f"通用的评分卡(不写 chains)须恰好一张,现有 {'、'.join(general) or '零张'}"
        )
