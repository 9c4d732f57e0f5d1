"""待办与到期日的改动。对象的名称不存:读的时候经它的房间取,看不见就没有。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Person, Unit

KEY = ["kind", "object_type", "object_id", "unit", "person", "period"]


class Duty(models.Model):
    """一件待办。`person` 空 = 单位的事,由该单位任相应角色的人办。

    同一件(种类、对象、单位、人、期)同时只有一件开着;写了期(如 2026-11)的,办结之后同一期不再开。
    """

    kind = models.CharField("种类", max_length=60)
    object_type = models.CharField("对象类别", max_length=40)
    object_id = models.BigIntegerField("对象编号")
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, on_delete=models.PROTECT, related_name="+"
    )
    clause = models.CharField("依据条款", max_length=20, blank=True)
    basis_on = models.DateField("起算日")
    rule = models.JSONField("期限规则")
    said = models.CharField("期限推法", max_length=300)
    due_on = models.DateField("到期日")
    provisional = models.BooleanField("暂定", default=False)
    period = models.CharField("期", max_length=20, blank=True)
    opened_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    ended_act = models.CharField("办结的动作", max_length=80, blank=True)
    ended_by = models.CharField("办结人", max_length=60, blank=True)
    cancelled = models.BooleanField("已撤销", default=False)

    class Meta:
        verbose_name = "待办"
        verbose_name_plural = "待办"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=KEY,
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="duty_one_open",
            ),
            models.UniqueConstraint(
                fields=KEY,
                condition=~Q(period="") & Q(cancelled=False),
                nulls_distinct=False,
                name="duty_once_a_period",
            ),
            models.CheckConstraint(
                name="duty_ended_by_an_act",
                condition=Q(ended_at__isnull=True, ended_act="", cancelled=False)
                | (Q(ended_at__isnull=False) & ~Q(ended_act="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "due_on"],
                condition=Q(ended_at__isnull=True),
                name="duty_open_of_unit",
            ),
            models.Index(
                fields=["person", "due_on"],
                condition=Q(ended_at__isnull=True),
                name="duty_open_of_person",
            ),
            models.Index(
                fields=["due_on", "id"], condition=Q(ended_at__isnull=True), name="duty_open_due"
            ),
            models.Index(fields=["unit", "due_on", "id"], name="duty_of_unit"),
            models.Index(fields=["object_type", "object_id"], name="duty_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class DueChange(models.Model):
    """到期日改过一次(放假通知变了):改前的日子留着,任何一天的准时率都能照当时的到期日重算。只增。"""

    duty = models.ForeignKey(
        Duty, verbose_name="待办", on_delete=models.PROTECT, related_name="changes"
    )
    at = models.DateTimeField("改动时间")
    was_on = models.DateField("原到期日")
    was_provisional = models.BooleanField("原为暂定")
    now_on = models.DateField("新到期日")
    now_provisional = models.BooleanField("新为暂定")

    class Meta:
        verbose_name = "到期日改动"
        verbose_name_plural = "到期日改动"
        ordering = ["id"]
        indexes = [models.Index(fields=["duty", "at", "id"], name="due_change_when")]
