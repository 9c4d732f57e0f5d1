"""草稿与判断:登记、编辑、导入共用的一份纯判断。

`ProjectDraft` 是表单、接口、台账行三者的共同形状;`judge` 只看值本身合不合理,门槛另看 gates。
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Category, Origin, Share, Unknown
from juyuan.rooms.pipeline.rules.facts import LandingKind

MAX_YUAN = 10**15
RESTRICTED = "restricted"
MONEY_FIELDS = {
    "total_investment": "总投资",
    "fixed_investment": "固定资产投资",
    "contract_amount": "合同金额",
}
TEXT_LIMITS = {
    "name": ("项目名称", 200),
    "summary": ("建设内容", 4000),
    "basis": ("谋划依据", 4000),
    "site_options": ("选址意向", 2000),
    "benefit": ("预期效益", 2000),
    "factor_needs": ("要素需求", 4000),
    "location": ("具体地点", 200),
    "remark": ("备注", 4000),
}


@dataclass(frozen=True)
class PartyDraft:
    investor_id: int
    share_bp: int = 0
    origin: Origin = Origin.UNKNOWN
    fiscal: bool = False

    @property
    def share(self) -> Share:
        return Share(self.share_bp, self.origin, self.fiscal)


@dataclass(frozen=True)
class HostDraft:
    unit_id: int
    share_bp: int = FULL_BP
    actual: bool = True


@dataclass(frozen=True)
class ProjectDraft:
    """一个项目的可填内容。金额为元,None 为未填;`*_unknown` 为明确的「不便透露/待定」。"""

    name: str = ""
    summary: str = ""
    category: Category = Category.INDUSTRY
    chain_id: int | None = None
    node_id: int | None = None
    industry_code: str = ""
    total_investment: int | None = None
    total_investment_unknown: Unknown = Unknown.GIVEN
    fixed_investment: int | None = None
    fixed_investment_unknown: Unknown = Unknown.GIVEN
    contract_amount: int | None = None
    contract_amount_unknown: Unknown = Unknown.GIVEN
    basis: str = ""
    site_options: str = ""
    benefit: str = ""
    factor_needs: str = ""
    landing_kind: LandingKind = LandingKind.NEW_SITE
    lead_unit_id: int | None = None
    location: str = ""
    confidentiality: str = "normal"
    signed_on: date | None = None
    promised_land_on: date | None = None
    promised_start_on: date | None = None
    promised_production_on: date | None = None
    promised_capacity_on: date | None = None
    started_on: date | None = None
    remark: str = ""
    parties: tuple[PartyDraft, ...] = ()
    hosts: tuple[HostDraft, ...] = ()
    participant_ids: tuple[int, ...] = ()
    listed_ids: tuple[int, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


def keeping_sight(draft: ProjectDraft, person_id: int | None) -> ProjectDraft:
    """登记限名单项目、把密级改成限名单的人自动列入名单。

    不列入,他一存就看不见自己的项目,也没有人知道该由谁来补。此后把自己移出去是明白的选择,照办。
    """
    if draft.confidentiality != RESTRICTED or person_id is None or person_id in draft.listed_ids:
        return draft
    return replace(draft, listed_ids=(*draft.listed_ids, person_id))


def _money(draft: ProjectDraft) -> list[Finding]:
    found = []
    for name, label in MONEY_FIELDS.items():
        amount = getattr(draft, name)
        unknown = getattr(draft, f"{name}_unknown")
        if amount is not None and unknown:
            found.append(
                Finding(name, "money.both", "", f"{label}已填数字,就不能再选「{unknown.label}」")
            )
        if amount is not None and not 0 <= amount <= MAX_YUAN:
            found.append(
                Finding(name, "money.range", "", f"{label}超出合理范围,请核对单位(元、万元、亿元)")
            )
    total, fixed = draft.total_investment, draft.fixed_investment
    if total is not None and fixed is not None and fixed > total:
        found.append(
            Finding(
                "fixed_investment", "money.fixed", "", "固定资产投资大于总投资,请核对两处的单位"
            )
        )
    return found


def _shares(draft: ProjectDraft) -> list[Finding]:
    found = []
    parties = [p.share_bp for p in draft.parties]
    if any(not 0 <= share <= FULL_BP for share in parties):
        found.append(Finding("investors", "share.range", "", "每方占比须在0到100%之间"))
    if len({p.investor_id for p in draft.parties}) != len(draft.parties):
        found.append(Finding("investors", "share.twice", "", "同一投资方只能列一次"))
    if parties and any(parties) and sum(parties) != FULL_BP:
        text = f"{sum(parties) / 100:.2f}"
        found.append(Finding("investors", "share.sum", "", f"各投资方占比合计须为100%,现为{text}%"))
    actual = [h for h in draft.hosts if h.actual]
    if len({(h.unit_id, h.actual) for h in draft.hosts}) != len(draft.hosts):
        found.append(Finding("host_units", "host.twice", "", "同一承载地只能列一次"))
    if any(not 0 < h.share_bp <= FULL_BP for h in actual):
        found.append(Finding("host_units", "host.range", "", "每个承载地的份额须大于0、不超过100%"))
    elif actual and sum(h.share_bp for h in actual) != FULL_BP:
        text = f"{sum(h.share_bp for h in actual) / 100:.2f}"
        found.append(
            Finding("host_units", "host.sum", "3.1c", f"各承载地份额合计须为100%,现为{text}%")
        )
    return found


def judge(draft: ProjectDraft, today: date) -> list[Finding]:
    """值合不合理(与在哪个库无关)。空列表即可。"""
    found: list[Finding] = []
    if not draft.name.strip():
        found.append(Finding("name", "text.empty", "3.3b", "请填写项目名称"))
    for name, (label, limit) in TEXT_LIMITS.items():
        text = getattr(draft, name)
        if len(text) > limit:
            found.append(
                Finding(name, "text.long", "", f"{label}最多{limit}个字,现有{len(text)}个字")
            )
        if any(ord(ch) < 32 and ch not in "\n\r\t" for ch in text):
            found.append(Finding(name, "text.control", "", f"{label}含有不可见的控制字符,请删去"))
    found += _money(draft) + _shares(draft)
    for name, label in (("signed_on", "签约日期"), ("started_on", "开工日期")):
        day = getattr(draft, name)
        if day is not None and day > today:
            found.append(Finding(name, "date.future", "", f"{label}不能晚于今天({today})"))
    if draft.confidentiality not in {"normal", "internal", RESTRICTED}:
        found.append(Finding("confidentiality", "choice", "", "密级只能是一般、内部、限名单"))
    return found
