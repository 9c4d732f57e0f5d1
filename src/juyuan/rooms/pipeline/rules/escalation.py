"""提级管理的规则(三(三)):何时打开、何时确认、何时自己撤回;多久一报,报没报上。

全是纯函数:门槛、口径、间隔由调用者按签约之日的参数传进来;金额为整数元。提级从不是签约的条件。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.rules.amounts import must_escalate

CLAUSE = "3.3c"
TEXT_LIMIT, TASK_LIMIT, TEAM_LIMIT = 4000, 200, 40


class EscalationState(Labelled):
    """提级的状态:登记签约即开(待核实),签约认定即定(提级中),办结或撤回。"""

    PENDING = "pending", "提级待核实"
    CONFIRMED = "confirmed", "提级中"
    CLOSED = "closed", "提级办结"
    LAPSED = "lapsed", "提级撤回"


OPEN_STATES = (EscalationState.PENDING, EscalationState.CONFIRMED)


class Turn(StrEnum):
    """这一次该做什么。"""

    OPEN = "opened"
    CONFIRM = "confirmed"
    AMEND = "amended"
    LAPSE = "lapsed"


@dataclass(frozen=True)
class Signing:
    """一个项目此刻的签约。

    `registered`: 登记了签约(在签约库或以后,没有作废,签约的认定没有被冲回);
    `newly`: 签约之日在提级的规定施行之后;
    `claimed`: 按申报算的合同引资额,`recognised`: 现行签约认定的合同引资额(没有认定为 None)。
    """

    registered: bool
    newly: bool
    claimed: int | None
    recognised: int | None
    threshold: int


@dataclass(frozen=True)
class Held:
    """正开着的一次提级。"""

    state: EscalationState
    amount: int


@dataclass(frozen=True)
class Outcome:
    """判断的结果:做什么,做了以后是什么状态、什么金额。"""

    turn: Turn
    state: EscalationState
    amount: int


@rule("3.3c")
def judge_escalation(signing: Signing, held: Held | None, *, settled: bool) -> Outcome | None:
    """对新签约合同引资额5亿元以上的重大招商引资项目,实施提级管理。

    登记签约(或补充协议)够门槛即打开,签约认定够门槛即确认;认定与申报都不够、签约不再成立即撤回。
    认定过的以认定的数为准,申报的减少要等核验。`settled`: 这一次签约的提级已由人办结,不再自己打开。
    没有要做的为 None。
    """

    def counts(amount: int | None) -> bool:
        newly = signing.registered and signing.newly
        return must_escalate(amount, newly, signing.threshold)

    known = counts(signing.recognised)
    amount = (signing.recognised if known else signing.claimed) or 0
    if not known and not counts(signing.claimed):
        if held is None:
            return None
        return Outcome(Turn.LAPSE, EscalationState.LAPSED, held.amount)
    state = EscalationState.CONFIRMED if known else EscalationState.PENDING
    if held is None:
        return None if settled else Outcome(Turn.OPEN, state, amount)
    if known and held.state == EscalationState.PENDING:
        return Outcome(Turn.CONFIRM, state, amount)
    if amount != held.amount:
        return Outcome(Turn.AMEND, held.state, amount)
    return None


# ───────── 报告 ─────────


class Filing(Labelled):
    """一期报告报没报上。"""

    ON_TIME = "on_time", "按时"
    LATE = "late", "迟报"
    MISSING = "missing", "未报"


@dataclass(frozen=True)
class DueReport:
    """一期应报的:应报日、报了的日子(没有为 None)、报没报上。"""

    due_on: date
    reported_on: date | None
    filing: Filing


@rule("3.3c")
def next_due(opened_on: date, reported: Sequence[date], days: int) -> date:
    """下一期的应报日:自打开或上一次报告之日起 `days` 天(参数 escalation.report_days,建议值)。"""
    return max(reported, default=opened_on) + timedelta(days=days)


def due_reports(
    opened_on: date,
    reports: Iterable[tuple[date, date]],
    days: int,
    *,
    day: date,
    ended_on: date | None,
) -> list[DueReport]:
    """截至 `day`,应报的各期。`reports` 是(应报日, 报告日);过了应报日、尚未报的一期在最后。

    结束(`ended_on`)之后不再要报;结束之前已经过期的一期仍算未报。
    """
    told = sorted((reported, due) for due, reported in reports if reported <= day)
    found = [DueReport(due, on, Filing.ON_TIME if on <= due else Filing.LATE) for on, due in told]
    waiting = next_due(opened_on, [on for on, _ in told], days)
    until = min(day, ended_on) if ended_on is not None else day
    if waiting < until:
        found.append(DueReport(waiting, None, Filing.MISSING))
    return found


@dataclass(frozen=True)
class ReportDraft:
    """一份提级报告。"""

    progress: str
    problem: str = ""
    next_step: str = ""


def judge_report(draft: ReportDraft) -> list[Finding]:
    """进展必写;各项不超过四千字。"""
    found = []
    if not draft.progress.strip():
        found.append(
            Finding("progress", "escalation.progress", CLAUSE, "请写进展情况：这两周办成了什么")
        )
    for name, label in (
        ("progress", "进展情况"),
        ("problem", "存在问题"),
        ("next_step", "下步打算"),
    ):
        found += too_long(name, label, getattr(draft, name))
    return found


def too_long(name: str, label: str, text: str, limit: int = TEXT_LIMIT) -> list[Finding]:
    if len(text) <= limit:
        return []
    return [
        Finding(name, "escalation.long", CLAUSE, f"{label}至多 {limit} 字，现有 {len(text)} 字")
    ]


def judge_reason(reason: str) -> list[Finding]:
    """办结须写理由。"""
    if not reason.strip():
        return [Finding("reason", "escalation.reason", CLAUSE, "办结须写明理由，如「已开工投产」")]
    return too_long("reason", "理由", reason, 2000)
