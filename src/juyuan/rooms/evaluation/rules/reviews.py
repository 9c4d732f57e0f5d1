"""评审的状态、决定、调取、期限:一步一件事。纯函数。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar, add_workdays
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel, said_money
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult

CLAUSE = "3.4b"
REASON_LIMIT = 2000
CONDITION_LIMIT = 200


class ReviewState(Labelled):
    """评审的状态。逾期不是状态,由日子算出。"""

    ACCEPTED = "accepted", "受理"
    REVIEWING = "reviewing", "评审"
    OPINION = "opinion", "待合规意见"
    DECIDING = "deciding", "待决定"
    PASSED = "passed", "通过"
    CONDITIONAL = "conditional", "有条件通过"
    REJECTED = "rejected", "否决"
    WITHDRAWN = "withdrawn", "撤回"


OPEN = (
    ReviewState.ACCEPTED, ReviewState.REVIEWING, ReviewState.OPINION, ReviewState.DECIDING,
)  # fmt: skip
DECIDED = (ReviewState.PASSED, ReviewState.CONDITIONAL, ReviewState.REJECTED)
APPROVED = (ReviewState.PASSED, ReviewState.CONDITIONAL)


class ReviewVerb(Labelled):
    """评审走过的一步。"""

    SEND = "send", "送审"
    START = "start", "开始评审"
    VETO = "veto", "一票否决成立"
    FINISH = "finish", "评分结束"
    REFER = "refer", "报请合规意见"
    COMPLY = "comply", "合规意见：合规"
    OBJECT = "object", "合规意见：不合规"
    ASK_MORE = "ask_more", "合规意见：补充材料"
    SUPPLY = "supply", "补充材料"
    PASS = "pass", "决定通过"
    CONDITION = "condition", "决定有条件通过"
    REJECT = "reject", "决定否决"
    CALL_UP = "call_up", "调取到市级"
    WITHDRAW = "withdraw", "撤回送审"


class OpinionAnswer(Labelled):
    """合规意见怎么答。"""

    COMPLIANT = "compliant", "合规"
    NOT_COMPLIANT = "not_compliant", "不合规"
    MORE = "more", "补充材料"


class Declaration(Labelled):
    """评审人的利害关系声明。"""

    PENDING = "pending", "未声明"
    CLEAR = "clear", "无利害关系"
    INTEREST = "interest", "有利害关系，回避"


class DiligenceMark(Labelled):
    """主体核查一项的结果。"""

    NORMAL = "normal", "正常"
    DOUBTFUL = "doubtful", "存疑"
    PROBLEM = "problem", "有问题"


S, V = ReviewState, ReviewVerb
NEW = None
MOVES: Mapping[tuple[ReviewState | None, ReviewVerb], ReviewState] = {
    (NEW, V.SEND): S.ACCEPTED,
    (S.ACCEPTED, V.START): S.REVIEWING,
    (S.ACCEPTED, V.VETO): S.DECIDING,
    (S.REVIEWING, V.VETO): S.DECIDING,
    (S.REVIEWING, V.FINISH): S.DECIDING,
    (S.REVIEWING, V.REFER): S.OPINION,
    (S.OPINION, V.COMPLY): S.DECIDING,
    (S.OPINION, V.OBJECT): S.DECIDING,
    (S.OPINION, V.ASK_MORE): S.OPINION,
    (S.OPINION, V.SUPPLY): S.OPINION,
    (S.DECIDING, V.PASS): S.PASSED,
    (S.DECIDING, V.CONDITION): S.CONDITIONAL,
    (S.DECIDING, V.REJECT): S.REJECTED,
    (S.PASSED, V.CALL_UP): S.REVIEWING,
    (S.CONDITIONAL, V.CALL_UP): S.REVIEWING,
    (S.REJECTED, V.CALL_UP): S.REVIEWING,
    (S.ACCEPTED, V.WITHDRAW): S.WITHDRAWN,
    (S.REVIEWING, V.WITHDRAW): S.WITHDRAWN,
    (S.OPINION, V.WITHDRAW): S.WITHDRAWN,
}
RESULT_VERBS = {
    ReviewResult.PASSED: V.PASS, ReviewResult.CONDITIONAL: V.CONDITION,
    ReviewResult.REJECTED: V.REJECT,
}  # fmt: skip
ANSWER_VERBS = {
    OpinionAnswer.COMPLIANT: V.COMPLY, OpinionAnswer.NOT_COMPLIANT: V.OBJECT,
    OpinionAnswer.MORE: V.ASK_MORE,
}  # fmt: skip


@rule("3.4b")
def next_state(state: ReviewState | None, verb: ReviewVerb) -> ReviewState | None:
    """按照“事前综合评估、事中科学决策、事后及时跟踪”的原则:此刻能不能走这一步;不能走即空。"""
    return MOVES.get((state, verb))


@dataclass(frozen=True)
class Done:
    """评审台账上的一行:哪天、哪一步、到什么状态。"""

    on: date
    verb: ReviewVerb
    state: ReviewState


@rule("3.4b")
def state_at(steps: Iterable[Done], day: date) -> ReviewState | None:
    """事中科学决策:某一天终了时的状态;那天还没有送审即空。"""
    found: ReviewState | None = None
    for step in steps:
        if step.on <= day:
            found = step.state
    return found


@rule("3.4b")
def may_call_up(decided_on: date, today: date, days: int, known: Calendar) -> bool:
    """市、县区两级项目决策:县区的决定自备案次日起几个工作日以内(含当天),市级可以调取。"""
    return today <= add_workdays(decided_on, days, known).day


@dataclass(frozen=True)
class ConditionDraft:
    """一个条件:要做到什么、哪天之前、凭什么看出做到了。"""

    text: str
    by_on: date | None
    evidence: str = ""


@dataclass(frozen=True)
class DecisionDraft:
    """决定所填。"""

    result: ReviewResult | None
    reasons: str
    conditions: tuple[ConditionDraft, ...] = ()
    minutes_number: str = ""


@dataclass(frozen=True)
class Standing:
    """作决定之前的样子。"""

    level: ReviewLevel
    total_investment: int
    proposal: ReviewResult | None
    vetoed: tuple[str, ...] = ()
    not_compliant: bool = False
    minutes_threshold: int = 0


@rule("3.4b")
def judge_decision(draft: DecisionDraft, standing: Standing, today: date) -> list[Finding]:
    """事中科学决策:一票否决在先;合规意见不合规的不得引进;否决、有条件、与建议不同的写明理由;
    有条件的至少一个条件,写明期限;市级决定引进大额项目的,写明政府常务会议纪要文号。
    """
    found: list[Finding] = []

    def need(field: str, name: str, message: str) -> None:
        found.append(Finding(field, f"review.{name}", CLAUSE, message))

    result = draft.result
    if result is None:
        need("result", "result", "请选择结果：通过、有条件通过或否决")
    elif standing.proposal is None:
        need("result", "unscored", "评分还没有结束，不能作出决定；请先完成评分")
    bringing_in = result in (ReviewResult.PASSED, ReviewResult.CONDITIONAL)
    if bringing_in and standing.vetoed:
        need("result", "vetoed", f"一票否决成立：{'、'.join(standing.vetoed)}；结果只能是否决")
    if bringing_in and standing.not_compliant:
        need(
            "result", "not_compliant",
            "市级合规意见为不合规，不能决定引进；请按意见整改后撤回重送，或决定否决",
        )  # fmt: skip
    reasons = draft.reasons.strip()
    if len(reasons) > REASON_LIMIT:
        need("reasons", "length", f"理由至多{REASON_LIMIT}字")
    if not reasons and result is not None:
        if standing.proposal is not None and result != standing.proposal:
            need(
                "reasons", "departs",
                f"评分建议「{standing.proposal.label}」，决定「{result.label}」，请写明理由",
            )  # fmt: skip
        elif result != ReviewResult.PASSED:
            need("reasons", "reasons", f"决定「{result.label}」的，请写明理由")
    found += _judge_conditions(draft.conditions, result, today)
    city = standing.level == ReviewLevel.CITY
    large = standing.total_investment >= standing.minutes_threshold
    if city and bringing_in and large and not draft.minutes_number.strip():
        need(
            "minutes_number", "minutes",
            f"总投资在 {said_money(standing.minutes_threshold)}以上，"
            "请填写市政府常务会议纪要的文号",
        )  # fmt: skip
    if len(draft.minutes_number.strip()) > 100:
        need("minutes_number", "minutes", "纪要文号至多100字")
    return found


def _judge_conditions(
    conditions: Sequence[ConditionDraft], result: ReviewResult | None, today: date
) -> list[Finding]:
    found: list[Finding] = []
    if result == ReviewResult.CONDITIONAL and not conditions:
        found.append(
            Finding("condition_text_1", "review.conditions", CLAUSE, "有条件通过的，至少写明一个条件与期限")
        )  # fmt: skip
    if conditions and result in (ReviewResult.PASSED, ReviewResult.REJECTED):
        found.append(
            Finding(
                "condition_text_1", "review.conditions", CLAUSE,
                f"决定「{result.label}」的不带条件；要带条件请选「有条件通过」",
            )
        )  # fmt: skip
        return found
    for number, one in enumerate(conditions, 1):
        if not 0 < len(one.text.strip()) <= CONDITION_LIMIT:
            text = f"第 {number} 个条件请写明要做到什么（至多{CONDITION_LIMIT}字）"
            found.append(Finding(f"condition_text_{number}", "review.condition", CLAUSE, text))
        if one.by_on is None or one.by_on <= today:
            text = f"第 {number} 个条件请写明期限，晚于今天（{today}）"
            found.append(Finding(f"condition_by_{number}", "review.condition", CLAUSE, text))
        if not 0 < len(one.evidence.strip()) <= CONDITION_LIMIT:
            text = f"第 {number} 个条件请写明凭什么看出做到了（至多{CONDITION_LIMIT}字）"
            found.append(Finding(f"condition_evidence_{number}", "review.condition", CLAUSE, text))
    return found


@dataclass(frozen=True)
class Sheet:
    """评分结束之前要看的:还没有声明的、还没有打完分的、计分的有几人,还没有问的一票否决、还没有核查的各项。"""

    undeclared: tuple[str, ...]
    unfinished: tuple[str, ...]
    counted: int
    needed: int
    total: Decimal | None


@rule("3.4b")
def judge_finish(sheet: Sheet) -> list[Finding]:
    """进行论证评估:人人声明过利害关系,没有回避的都打完了分,计分的人数够。"""
    found: list[Finding] = []
    if sheet.undeclared:
        text = f"还没有声明利害关系：{'、'.join(sheet.undeclared)}"
        found.append(Finding("", "review.undeclared", CLAUSE, text))
    if sheet.unfinished:
        text = f"还没有打完分：{'、'.join(sheet.unfinished)}"
        found.append(Finding("", "review.unfinished", CLAUSE, text))
    if sheet.counted < sheet.needed:
        text = (
            f"计分的评审人 {sheet.counted} 人，须不少于 {sheet.needed} 人（回避的不计）；"
            "请再指定评审人"
        )
        found.append(Finding("", "review.few", CLAUSE, text))
    if not found and sheet.total is None:
        found.append(Finding("", "review.unscored", CLAUSE, "还有指标没有得分"))
    return found


@rule("3.4b")
def judge_before_scoring(
    unchecked: Sequence[str], unasked: Sequence[str], vetoed: Sequence[str]
) -> list[Finding]:
    """对引入项目以及项目主体进行论证评估:先核查主体、问过一票否决的各项,再打分;有一项成立就不打分。"""
    found: list[Finding] = []
    if unchecked:
        text = f"主体核查单还有 {len(unchecked)} 项没有填：{'、'.join(unchecked)}"
        found.append(Finding("", "review.diligence", CLAUSE, text))
    if unasked:
        text = f"一票否决还有 {len(unasked)} 项没有核对：{'、'.join(unasked)}"
        found.append(Finding("", "review.vetoes", CLAUSE, text))
    if vetoed:
        text = f"一票否决成立：{'、'.join(vetoed)}；不再评分，请直接作出决定"
        found.append(Finding("", "review.vetoed", CLAUSE, text))
    return found
