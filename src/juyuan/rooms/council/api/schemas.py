"""促进会议接口的进出形状。单位、人员用稳定代码。"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from ninja import Schema
from pydantic import Field

from juyuan.foundation.apikit.shapes import Percent, Strict

MeetingStateName = Literal["preparing", "called", "running", "ended", "cancelled"]
ActionStateName = Literal["assigned", "working", "submitted", "closed"]
ProblemStateName = Literal["open", "assigned", "solved", "closed"]
ResultName = Literal[
    "passed", "conditional", "rejected", "go_on", "end", "ruled", "assigned", "solved", "extended",
    "noted", "deferred",
]  # fmt: skip


class PageFilters(Schema):
    sort: str = "-id"
    cursor: str = ""
    limit: int = Field(default=50, ge=1, le=200)
    count: Literal["", "exact"] = ""


class MeetingFilters(PageFilters):
    state: MeetingStateName | None = None


class ActionFilters(PageFilters):
    sort: str = "due_on"
    state: ActionStateName | None = None
    unit: str = ""
    late: bool = False
    mine: bool = False
    q: str = ""


class ProblemFilters(PageFilters):
    state: ProblemStateName | None = None
    kind: str = ""


class MeetingIn(Strict):
    """筹备一次会议。`chair`、`secretary` 是人员代码;名称不给就用「某年第几次…」。"""

    held_on: date | None = None
    starts_at: time | None = None
    place: str = Field(default="", max_length=100)
    chair: str = Field(default="", max_length=60)
    secretary: str = Field(default="", max_length=60)
    title: str = Field(default="", max_length=100)


class QuorumOut(Schema):
    """到会:通知几家成员单位、到几家、须几家,够不够。"""

    summoned: int
    present: int
    needed: int
    met: bool
    said: str


class MeetingOut(Schema):
    code: str
    title: str
    year: int
    sequence: int
    held_on: date
    starts_at: str
    place: str
    chair: str
    secretary: str | None
    state: MeetingStateName
    version: int


class MeetingPage(Schema):
    items: list[MeetingOut]
    next: str | None
    total: int | None


class DecisionOut(Schema):
    result: ResultName
    text: str
    conditions: list[dict[str, str]]
    by: str
    recorded_by: str
    at: datetime
    actions: list[str]


class AgendaOut(Schema):
    """一个议题;还没有写定的(`id` 为空)是自动列入的。`project` 看得见才有。"""

    id: int | None
    kind: str
    ref: str
    title: str
    why: str
    clause: str
    unit: str | None
    project: str | None
    status: Literal["listed", "decided", "postponed", "carried"]
    drafted: bool
    version: int | None
    decision: DecisionOut | None


class MeetingDetail(MeetingOut):
    """一次会:人数与看得见的议题。"""

    quorum: QuorumOut
    agenda: list[AgendaOut]


class ConditionIn(Strict):
    text: str = Field(default="", max_length=500)
    due_on: date | None = None
    evidence: str = Field(default="", max_length=200)


class HandedIn(Strict):
    """一件交办。`unit` 是单位代码。"""

    text: str = Field(default="", max_length=500)
    unit: str = Field(default="", max_length=60)
    due_on: date | None = None


class ShareIn(Strict):
    unit: str = Field(max_length=60)
    share: Percent


class DecisionIn(Strict):
    """当场决定:主持的召集人给出,当即生效;商务主管部门给出,是记下的草稿,等主持的确认。"""

    result: ResultName | None = None
    text: str = Field(default="", max_length=4000)
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=30)
    actions: list[HandedIn] = Field(default_factory=list, max_length=30)
    lead_unit: str = Field(default="", max_length=60)
    shares: list[ShareIn] = Field(default_factory=list, max_length=20)
    due_on: date | None = None
    minutes_number: str = Field(default="", max_length=100)


class ActionOut(Schema):
    """一件交办。`project` 看得见才有;`late` 是还没有报结而期限已过。"""

    code: str
    title: str
    unit: str
    person: str | None
    source: Literal["meeting", "problem", "debt"]
    meeting: str | None
    problem: str | None
    project: str | None
    assigned_on: date
    first_due_on: date
    due_on: date
    asked_due_on: date | None
    extended: int
    state: ActionStateName
    late: bool
    submitted_on: date | None
    closed_on: date | None
    version: int


class ActionPage(Schema):
    items: list[ActionOut]
    next: str | None
    total: int | None


class StepOut(Schema):
    verb: str
    label: str
    text: str
    by: str
    unit: str
    on: date
    file: str


class ActionDetail(ActionOut):
    """一件交办与它的经过(先后为序);`acts` 是此人此刻能办的。"""

    steps: list[StepOut]
    acts: list[str]


class TextIn(Strict):
    text: str = Field(default="", max_length=2000)


class ReasonIn(Strict):
    reason: str = Field(default="", max_length=2000)


class ExtensionIn(Strict):
    due_on: date | None = None
    reason: str = Field(default="", max_length=2000)


class AnswerIn(Strict):
    grant: bool
    text: str = Field(default="", max_length=2000)


class ProblemIn(Strict):
    """提难题。`project` 是项目编号,`owner_unit` 是建议承办单位的代码。"""

    project: str = Field(default="", max_length=20)
    kind: str = Field(default="", max_length=30)
    text: str = Field(default="", max_length=2000)
    wanted: str = Field(default="", max_length=2000)
    owner_unit: str = Field(default="", max_length=60)


class ProblemOut(Schema):
    code: str
    project: str
    kind: str
    text: str
    wanted: str
    unit: str
    owner_unit: str | None
    state: ProblemStateName
    raised_at: datetime
    ended_at: datetime | None
    outcome: str
    actions: list[str]
    version: int


class ProblemPage(Schema):
    items: list[ProblemOut]
    next: str | None
    total: int | None
