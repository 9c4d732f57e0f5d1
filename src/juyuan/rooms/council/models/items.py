"""难题、交办事项,与它们各自只增的经过。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.council.models.meetings import Decision
from juyuan.rooms.council.rules.items import ActionSource, ActionState, ActionVerb
from juyuan.rooms.council.rules.problems import ProblemState
from juyuan.rooms.pipeline.models import Project


class Problem(models.Model):
    """一件难题:哪个项目、哪一类、难在哪里、希望怎样、谁提的。"""

    code = models.CharField("难题编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="提出单位", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("难题类别", max_length=30)
    text = models.TextField("难在哪里")
    wanted = models.TextField("希望怎样解决")
    owner_unit = models.ForeignKey(
        Unit, verbose_name="建议承办单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "难题状态", max_length=10, choices=ProblemState.pairs(), default=ProblemState.OPEN.value
    )
    raised_by = models.ForeignKey(
        Account, verbose_name="提出人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_by_name = models.CharField("提出人姓名", max_length=60)
    raised_at = models.DateTimeField("提出时间")
    assigned_at = models.DateTimeField("交办时间", null=True)
    ended_at = models.DateTimeField("了结时间", null=True)
    outcome = models.TextField("怎样了结", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "难题"
        verbose_name_plural = "难题"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="problem_by_state"),
            models.Index(fields=["project", "-id"], name="problem_of_project"),
        ]

    def __str__(self) -> str:
        return f"难题 {self.code}"

    @property
    def state_enum(self) -> ProblemState:
        return ProblemState(self.state)


class ActionItem(models.Model):
    """一件交办事项。`source_ref` 说它从哪里来;会上议定的另指着决定。"""

    code = models.CharField("交办编号", max_length=20, unique=True)
    source = models.CharField("交办来源", max_length=10, choices=ActionSource.pairs())
    source_ref = models.CharField("来源编号", max_length=60)
    decision = models.ForeignKey(
        Decision,
        verbose_name="会议决定",
        null=True,
        on_delete=models.PROTECT,
        related_name="actions",
    )
    problem = models.ForeignKey(
        Problem, verbose_name="难题", null=True, on_delete=models.PROTECT, related_name="actions"
    )
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.TextField("交办内容")
    unit = models.ForeignKey(
        Unit, verbose_name="承办单位", on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, verbose_name="承办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_on = models.DateField("交办日期")
    first_due_on = models.DateField("原定期限")
    due_on = models.DateField("期限")
    state = models.CharField(
        "交办状态", max_length=10, choices=ActionState.pairs(), default=ActionState.ASSIGNED.value
    )
    submitted_on = models.DateField("报结日期", null=True)
    submitted_by = models.ForeignKey(
        Account, verbose_name="报结人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_on = models.DateField("销号日期", null=True)
    asked_due_on = models.DateField("申请延到", null=True)
    asked_reason = models.TextField("延期理由", blank=True)
    asked_by = models.ForeignKey(
        Account, verbose_name="延期申请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    extended = models.PositiveSmallIntegerField("已延期次数", default=0)
    returned = models.PositiveSmallIntegerField("退回次数", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "交办事项"
        verbose_name_plural = "交办事项"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_ref"], condition=Q(source="debt"), name="action_one_debt"
            ),
            models.CheckConstraint(
                name="action_closed_submitted",
                condition=~Q(state="closed")
                | Q(submitted_on__isnull=False, closed_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="action_by_state"),
            models.Index(fields=["unit", "state", "due_on"], name="action_of_unit"),
            models.Index(fields=["project", "-id"], name="action_of_project"),
        ]

    def __str__(self) -> str:
        return f"交办 {self.code}"

    @property
    def state_enum(self) -> ActionState:
        return ActionState(self.state)


class ActionStep(models.Model):
    """交办事项的一步。只增;过去某天的样子由它推出。"""

    item = models.ForeignKey(
        ActionItem, verbose_name="交办事项", on_delete=models.PROTECT, related_name="steps"
    )
    verb = models.CharField("步骤", max_length=10, choices=ActionVerb.pairs())
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    due_on = models.DateField("其时期限")
    text = models.TextField("内容", blank=True)
    file_name = models.CharField("凭据文件名", max_length=200, blank=True)
    by = models.ForeignKey(
        Account, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("办理人姓名", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "交办的一步"
        verbose_name_plural = "交办的一步"
        ordering = ["id"]
        indexes = [models.Index(fields=["item", "-id"], name="step_of_action")]


class ProblemStep(models.Model):
    """难题的一步。只增。"""

    problem = models.ForeignKey(
        Problem, verbose_name="难题", on_delete=models.PROTECT, related_name="steps"
    )
    to_state = models.CharField("新状态", max_length=10, choices=ProblemState.pairs())
    text = models.TextField("内容", blank=True)
    by_name = models.CharField("办理人姓名", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "难题的一步"
        verbose_name_plural = "难题的一步"
        ordering = ["id"]
        indexes = [models.Index(fields=["problem", "-id"], name="step_of_problem")]
