"""参数的各版与改动的提议。只增不改:改一个数就是多一行。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ParameterOrigin(models.TextChoices):
    DOCUMENT = "文件明定", "文件明定"
    SUGGESTED = "建议值", "建议值"


class ParameterVersion(models.Model):
    """参数的一版。`value` 为 JSON:金额整数元、比例整数基点、日期 ISO 文字。"""

    pack = models.SlugField("城市包", max_length=60)
    key = models.CharField("参数名", max_length=80)
    label = models.CharField("名称", max_length=100)
    type = models.CharField("类型", max_length=12)
    value = models.JSONField("值")
    unit = models.CharField("计量单位", max_length=20, blank=True)
    op = models.CharField("含不含本数", max_length=2, blank=True)
    choices = models.JSONField("可选值", default=list)
    labels = models.JSONField("值的名称", default=dict)
    clause = models.CharField("条款", max_length=40)
    effective_from = models.DateField("施行日")
    origin = models.CharField("出处", max_length=8, choices=ParameterOrigin.choices)
    text_q = models.TextField("引文", blank=True)
    note = models.TextField("说明", blank=True)
    reason = models.TextField("理由", blank=True)
    proposed_by = models.CharField("提议人", max_length=60, blank=True)
    confirmed_by = models.CharField("确认人", max_length=60, blank=True)
    paper_number = models.CharField("依据文件的文号", max_length=100, blank=True)
    paper_on = models.DateField("依据文件的日期", null=True, blank=True)
    paper_use_id = models.UUIDField("依据文件", null=True, blank=True)
    pack_version = models.CharField("城市包版本", max_length=60, blank=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "参数版本"
        verbose_name_plural = "参数版本"
        ordering = ["key", "effective_from", "id"]
        indexes = [
            models.Index(fields=["pack", "key", "effective_from"], name="parameter_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.label}(自 {self.effective_from} 起)"


class ProposalStatus(models.TextChoices):
    OPEN = "open", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "不同意"


class ParameterProposal(models.Model):
    """提议改一个数:一人提、另一人确认后才成为新的一版。"""

    pack = models.SlugField("城市包", max_length=60)
    key = models.CharField("参数名", max_length=80)
    value = models.JSONField("值")
    effective_from = models.DateField("施行日")
    reason = models.TextField("理由")
    status = models.CharField(
        "提议状态", max_length=10, choices=ProposalStatus.choices, default=ProposalStatus.OPEN
    )
    proposed_by_id_at = models.BigIntegerField("提议账号编号")
    proposed_by = models.CharField("提议人", max_length=60)
    proposed_at = models.DateTimeField("提议时间")
    paper_number = models.CharField("依据文件的文号", max_length=100, blank=True)
    paper_on = models.DateField("依据文件的日期", null=True, blank=True)
    paper_use_id = models.UUIDField("依据文件", null=True, blank=True)
    settled_by = models.CharField("确认人", max_length=60, blank=True)
    settled_at = models.DateTimeField("确认时间", null=True, blank=True)
    settled_note = models.TextField("确认意见", blank=True)

    class Meta:
        verbose_name = "参数提议"
        verbose_name_plural = "参数提议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "key"],
                condition=Q(status="open"),
                name="parameter_one_open_proposal",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}(自 {self.effective_from} 起)"
