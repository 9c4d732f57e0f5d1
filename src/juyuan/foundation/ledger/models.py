"""台账事件。"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Result(models.TextChoices):
    DONE = "done", "完成"
    REFUSED = "refused", "拒绝"


class Event(models.Model):
    """一个动作一行;名称存为文字,比它所指的对象活得久。"""

    at = models.DateTimeField("时间")
    event = models.CharField("事项", max_length=80)
    actor_id = models.BigIntegerField("账号编号", null=True)
    actor_name = models.CharField("行动者", max_length=60)
    post_label = models.CharField("任职", max_length=120, blank=True)
    unit_code = models.CharField("单位代码", max_length=60, blank=True)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    via = models.CharField("途径", max_length=10)
    obj_type = models.CharField("对象类别", max_length=40)
    obj_id = models.CharField("对象编号", max_length=60)
    obj_label = models.CharField("对象", max_length=200, blank=True)
    before = models.JSONField("前", null=True)
    after = models.JSONField("后", null=True)
    reason = models.TextField("理由", blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)
    result = models.CharField("结果", max_length=10, choices=Result.choices, default=Result.DONE)
    request_id = models.CharField("请求编号", max_length=40, blank=True)
    group = models.UUIDField("同组编号", null=True)

    class Meta:
        verbose_name = "台账事件"
        verbose_name_plural = "台账事件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["obj_type", "obj_id", "-id"], name="ledger_object"),
            models.Index(fields=["actor_id", "-id"], name="ledger_actor"),
            models.Index(fields=["event", "-id"], name="ledger_event_kind"),
            models.Index(fields=["-id"], condition=Q(result="refused"), name="ledger_refused"),
            BrinIndex(fields=["at"], name="ledger_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.event}"


class Seal(models.Model):
    """一次封存:上一封之后到 `last_id` 为止的全部台账行,与前一封连成一条链。只增不改。"""

    no = models.BigIntegerField("封存号", primary_key=True)
    at = models.DateTimeField("封存时间")
    version = models.PositiveSmallIntegerField("写法版本")
    first_id = models.BigIntegerField("首行编号")
    last_id = models.BigIntegerField("末行编号", unique=True)
    count = models.PositiveIntegerField("行数")
    key = models.CharField("密钥标识", max_length=16)
    index = models.BinaryField("行记号")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = "台账封存"
        verbose_name_plural = "台账封存"
        ordering = ["no"]
        constraints = [
            models.CheckConstraint(
                name="seal_holds_rows",
                condition=Q(no__gte=1, count__gte=1, first_id__lte=models.F("last_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.no} 封({self.first_id}–{self.last_id})"
