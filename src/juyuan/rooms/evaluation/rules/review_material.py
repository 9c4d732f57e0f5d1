"""送审所填,与送审之前看的完备性:缺什么、去哪里补。纯函数。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding

CLAUSE = "3.4b"
TEXT_LIMIT = 2000
CENT = Decimal("0.01")
TOP_MU, TOP_TCE, TOP_JOBS, TOP_MONTHS = Decimal(1_000_000), Decimal(100_000_000), 1_000_000, 240


@dataclass(frozen=True)
class ReviewDraft:
    """送审所填:分流要的三个数(没有的写 0),预填评分用的几个数,再次送审的改了什么。金额为元。"""

    land_mu: Decimal | None
    energy_tce: Decimal | None
    city_funds: int | None
    annual_tax: int | None = None
    annual_output: int | None = None
    jobs: int | None = None
    build_months: int | None = None
    changed: str = ""
    note: str = ""


@rule("3.4b")
def judge_material(draft: ReviewDraft, *, again: bool) -> list[Finding]:
    """事前综合评估:新增用地、年综合能耗、市级资金逐一写明(没有的写 0);被否决过的,写明改了什么。"""
    found: list[Finding] = []

    def need(field: str, name: str, message: str) -> None:
        found.append(Finding(field, f"review.{name}", CLAUSE, message))

    if draft.land_mu is None:
        need("land_mu", "land", "请写明新增用地（亩）；不新增用地的写 0")
    elif not 0 <= draft.land_mu <= TOP_MU or draft.land_mu != draft.land_mu.quantize(CENT):
        need("land_mu", "land", "新增用地须为 0 至 1,000,000 亩，至多两位小数")
    if draft.energy_tce is None:
        need("energy_tce", "energy", "请写明年综合能耗（吨标准煤）；没有的写 0")
    elif not 0 <= draft.energy_tce <= TOP_TCE or draft.energy_tce != draft.energy_tce.quantize(CENT):  # fmt: skip
        need("energy_tce", "energy", "年综合能耗须为 0 至 100,000,000 吨标准煤，至多两位小数")
    if draft.city_funds is None:
        need("city_funds", "funds", "请写明使用的市级资金（万元）；不使用的写 0")
    elif draft.city_funds < 0:
        need("city_funds", "funds", "市级资金不能是负数")
    for name, label in (("annual_tax", "达产年税收"), ("annual_output", "达产年产值")):
        value = getattr(draft, name)
        if value is not None and value < 0:
            need(name, "amount", f"{label}不能是负数")
    if draft.jobs is not None and not 0 <= draft.jobs <= TOP_JOBS:
        need("jobs", "jobs", "新增就业须为 0 至 1,000,000 人")
    if draft.build_months is not None and not 1 <= draft.build_months <= TOP_MONTHS:
        need("build_months", "months", "建设周期须为 1 至 240 个月")
    if again and not draft.changed.strip():
        need("changed", "changed", "这个项目上一次被否决，再次送审请写明改了什么")
    for name, label in (("changed", "改了什么"), ("note", "说明")):
        if len(getattr(draft, name)) > TEXT_LIMIT:
            need(name, "length", f"{label}至多{TEXT_LIMIT}字")
    return found


@dataclass(frozen=True)
class Subject:
    """送审时看的项目:在不在推进、有没有认定签约、总投资、落在哪里、有没有开着的或已通过的评审。"""

    active: bool
    signed_recognised: bool
    total: int | None
    fixed: int | None
    fixed_explained: bool
    hosts: Sequence[str]
    candidate_hosts: int
    open_code: str = ""
    passed_code: str = ""


@dataclass(frozen=True)
class Lack:
    """缺的一项:叫什么、怎么说、依据、去补的地方(字段名或证据种类)。"""

    code: str
    label: str
    message: str
    clause: str = CLAUSE
    act: str = "edit"

    @property
    def finding(self) -> Finding:
        return Finding("", f"review.material.{self.code}", self.clause, self.message)


@rule("3.4b")
def barred(subject: Subject) -> list[Finding]:
    """组织召开项目评审会议:一个项目同时只有一次评审;已通过的、已认定签约的、不在推进的不送审。"""
    found: list[Finding] = []
    if not subject.active:
        text = "项目不在推进，不能送审；请先恢复推进"
        found.append(Finding("", "review.standing", CLAUSE, text))
    if subject.open_code:
        text = f"这个项目正在评审（{subject.open_code}），办完再说"
        found.append(Finding("", "review.open", CLAUSE, text))
    if subject.passed_code:
        text = f"这个项目已经评审通过（{subject.passed_code}），不必再送"
        found.append(Finding("", "review.passed", CLAUSE, text))
    elif subject.signed_recognised:
        text = "项目的签约已经认定，评审在签约之前，不再送审"
        found.append(Finding("", "review.signed", CLAUSE, text))
    return found


@rule("3.4b")
def lacks(subject: Subject, gate: Sequence[Finding]) -> list[Lack]:
    """事前综合评估:意向及以前各库的门槛要齐,总投资、固定资产投资、承载地要定;缺的逐项说,各有去处。"""
    found = []
    if subject.total is None:
        found.append(
            Lack(
                "total", "总投资", "总投资须写明数字，「不便透露、待定」不能送审：由哪一级决定看它"
            )
        )
    if subject.fixed is None and not subject.fixed_explained:
        found.append(Lack("fixed", "固定资产投资", "请写明固定资产投资；确实没有的选「待定」"))
    if not subject.hosts:
        if subject.candidate_hosts > 1:
            text = "有几个备选承载地，请先定下实际落点，由它评审"
        else:
            text = "请写明承载地，由它评审"
        found.append(Lack("host", "承载地", text))
    for one in gate:
        label = one.message.split("「")[-1].split("」")[0]
        act = one.rule.rsplit(".", 1)[-1]
        found.append(Lack(one.field, label, one.message, one.clause, act))
    return found
