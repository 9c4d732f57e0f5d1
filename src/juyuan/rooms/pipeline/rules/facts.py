"""门槛要看的事实。类型固定在此;谁来提供,由 `pipeline/facts.py` 的登记处与 wiring 决定。

上层房间(首谈、评审、要素、落地服务)尚未建成时,事实由责任单位的陈述加证据文件提供;
房间建成后只换提供者,这里与门槛表都不动。
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date

from juyuan.kernel.labelled import Labelled


class LandingKind(Labelled):
    """落地方式,决定落地门槛的变式。"""

    NEW_SITE = "new_site", "新供地自建"
    LEASED_PLANT = "leased_plant", "租购厂房"
    SERVICE = "service", "服务业"
    PLATFORM = "platform", "平台总部"


class FactKey(Labelled):
    """可由一份陈述或证据来证明的事实(证据的「证明什么」)。"""

    CONTACT = "contact", "双向接触记录"
    WRITTEN_WILL = "written_will", "书面投资意愿"
    PREREVIEW = "prereview", "预审意见"
    DUE_DILIGENCE = "due_diligence", "主体核查"
    FACTOR_NEEDS = "factor_needs", "要素需求"
    FORMAL_CONTRACT = "formal_contract", "正式合同"
    FRAMEWORK = "framework", "框架协议"
    REVIEW_PASSED = "review_passed", "评审通过"
    LEGALITY = "legality", "合法性审查意见"
    FAIR_COMPETITION = "fair_competition", "公平竞争审查意见"
    PROMISE_CHECK = "promise_check", "优惠承诺审查记录"
    COMPANY_REGISTERED = "company_registered", "项目公司注册"
    SITE_RIGHT = "site_right", "用地或厂房权属"
    FILING_PERMIT = "filing_permit", "备案或许可"
    WORKS_PHOTO = "works_photo", "开工或设备安装现场照片"
    OTHER = "other", "其他材料"


class Conclusion(Labelled):
    """审查、评审类陈述的结论。"""

    NONE = "", "不适用"
    PASSED = "passed", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    FAILED = "failed", "不通过"


POSITIVE = frozenset({Conclusion.PASSED, Conclusion.CONDITIONAL})

# 哪些陈述必须写明出具单位、文号、日期、结论(审查意见是审查机关的行为)
OPINION_KEYS = frozenset({FactKey.LEGALITY, FactKey.FAIR_COMPETITION})
CONCLUDING_KEYS = OPINION_KEYS | {
    FactKey.REVIEW_PASSED,
    FactKey.PREREVIEW,
    FactKey.DUE_DILIGENCE,
}


# 由评价与履约办出来的事实;「评价」之前登记的项目仍凭责任单位的陈述
ROOM = "evaluation"
ROOM_KEYS = frozenset(
    {
        FactKey.REVIEW_PASSED,
        FactKey.LEGALITY,
        FactKey.FAIR_COMPETITION,
        FactKey.PROMISE_CHECK,
    }
)


@dataclass(frozen=True)
class Statement:
    """一份陈述或证据。`id` 供门槛报告留痕;`source` 空即由人填报,否则是办出它的房间。"""

    key: FactKey
    id: int = 0
    issuer: str = ""
    number: str = ""
    dated_on: date | None = None
    conclusion: Conclusion = Conclusion.NONE
    place: str = ""
    has_file: bool = False
    two_way: bool = False
    source: str = ""

    @property
    def stands(self) -> bool:
        """这份陈述自身是否成立(有日期、有文件,该有的要素齐全)。框架协议永远不顶用。"""
        if self.dated_on is None or not self.has_file:
            return False
        if self.key in CONCLUDING_KEYS and self.conclusion not in POSITIVE:
            return False
        if self.key in OPINION_KEYS and not (self.issuer and self.number):
            return False
        if self.key == FactKey.CONTACT and not self.two_way:
            return False
        return not (self.key == FactKey.WORKS_PHOTO and not self.place)


@dataclass(frozen=True)
class Facts:
    """一个项目此刻的全部门槛事实。缺省即「没有」。"""

    name: str = ""
    chain: bool = False
    node: bool = False
    basis: str = ""
    site_options: str = ""
    estimate: int | None = None
    estimate_unknown: bool = False
    benefit: str = ""
    investors: int = 0
    lead_unit: bool = False
    contested: bool = False
    factor_needs_text: str = ""
    contract_amount: int | None = None
    signed_on: date | None = None
    share_total_bp: int = 0
    origins_known: bool = False
    landing_kind: LandingKind = LandingKind.NEW_SITE
    statements: tuple[Statement, ...] = field(default=())
    policy_day: date | None = None  # 本市文件的施行日;此前没有门槛
    review_here: bool = False  # 评审、意见、承诺审查须在本系统办(规则 evidence.review_here)

    def best(self, *keys: FactKey) -> Statement | None:
        """能成立的那一份(取最近的)。须在本系统办的事实,人填报的不算。"""
        standing = [
            s
            for s in self.statements
            if s.key in keys
            and s.stands
            and not (self.review_here and s.key in ROOM_KEYS and not s.source)
        ]
        return max(standing, key=lambda s: (s.dated_on or date.min, s.id), default=None)

    def merged(self, **partial: object) -> Facts:
        """用某个房间提供的部分事实覆盖(字段名须存在)。"""
        unknown = set(partial) - {f.name for f in fields(self)}
        if unknown:
            raise KeyError(f"未知的事实:{', '.join(sorted(unknown))}")
        return replace(self, **partial)  # type: ignore[arg-type]
