"""线索接口的进出形状。金额为万元十进制字符串,单位用稳定代码。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Strict, Wan
from juyuan.rooms.first_contact.api.checking import CheckOut

StateName = Literal[
    "draft", "submitted", "assigned", "judged", "contested", "converted", "refused", "withdrawn"
]
UrgencyName = Literal["plain", "soon", "urgent"]
SecrecyName = Literal["normal", "internal", "restricted"]
ReferrerName = Literal["", "unit", "adviser", "chamber", "enterprise", "person"]
WORDS = 1000


class LeadIn(Strict):
    """可填的内容;没给的不动(登记时即空)。"""

    channel: str | None = Field(default=None, max_length=20)
    referrer_kind: ReferrerName | None = None
    referrer_name: str | None = Field(default=None, max_length=60)
    referrer_phone: str | None = Field(default=None, max_length=40)
    public_pay: bool | None = None
    investor_name: str | None = Field(default=None, max_length=200)
    uscc: str | None = Field(default=None, max_length=40)
    investor_place: str | None = Field(default=None, max_length=100)
    controller: str | None = Field(default=None, max_length=200)
    contact_name: str | None = Field(default=None, max_length=60)
    contact_title: str | None = Field(default=None, max_length=60)
    contact_phone: str | None = Field(default=None, max_length=40)
    project_name: str | None = Field(default=None, max_length=200)
    content: str | None = Field(default=None, max_length=4000)
    process: str | None = Field(default=None, max_length=2000)
    industry_code: str | None = Field(default=None, max_length=10)
    amount: Wan | None = None
    fixed_amount: Wan | None = None
    capital_structure: str | None = Field(default=None, max_length=1000)
    land_needs: str | None = Field(default=None, max_length=1000)
    energy_needs: str | None = Field(default=None, max_length=1000)
    water_needs: str | None = Field(default=None, max_length=1000)
    environment: str | None = Field(default=None, max_length=1000)
    jobs: int | None = Field(default=None, ge=0, le=2_000_000_000)
    output: Wan | None = None
    tax: Wan | None = None
    site: str | None = Field(default=None, max_length=200)
    competitors: str | None = Field(default=None, max_length=400)
    requests: str | None = Field(default=None, max_length=4000)
    contacted_on: date | None = None
    contact_note: str | None = Field(default=None, max_length=1000)
    urgency: UrgencyName | None = None
    secrecy: SecrecyName | None = None
    remark: str | None = Field(default=None, max_length=4000)


class LeadNew(LeadIn):
    """报一条;`submit` 为真即同时登记(须填齐),否则只存草稿。"""

    submit: bool = False


class LeadOut(Schema):
    """一条线索。`project` 看得见才有;`stage` 是转成的项目现在在哪个库,报来的人都看得见。"""

    code: str
    state: StateName
    title: str
    channel: str
    investor_name: str
    project_name: str
    amount: str | None
    urgency: UrgencyName
    secrecy: SecrecyName
    from_unit: str
    by: str
    unit: str | None
    submitted_on: date | None
    ended_on: date | None
    fate: str
    project: str | None
    stage: str | None
    created_at: datetime
    version: int


class LeadPage(Schema):
    items: list[LeadOut]
    next: str | None
    total: int | None


class ClockOut(Schema):
    """一个时限:到哪天(工作日历)、哪天办的、按不按时(没到期也没办的为空)。"""

    clock: Literal["answer", "judge", "feed_back"]
    since: date
    due_on: date
    provisional: bool
    done_on: date | None
    on_time: bool | None


class MarkOut(Schema):
    code: str
    label: str
    mark: Literal["yes", "unsure", "no"]
    reason: str


class StepOut(Schema):
    """走过的一步;分办、研判是内部的事,报来的顾问、商会看不见。"""

    verb: str
    label: str
    from_state: StateName | None
    to_state: StateName
    on: date
    at: datetime
    by: str
    by_unit: str
    unit: str | None
    reason: str
    outcome: str | None
    marks: list[MarkOut]
    clause: str


class FileOut(Schema):
    """一份附件;`url` 是网页上下载的地址(每次留痕)。"""

    name: str
    title: str
    size: int
    sha256: str
    added_by: str
    at: datetime
    url: str


class LeadDetail(LeadOut):
    """一条线索的全部所填、时限、步骤;`claim`、`conflict` 看得见才有。"""

    referrer_kind: str
    referrer_name: str
    referrer_phone: str
    public_pay: bool | None
    uscc: str
    investor_place: str
    controller: str
    contact_name: str
    contact_title: str
    contact_phone: str
    content: str
    process: str
    industry_code: str
    fixed_amount: str | None
    capital_structure: str
    land_needs: str
    energy_needs: str
    water_needs: str
    environment: str
    jobs: int | None
    output: str | None
    tax: str | None
    site: str
    competitors: str
    requests: str
    contacted_on: date | None
    contact_note: str
    remark: str
    assignee: str | None
    claim: str | None
    conflict: str | None
    clocks: list[ClockOut]
    steps: list[StepOut]
    files: list[FileOut]
    acts: list[str]


class FileIn(Strict):
    title: str = Field(default="", max_length=200)


class ConvertedOut(LeadDetail):
    """转项目的结果:另带盲查重的回答。"""

    check: CheckOut


class LeadFilters(Schema):
    """筛选:状态、渠道、承办单位、逾期、某日在办或登记过的;`as_of` 给那天终了时的样子。"""

    q: str = Field(default="", max_length=80)
    state: StateName | None = None
    channel: str = Field(default="", max_length=20)
    unit: str = Field(default="", max_length=60)
    late: bool | None = None
    among: Literal["", "registered", "under_way"] = ""
    as_of: date | None = None
    sort: str = Field(default="-created_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class WordsIn(Strict):
    """写给报来的人的话、理由。"""

    reason: str = Field(default="", max_length=WORDS)


class AssignIn(WordsIn):
    """承办单位的代码;`person` 是人员代码(限名单的须指名)。"""

    unit: str = Field(default="", max_length=60)
    person: str = Field(default="", max_length=60)


class MarkIn(Strict):
    code: str = Field(max_length=40)
    mark: Literal["yes", "unsure", "no"]
    reason: str = Field(default="", max_length=500)


class JudgeIn(WordsIn):
    """逐项研判与结论;各项的代码见参数 `outreach.judge_dimensions`。"""

    marks: list[MarkIn] = Field(default_factory=list, max_length=50)
    outcome: Literal["", "follow", "drop"] = ""


class ConvertIn(Strict):
    """转项目(multipart,另附 `file`):接触的凭据,线索里没写的补上。"""

    proof: Literal["", "minutes", "letter", "sign_in", "trip", "mail", "photo"] = ""
    contacted_on: date | None = None
    evidence_on: date | None = None
    two_way: bool = False
    project_name: str = Field(default="", max_length=200)
    content: str = Field(default="", max_length=4000)
    note: str = Field(default="", max_length=2000)
