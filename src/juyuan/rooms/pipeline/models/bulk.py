"""批量:一次与它的逐个结果。"""

from __future__ import annotations

from django.db import models

from juyuan.foundation.people.models import Account


class BulkRun(models.Model):
    """一次批量。编号就是台账的组号,由预览页给定:重交一次是同一次。"""

    id = models.UUIDField("批号", primary_key=True)
    account = models.ForeignKey(
        Account, verbose_name="谁办的", on_delete=models.PROTECT, related_name="+"
    )
    act = models.CharField("办什么", max_length=20)
    said = models.CharField("怎么办", max_length=300, blank=True)
    total = models.PositiveIntegerField("选中几个")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("办完时间", null=True)

    class Meta:
        verbose_name = "批量"
        verbose_name_plural = "批量"

    def __str__(self) -> str:
        return str(self.pk)


class BulkLine(models.Model):
    """一个项目的结果;与办成的那个动作同一事务。"""

    run = models.ForeignKey(
        BulkRun, verbose_name="批量", on_delete=models.PROTECT, related_name="lines"
    )
    code = models.CharField("项目编号", max_length=40)
    outcome = models.CharField("结果", max_length=10)
    said = models.CharField("改了什么", max_length=500, blank=True)
    findings = models.JSONField("为什么没办", default=list)

    class Meta:
        verbose_name = "批量的逐个结果"
        verbose_name_plural = "批量的逐个结果"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "code"], name="bulk_line_once")]

    def __str__(self) -> str:
        return self.code
