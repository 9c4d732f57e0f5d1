"""承诺、政府先行事项、履约实况。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.evaluation.rules.promises import ActualSource, PromiseSource, PromiseState
from juyuan.rooms.pipeline.models import Project


class Promise(models.Model):
    """一项承诺。改约不改原行:原行记「已改约」,新的一行 `replaces` 指着它。

    `target` 是约定值:金额、每亩金额以元,数量以个;到期做到的(开工、投产)为空。
    """

    code = models.CharField("承诺编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("承诺种类", max_length=30)
    text = models.TextField("约定内容")
    quote = models.TextField("条款原文", blank=True)
    place = models.CharField("条款位置", max_length=100, blank=True)
    contract_number = models.CharField("合同编号", max_length=100, blank=True)
    target = models.BigIntegerField("约定值", null=True, blank=True)
    due_on = models.DateField("履约期限")
    wanted = models.CharField("凭什么算兑现", max_length=200)
    source = models.CharField("承诺来源", max_length=12, choices=PromiseSource.pairs())
    source_ref = models.CharField("来源编号", max_length=60, blank=True)
    state = models.CharField(
        "承诺状态", max_length=10, choices=PromiseState.pairs(), default=PromiseState.OPEN.value
    )
    replaces = models.OneToOneField(
        "self", verbose_name="改自", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    closed_on = models.DateField("了结日期", null=True)
    closed_by_name = models.CharField("了结人", max_length=60, blank=True)
    reason = models.TextField("了结理由", blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="登记单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("登记人姓名", max_length=60)
    at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "承诺"
        verbose_name_plural = "承诺"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="promise_target_positive", condition=Q(target__isnull=True) | Q(target__gt=0)
            )
        ]
        indexes = [
            models.Index(fields=["project", "due_on"], name="promise_by_project"),
            models.Index(fields=["state", "due_on", "id"], name="promise_by_due"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state_enum(self) -> PromiseState:
        return PromiseState(self.state)


class GovernmentDebt(models.Model):
    """承诺之前政府先要做的一件。`item_ref` 是转成的交办事项。"""

    promise = models.ForeignKey(
        Promise, verbose_name="承诺", on_delete=models.PROTECT, related_name="debts"
    )
    kind = models.CharField("先行事项种类", max_length=30)
    text = models.TextField("先行事项")
    unit = models.ForeignKey(
        Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField("应办到的日期")
    done_on = models.DateField("办到的日期", null=True)
    done_note = models.TextField("办结说明", blank=True)
    done_by_name = models.CharField("办结人", max_length=60, blank=True)
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    item_ref = models.CharField("交办事项编号", max_length=60, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "政府先行事项"
        verbose_name_plural = "政府先行事项"
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text[:40]


class PromiseActual(models.Model):
    """一条履约实况:到哪天达到多少,凭据是什么;只增,最近的一条为准。"""

    promise = models.ForeignKey(
        Promise, verbose_name="承诺", on_delete=models.PROTECT, related_name="actuals"
    )
    source = models.CharField("实况来源", max_length=10, choices=ActualSource.pairs())
    on = models.DateField("实况日期")
    value = models.BigIntegerField("达到", null=True)
    note = models.TextField("说明", blank=True)
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    by = models.ForeignKey(
        Account, verbose_name="填报人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("填报人姓名", max_length=60)
    at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = "履约实况"
        verbose_name_plural = "履约实况"
        ordering = ["id"]
        indexes = [models.Index(fields=["promise", "-on", "-id"], name="actual_latest")]

    def __str__(self) -> str:
        return f"{self.on}"
