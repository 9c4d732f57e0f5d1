"""首谈接口的进出形状。金额为万元十进制字符串,份额为百分数字符串,单位用稳定代码。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Percent, Strict, Wan
from juyuan.rooms.first_contact.api.checking import CheckOut
from juyuan.rooms.first_contact.rules.rulings import REASON_LIMIT

StateName = Literal["registered", "protected", "disputed", "lapsed", "handed_over", "ended"]
ConflictStateName = Literal["open", "ruled", "appealed", "final", "closed"]
LightName = Literal["ok", "warn", "bad", "idle"]
LONG = REASON_LIMIT


class ClaimIn(Strict):
    """登记一件首谈(multipart,另附 `file`)。`project` 是要登记在上面的项目的编号,不给即新登记一个项目。"""

    name: str = Field(default="", max_length=200)
    aliases: list[str] = Field(default_factory=list, max_length=20)
    uscc: str = Field(default="", max_length=40)
    foreign_id: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=120)
    controller: str = Field(default="", max_length=200)
    group: str = Field(default="", max_length=200)
    project: str = Field(default="", max_length=20)
    project_name: str = Field(default="", max_length=200)
    content: str = Field(default="", max_length=4000)
    amount: Wan | None = None
    site: str = Field(default="", max_length=200)
    contacted_on: date | None = None
    proof: Literal["", "minutes", "letter", "sign_in", "trip", "mail", "photo"] = ""
    evidence_on: date | None = None
    two_way: bool = False
    secrecy: Literal["normal", "internal", "restricted"] = "normal"
    opening: bool = False
    note: str = Field(default="", max_length=LONG)


class ClaimOut(Schema):
    """一件首谈。`state`、`until`、`days_left`、`light` 是看的那一天终了时的;`project` 看得见才有。

    `proposals` 是系统提请、还没有确认的:lapse 失去独占、withdrawal 退库。
    """

    code: str
    unit: str
    person: str
    investor: str
    project: str | None
    project_name: str
    content: str
    amount: str | None
    site: str
    confidentiality: str
    contacted_on: date
    proof: str
    evidence_on: date
    registered_at: datetime
    merit_at: datetime
    late: bool
    opening: bool
    state: StateName | None
    until: date | None
    days_left: int | None
    months_idle: int | None
    light: LightName | None
    light_reasons: list[str]
    proposals: list[Literal["lapse", "withdrawal"]]
    version: int


class ClaimPage(Schema):
    items: list[ClaimOut]
    next: str | None
    total: int | None


class StepOut(Schema):
    """权利台账的一行:哪天、哪一步、由什么状态到什么状态、谁、为什么、依据与参数版本。"""

    on: date
    at: datetime
    verb: str
    label: str
    from_state: StateName | None
    to_state: StateName
    until: date | None
    by: str
    unit: str
    reason: str
    clause: str
    parameters: dict[str, date]


class FileOut(Schema):
    name: str
    sha256: str
    url: str


class HandoverOut(Schema):
    """等接收的移交。`share` 是交出单位保留的功劳份额(%)。"""

    to_unit: str
    materials: str
    matters: str
    share: str
    reason: str
    proposed_at: datetime


class ClaimDetail(ClaimOut):
    """一件首谈与它的权利台账(先后为序,到看的那一天为止);`acts` 是此人此刻能办的。"""

    on: date
    ledger: list[StepOut]
    files: list[FileOut]
    conflicts: list[str]
    handover: HandoverOut | None
    acts: list[str]


class RegisteredOut(ClaimDetail):
    """登记的结果:另带盲查重的回答与撞单的编号(没有撞上即空)。"""

    check: CheckOut
    conflict: str | None


class ClaimFilters(Schema):
    """筛选:状态、单位、项目编号、迟登、期初、系统提请失去独占的;`as_of` 给那天终了时的样子。"""

    state: StateName | None = None
    live: bool | None = None
    unit: str = Field(default="", max_length=60)
    project: str = Field(default="", max_length=20)
    q: str = Field(default="", max_length=80)
    late: bool | None = None
    opening: bool | None = None
    proposed: bool | None = None
    as_of: date | None = None
    sort: str = Field(default="-registered_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class ReasonIn(Strict):
    reason: str = Field(default="", max_length=LONG)


class ExtendIn(ReasonIn):
    until: date | None = None


class TakeUpIn(ReasonIn):
    """`unit` 只由商务主管部门写(指定接手的单位);本单位自己接手不写。"""

    unit: str = Field(default="", max_length=60)


class HandoverIn(ReasonIn):
    to_unit: str = Field(default="", max_length=60)
    materials: str = Field(default="", max_length=LONG)
    matters: str = Field(default="", max_length=LONG)
    share: Percent | None = None


class AnswerIn(Strict):
    """接收(`accept` 为真)或写明理由不接收。"""

    accept: bool
    answer: str = Field(default="", max_length=LONG)


class RaiseIn(ReasonIn):
    """一方写首谈编号;另一方写首谈编号,或还没有登记首谈的项目的编号。"""

    first: str = Field(default="", max_length=40)
    second: str = Field(default="", max_length=40)


class OpeningIn(ReasonIn):
    codes: list[str] = Field(default_factory=list, max_length=200)


class OpeningOut(Schema):
    items: list[ClaimOut]


class ConflictOut(Schema):
    """一件撞单。`tier`、`reasons`、`source` 只给看得见两边的人。"""

    code: str
    state: ConflictStateName
    source: str | None
    tier: int | None
    reasons: list[str] | None
    opened_at: datetime
    rule_by: date
    appeal_by: date | None
    appealed_at: datetime | None
    closed_at: datetime | None
    version: int


class ConflictPage(Schema):
    items: list[ConflictOut]
    next: str | None
    total: int | None


class ProofIn(Strict):
    title: str = Field(default="", max_length=200)
    dated_on: date | None = None
    note: str = Field(default="", max_length=LONG)


class ProofOut(Schema):
    title: str
    dated_on: date
    note: str
    file_name: str
    sha256: str
    url: str
    by: str
    at: datetime


class SideOut(Schema):
    """撞单的一方。争议的一方只得到自己的;`earliest`(功劳时刻最早)只给看得见两边的人。"""

    unit: str
    incumbent: bool
    earliest: bool
    claim: ClaimOut | None
    project: str | None
    project_name: str | None
    evidence: list[ProofOut]


class ShareOut(Schema):
    unit: str
    share: str


class RulingOut(Schema):
    """一次裁定;争议的一方只得到牵头单位与自己的份额。"""

    level: Literal["first", "final"]
    lead_unit: str
    shares: list[ShareOut]
    reason: str
    clause: str
    by: str
    at: datetime


class ConflictDetail(ConflictOut):
    """一件撞单:看得见的各方、各级裁定(新的在前);`acts` 是此人此刻能办的。"""

    sides: list[SideOut]
    rulings: list[RulingOut]
    appeal_reason: str | None
    acts: list[str]


class ConflictFilters(Schema):
    """筛选:状态、未定的、裁定过的;`as_of` 给那天终了时的样子。"""

    state: ConflictStateName | None = None
    pending: bool | None = None
    ruled: bool | None = None
    as_of: date | None = None
    sort: str = Field(default="-opened_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class ShareIn(Strict):
    unit: str = Field(max_length=60)
    share: Percent


class RulingIn(ReasonIn):
    """牵头单位、各方份额(合计 100)、理由。"""

    lead_unit: str = Field(default="", max_length=60)
    shares: list[ShareIn] = Field(default_factory=list, max_length=50)
    clause: str = Field(default="3.2b", max_length=10)
