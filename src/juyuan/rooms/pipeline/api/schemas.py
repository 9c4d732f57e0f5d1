"""项目接口的形状:进来的严(多余字段拒绝),出去的全。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from juyuan.foundation.apikit.shapes import Percent, Wan
from juyuan.rooms.pipeline.rules.facts import FactKey

StageName = Literal["planning", "negotiation", "intent", "signed", "landed"]
UnknownName = Literal["", "withheld", "pending"]
MoneyField = Literal["total_investment", "fixed_investment", "contract_amount"]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class PartyIn(Strict):
    name: str = Field(min_length=1, max_length=200)
    uscc: str = Field(default="", max_length=18)
    origin: Literal["local", "outside_city", "outside_province", "foreign"] | None = None
    fiscal: bool = False
    share: Percent = "0"


class HostIn(Strict):
    unit: str = Field(max_length=60)
    share: Percent = "100"


class ProjectIn(Strict):
    """可填的内容;没给的不动(新建时即空)。"""

    name: str | None = Field(default=None, max_length=200)
    summary: str | None = Field(default=None, max_length=4000)
    category: Literal["industry", "infrastructure", "real_estate"] | None = None
    chain: str | None = Field(default=None, max_length=20)
    segment: str | None = Field(default=None, max_length=40)
    industry_code: str | None = Field(default=None, max_length=10)
    total_investment: Wan | None = None
    total_investment_unknown: UnknownName | None = None
    fixed_investment: Wan | None = None
    fixed_investment_unknown: UnknownName | None = None
    contract_amount: Wan | None = None
    contract_amount_unknown: UnknownName | None = None
    basis: str | None = Field(default=None, max_length=4000)
    site_options: str | None = Field(default=None, max_length=2000)
    benefit: str | None = Field(default=None, max_length=2000)
    factor_needs: str | None = Field(default=None, max_length=4000)
    landing_kind: Literal["new_site", "leased_plant", "service", "platform"] | None = None
    lead_unit: str | None = Field(default=None, max_length=60)
    host_units: list[HostIn] | None = Field(default=None, max_length=20)
    possible_hosts: list[str] | None = Field(default=None, max_length=20)
    participants: list[str] | None = Field(default=None, max_length=50)
    investors: list[PartyIn] | None = Field(default=None, max_length=20)
    location: str | None = Field(default=None, max_length=200)
    confidentiality: Literal["normal", "internal", "restricted"] | None = None
    signed_on: date | None = None
    started_on: date | None = None
    promised_land_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None
    remark: str | None = Field(default=None, max_length=4000)


class LightReasonOut(Schema):
    """为什么亮灯:灯色、说明、自哪天算起、界限、该办什么、依据。"""

    light: str
    message: str
    since: date
    limit: str
    remedy: str
    clause: str


class InvestorOut(Schema):
    name: str
    uscc: str | None
    origin: str | None
    fiscal: bool
    share: str


class HostOut(Schema):
    unit: str
    share: str


class MissingOut(Schema):
    rule: str
    clause: str
    message: str


class ProjectOut(Schema):
    """一个项目。`sight` 为 facts 时只有认定事实的几项,其余为 null。

    `notice` 只在登记的回答里有:与看不见的项目同名,由商务主管部门核对。
    """

    notice: str = ""
    code: str
    name: str
    sight: Literal["full", "facts"]
    stage: str
    stage_status: str
    recognised_stage: str | None
    standing: str
    is_chain_project: bool
    lead_unit: str | None
    chain: str | None
    segment: str | None = None
    host_units: list[HostOut]
    possible_hosts: list[str] | None = None
    investors: list[InvestorOut] | None = None
    total_investment: str | None
    total_investment_unknown: str | None = None
    fixed_investment: str | None = None
    fixed_investment_unknown: str | None = None
    contract_amount: str | None
    contract_amount_unknown: str | None = None
    committed_investment: str | None
    committed_outside_province: str | None = None
    paid_in_year: str | None = None
    paid_in_total: str | None = None
    category: str | None = None
    industry_code: str | None = None
    confidentiality: str | None = None
    location: str | None = None
    summary: str | None = None
    basis: str | None = None
    site_options: str | None = None
    benefit: str | None = None
    factor_needs: str | None = None
    landing_kind: str | None = None
    signed_on: date | None = None
    started_on: date | None = None
    promised_land_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None
    standing_reason: str | None = None
    source: str | None = None
    claimed_word: str | None = None
    remark: str | None = None
    missing_for_next: list[MissingOut] | None = None
    light: Literal["ok", "warn", "bad", "idle"] | None = None
    light_reasons: list[LightReasonOut] | None = None
    version: int
    created_at: datetime
    updated_at: datetime


class ProjectPage(Schema):
    items: list[ProjectOut]
    next: str | None
    total: int | None


class Filters(Schema):
    q: str = Field(default="", max_length=100)
    stage: StageName | None = None
    stage_status: Literal["claimed", "recognised"] | None = None
    light: Literal["ok", "warn", "bad", "idle", "withdraw"] | None = None
    recognised_stage: Literal["signed", "landed", "planning", "negotiation", "intent"] | None = None
    standing: Literal["active", "paused", "ended", "withdrawn"] | None = None
    host_unit: str = Field(default="", max_length=60)
    lead_unit: str = Field(default="", max_length=60)
    chain: str = Field(default="", max_length=20)
    as_of: date | None = Field(
        default=None,
        description="截至那一天终了时的样子:筛选、排序、金额、单位都按那一天;没有随日留存的内容为 null",
    )
    sort: str = Field(default="-updated_at", max_length=40)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=400)
    count: Literal["", "exact"] = ""


class MoveIn(Strict):
    to: StageName
    reason: str = Field(default="", max_length=2000)
    fact_on: date | None = None


class RecogniseIn(Strict):
    stage: StageName
    fact_on: date | None = None


class ReasonIn(Strict):
    reason: str = Field(max_length=2000)


class StandingIn(Strict):
    verb: Literal["pause", "end", "withdraw", "resume"]
    reason_code: str = Field(default="", max_length=20)
    note: str = Field(default="", max_length=2000)
    fact_on: date | None = None


class EvidenceIn(Schema):
    fact: Literal[tuple(key.value for key in FactKey)]  # type: ignore[valid-type]
    title: str = Field(max_length=200)
    dated_on: date
    issuer: str = Field(default="", max_length=100)
    number: str = Field(default="", max_length=100)
    conclusion: Literal["", "passed", "conditional", "failed"] = ""
    place: str = Field(default="", max_length=200)
    two_way: bool = False
    note: str = Field(default="", max_length=2000)


class EvidenceOut(Schema):
    id: int
    fact: str
    title: str
    dated_on: date
    issuer: str
    number: str
    conclusion: str
    place: str
    two_way: bool
    file_name: str
    sha256: str
    by: str
    at: datetime


class EventOut(Schema):
    at: datetime
    event: str
    actor: str
    unit: str
    post: str
    reason: str
    clause: str
    before: Any | None
    after: Any | None


class Timeline(Schema):
    items: list[EventOut]
    next: str | None
    total: int | None
