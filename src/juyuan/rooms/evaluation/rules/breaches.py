"""违约与函的阶梯:规则提出,由人认定;提醒函 → 督办函 → 约谈 → 退出,一步一步,不跳。纯函数。"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import WAN
from juyuan.kernel.verdict import Finding
from juyuan.rooms.evaluation.rules.deviation import RANK, BreachTest, Case, Hit, Judged, Light
from juyuan.rooms.evaluation.rules.promises import CLAUSE, Kind, Measure

REASON_LIMIT = 1000


class BreachState(Labelled):
    """违约的状态;还没有认定的只是提出,不存。"""

    CONFIRMED = "confirmed", "已认定"
    DISMISSED = "dismissed", "不认定"
    CLOSED = "closed", "已了结"


class LetterLevel(Labelled):
    """阶梯上的一步。"""

    REMIND = "remind", "提醒函"
    URGE = "urge", "督办函"
    TALK = "talk", "约谈"
    EXIT = "exit", "退出"


LADDER = (LetterLevel.REMIND, LetterLevel.URGE, LetterLevel.TALK, LetterLevel.EXIT)
TITLES = {
    LetterLevel.REMIND: "履约提醒函",
    LetterLevel.URGE: "履约督办函",
    LetterLevel.TALK: "履约约谈通知书",
    LetterLevel.EXIT: "退出告知函",
}


class LetterState(Labelled):
    """一封函的状态;起草、批准、印发、送达看它的公文。"""

    PREPARING = "preparing", "办理中"
    SENT = "sent", "已印发"
    REPLIED = "replied", "已回复"
    PROPOSED = "proposed", "结果待批准"
    CLOSED = "closed", "函已了结"
    VOIDED = "voided", "函已作废"


OPEN_LETTERS = (
    LetterState.PREPARING, LetterState.SENT, LetterState.REPLIED, LetterState.PROPOSED,
)  # fmt: skip


class Outcome(Labelled):
    """函的结果。"""

    SPEED_UP = "speed_up", "加快建设"
    ADJUST = "adjust", "调整投资计划"
    EXTEND = "extend", "延期"
    EXIT = "exit", "协商退出"


NEEDS_DATE = (Outcome.SPEED_UP, Outcome.EXTEND)


@rule("3.4c")
def next_level(sent: Collection[str]) -> LetterLevel:
    """及时发出履约提醒函,不改的逐级往上:已发过的最高一级的下一级;到了退出为止。"""
    reached = [LADDER.index(LetterLevel(level)) for level in sent]
    return LADDER[min(max(reached, default=-1) + 1, len(LADDER) - 1)]


@dataclass(frozen=True)
class Settled:
    """同一承诺同一检验以前的处理:不认定(当时的灯)、了结(宽限到哪天)。"""

    state: str
    light: Light
    quiet_until: date | None = None


@rule("3.4c")
def proposed(hit: Hit, before: Collection[Settled], today: date) -> bool:
    """规则提出违约:已认定未了结的不重提,宽限之内(当日含)不提,不认定过的除非更重不再提。"""
    for row in before:
        if row.state == BreachState.CONFIRMED:
            return False
        if row.state == BreachState.DISMISSED and RANK[hit.light] <= RANK[row.light]:
            return False
        if row.quiet_until is not None and today <= row.quiet_until:
            return False
    return True


@dataclass(frozen=True)
class OutcomeDraft:
    """函的结果所填。`until` 是加快建设做到、延期到的日子。"""

    outcome: str
    reason: str
    until: date | None = None
    supplement_id: int | None = None


@rule("3.4c")
def judge_outcome(draft: OutcomeDraft, today: date, *, changed: bool) -> list[Finding]:
    """督促项目单位加快建设进度或调整投资计划:结果须有理由;加快、延期须有日子,调整须已凭补充协议改约。"""
    found: list[Finding] = []

    def need(name: str, message: str) -> None:
        found.append(Finding(name, f"outcome.{name}", CLAUSE, message))

    if draft.outcome not in set(Outcome):
        need("outcome", "请选择结果：加快建设、调整投资计划、延期或协商退出")
    if not draft.reason.strip():
        need("reason", "请写明为什么是这个结果，依据回复的哪些话")
    elif len(draft.reason) > REASON_LIMIT:
        need("reason", f"理由至多 {REASON_LIMIT} 字")
    if draft.outcome in NEEDS_DATE and (draft.until is None or draft.until <= today):
        need("until", f"请写明到哪一天，须晚于今天（{today}）")
    if draft.outcome == Outcome.ADJUST and not changed:
        need(
            "supplement",
            "调整投资计划须先登记补充协议，并在「承诺与履约」页凭它改约，再选这个结果",
        )
    return found


# ───────── 说成话 ─────────


def said_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def said_value(kind: Kind, value: int | None) -> str:
    """约定值、实际值的写法:金额以万元,每亩以万元/亩,数量带单位。"""
    if value is None:
        return "尚无数据"
    if kind.measure is Measure.COUNT:
        return f"{value:,}{kind.unit}"
    whole, rest = divmod(value, WAN)
    text = f"{whole:,}" + (f".{rest:04d}".rstrip("0") if rest else "")
    return f"{text}万元" + ("/亩" if kind.measure is Measure.PER_MU else "")


def percent(bp: int) -> str:
    whole, rest = divmod(bp, 100)
    return f"{whole}" + (f".{rest:02d}".rstrip("0") if rest else "")


@dataclass(frozen=True)
class Said:
    """一条检验说成话:约定、实际、偏差。"""

    promised: str
    actual: str
    deviation: str


def say(hit: Hit, case: Case, kind: Kind, judged: Judged, today: date) -> Said:
    """约定的、实际的、差多少。"""
    due = said_day(case.due_on)
    shifted = (judged.fair_due - case.due_on).days
    tail = (
        f"（政府先行事项迟办{shifted}天，期限顺延至{said_day(judged.fair_due)}）" if shifted else ""
    )
    by = f"{due}前{tail}"
    if hit.test is BreachTest.STOPPED:
        last = said_day(case.active_on) if case.active_on else "开工以来"
        return Said(f"{by}{kind.label}", f"{last}以来没有施工记录", f"已停工{hit.days}天")
    if kind.measure is Measure.DAY:
        return Said(
            f"{by}{kind.label}", f"至{said_day(today)}尚未{kind.label}", f"逾期{hit.days}天"
        )
    target, value = said_value(kind, case.target), said_value(kind, case.value)
    if hit.test is BreachTest.INVEST_LAG:
        gap = f"进度落后{percent(hit.gap_bp)}个百分点"
    elif hit.days:
        gap = f"逾期{hit.days}天，少{percent(hit.gap_bp)}%"
    else:
        gap = f"少{percent(hit.gap_bp)}%"
    return Said(f"{by}{kind.label}{target}", f"至{said_day(today)}{kind.label}{value}", gap)


@rule("3.4c")
def government_first(judged: Judged, units: Mapping[int, str], today: date) -> str:
    """先自查政府一侧:欠着的各件、责任单位、过了几天;没有欠的为空。"""
    return "；".join(
        f"{units.get(d.unit_id, '责任单位')}应于{said_day(d.due_on)}前{d.text}，"
        + (f"已过{d.late(today)}天" if d.late(today) else "尚未办到")
        for d in judged.owed
    )
