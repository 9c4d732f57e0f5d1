"""首谈的权利:登记、保护、续期、失去独占,一步一件事,由事件与今天算出。纯函数,不存「到期」。

保护期自登记通过之日起;每份有实质进展的报备续一次,封顶之后只有召集人能再延。
久无进展只亮灯、只提请,失去独占与退库由商务主管部门确认。过去任何一天的权利都可以问。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.workdays import Calendar, add_workdays
from juyuan.rooms.pipeline.rules.lights import Light, full_months

CLAUSE = "3.2b"


class ClaimState(Labelled):
    """首谈登记的状态。「到期」「亮灯」不是状态,由日子算出。"""

    REGISTERED = "registered", "待确认"
    PROTECTED = "protected", "受保护"
    DISPUTED = "disputed", "待裁定"
    LAPSED = "lapsed", "失去独占"
    HANDED_OVER = "handed_over", "已移交"
    ENDED = "ended", "已终结"


HOLDING = (ClaimState.REGISTERED, ClaimState.PROTECTED)
"""这两种是首谈单位:一个项目至多一个。"""
LIVE = (*HOLDING, ClaimState.DISPUTED)


class ClaimVerb(Labelled):
    """权利台账上的一步。"""

    REGISTER = "register", "登记"
    PROTECT = "protect", "受保护"
    CONTEST = "contest", "提请裁定"
    CONFIRM = "confirm", "确认期初"
    UPHOLD = "uphold", "裁定牵头"
    DECLINE = "decline", "裁定不牵头"
    EXTEND = "extend", "延长保护"
    LAPSE = "lapse", "确认失去独占"
    TAKE_UP = "take_up", "接手"
    HAND_OVER = "hand_over", "移交"
    END = "end", "终结"


NEW = None
"""还没有登记。"""
MOVES: Mapping[tuple[ClaimState | None, ClaimVerb], ClaimState] = {
    (NEW, ClaimVerb.REGISTER): ClaimState.REGISTERED,
    (NEW, ClaimVerb.CONTEST): ClaimState.DISPUTED,
    (NEW, ClaimVerb.TAKE_UP): ClaimState.PROTECTED,
    (ClaimState.REGISTERED, ClaimVerb.PROTECT): ClaimState.PROTECTED,
    (ClaimState.REGISTERED, ClaimVerb.DECLINE): ClaimState.ENDED,
    (ClaimState.REGISTERED, ClaimVerb.UPHOLD): ClaimState.PROTECTED,
    (ClaimState.REGISTERED, ClaimVerb.HAND_OVER): ClaimState.HANDED_OVER,
    (ClaimState.REGISTERED, ClaimVerb.END): ClaimState.ENDED,
    (ClaimState.PROTECTED, ClaimVerb.UPHOLD): ClaimState.PROTECTED,
    (ClaimState.PROTECTED, ClaimVerb.DECLINE): ClaimState.ENDED,
    (ClaimState.PROTECTED, ClaimVerb.EXTEND): ClaimState.PROTECTED,
    (ClaimState.PROTECTED, ClaimVerb.LAPSE): ClaimState.LAPSED,
    (ClaimState.PROTECTED, ClaimVerb.HAND_OVER): ClaimState.HANDED_OVER,
    (ClaimState.PROTECTED, ClaimVerb.END): ClaimState.ENDED,
    (ClaimState.DISPUTED, ClaimVerb.CONFIRM): ClaimState.DISPUTED,
    (ClaimState.DISPUTED, ClaimVerb.PROTECT): ClaimState.PROTECTED,
    (ClaimState.DISPUTED, ClaimVerb.UPHOLD): ClaimState.PROTECTED,
    (ClaimState.DISPUTED, ClaimVerb.DECLINE): ClaimState.ENDED,
    (ClaimState.DISPUTED, ClaimVerb.END): ClaimState.ENDED,
    (ClaimState.LAPSED, ClaimVerb.UPHOLD): ClaimState.PROTECTED,
    (ClaimState.LAPSED, ClaimVerb.DECLINE): ClaimState.ENDED,
    (ClaimState.LAPSED, ClaimVerb.END): ClaimState.ENDED,
}


@dataclass(frozen=True)
class Step:
    """权利台账上的一行:哪天、哪一步、到什么状态;延长的带着延到哪天。"""

    on: date
    verb: ClaimVerb
    state: ClaimState
    until: date | None = None


@rule("3.2b")
def next_state(state: ClaimState | None, verb: ClaimVerb) -> ClaimState | None:
    """按照“谁对接、谁牵头”的原则:此刻能不能走这一步,走到哪里;不能走即空。"""
    return MOVES.get((state, verb))


@rule("3.2b")
def state_at(steps: Iterable[Step], day: date) -> ClaimState | None:
    """全程牵头参与洽谈、签约、落地各环节:某一天终了时的权利;那天还没有登记即空。"""
    found: ClaimState | None = None
    for step in steps:
        if step.on <= day:
            found = step.state
    return found


@rule("3.2b")
def merit_time(
    evidence_at: datetime, registered_at: datetime, *, opening_confirmed: bool = False
) -> datetime:
    """“谁对接、谁牵头”:功劳的时刻取证据与登记中较晚的一个,倒签的证据赢不了先登记的。

    系统启用时成批补录的,经商务主管部门确认后按证据的时刻。
    """
    if opening_confirmed:
        return min(evidence_at, registered_at)
    return max(evidence_at, registered_at)


@rule("3.2b")
def registered_late(contacted_on: date, registered_on: date, days: int, known: Calendar) -> bool:
    """谁对接、谁牵头:接触之后几个工作日以内登记;过了的照收,标明「迟登」。"""
    return registered_on > add_workdays(contacted_on, days, known).day


@dataclass(frozen=True)
class Terms:
    """参数:保护期、续期、封顶(天);亮灯的月数;到期前几天提醒。"""

    protection_days: int
    renewal_days: int
    max_days: int
    yellow_months: int
    red_months: int
    withdraw_months: int
    warn_days: Sequence[int] = ()


@dataclass(frozen=True)
class Held:
    """一件受保护的首谈:自哪天起算,有实质进展的报备各在哪天,召集人延到哪天,最近的实质进展。"""

    since: date
    renewals: Sequence[date] = ()
    extended_to: date | None = None
    last_substantive: date | None = None


@rule("3.2b")
def protected_until(held: Held, terms: Terms) -> date:
    """全程牵头参与各环节:保护到哪一天(含)。

    起算日之后 `protection_days` 天;保护期内每有一份带实质进展的报备加 `renewal_days` 天,合计至多
    `max_days` 天。过期以后才来的报备不使它复活;更长只由召集人延长,延长只会更长。
    """
    cap = held.since + timedelta(days=terms.max_days)
    until = min(held.since + timedelta(days=terms.protection_days), cap)
    for day in sorted(held.renewals):
        if held.since <= day <= until:
            until = min(until + timedelta(days=terms.renewal_days), cap)
    return max(until, held.extended_to) if held.extended_to else until


@dataclass(frozen=True)
class Outlook:
    """今天看这件首谈:保护到哪天、还有几天、灯、满几个月没有实质进展,系统提请什么。"""

    until: date
    days_left: int
    light: Light
    months: int
    propose_lapse: bool = False
    propose_withdrawal: bool = False
    reasons: tuple[str, ...] = field(default=())

    @property
    def expired(self) -> bool:
        return self.days_left < 0

    @property
    def left_said(self) -> str:
        if self.days_left > 0:
            return f"还有 {self.days_left} 天"
        return "今天到期" if self.days_left == 0 else f"已过 {-self.days_left} 天"


@rule("3.2b", "3.2c")
def outlook(held: Held, today: date, terms: Terms) -> Outlook:
    """每月20日报备项目进展情况:久无实质进展的亮灯,由系统提请、商务主管部门确认。

    满 `yellow_months` 个月黄灯;满 `red_months` 个月红灯并提请失去独占;满 `withdraw_months` 个月
    提请退库。保护期过了而没有续的,同样提请失去独占。
    """
    until = protected_until(held, terms)
    left = (until - today).days
    base = max(held.since, held.last_substantive or held.since)
    months = full_months(base, today)
    reasons: list[str] = []
    light = Light.GREEN
    if months >= terms.yellow_months:
        light = Light.RED if months >= terms.red_months else Light.YELLOW
        reasons.append(f"已 {months} 个月没有实质进展（自 {base.isoformat()} 算起）")
    if left < 0:
        light = Light.RED
        reasons.append(f"保护期已于 {until.isoformat()} 届满，没有续期")
    return Outlook(
        until=until,
        days_left=left,
        light=light,
        months=months,
        propose_lapse=light == Light.RED,
        propose_withdrawal=months >= terms.withdraw_months,
        reasons=tuple(reasons),
    )


@rule("3.2b")
def warn_on(until: date, warn_days: Sequence[int]) -> tuple[date, ...]:
    """全程牵头:到期之前的哪几天提醒首谈单位,早的在前。"""
    return tuple(until - timedelta(days=n) for n in sorted(set(warn_days), reverse=True))


@rule("3.2b")
def held_from(
    steps: Iterable[Step],
    day: date,
    *,
    renewals: Iterable[date] = (),
    last_substantive: date | None = None,
) -> Held | None:
    """谁对接、谁牵头:由权利台账得到那一天的保护起点与延长;那天不受保护即空。

    裁定牵头的、移交接手的重新起算;已在保护中的,裁定不打断原来的保护期。
    """
    since: date | None = None
    extended: date | None = None
    state: ClaimState | None = None
    for step in steps:
        if step.on > day:
            continue
        if step.state == ClaimState.PROTECTED and state != ClaimState.PROTECTED:
            since, extended = step.on, None
        if step.verb == ClaimVerb.EXTEND and step.until is not None:
            extended = max(step.until, extended or step.until)
        state = step.state
    if state != ClaimState.PROTECTED or since is None:
        return None
    latest = last_substantive if last_substantive and last_substantive <= day else None
    return Held(since, tuple(d for d in renewals if since <= d <= day), extended, latest)
