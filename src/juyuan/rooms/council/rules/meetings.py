"""促进会议:状态、名额、人数、几个月开一次。纯函数。"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding

CLAUSE = "1e"
TITLE_LIMIT, PLACE_LIMIT, TEXT_LIMIT = 100, 100, 4000


class MeetingState(Labelled):
    """会议走到哪一步。"""

    PREPARING = "preparing", "筹备"
    CALLED = "called", "已通知"
    RUNNING = "running", "进行中"
    ENDED = "ended", "已结束"
    CANCELLED = "cancelled", "已取消"


class MeetingVerb(Labelled):
    """会议上的一步。"""

    CALL = "call", "发通知"
    START = "start", "开会"
    END = "end", "散会"
    CANCEL = "cancel", "取消"


MOVES: dict[tuple[MeetingState, MeetingVerb], MeetingState] = {
    (MeetingState.PREPARING, MeetingVerb.CALL): MeetingState.CALLED,
    (MeetingState.CALLED, MeetingVerb.CALL): MeetingState.CALLED,
    (MeetingState.CALLED, MeetingVerb.START): MeetingState.RUNNING,
    (MeetingState.RUNNING, MeetingVerb.END): MeetingState.ENDED,
    (MeetingState.PREPARING, MeetingVerb.CANCEL): MeetingState.CANCELLED,
    (MeetingState.CALLED, MeetingVerb.CANCEL): MeetingState.CANCELLED,
}
UPCOMING = (MeetingState.PREPARING, MeetingState.CALLED)
OPEN = (*UPCOMING, MeetingState.RUNNING)


class SeatKind(Labelled):
    """席位:召集人、成员单位、列席。"""

    CONVENER = "convener", "召集人席"
    MEMBER = "member", "成员单位席"
    OBSERVER = "observer", "列席"


class Attendance(Labelled):
    """到会情况。"""

    UNKNOWN = "unknown", "未登记"
    PRESENT = "present", "到会"
    DELEGATE = "delegate", "委托到会"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"


@dataclass(frozen=True)
class SeatFact:
    """判断人数要用的:席位与到会。"""

    kind: SeatKind
    attendance: Attendance
    person_id: int | None = None


@dataclass(frozen=True)
class Quorum:
    """人数够不够。`needed` 是要到会的成员单位数。"""

    summoned: int
    present: int
    needed: int
    chair_present: bool

    @property
    def met(self) -> bool:
        return self.chair_present and self.summoned > 0 and self.present >= self.needed

    @property
    def said(self) -> str:
        """一句话:差什么。"""
        if self.summoned == 0:
            return "还没有通知成员单位"
        if self.met:
            return f"到会 {self.present} 家，达到 {self.needed} 家，召集人在席"
        lacking = []
        if not self.chair_present:
            lacking.append("主持的召集人没有到会")
        if self.present < self.needed:
            lacking.append(
                f"通知了 {self.summoned} 家成员单位，须到会 {self.needed} 家，现在 {self.present} 家"
            )
        return "；".join(lacking)


def needed_of(summoned: int, share_bp: int, *, inclusive: bool) -> int:
    """要到会几家:达到(含本数)或超过通知数的这个份额的最小整数。

    >>> needed_of(10, 5000, inclusive=False), needed_of(10, 5000, inclusive=True)
    (6, 5)
    """
    exact = summoned * share_bp
    whole, rest = divmod(exact, 10_000)
    if rest:
        return whole + 1
    return whole if inclusive else whole + 1


@rule("1b")
def quorum(
    seats: Iterable[SeatFact],
    chair_id: int | None,
    share_bp: int,
    *,
    inclusive: bool = False,
    delegate_counts: bool = True,
) -> Quorum:
    """由市政府主要负责同志为总召集人,各副市长为召集人,各相关单位主要负责同志为成员的招商引资服务促进机制。

    议决须召集人主持、到会的成员单位过半(建议值);委托到会算不算由参数定。
    """
    rows = list(seats)
    counted = {Attendance.PRESENT} | ({Attendance.DELEGATE} if delegate_counts else set())
    members = [s for s in rows if s.kind == SeatKind.MEMBER]
    chair = any(
        s.kind == SeatKind.CONVENER
        and s.attendance == Attendance.PRESENT
        and s.person_id == chair_id
        for s in rows
        if chair_id is not None
    )
    return Quorum(
        summoned=len(members),
        present=sum(s.attendance in counted for s in members),
        needed=needed_of(len(members), share_bp, inclusive=inclusive),
        chair_present=chair,
    )


def next_state(state: MeetingState, verb: MeetingVerb) -> MeetingState | None:
    """走这一步之后的状态;不能走为空。"""
    return MOVES.get((state, verb))


def next_sequence(taken: Collection[int]) -> int:
    """这一年的第几次:没有用过的最小的一个(取消了的腾出来)。"""
    number = 1
    while number in taken:
        number += 1
    return number


def meeting_title(year: int, sequence: int) -> str:
    """缺省的会议名称。"""
    return f"{year}年第{sequence}次招商引资服务促进会议"


@dataclass(frozen=True)
class Span:
    """一期:自某日至某日(含),应当开一次会。"""

    first: date
    last: date

    @property
    def key(self) -> int:
        """期的编号:首月的年月。"""
        return self.first.year * 100 + self.first.month

    @property
    def label(self) -> str:
        if self.first.month == self.last.month:
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first.year}年{self.first.month}至{self.last.month}月"


@rule("3.5c")
def span_of(day: date, months: int) -> Span:
    """召集人定期召开会议。

    几个月开一次由参数定(建议值:每月);从一月起分期,`months` 须整除十二。
    """
    if months < 1 or 12 % months:
        raise ValueError("开会的间隔须整除十二个月")
    start = (day.month - 1) // months * months + 1
    first = date(day.year, start, 1)
    end = start + months
    after = date(day.year + (end > 12), end - 12 if end > 12 else end, 1)
    return Span(first, after - timedelta(days=1))


@dataclass(frozen=True)
class MeetingDraft:
    """填的会议。"""

    held_on: date | None
    starts_at: time | None
    place: str = ""
    chair_id: int | None = None
    secretary_id: int | None = None
    title: str = ""


@rule("1e")
def judge_meeting(
    draft: MeetingDraft, today: date, conveners: Collection[int], staff: Collection[int]
) -> list[Finding]:
    """定期牵头组织召开招商引资服务促进会议,对项目进行集中评价和决策。

    日期不早于今天,主持的是在任的召集人,记录的是商务主管部门的人。
    """
    found = []
    if draft.held_on is None:
        found.append(Finding("held_on", "meeting.date", CLAUSE, "请写开会日期"))
    elif draft.held_on < today:
        found.append(
            Finding(
                "held_on",
                "meeting.past",
                CLAUSE,
                f"开会日期不能早于今天（{today}），请改到今天或以后",
            )
        )
    if draft.starts_at is None:
        found.append(Finding("starts_at", "meeting.time", CLAUSE, "请写开会时间，如 14:00"))
    if not 0 < len(draft.place.strip()) <= PLACE_LIMIT:
        found.append(
            Finding("place", "meeting.place", CLAUSE, f"请写开会地点（至多{PLACE_LIMIT}字）")
        )
    if len(draft.title.strip()) > TITLE_LIMIT:
        found.append(Finding("title", "meeting.title", CLAUSE, f"会议名称至多{TITLE_LIMIT}字"))
    if draft.chair_id not in conveners:
        found.append(
            Finding(
                "chair", "meeting.chair", "1b", "请从在任的总召集人、分管副市长、召集人中选一位主持"
            )
        )
    if draft.secretary_id is not None and draft.secretary_id not in staff:
        found.append(
            Finding("secretary", "meeting.secretary", CLAUSE, "记录的请从商务主管部门的同志中选")
        )
    return found
