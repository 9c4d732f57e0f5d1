"""月度更新的规则:哪一期、何时截止、算不算实质进展、要不要写原因、按时与否。纯判断,金额单位元。

一次填报,两处用:项目库每月更新(3.3b)与首谈单位每月报备(3.2c)。
期以当月1日表示(2026-11-01 即「2026年11月」期:上月21日至本月20日,建议值)。
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.money import MAX_YUAN
from juyuan.kernel.period import SHANGHAI, add_months, month_bounds
from juyuan.kernel.verdict import Finding
from juyuan.kernel.workdays import Calendar, Due, roll_forward
from juyuan.rooms.pipeline.rules.progress import EventDraft

CLAUSE = "3.3b"
TEXT_LIMIT, NOTE_LIMIT = 2000, 500
DAY_MINUTES = 24 * 60
ROLLED = "顺延至下一工作日"


class NoChange(Labelled):
    """「无变化」为什么。"""

    WAITING_INVESTOR = "waiting_investor", "等投资方答复"
    WAITING_FACTOR = "waiting_factor", "等用地用能等要素"
    WAITING_APPROVAL = "waiting_approval", "等审批或上会"
    SEASON = "season", "季节或停工期"
    STEADY = "steady", "按计划正常推进"
    OTHER = "other", "其他"


class UpdateState(Labelled):
    """一个项目在一期里报了没有。"""

    ON_TIME = "on_time", "按时"
    LATE = "late", "迟报"
    MISSING = "missing", "未报"
    WAITING = "waiting", "待报"


# ───────── 期 ─────────


@dataclass(frozen=True)
class PeriodRule:
    """一期怎么定(参数 update.*、first_contact.report_*)。`report_minute` 是当日第几分钟截止,1440 即 24:00。"""

    from_day: int
    to_day: int
    close_day: int
    report_day: int
    report_minute: int = DAY_MINUTES
    roll: bool = False


@dataclass(frozen=True, order=True)
class Period:
    """一期。`deadline` 是按时的最后时刻(不含);`close_on` 当日零时起锁账;`planned_on` 是未顺延的报备日。"""

    month: date
    first: date
    last: date
    report_on: date
    deadline: datetime
    close_on: date
    provisional: bool = False
    planned_on: date | None = None

    @property
    def key(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def label(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


RuleOf = Callable[[date], PeriodRule]


def _day_of(month: date, day: int) -> date:
    """某月的第几日;没有这一天取月末。"""
    return min(
        month.replace(day=1) + timedelta(days=day - 1), month_bounds(month.year, month.month)[1]
    )


def month_of(day: date, rule_of: RuleOf) -> date:
    """某日属于哪一期(返回该期的月首):不晚于本月截止日的属本月,之后的属下月。"""
    month = day.replace(day=1)
    return month if day <= _day_of(month, rule_of(month).to_day) else add_months(month, 1)


@rule("3.2c")
def period_of(month: date, rules: PeriodRule, calendar: Calendar) -> Period:
    """报备项目进展情况,每月20日:一期的起止、报备截止时刻、锁账日。

    「20日」读作当日24:00(北京时间)之前;遇节假日是否顺延按参数。锁账总在报备截止之后。
    """
    month = month.replace(day=1)
    raw = _day_of(month, rules.report_day)
    due = roll_forward(raw, calendar) if rules.roll else Due(raw)
    midnight = datetime(due.day.year, due.day.month, due.day.day, tzinfo=SHANGHAI)
    deadline = midnight + timedelta(minutes=rules.report_minute)
    return Period(
        month=month,
        first=_day_of(add_months(month, -1), rules.from_day),
        last=_day_of(month, rules.to_day),
        report_on=due.day,
        deadline=deadline,
        close_on=max(_day_of(month, rules.close_day), due.day + timedelta(days=1)),
        provisional=due.provisional,
        planned_on=raw,
    )


@rule("3.2c")
def is_on_time(at: datetime, period: Period) -> bool:
    """报备项目进展情况,每月20日:提交时刻早于截止时刻即按时,不论服务器在哪个时区。"""
    return at < period.deadline


def state_of(first_at: datetime | None, period: Period, now: datetime) -> UpdateState:
    """一个项目在这一期的状态:看第一稿的提交时刻;没报的,截止之前是待报。"""
    if first_at is None:
        return UpdateState.WAITING if now < period.deadline else UpdateState.MISSING
    return UpdateState.ON_TIME if is_on_time(first_at, period) else UpdateState.LATE


# ───────── 一个项目一期的更新 ─────────


@rule("3.3b")
def is_substantive(kinds: Iterable[str], substantive: Collection[str]) -> bool:
    """每月更新项目信息,强化项目动态管理:有清单所列的进展即实质进展;由种类定,文字写得再多也不算。"""
    return any(kind in substantive for kind in kinds)


@dataclass(frozen=True)
class UpdateDraft:
    """一个项目一期所填。`seen` 是填的时候看到的第几稿(0 = 还没有),用来发现他人先报了。"""

    code: str
    progress: str = ""
    problem: str = ""
    next_step: str = ""
    invested_month: int | None = None
    no_change: str = ""
    no_change_note: str = ""
    reason: str = ""
    seen: int | None = None
    events: tuple[EventDraft, ...] = ()


@dataclass(frozen=True)
class Content:
    """一稿的内容:两稿内容相同,就不另成一稿。`events` 是所据进展的标识。"""

    progress: str = ""
    problem: str = ""
    next_step: str = ""
    invested_month: int | None = None
    no_change: str = ""
    no_change_note: str = ""
    events: frozenset[str] = field(default_factory=frozenset)


def fold(text: str) -> str:
    """文字归一:换行一律 LF,首尾不留空白。"""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def prefilled(before: Content | None) -> Content:
    """没报的一行打开(下载)时已填好的:带上期的问题与下步打算。"""
    carried = before or Content()
    return Content(problem=carried.problem, next_step=carried.next_step)


def content_of(draft: UpdateDraft, events: Iterable[str]) -> Content:
    """草稿加所据进展 → 一稿的内容。"""
    return Content(
        progress=fold(draft.progress),
        problem=fold(draft.problem),
        next_step=fold(draft.next_step),
        invested_month=draft.invested_month,
        no_change=draft.no_change,
        no_change_note=fold(draft.no_change_note) if draft.no_change else "",
        events=frozenset(events),
    )


def is_changed(content: Content, previous: Content | None) -> bool:
    """与上期相比有没有变:新写了进展、问题或下步打算与上期不同、本月有投资、有进展事件。"""
    before = previous or Content()
    return bool(
        content.events
        or content.invested_month
        or (content.progress and content.progress != before.progress)
        or content.problem != before.problem
        or content.next_step != before.next_step
    )


@rule("3.3b")
def judge_update(
    content: Content,
    *,
    previous: Content | None,
    current: Content | None,
    closed: bool,
    reason: str = "",
) -> list[Finding]:
    """每月更新项目信息:没有变化的要说明为什么;锁账之后的更正要写理由。内容与现行一稿相同的不必判。"""
    if content == current:
        return []
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"update.{code}", CLAUSE, message))

    for name, label in (
        ("progress", "进展情况"),
        ("problem", "存在问题"),
        ("next_step", "下步打算"),
    ):
        size = len(getattr(content, name))
        if size > TEXT_LIMIT:
            need(name, "length", f"{label}有{size}字，至多{TEXT_LIMIT}字")
    if len(content.no_change_note) > NOTE_LIMIT or len(reason) > NOTE_LIMIT:
        need("no_change_note", "length", f"说明至多{NOTE_LIMIT}字")
    if content.invested_month is not None and not 0 <= content.invested_month <= MAX_YUAN:
        need("invested_month", "invested", "本月完成投资不能是负数，也不能大得不合常理；没有就不填")
    changed = is_changed(content, previous)
    if content.no_change and content.no_change not in set(NoChange):
        need("no_change", "no_change", "「无变化」的原因请从列表中选择")
    elif content.no_change and changed:
        need("no_change", "contradiction", "本期已有变化，不能同时报「无变化」；请去掉其中一样")
    elif not content.no_change and not changed:
        need("no_change", "silent", "本期没有变化，也没有进展：请选「无变化」的原因，或写明变化")
    if content.no_change == NoChange.OTHER and not content.no_change_note:
        need("no_change_note", "other", "选「其他」的，请写明是什么情况")
    if closed and not fold(reason):
        need("reason", "closed", "本期已经锁账：更正须写明理由，锁账时的数与更正后的数都会保留")
    return found


# ───────── 一个单位一期 ─────────


@dataclass(frozen=True)
class Tally:
    """一个单位一期:应报 = 按时 + 迟报 + 未报(截止之前的未报即待报);`empty` 是报了而无实质进展的。"""

    due: int = 0
    on_time: int = 0
    late: int = 0
    missing: int = 0
    empty: int = 0

    @property
    def reported(self) -> int:
        return self.on_time + self.late

    @property
    def on_time_bp(self) -> int | None:
        """按时率(基点);没有应报的为空。"""
        return self.on_time * 10000 // self.due if self.due else None

    @property
    def slipped(self) -> bool:
        """有迟报或未报。"""
        return self.late + self.missing > 0

    @property
    def hollow(self) -> bool:
        """应报的没有一个有实质进展。"""
        return self.due > 0 and self.due == self.empty + self.missing

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.due + other.due, self.on_time + other.on_time, self.late + other.late,
            self.missing + other.missing, self.empty + other.empty,
        )  # fmt: skip

    def as_json(self) -> dict[str, int]:
        return {
            "due": self.due, "on_time": self.on_time, "late": self.late,
            "missing": self.missing, "empty": self.empty,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, int]) -> Tally:
        return cls(**{name: int(data.get(name, 0)) for name in cls().as_json()})


def streak(flags: Sequence[bool]) -> int:
    """连续几期:由近及远,到第一个「否」为止。"""
    count = 0
    for flag in flags:
        if not flag:
            break
        count += 1
    return count
