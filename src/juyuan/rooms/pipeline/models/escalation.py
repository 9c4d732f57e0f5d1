"""提级管理(三(三)):对新签约合同引资额5亿元以上的项目。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.pipeline.models.moves import Recognition
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.escalation import EscalationState


class Escalation(models.Model):
    """一次提级:登记签约时由系统打开,签约认定时确认,撤回认定或更正到门槛以下时自己撤回并留痕。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="escalations"
    )
    state = models.CharField(
        "提级状态",
        max_length=10,
        choices=EscalationState.pairs(),
        default=EscalationState.PENDING.value,
    )
    signed_on = models.DateField("签约日期")
    amount = models.BigIntegerField("提级时合同引资额")
    strategy = models.CharField("引资额口径", max_length=40)
    threshold = models.BigIntegerField("提级门槛")
    parameters = models.JSONField("参数版本", default=dict)
    recognition = models.ForeignKey(
        Recognition, verbose_name="签约认定", null=True, on_delete=models.PROTECT, related_name="+"
    )
    convener = models.ForeignKey(
        Person, verbose_name="召集人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    plan = models.TextField("工作方案", blank=True)
    plan_file_use_id = models.UUIDField("方案文件", null=True, blank=True)
    plan_file_name = models.CharField("方案文件名", max_length=200, blank=True)
    opened_at = models.DateTimeField("打开时间")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closed_by_name = models.CharField("结束人", max_length=60, blank=True)
    close_reason = models.TextField("结束理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "提级"
        verbose_name_plural = "提级"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["pending", "confirmed"]),
                name="escalation_one_open",
            ),
            models.CheckConstraint(
                name="escalation_closed_iff_ended",
                condition=Q(state__in=["pending", "confirmed"], closed_at__isnull=True)
                | Q(state__in=["closed", "lapsed"], closed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="escalation_state")]


class EscalationMember(models.Model):
    """专班成员:哪个单位、谁、管什么。"""

    escalation = models.ForeignKey(
        Escalation, verbose_name="提级", on_delete=models.CASCADE, related_name="team"
    )
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, verbose_name="人员", null=True, on_delete=models.PROTECT, related_name="+"
    )
    task = models.CharField("分工", max_length=200, blank=True)

    class Meta:
        verbose_name = "专班成员"
        verbose_name_plural = "专班成员"
        ordering = ["id"]


class EscalationReport(models.Model):
    """提级报告:每两周一报(建议值),只增。"""

    escalation = models.ForeignKey(
        Escalation, verbose_name="提级", on_delete=models.PROTECT, related_name="reports"
    )
    due_on = models.DateField("应报日")
    progress = models.TextField("进展情况")
    problem = models.TextField("存在问题", blank=True)
    next_step = models.TextField("下步打算", blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="填报单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "提级报告"
        verbose_name_plural = "提级报告"
        ordering = ["id"]
