"""线索:状态、走法、三个时限、逐项研判。纯函数。

登记之后的内容不改,只添步骤;时限由起算日、参数、工作日历算出,不存「逾期」。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar, Due, add_workdays

CLAUSE = "2.5b"
MIN_REASON = 4


class LeadState(Labelled):
    """线索的状态。「逾期」不是状态,由日子算出。"""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已登记"
    ASSIGNED = "assigned", "已分办"
    JUDGED = "judged", "已研判"
    CONTESTED = "contested", "撞单待裁定"
    CONVERTED = "converted", "已转项目"
    REFUSED = "refused", "不采纳"
    WITHDRAWN = "withdrawn", "已撤回"


ENDED = (LeadState.CONVERTED, LeadState.REFUSED, LeadState.WITHDRAWN)
"""有了下文的。"""
UNDER_WAY = (
    LeadState.SUBMITTED, LeadState.ASSIGNED, LeadState.JUDGED, LeadState.CONTESTED,
)  # fmt: skip


class LeadVerb(Labelled):
    """线索上的一步。"""

    REGISTER = "register", "记下"
    SUBMIT = "submit", "登记"
    WITHDRAW = "withdraw", "撤回"
    ANSWER = "answer", "答复"
    ASSIGN = "assign", "分办"
    JUDGE = "judge", "研判"
    FEED_BACK = "feed_back", "反馈"
    REFUSE = "refuse", "不采纳"
    CONVERT = "convert", "转项目"
    CONTEST = "contest", "转项目时撞单"


S, V = LeadState, LeadVerb
MOVES: Mapping[tuple[LeadState | None, LeadVerb], LeadState] = {
    (None, V.REGISTER): S.DRAFT,
    (S.DRAFT, V.SUBMIT): S.SUBMITTED,
    (S.DRAFT, V.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, V.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, V.ANSWER): S.SUBMITTED,
    (S.SUBMITTED, V.ASSIGN): S.ASSIGNED,
    (S.SUBMITTED, V.REFUSE): S.REFUSED,
    (S.ASSIGNED, V.ANSWER): S.ASSIGNED,
    (S.ASSIGNED, V.ASSIGN): S.ASSIGNED,
    (S.ASSIGNED, V.JUDGE): S.JUDGED,
    (S.ASSIGNED, V.REFUSE): S.REFUSED,
    (S.JUDGED, V.ANSWER): S.JUDGED,
    (S.JUDGED, V.ASSIGN): S.ASSIGNED,
    (S.JUDGED, V.FEED_BACK): S.JUDGED,
    (S.JUDGED, V.REFUSE): S.REFUSED,
    (S.JUDGED, V.CONVERT): S.CONVERTED,
    (S.JUDGED, V.CONTEST): S.CONTESTED,
    (S.CONTESTED, V.ANSWER): S.CONTESTED,
    (S.CONTESTED, V.FEED_BACK): S.CONTESTED,
    (S.CONTESTED, V.CONVERT): S.CONVERTED,
    (S.CONTESTED, V.REFUSE): S.REFUSED,
    (S.CONVERTED, V.FEED_BACK): S.CONVERTED,
}
ANSWERS = frozenset({V.ANSWER, V.FEED_BACK, V.REFUSE, V.CONVERT})
"""这几步报来的人都有了回音,算答了。"""
JUDGES = frozenset({V.JUDGE})
FEEDS_BACK = frozenset({V.FEED_BACK, V.REFUSE, V.CONVERT})
"""这几步报来的人都收得到。"""
REASONED = frozenset({V.WITHDRAW, V.ANSWER, V.JUDGE, V.FEED_BACK, V.REFUSE})
"""这几步须写明话或理由。"""
PUBLIC = frozenset({V.REGISTER, V.SUBMIT, V.WITHDRAW, V.ANSWER, V.FEED_BACK, V.REFUSE, V.CONVERT})
"""这几步报来的人看得见;分办、研判是内部的事。"""


class LeadBasis(Labelled):
    """时限从哪天起算。"""

    STEP = "step", "自上一步起算"
    SUBMIT = "submit", "自登记起算"


class LeadOutcome(Labelled):
    """研判的结论。"""

    FOLLOW = "follow", "跟进"
    DROP = "drop", "不跟进"


class DimensionMark(Labelled):
    """一项研判的结果。"""

    YES = "yes", "符合"
    UNSURE = "unsure", "存疑"
    NO = "no", "不符合"


@rule("2.5b")
def next_state(state: LeadState | None, verb: LeadVerb) -> LeadState | None:
    """各相关部门定期向商务主管部门提供谋划项目、招商资源、重点企业等信息:此刻能不能走这一步,走到哪里。"""
    return MOVES.get((state, verb))


@dataclass(frozen=True)
class LeadStepped:
    """走过的一步:哪天、哪一步、到什么状态、归哪个单位办。"""

    on: date
    verb: LeadVerb
    state: LeadState
    unit_id: int | None = None


@rule("2.5b")
def lead_state_at(steps: Iterable[LeadStepped], day: date) -> LeadState | None:
    """定期向商务主管部门提供信息:某一天终了时的状态;那天还没有即空。"""
    found: LeadState | None = None
    for step in steps:
        if step.on <= day:
            found = step.state
    return found


@dataclass(frozen=True)
class LeadTerms:
    """参数:答复、分办、研判(重大另计)、反馈、定去向各几个工作日;多大算重大(元);从哪天起算。"""

    answer_days: int
    assign_days: int
    judge_days: int
    judge_days_major: int
    feed_back_days: int
    decide_days: int
    major_amount: int
    basis: LeadBasis = LeadBasis.STEP


@rule("2.5b")
def is_major(amount: int | None, terms: LeadTerms) -> bool:
    """重点企业等信息:总投资在参数以上(含)的按重大线索研判;没有写金额的不算。"""
    return amount is not None and amount >= terms.major_amount


@rule("2.5b")
def judge_days(amount: int | None, terms: LeadTerms) -> int:
    """研判几个工作日:重大的可长,别的不可。"""
    return terms.judge_days_major if is_major(amount, terms) else terms.judge_days


class LeadClock(Labelled):
    """三个时限。"""

    ANSWER = "answer", "答复"
    JUDGE = "judge", "研判"
    FEED_BACK = "feed_back", "反馈"


@dataclass(frozen=True)
class LeadTimes:
    """算时限要的几个日子;没有的为空。"""

    submitted_on: date | None = None
    answered_on: date | None = None
    assigned_on: date | None = None
    judged_on: date | None = None
    fed_back_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class LeadClockFace:
    """一个时限此刻的样子:自哪天起、到哪天、哪天办的;不再走的(已有下文)`stopped`。"""

    clock: LeadClock
    since: date
    due: Due
    done_on: date | None = None
    stopped: bool = False

    def on_time(self, today: date) -> bool | None:
        """按时为真,逾期为假;还没到期也没办的、停了的为空。"""
        if self.done_on is not None:
            return self.done_on <= self.due.day
        if self.stopped or today <= self.due.day:
            return None
        return False


@rule("2.5b")
def lead_clocks(
    times: LeadTimes, amount: int | None, terms: LeadTerms, known: Calendar
) -> tuple[LeadClockFace, ...]:
    """定期提供的信息要有回音:答复自登记起算,研判自分办起算,反馈自研判起算,各按工作日历。

    参数选「自登记起算」的,三个都从登记那天数。还没有走到的时限没有;没有走到就有了下文的,不欠。
    """
    if times.submitted_on is None:
        return ()
    at_once = terms.basis == LeadBasis.SUBMIT
    rows = (
        (LeadClock.ANSWER, times.submitted_on, terms.answer_days, times.answered_on),
        (
            LeadClock.JUDGE,
            times.submitted_on if at_once else times.assigned_on,
            judge_days(amount, terms),
            times.judged_on,
        ),
        (
            LeadClock.FEED_BACK,
            times.submitted_on if at_once else times.judged_on,
            terms.feed_back_days,
            times.fed_back_on,
        ),
    )
    return tuple(
        LeadClockFace(
            clock, since, add_workdays(since, days, known), done,
            stopped=done is None and times.ended_on is not None,
        )
        for clock, since, days, done in rows
        if since is not None
    )  # fmt: skip


@rule("2.5b")
def times_at(steps: Iterable[LeadStepped], day: date) -> LeadTimes:
    """走过的各步 → 那一天终了时算时限要的日子。答复取第一次;重新分办的,研判、反馈重新起算。"""
    found: dict[str, date | None] = {}
    for step in steps:
        if step.on > day:
            continue
        if step.verb == V.SUBMIT:
            found["submitted_on"] = step.on
        if step.verb in ANSWERS:
            found.setdefault("answered_on", step.on)
        if step.verb == V.ASSIGN:
            found["assigned_on"] = step.on
            found.pop("judged_on", None)
            found.pop("fed_back_on", None)
        if step.verb in JUDGES:
            found["judged_on"] = step.on
        if step.verb in FEEDS_BACK:
            found.setdefault("fed_back_on", step.on)
        if step.state in ENDED:
            found.setdefault("ended_on", step.on)
    return LeadTimes(**found)


@dataclass(frozen=True)
class LeadMark:
    """一项研判:哪一项(参数里的代码)、结果、理由。"""

    code: str
    mark: DimensionMark | None
    reason: str = ""


@rule("2.5b")
def judge_marks(
    marks: Sequence[LeadMark], dimensions: Mapping[str, str], outcome: LeadOutcome | None,
    reason: str,
) -> list[Finding]:  # fmt: skip
    """谋划项目、招商资源、重点企业等信息逐项研判:每一项(参数)有结果、有理由;结论与理由也要有。

    有一项不符合而结论是跟进的照准,理由里说清;多出来的项不收。
    """
    found: list[Finding] = []
    given = {one.code: one for one in marks}
    for code, label in dimensions.items():
        one = given.get(code)
        if one is None or one.mark is None:
            found.append(Finding(f"mark_{code}", "lead.mark", CLAUSE, f"请给出「{label}」的结果"))
        if one is None or len(one.reason.strip()) < MIN_REASON:
            found.append(
                Finding(f"reason_{code}", "lead.mark_reason", CLAUSE, f"请写明「{label}」的理由")
            )
    for code in given.keys() - dimensions.keys():
        found.append(Finding("", "lead.unknown_mark", CLAUSE, f"没有「{code[:20]}」这一项"))
    if outcome is None:
        found.append(Finding("outcome", "lead.outcome", CLAUSE, "请选结论:跟进、不跟进"))
    if len(reason.strip()) < MIN_REASON:
        found.append(Finding("reason", "lead.reason", CLAUSE, "请写明研判的理由"))
    return found
