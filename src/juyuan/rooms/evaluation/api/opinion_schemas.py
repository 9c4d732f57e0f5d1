"""审查意见与承诺审查接口的进出形状。金额为万元十进制字符串,比例为百分数字符串,单位用稳定代码。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Percent, Strict, Wan
from juyuan.rooms.evaluation.rules.opinions import NUMBER_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT

KindName = Literal["legality", "fair_competition"]
StateName = Literal["asked", "returned", "drafted", "answered", "withdrawn", "revoked"]


class OpinionFilters(Schema):
    """筛选:页签、种类;`as_of` 给那天终了时的样子。"""

    tab: Literal["mine", "open", "late", "answered", "all"] = "all"
    kind: KindName | Literal[""] = ""
    as_of: date | None = None
    sort: str = Field(default="-asked_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class StepOut(Schema):
    verb: str
    at: datetime
    by: str
    unit: str
    reason: str
    due_on: date | None


class OpinionOut(Schema):
    """一件审查申请。`project` 看得全那个项目才有;结论等各栏签发之后才有(审查单位自己的人拟稿时就有)。"""

    code: str
    kind: str
    subject: str
    question: str
    project: str | None
    unit: str
    from_unit: str
    asked_at: datetime
    state: str
    round: int
    due_on: date
    late: bool
    conclusion: str
    number: str
    dated_on: date | None
    text: str
    acts: list[str]
    steps: list[StepOut]
    version: int


class OpinionPage(Schema):
    items: list[OpinionOut]
    next: str | None
    total: int | None


class AskIn(Strict):
    """申请审查(multipart,可另附 `file`;不附的用承诺审查里的现行文本)。"""

    kind: KindName
    subject: str = Field(max_length=SUBJECT_LIMIT)
    question: str = Field(max_length=TEXT_LIMIT)
    drafter: bool = False


class AnswerIn(Strict):
    """拟意见(multipart,另附 `file`)。"""

    conclusion: Literal["passed", "conditional", "failed"]
    number: str = Field(max_length=NUMBER_LIMIT)
    dated_on: date
    text: str = Field(max_length=TEXT_LIMIT)


class ReasonIn(Strict):
    reason: str = Field(max_length=TEXT_LIMIT)


class PrivilegeIn(Strict):
    """一条优惠。`granter` 是单位代码。"""

    kind: str = Field(max_length=30)
    content: str = Field(max_length=2000)
    amount: Wan | None = None
    ratio: Percent | None = None
    basis: str = Field(default="", max_length=200)
    granter: str = Field(max_length=60)
    conditions: str = Field(default="", max_length=2000)
    period: str = Field(max_length=200)


class DoubtIn(Strict):
    answer: Literal["fixed", "deleted", "lawful", "not_such"]
    basis: str = Field(default="", max_length=2000)


class PrivilegeOut(Schema):
    id: int
    kind: str
    content: str
    amount: str | None
    ratio: str | None
    basis: str
    granter: str
    conditions: str
    period: str
    result: str
    version: int


class DoubtOut(Schema):
    """一处疑点。`present` 即现在还有;`blocking` 即挡着送签核;`way` 是出路。"""

    id: int
    source: str
    privilege: int | None
    kind: str
    label: str
    clause: str
    passage: str
    page: int
    paragraph: int
    start: int
    end: int
    why: str
    way: str
    lesser: bool
    present: bool
    answer: str
    basis: str
    blocking: bool
    version: int


class ScrutinyOut(Schema):
    """一个项目的承诺审查。还没有开始的 `state` 为空。"""

    code: str
    state: str
    round: int
    none_promised: bool
    text_name: str
    text_sha256: str
    paragraphs: int
    privileges: list[PrivilegeOut]
    doubts: list[DoubtOut]
    closed_by: str
    closed_at: datetime | None
    number: str
    version: int
