"""门槛:一张表。前移、编辑、表单的必填标记、「还差 n 项」、接口、样例工厂、规则书都从它来。

文件只写了五个库(三(三)),各库要什么是建议值;条款列写的是该项所依据的机制。
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.facts import FactKey, Facts, LandingKind, Statement
from juyuan.rooms.pipeline.rules.stages import Stage


@dataclass(frozen=True)
class Need:
    """门槛表的一行。

    `fields` 是编辑时触发本项的字段名;`act` 是「去办」的动作(编辑 edit / 上传证据 evidence);
    `supplier` 是谁能提供(lead 首谈单位、host 承载地、bureau 商务、其余为单位职能代码)。
    """

    stage: Stage
    fact: str
    label: str
    clause: str
    supplier: str
    fields: tuple[str, ...]
    met: Callable[[Facts], Statement | bool | None]
    act: str = "edit"
    hint: str = ""
    when: Callable[[Facts], bool] | None = None
    since: date | None = None  # 空即自本市文件施行之日起(Facts.policy_day)
    origin: str = "建议值"

    @property
    def rule_id(self) -> str:
        return f"gate.{self.stage}.{self.fact}"


def _statement(key: FactKey, *more: FactKey) -> Callable[[Facts], Statement | None]:
    def met(facts: Facts) -> Statement | None:
        return facts.best(key, *more)

    return met


def _needs_site(facts: Facts) -> bool:
    return facts.landing_kind in {LandingKind.NEW_SITE, LandingKind.LEASED_PLANT}


P, N, I, S, L = Stage.PLANNING, Stage.NEGOTIATION, Stage.INTENT, Stage.SIGNED, Stage.LANDED  # noqa: E741

NEEDS: tuple[Need, ...] = (
    Need(P, "name", "项目名称", "3.3b", "lead", ("name",), lambda f: bool(f.name.strip())),
    Need(
        P,
        "chain_node",
        "产业链与环节",
        "4.0b",
        "lead",
        ("chain", "node"),
        lambda f: f.chain and f.node,
        hint="选项目所属的产业链和环节",
    ),
    Need(
        P,
        "basis",
        "谋划依据",
        "2.3b",
        "lead",
        ("basis",),
        lambda f: bool(f.basis.strip()),
        hint="资源、市场、政策上的依据",
    ),
    Need(
        P,
        "site_options",
        "选址意向",
        "3.5b",
        "lead",
        ("site_options",),
        lambda f: bool(f.site_options.strip()),
        hint="可供选择的园区、地块、厂房",
    ),
    Need(
        P,
        "estimate",
        "投资估算",
        "3.3b",
        "lead",
        ("total_investment", "total_investment_unknown"),
        lambda f: f.estimate is not None or f.estimate_unknown,
        hint="填总投资;暂不能提供的,选「不便透露」或「待定」",
    ),
    Need(
        P,
        "benefit",
        "预期效益",
        "3.3b",
        "lead",
        ("benefit",),
        lambda f: bool(f.benefit.strip()),
        hint="产值、税收、就业等",
    ),
    Need(
        N,
        "investor",
        "真实投资方",
        "3.2b",
        "lead",
        ("investors",),
        lambda f: f.investors > 0,
        hint="至少登记一家投资方",
    ),
    Need(
        N,
        "contact",
        "双向接触记录",
        "3.2b",
        "lead",
        ("contact",),
        _statement(FactKey.CONTACT),
        act="evidence",
        hint="至少一次来访、去访或会谈,写明日期并附证据",
    ),
    Need(N, "lead_unit", "首谈单位", "3.2b", "bureau", ("lead_unit",), lambda f: f.lead_unit),
    Need(
        I,
        "written_will",
        "书面投资意愿",
        "3.3b",
        "lead",
        ("written_will",),
        _statement(FactKey.WRITTEN_WILL),
        act="evidence",
        hint="意向书、投资意愿函等",
    ),
    Need(
        I,
        "prereview",
        "预审意见",
        "3.4b",
        "host",
        ("prereview",),
        _statement(FactKey.PREREVIEW),
        act="evidence",
        hint="承载地或行业主管部门的预审意见",
    ),
    Need(
        I,
        "due_diligence",
        "主体核查",
        "3.4b",
        "lead",
        ("due_diligence",),
        _statement(FactKey.DUE_DILIGENCE),
        act="evidence",
        hint="穿透核查、失信查询、注册资本与投资额是否相称",
    ),
    Need(
        I,
        "factor_needs",
        "要素需求",
        "3.5b",
        "lead",
        ("factor_needs",),
        lambda f: f.best(FactKey.FACTOR_NEEDS) or bool(f.factor_needs_text.strip()),
        hint="用地、厂房、用电、用水、用工、资金;确无需求的写「无」",
    ),
    Need(
        S,
        "uncontested",
        "撞单已定",
        "3.2b",
        "bureau",
        (),
        lambda f: not f.contested,
        hint="撞单由商务主管部门裁定;未定之前各方都可服务投资方,都不得承诺政策",
    ),
    Need(
        S,
        "formal_contract",
        "正式合同",
        "3.3b",
        "lead",
        ("formal_contract",),
        _statement(FactKey.FORMAL_CONTRACT),
        act="evidence",
        hint="双方签章的正式合同;框架协议不算",
    ),
    Need(
        S,
        "contract_amount",
        "合同金额",
        "3.3c",
        "lead",
        ("contract_amount",),
        lambda f: f.contract_amount is not None,
    ),
    Need(
        S,
        "review_passed",
        "评审通过",
        "3.4b",
        "bureau",
        ("review_passed",),
        _statement(FactKey.REVIEW_PASSED),
        act="evidence",
        hint="项目评审会议的结论",
    ),
    Need(
        S,
        "legality",
        "合法性审查意见",
        "3.4b",
        "justice",
        ("legality",),
        _statement(FactKey.LEGALITY),
        act="evidence",
        hint="出具单位、文号、日期、结论、文件",
    ),
    Need(
        S,
        "fair_competition",
        "公平竞争审查意见",
        "3.4b",
        "market",
        ("fair_competition",),
        _statement(FactKey.FAIR_COMPETITION),
        act="evidence",
        hint="出具单位、文号、日期、结论、文件(公平竞争审查条例)",
    ),
    Need(
        S,
        "promise_check",
        "优惠承诺审查记录",
        "3.4b",
        "lead",
        ("promise_check",),
        _statement(FactKey.PROMISE_CHECK),
        act="evidence",
        hint="给企业的优惠逐条列明,对照禁止的情形,没有记录不能签约",
        when=lambda f: f.review_here,
    ),
    Need(
        S,
        "capital_structure",
        "出资结构",
        "3.3c",
        "lead",
        ("investors",),
        lambda f: f.share_total_bp == 10000 and f.origins_known,
        hint="各方占比合计100%,并写明资金来源地",
    ),
    Need(
        L,
        "company_registered",
        "项目公司注册",
        "3.3b",
        "host",
        ("company_registered",),
        _statement(FactKey.COMPANY_REGISTERED),
        act="evidence",
        hint="营业执照",
        when=lambda f: f.landing_kind != LandingKind.SERVICE,
    ),
    Need(
        L,
        "site_right",
        "用地或厂房权属",
        "3.5b",
        "natural_resources",
        ("site_right",),
        _statement(FactKey.SITE_RIGHT),
        act="evidence",
        hint="成交确认书、不动产权证;租购厂房的,租购合同",
        when=_needs_site,
    ),
    Need(
        L,
        "filing_permit",
        "备案或许可",
        "3.6c",
        "development",
        ("filing_permit",),
        _statement(FactKey.FILING_PERMIT),
        act="evidence",
        hint="项目备案证、施工许可等",
    ),
    Need(
        L,
        "works_photo",
        "开工或设备安装现场照片",
        "3.3b",
        "lead",
        ("works_photo",),
        _statement(FactKey.WORKS_PHOTO),
        act="evidence",
        hint="写明拍摄日期与地点",
        when=lambda f: f.landing_kind != LandingKind.PLATFORM,
    ),
)

NEEDS_BY_FACT: dict[str, Need] = {need.fact: need for need in NEEDS}


@dataclass(frozen=True)
class Check:
    """一项门槛的核对结果,供清单与门槛报告。"""

    need: Need
    ok: bool
    statement_id: int | None = None

    def report(self) -> dict[str, object]:
        return {"fact": self.need.fact, "ok": self.ok, "evidence": self.statement_id}


def _since(need: Need, facts: Facts, on: date) -> bool:
    since = need.since or facts.policy_day
    return since is None or on >= since


def applicable(facts: Facts, target: Stage, on: date) -> list[Need]:
    """到 `target` 要看的门槛:该库及其前面各库的,谋划库的除外(目标就是谋划时才看谋划的);
    文件施行之前(`facts.policy_day`)没有门槛。"""
    wanted = [P] if target == P else [s for s in (N, I, S, L) if s.order <= target.order]
    return [
        need
        for need in NEEDS
        if need.stage in wanted
        and _since(need, facts, on)
        and (need.when is None or need.when(facts))
    ]


@rule("3.3b", "3.2b", "3.4b")
def check(facts: Facts, target: Stage, on: date) -> list[Check]:
    """建立招商引资项目谋划、洽谈、意向、签约、落地5个数据库。

    逐项核对到 `target` 库的门槛,满足的带上证据编号。
    """
    found = []
    for need in applicable(facts, target, on):
        met = need.met(facts)
        found.append(Check(need, bool(met), met.id if isinstance(met, Statement) else None))
    return found


def finding(need: Need) -> Finding:
    message = f"进入「{need.stage.label}」还缺「{need.label}」"
    if need.hint:
        message += f":{need.hint}"
    return Finding(need.fact, need.rule_id, need.clause, message)


def missing(
    facts: Facts, target: Stage, on: date, only: Collection[str] | None = None
) -> list[Finding]:
    """缺什么。前移时 `only=None`,全看;编辑时 `only` 是改动的字段名,只看与之有关的。"""
    found = []
    for item in check(facts, target, on):
        if item.ok:
            continue
        if only is not None and not set(item.need.fields) & set(only):
            continue
        found.append(finding(item.need))
    return found


def highest_met(facts: Facts, below: Stage, on: date) -> Stage | None:
    """`below` 之前门槛仍齐的最高一个库;一个也没有则为空。"""
    earlier = [s for s in (P, N, I, S) if s.order < below.order]
    return next((s for s in reversed(earlier) if not missing(facts, s, on)), None)


# 表单上清空一栏,门槛事实里就没有了什么(清空产业链,环节随之清空;「暂不能提供」与数字是一栏)
BLANK: dict[str, dict[str, object]] = {
    "name": {"name": ""},
    "chain": {"chain": False, "node": False},
    "node": {"node": False},
    "basis": {"basis": ""},
    "site_options": {"site_options": ""},
    "total_investment": {"estimate": None, "estimate_unknown": False},
    "benefit": {"benefit": ""},
    "investors": {"investors": 0, "share_total_bp": 0, "origins_known": False},
    "lead_unit": {"lead_unit": False},
    "factor_needs": {"factor_needs_text": ""},
    "contract_amount": {"contract_amount": None},
}


def need_label(
    field_name: str, stage: Stage, facts: Facts, on: date, *, entering: bool = False
) -> str:
    """表单上某一栏的标记,与保存、前移走的是同一张门槛表:

    必填 = 空着这一栏就保存不了:名称总是;登记时(`entering`)是直接进入的库要的,谋划只要名称;
    编辑时是本库已经齐、清空就不齐的(本来就缺的不拦,见 `edit_project`)。
    下阶段必填 = 空着就进不了下一个库。其余选填。
    """
    if field_name == "name":
        return "必填"
    blanked = facts.merged(**BLANK.get(field_name, {}))

    def hangs(target: Stage) -> list[Need]:
        found = applicable(facts, target, on)
        return [n for n in found if field_name in n.fields and not n.met(blanked)]

    if entering:
        must = stage != P and bool(hangs(stage))
    else:
        must = any(need.met(facts) for need in hangs(stage))
    if must:
        return "必填"
    following = stage.next
    return "下阶段必填" if following is not None and hangs(following) else "选填"


def unfilled(facts: Facts, stage: Stage, on: date) -> list[str]:
    """本库的门槛里还空着、在表单上就能填、空着也能保存的各项(先待核实);名称总要填,不在其内。"""
    found = [c.need for c in check(facts, stage, on) if not c.ok]
    return [need.label for need in found if need.act == "edit" and need.fact != "name"]
