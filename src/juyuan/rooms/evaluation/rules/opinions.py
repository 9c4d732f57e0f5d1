"""审查意见的规则:谁问、谁答、几日之内、走到哪一步、写齐了没有。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar, Due, add_workdays
from juyuan.rooms.pipeline.rules.facts import POSITIVE, Conclusion, FactKey

CLAUSE = "3.4b"
SUBJECT_LIMIT, TEXT_LIMIT, NUMBER_LIMIT = 200, 4000, 100


class OpinionKind(Labelled):
    """两种审查意见,各是一项签约的门槛。"""

    LEGALITY = "legality", "合法性审查"
    FAIR_COMPETITION = "fair_competition", "公平竞争审查"

    @property
    def fact(self) -> FactKey:
        return FactKey(self.value)


class Reviewer(Labelled):
    """公平竞争审查由谁做(参数 opinion.fair_competition_by)。"""

    MARKET = "market", "市场监管部门"
    DRAFTER = "drafter", "起草协议的单位"
    EITHER = "either", "由申请人选"


class OpinionState(Labelled):
    ASKED = "asked", "待答复"
    RETURNED = "returned", "待补材料"
    DRAFTED = "drafted", "待签发"
    ANSWERED = "answered", "已答复"
    WITHDRAWN = "withdrawn", "已撤回"
    REVOKED = "revoked", "意见已撤销"


class OpinionVerb(Labelled):
    ASK = "ask", "申请"
    RETURN = "return", "退回补材料"
    RESUBMIT = "resubmit", "补齐再送"
    DRAFT = "draft", "拟出意见"
    SEND_BACK = "send_back", "退回重拟"
    SIGN = "sign", "签发"
    WITHDRAW = "withdraw", "撤回申请"
    REVOKE = "revoke", "撤销意见"


S, V = OpinionState, OpinionVerb
STEPS: dict[tuple[OpinionState, OpinionVerb], OpinionState] = {
    (S.ASKED, V.RETURN): S.RETURNED,
    (S.ASKED, V.DRAFT): S.DRAFTED,
    (S.ASKED, V.WITHDRAW): S.WITHDRAWN,
    (S.RETURNED, V.RESUBMIT): S.ASKED,
    (S.RETURNED, V.WITHDRAW): S.WITHDRAWN,
    (S.DRAFTED, V.SEND_BACK): S.ASKED,
    (S.DRAFTED, V.SIGN): S.ANSWERED,
    (S.DRAFTED, V.WITHDRAW): S.WITHDRAWN,
    (S.ANSWERED, V.REVOKE): S.REVOKED,
}
WAITING = (S.ASKED, S.DRAFTED)  # 时限在审查单位这一边走
OPEN = (*WAITING, S.RETURNED)


def next_state(state: OpinionState, verb: OpinionVerb) -> OpinionState | None:
    """此刻走得了这一步的,走到哪里;走不了为空。"""
    return STEPS.get((state, verb))


@rule("3.4b")
def answer_due(clock_on: date, days: int, calendar: Calendar) -> Due:
    """对引入项目以及项目主体进行论证评估:审查意见自收件次日起若干个工作日内答复;补齐材料的,重新起算。"""
    return add_workdays(clock_on, days, calendar)


def is_late(due_on: date, on: date) -> bool:
    """「以内」含当日:到期那天还不算迟。"""
    return on > due_on


@dataclass(frozen=True)
class AskDraft:
    """一份申请。`subject` 是给审查单位看的事项名称;`drafter` 即由起草协议的单位自己审。"""

    kind: OpinionKind
    subject: str
    question: str
    file_id: int | None = None
    drafter: bool = False


def _bad(field: str, name: str, message: str) -> Finding:
    return Finding(field, f"opinion.{name}", CLAUSE, message)


def judge_ask(draft: AskDraft) -> list[Finding]:
    """申请写齐没有;文件另由动作核对。"""
    found = []
    if not draft.subject.strip():
        found.append(_bad("subject", "subject", "请写明送审事项的名称"))
    elif len(draft.subject.strip()) > SUBJECT_LIMIT:
        found.append(_bad("subject", "subject", f"事项名称至多{SUBJECT_LIMIT}字"))
    if not draft.question.strip():
        found.append(_bad("question", "question", "请写明请审查什么（哪些条款、拿不准的是什么）"))
    elif len(draft.question) > TEXT_LIMIT:
        found.append(_bad("question", "question", f"说明至多{TEXT_LIMIT}字"))
    return found


@dataclass(frozen=True)
class AnswerDraft:
    """一份意见。"""

    conclusion: Conclusion
    number: str
    dated_on: date | None
    text: str
    file_id: int | None = None


@rule("3.4b")
def judge_answer(draft: AnswerDraft, asked_on: date, today: date) -> list[Finding]:
    """审查意见是审查机关的行为:结论、文号、日期、正文缺一不可;不早于申请、不晚于今天。"""
    found = []
    if draft.conclusion == Conclusion.NONE:
        found.append(_bad("conclusion", "conclusion", "请选择结论"))
    if not draft.number.strip():
        found.append(_bad("number", "number", "请写明意见的文号"))
    elif len(draft.number.strip()) > NUMBER_LIMIT:
        found.append(_bad("number", "number", f"文号至多{NUMBER_LIMIT}字"))
    if draft.dated_on is None:
        found.append(_bad("dated_on", "date", "请写明意见的日期"))
    elif not asked_on <= draft.dated_on <= today:
        found.append(
            _bad("dated_on", "date", f"意见的日期应在申请（{asked_on}）与今天（{today}）之间")
        )
    if not draft.text.strip():
        what = (
            "请写明意见正文"
            if draft.conclusion == Conclusion.PASSED
            else "请写明条件或不通过的理由"
        )
        found.append(_bad("text", "text", what))
    elif len(draft.text) > TEXT_LIMIT:
        found.append(_bad("text", "text", f"意见正文至多{TEXT_LIMIT}字"))
    return found


def counts(conclusion: Conclusion) -> bool:
    """这个结论能不能作签约的凭据。"""
    return conclusion in POSITIVE


@rule("3.4b")
def may_sign(drafted_by: int | None, asked_by: int | None, signer: int | None) -> str:
    """拟稿与签发分由两人,申请的人也不能签自己问的;空即可以,否则是为什么不行。"""
    if signer is None:
        return "须以本人的账号签发"
    if signer == drafted_by:
        return "拟稿人不能签发自己拟的意见，请另一位同志签发"
    if signer == asked_by:
        return "申请人不能签发给自己的意见，请另一位同志签发"
    return ""
