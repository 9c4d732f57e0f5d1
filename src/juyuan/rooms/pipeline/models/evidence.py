"""证据与作废申请。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.facts import Conclusion, FactKey


class Evidence(models.Model):
    """责任单位的一份陈述及其证据文件:证明什么、谁出具、文号、日期、结论、地点。

    文件本体在 foundation.files,这里只存其使用记录的编号。`carried_from` 是并入的项目里的原件。
    `source` 空即由人填报;由上层房间办出来的,写房间名,`source_ref` 是那一件的编号。
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="evidence"
    )
    fact = models.CharField("证明什么", max_length=30, choices=FactKey.pairs())
    title = models.CharField("材料名称", max_length=200)
    issuer = models.CharField("出具单位", max_length=100, blank=True)
    number = models.CharField("文号", max_length=100, blank=True)
    dated_on = models.DateField("日期")
    conclusion = models.CharField(
        "结论", max_length=12, choices=Conclusion.pairs(), blank=True, default=""
    )
    place = models.CharField("地点", max_length=200, blank=True)
    two_way = models.BooleanField("双向接触", default=False)
    note = models.TextField("说明", blank=True)
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="提交单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")
    source = models.CharField("出处", max_length=20, blank=True, default="")
    source_ref = models.CharField("出处编号", max_length=40, blank=True, default="")
    carried_from = models.ForeignKey(
        "self",
        verbose_name="转入自",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.TextField("作废理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "证据"
        verbose_name_plural = "证据"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["project", "fact"],
                name="evidence_fact",
                condition=Q(voided_at__isnull=True),
            ),
            models.Index(fields=["file_sha256"], name="evidence_sha"),
        ]

    def __str__(self) -> str:
        return self.title


class VoidStatus(models.TextChoices):
    REQUESTED = "requested", "待确认"
    CONFIRMED = "confirmed", "已作废"
    REJECTED = "rejected", "不同意"


class VoidRequest(models.Model):
    """作废(录入错误):一人提出并写理由,另一人确认;确认后退出一切计数与分母,仍留在台账。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="voids"
    )
    evidence = models.ForeignKey(
        Evidence,
        verbose_name="证据",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="voids",
    )
    reason = models.TextField("理由")
    status = models.CharField(
        "作废状态", max_length=12, choices=VoidStatus.choices, default=VoidStatus.REQUESTED
    )
    requested_by = models.ForeignKey(
        Account, verbose_name="提出人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_by_name = models.CharField("提出人姓名", max_length=60)
    requested_at = models.DateTimeField("提出时间")
    settled_by = models.ForeignKey(
        Account,
        verbose_name="确认人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    settled_by_name = models.CharField("确认人姓名", max_length=60, blank=True)
    settled_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "作废申请"
        verbose_name_plural = "作废申请"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "evidence"],
                condition=Q(status="requested"),
                nulls_distinct=False,
                name="void_one_open",
            )
        ]
