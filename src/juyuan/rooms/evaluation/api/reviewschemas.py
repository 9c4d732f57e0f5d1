"""评审接口的进出形状。金额为万元十进制字符串,分数为十进制字符串。"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Strict, Wan

StateName = Literal[
    "accepted", "reviewing", "opinion", "deciding", "passed", "conditional", "rejected", "withdrawn"
]
LevelName = Literal["county", "county_opinion", "city"]
ResultName = Literal["passed", "conditional", "rejected"]


class ReviewIn(Strict):
    """送审。新增用地(亩)、年综合能耗(吨标准煤)、市级资金(万元)必填,没有的写 0。"""

    project: str = Field(max_length=20)
    land_mu: Decimal = Field(max_digits=12, decimal_places=2)
    energy_tce: Decimal = Field(max_digits=12, decimal_places=2)
    city_funds: Wan
    annual_tax: Wan | None = None
    annual_output: Wan | None = None
    jobs: int | None = None
    build_months: int | None = None
    changed: str = Field(default="", max_length=2000)
    note: str = Field(default="", max_length=2000)


class DeclareIn(Strict):
    interest: bool
    reason: str = Field(default="", max_length=2000)


class MarkIn(Strict):
    indicator: str = Field(max_length=40)
    score: Decimal = Field(max_digits=6, decimal_places=2)
    evidence: str = Field(default="", max_length=500)
    note: str = Field(default="", max_length=500)


class ScoreIn(Strict):
    marks: list[MarkIn] = Field(min_length=1, max_length=60)


class RecheckIn(ScoreIn):
    """`reviewer` 是评审人的人员代码。"""

    reviewer: str = Field(max_length=60)


class OpinionIn(Strict):
    answer: Literal["compliant", "not_compliant", "more"]
    reason: str = Field(default="", max_length=2000)


class ConditionIn(Strict):
    text: str = Field(max_length=200)
    by: date
    evidence: str = Field(default="", max_length=200)


class DecisionIn(Strict):
    result: ResultName
    reasons: str = Field(default="", max_length=2000)
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=20)
    minutes_number: str = Field(default="", max_length=100)


class CallUpIn(Strict):
    reason: str = Field(max_length=2000)


class ReviewOut(Schema):
    """评审的一行。`state` 是看的那一天终了时的。"""

    code: str
    project: str
    project_name: str
    round: int
    state: StateName
    level: LevelName
    level_reason: str
    county: str | None
    unit: str | None
    total_investment: str
    sent_at: datetime
    due_on: date
    decided_at: datetime | None
    filed_at: datetime | None
    called_up_at: datetime | None
    version: int


class ItemOut(Schema):
    code: str
    label: str
    result: str | None
    note: str


class ScoreOut(Schema):
    indicator: str
    score: str
    rechecked: str | None
    evidence: str
    note: str
    recheck_note: str


class SeatOut(Schema):
    person: str
    name: str
    unit: str
    level: Literal["county", "city"]
    declaration: Literal["pending", "clear", "interest"]
    dismissed: bool
    counted: bool
    scores: list[ScoreOut]


class FinalOut(Schema):
    indicator: str
    label: str
    weight: int
    prefilled: str | None
    final: str | None


class OpinionOut(Schema):
    answer: str
    reason: str
    by: str
    at: datetime


class ConditionOut(Schema):
    text: str
    by: date
    evidence: str


class DecisionOut(Schema):
    level: Literal["county", "city"]
    result: ResultName
    proposal: ResultName
    total: str | None
    reasons: str
    minutes_number: str
    paper: str
    by: str
    on: date
    conditions: list[ConditionOut]


class StepOut(Schema):
    verb: str
    label: str
    from_state: str | None
    to_state: str
    on: date
    at: datetime
    by: str
    reason: str


class ReviewDetail(ReviewOut):
    """一次评审:核查、否决、评审人与评分(看得见的)、意见、决定、经过、此刻能办的。"""

    diligence: list[ItemOut]
    vetoes: list[ItemOut]
    reviewers: list[SeatOut]
    card: list[FinalOut]
    total: str | None
    proposal: ResultName | None
    opinions: list[OpinionOut]
    decisions: list[DecisionOut]
    steps: list[StepOut]
    acts: list[str]


class ReviewPage(Schema):
    items: list[ReviewOut]
    next: str | None
    total: int | None


class ReviewFilters(Schema):
    """清单的条件;`tab`:open 在办、decided 已决定、approved 通过的、all 全部。"""

    tab: Literal["", "open", "decided", "approved", "all"] = "all"
    state: StateName | None = None
    level: LevelName | None = None
    unit: str = ""
    filed: bool = False
    as_of: date | None = None
    sort: str = "-sent_at"
    cursor: str = ""
    limit: int = Field(default=50, ge=1, le=200)
    count: Literal["", "exact"] = ""
