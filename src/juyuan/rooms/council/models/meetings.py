"""会议、席位、议题、决定。决定只增。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.council.rules.agenda import (
    AgendaKind,
    DecisionResult,
    ItemStatus,
    Origin,
)
from juyuan.rooms.council.rules.meetings import Attendance, MeetingState, SeatKind
from juyuan.rooms.pipeline.models import Project


class Meeting(models.Model):
    """一次促进会议。`sequence` 是这一年的第几次。"""

    code = models.CharField("会议编号", max_length=20, unique=True)
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveSmallIntegerField("第几次")
    title = models.CharField("会议名称", max_length=100)
    held_on = models.DateField("开会日期")
    starts_at = models.TimeField("开会时间")
    place = models.CharField("开会地点", max_length=100)
    chair = models.ForeignKey(
        Person, verbose_name="主持", on_delete=models.PROTECT, related_name="+"
    )
    secretary = models.ForeignKey(
        Person, verbose_name="记录", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "会议状态", max_length=10, choices=MeetingState.pairs(),
        default=MeetingState.PREPARING.value,
    )  # fmt: skip
    called_at = models.DateTimeField("通知时间", null=True)
    started_at = models.DateTimeField("开会时刻", null=True)
    ended_at = models.DateTimeField("散会时刻", null=True)
    quorum = models.JSONField("到会人数", default=dict)
    minutes_code = models.CharField("纪要公文", max_length=40, blank=True)
    minutes_issued_at = models.DateTimeField("纪要印发时间", null=True)
    parameters = models.JSONField("参数版本", default=dict)
    created_by_name = models.CharField("筹备人", max_length=60)
    created_at = models.DateTimeField("筹备时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "促进会议"
        verbose_name_plural = "促进会议"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "sequence"], condition=~Q(state="cancelled"),
                name="meeting_one_number",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="meeting_one_running"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "held_on"], name="meeting_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def state_enum(self) -> MeetingState:
        return MeetingState(self.state)


class Seat(models.Model):
    """一个席位:召集人是人,成员单位是单位(来的是谁写在 `attended_by`)。"""

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.CASCADE, related_name="seats"
    )
    kind = models.CharField("席位类别", max_length=10, choices=SeatKind.pairs())
    unit = models.ForeignKey(
        Unit, verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("姓名", max_length=60, blank=True)
    title = models.CharField("职务", max_length=60, blank=True)
    attendance = models.CharField(
        "到会情况", max_length=10, choices=Attendance.pairs(), default=Attendance.UNKNOWN.value
    )
    attended_by = models.CharField("到会的人", max_length=60, blank=True)
    note = models.CharField("事由", max_length=200, blank=True)
    order = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = "席位"
        verbose_name_plural = "席位"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "unit"], condition=Q(kind="member"), name="seat_one_unit"
            ),
            models.UniqueConstraint(
                fields=["meeting", "person"], condition=Q(kind="convener"), name="seat_one_convener"
            ),
        ]


class AgendaItem(models.Model):
    """一次会上的一个议题。自动列入的由 `kind`、`ref` 指着对象;开会时写定。"""

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.CASCADE, related_name="agenda"
    )
    kind = models.CharField("议题类别", max_length=10, choices=AgendaKind.pairs())
    ref = models.CharField("对象编号", max_length=30)
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="汇报单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField("议题", max_length=200)
    why = models.CharField("为何上会", max_length=300, blank=True)
    clause = models.CharField("依据", max_length=10, blank=True)
    since = models.DateField("等候自")
    due_on = models.DateField("对象期限", null=True)
    amount = models.BigIntegerField("有关金额", null=True)
    minutes = models.PositiveSmallIntegerField("预计分钟", default=10)
    position = models.PositiveIntegerField("次序", null=True)
    status = models.CharField(
        "议题情况", max_length=10, choices=ItemStatus.pairs(), default=ItemStatus.LISTED.value
    )
    origin = models.CharField("怎么来的", max_length=5, choices=Origin.pairs())
    reason = models.CharField("不议的理由", max_length=500, blank=True)
    draft = models.JSONField("决定草稿", default=dict)
    draft_by = models.ForeignKey(
        Account, verbose_name="草稿记录人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    draft_by_name = models.CharField("记录人姓名", max_length=60, blank=True)
    added_by_name = models.CharField("添加人", max_length=60, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "议题"
        verbose_name_plural = "议题"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "kind", "ref"], name="agenda_once"),
            models.UniqueConstraint(
                fields=["kind", "ref"], condition=Q(status="listed"), name="agenda_one_waiting"
            ),
        ]
        indexes = [models.Index(fields=["kind", "ref"], name="agenda_by_object")]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_enum(self) -> AgendaKind:
        return AgendaKind(self.kind)


class Decision(models.Model):
    """会上的一个决定:结果、意见、条件;谁记的,主持的谁定的。"""

    item = models.OneToOneField(
        AgendaItem, verbose_name="议题", on_delete=models.PROTECT, related_name="decision"
    )
    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="decisions"
    )
    kind = models.CharField("议题类别", max_length=10, choices=AgendaKind.pairs())
    ref = models.CharField("对象编号", max_length=30)
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    result = models.CharField("决定", max_length=15, choices=DecisionResult.pairs())
    text = models.TextField("意见", blank=True)
    conditions = models.JSONField("条件", default=list)
    recorded_by_name = models.CharField("记录人姓名", max_length=60, blank=True)
    chair = models.ForeignKey(
        Person, verbose_name="决定人", on_delete=models.PROTECT, related_name="+"
    )
    chair_name = models.CharField("决定人姓名", max_length=60)
    at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = "会议决定"
        verbose_name_plural = "会议决定"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind", "ref", "-at"], name="decision_by_object"),
            models.Index(fields=["chair", "-at"], name="decision_by_chair"),
        ]

    @property
    def result_enum(self) -> DecisionResult:
        return DecisionResult(self.result)
