"""线索所填:没填完也能存,登记时才要求齐。纯函数。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.text import compact
from juyuan.kernel.verdict import Finding
from juyuan.rooms.outreach.rules.leads import CLAUSE

MAX_YUAN = 10**15
MAX_JOBS = 10_000_000
EARLIEST = date(2000, 1, 1)
TEXTS: dict[str, tuple[str, int]] = {
    "referrer_name": ("引荐人", 60),
    "referrer_phone": ("引荐人电话", 40),
    "investor_name": ("投资方名称", 200),
    "uscc": ("统一社会信用代码", 40),
    "investor_place": ("投资方所在地", 100),
    "controller": ("实际控制人", 200),
    "contact_name": ("联系人", 60),
    "contact_title": ("联系人职务", 60),
    "contact_phone": ("联系电话", 40),
    "project_name": ("项目名称", 200),
    "content": ("项目内容", 4000),
    "process": ("产品与工艺", 2000),
    "industry_code": ("行业代码", 10),
    "capital_structure": ("出资结构", 1000),
    "land_needs": ("用地、厂房", 1000),
    "energy_needs": ("用能", 1000),
    "water_needs": ("用水", 1000),
    "environment": ("生态环境", 1000),
    "site": ("意向地点", 200),
    "competitors": ("竞争地", 400),
    "requests": ("投资方诉求", 4000),
    "contact_note": ("首次接触", 1000),
    "remark": ("备注", 4000),
}
MONEY = {
    "amount": "预计总投资",
    "fixed_amount": "固定资产投资",
    "output": "预计年产值",
    "tax": "预计年税收",
}


class ReferrerKind(Labelled):
    """引荐人的身份。"""

    UNIT = "unit", "单位"
    ADVISER = "adviser", "招商顾问"
    CHAMBER = "chamber", "商会"
    ENTERPRISE = "enterprise", "企业"
    PERSON = "person", "个人"


class Urgency(Labelled):
    """急不急。"""

    PLAIN = "plain", "一般"
    SOON = "soon", "较急"
    URGENT = "urgent", "紧急"


class LeadSecrecy(Labelled):
    """谁看得见:与项目的密级同名同义。"""

    NORMAL = "normal", "一般"
    INTERNAL = "internal", "内部"
    RESTRICTED = "restricted", "限名单"


@dataclass(frozen=True)
class LeadDraft:
    """一条线索的可填内容。金额为元,None 为未填;`public_pay` 为空即没有问。"""

    channel: str = ""
    referrer_kind: ReferrerKind | None = None
    referrer_name: str = ""
    referrer_phone: str = ""
    public_pay: bool | None = None
    investor_name: str = ""
    uscc: str = ""
    investor_place: str = ""
    controller: str = ""
    contact_name: str = ""
    contact_title: str = ""
    contact_phone: str = ""
    project_name: str = ""
    content: str = ""
    process: str = ""
    industry_code: str = ""
    amount: int | None = None
    fixed_amount: int | None = None
    capital_structure: str = ""
    land_needs: str = ""
    energy_needs: str = ""
    water_needs: str = ""
    environment: str = ""
    jobs: int | None = None
    output: int | None = None
    tax: int | None = None
    site: str = ""
    competitors: str = ""
    requests: str = ""
    contacted_on: date | None = None
    contact_note: str = ""
    urgency: Urgency = Urgency.PLAIN
    secrecy: LeadSecrecy = LeadSecrecy.NORMAL
    remark: str = ""


@dataclass(frozen=True)
class Reporter:
    """报来的人自己:没写引荐人的替他写上的身份、名字;顾问、商会另有渠道。"""

    kind: ReferrerKind
    name: str
    channel: str = ""


def reported_by(draft: LeadDraft, reporter: Reporter | None) -> LeadDraft:
    """没写引荐人的替他写上:顾问、商会报的就是本人,各单位报的就是本单位。"""
    if reporter is None:
        return draft
    return replace(
        draft,
        referrer_kind=draft.referrer_kind or reporter.kind,
        referrer_name=draft.referrer_name.strip() or reporter.name,
        channel=draft.channel or reporter.channel,
    )


def trimmed(draft: LeadDraft) -> LeadDraft:
    """两头的空白去掉,与存下来的同样。"""
    said: dict[str, Any] = {f.name: getattr(draft, f.name) for f in fields(draft)}
    said |= {name: value.strip() for name, value in said.items() if type(value) is str}
    return LeadDraft(**said)


@rule("2.5b")
def judge_kept(draft: LeadDraft, today: date, channels: Collection[str]) -> list[Finding]:
    """提供谋划项目、招商资源、重点企业等信息:没填完也能存,填了的要合理(长度、金额、日子、渠道)。"""
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"lead.{code}", CLAUSE, message))

    for name, (label, most) in TEXTS.items():
        if len(getattr(draft, name)) > most:
            need(name, "length", f"{label}至多{most}字")
    for name, label in MONEY.items():
        amount = getattr(draft, name)
        if amount is not None and not 0 <= amount <= MAX_YUAN:
            need(name, "money", f"{label}超出合理范围,请核对单位(元、万元、亿元)")
    whole, fixed = draft.amount, draft.fixed_amount
    if whole is not None and fixed is not None and fixed > whole:
        need("fixed_amount", "fixed", "固定资产投资大于总投资,请核对两处的单位")
    if draft.jobs is not None and not 0 <= draft.jobs <= MAX_JOBS:
        need("jobs", "jobs", "就业人数超出合理范围")
    if draft.contacted_on is not None and draft.contacted_on > today:
        need("contacted_on", "date", f"首次接触日期不能晚于今天({today})")
    if draft.contacted_on is not None and draft.contacted_on < EARLIEST:
        need("contacted_on", "date", f"首次接触日期 {draft.contacted_on} 太早,请核对年份")
    if draft.channel and draft.channel not in channels:
        need("channel", "channel", "来源渠道不在可选的值之内")
    return found


@rule("2.5b")
def judge_submit(draft: LeadDraft, today: date, channels: Collection[str]) -> list[Finding]:
    """向商务主管部门提供信息:登记时要说得清谁报的、是哪一家、想做什么、怎么找得到人。"""
    found = judge_kept(draft, today, channels)

    def need(name: str, message: str) -> None:
        found.append(Finding(name, "lead.needed", CLAUSE, message))

    if not draft.channel:
        need("channel", "请选择来源渠道")
    if not draft.referrer_name.strip():
        need("referrer_name", "请写明引荐人(单位或姓名),结果要反馈给他")
    if len(compact(draft.investor_name)) < 4:
        need("investor_name", "请填写投资方全称(至少四个字)")
    if len(compact(draft.content)) < 4:
        need("content", "请写明想做什么:产品、规模")
    if not draft.contact_phone.strip() and not draft.referrer_phone.strip():
        need("contact_phone", "请留下联系人或引荐人的电话,否则无从答复")
    return found


_NEEDS = (
    ("land_needs", "用地、厂房"), ("energy_needs", "用能"), ("water_needs", "用水"),
    ("environment", "生态环境"), ("requests", "投资方诉求"),
)  # fmt: skip
_BENEFIT = (("output", "预计年产值"), ("tax", "预计年税收"))
_BASIS = (("process", "产品与工艺"), ("capital_structure", "出资结构"))
_REMARK = (("competitors", "竞争地"), ("contact_note", "首次接触"), ("remark", "备注"))


def _lines(draft: LeadDraft, rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(
        f"{label}:{value.strip()}"
        for name, label in rows
        if (value := getattr(draft, name)).strip()
    )


@rule("2.5b")
def carried(draft: LeadDraft) -> dict[str, str | int]:
    """提供的信息转成项目时,已填的都带过去,不填第二遍;空着的不带。

    项目没有对应栏目的(用能、产值……)写进要素需求、预期效益、谋划依据、备注。
    """
    benefit = [
        f"{label}:{value / 10_000:,.2f} 万元"
        for name, label in _BENEFIT
        if (value := getattr(draft, name)) is not None
    ]
    if draft.jobs is not None:
        benefit.append(f"就业人数:{draft.jobs} 人")
    found: dict[str, str | int] = {
        "basis": _lines(draft, _BASIS)[:4000],
        "factor_needs": _lines(draft, _NEEDS)[:4000],
        "benefit": "\n".join(benefit),
        "remark": _lines(draft, _REMARK)[:4000],
        "industry_code": draft.industry_code.strip(),
    }
    if draft.site.strip():
        found["site_options"] = draft.site.strip()
    if draft.fixed_amount is not None:
        found["fixed_investment"] = draft.fixed_amount
    return {name: value for name, value in found.items() if value != ""}
