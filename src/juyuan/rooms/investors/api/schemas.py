"""投资方接口的进出形状。金额为万元十进制字符串。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from juyuan.foundation.apikit.shapes import Wan
from juyuan.rooms.investors.queries import listing

KindName = Literal["enterprise", "branch", "fund", "institution", "person"]
HonourName = Literal[
    "listed",
    "top500_world",
    "top500_china",
    "top500_private",
    "central",
    "specialised",
    "high_tech",
]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class InvestorIn(Strict):
    """可填的内容;没给的不动(登记时即空)。"""

    name: str | None = Field(default=None, max_length=200)
    uscc: str | None = Field(default=None, max_length=40)
    kind: KindName | None = None
    foreign_id: str | None = Field(default=None, max_length=60)
    country: str | None = Field(default=None, max_length=60)
    place: str | None = Field(default=None, max_length=100)
    controller: str | None = Field(default=None, max_length=200)
    group: str | None = Field(default=None, max_length=200)
    honours: list[HonourName] | None = Field(default=None, max_length=7)
    registered_capital: Wan | None = None
    founded_on: date | None = None
    business: str | None = Field(default=None, max_length=4000)
    is_key: bool | None = None
    remark: str | None = Field(default=None, max_length=4000)


class InvestorOut(Schema):
    """一家投资方。`projects` 是看得见的项目数;`owner_unit` 只给登记单位自己和商务主管部门。"""

    code: str
    name: str
    uscc: str | None
    kind: str
    foreign_id: str | None
    country: str | None
    place: str | None
    controller: str | None
    group: str | None
    honours: list[str]
    registered_capital: str | None
    founded_on: date | None
    business: str | None
    is_key: bool
    remark: str | None
    pending: bool
    projects: int
    version: int
    created_at: datetime
    updated_at: datetime


class InvestorPage(Schema):
    items: list[InvestorOut]
    next: str | None
    total: int | None


class AliasOut(Schema):
    id: int
    name: str
    kind: str


class ContactOut(Schema):
    id: int
    name: str
    title: str
    phone: str
    email: str
    unit: str


class ProjectRef(Schema):
    code: str
    name: str
    stage: str


class InvestorDetail(InvestorOut):
    """详情:别名、联系人(只有登记它的单位和商务主管部门看得见)、看得见的项目。"""

    aliases: list[AliasOut]
    contacts: list[ContactOut]
    project_list: list[ProjectRef]
    owner_unit: str | None


class AliasIn(Strict):
    name: str = Field(max_length=200)
    kind: Literal["short", "former", "foreign", "other"] = "short"


class ContactIn(Strict):
    name: str = Field(max_length=60)
    title: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=120)


class PlanOut(Schema):
    """合并计划。`allowed` 为假时 `blocks` 说明为什么。"""

    source: str
    target: str
    source_version: int
    target_version: int
    allowed: bool
    lines: list[str]
    blocks: list[dict[str, str]]


class MergeIn(Strict):
    """`source_version`、`target_version` 是看计划时的版本。"""

    target: str = Field(max_length=20)
    source_version: int = Field(ge=1, le=2_000_000_000)
    target_version: int = Field(ge=1, le=2_000_000_000)
    reason: str = Field(max_length=1000)


class MergeOut(Schema):
    id: int
    source: str
    target: str
    merged_at: datetime


class ReasonIn(Strict):
    reason: str = Field(max_length=1000)


class SettleIn(ReasonIn):
    same: bool


class CaseOut(Schema):
    """一件待核对的重合(只给商务主管部门)。"""

    id: int
    investor: str
    unit: str | None
    typed: dict[str, Any]
    matched_on: str
    opened_at: datetime


class CaseList(Schema):
    items: list[CaseOut]
    next: str | None
    total: int | None


class Filters(Schema):
    q: str = Field(default="", max_length=100)
    kind: KindName | None = None
    honour: HonourName | None = None
    is_key: bool | None = None
    pending: bool | None = None
    owner: str = Field(default="", max_length=60)
    sort: str = Field(default=listing.DEFAULT_ORDER, max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""
