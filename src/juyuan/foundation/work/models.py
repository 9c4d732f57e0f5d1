"""定期任务的执行记录与长任务。"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class JobRun(models.Model):
    """一项定期任务在某一日的一次执行;同一项同一日只有一行,以此认领。"""

    name = models.CharField("任务", max_length=80)
    on = models.DateField("业务日")
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    result = models.JSONField("结果", null=True, blank=True)
    error = models.TextField("出错", blank=True)

    class Meta:
        verbose_name = "定期任务执行"
        verbose_name_plural = "定期任务执行"
        ordering = ["-on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "on"], name="job_run_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class TaskState(models.TextChoices):
    QUEUED = "queued", "排队"
    RUNNING = "running", "执行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


OPEN_STATES = (TaskState.QUEUED, TaskState.RUNNING)


class TaskRun(models.Model):
    """有人在等的长任务(大批导入、测算、出件):进度、取消、结果都在这一行。"""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=60)
    label = models.CharField("说明", max_length=200)
    args = models.JSONField("参数", default=dict)
    account_id = models.BigIntegerField("账号编号", null=True)
    actor_name = models.CharField("发起人", max_length=60)
    post_id = models.BigIntegerField("任职编号", null=True)
    state = models.CharField(
        "状态", max_length=10, choices=TaskState.choices, default=TaskState.QUEUED
    )
    done = models.PositiveBigIntegerField("已办", default=0)
    total = models.PositiveBigIntegerField("总数", default=0)
    message = models.CharField("进展", max_length=300, blank=True)
    result = models.JSONField("结果", null=True, blank=True)
    cancel_requested = models.BooleanField("要求取消", default=False)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    created_at = models.DateTimeField("提交时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    beat_at = models.DateTimeField("最近进展", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "长任务"
        verbose_name_plural = "长任务"
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="task_ended_iff_closed",
                condition=Q(state__in=["queued", "running"], ended_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "-created_at"], name="task_by_account"),
            models.Index(
                fields=["beat_at"], condition=Q(state="running"), name="task_running_beat"
            ),
        ]

    def __str__(self) -> str:
        return self.label
