"""撞单的证据、裁定与首谈的移交。裁定与证据只增。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.first_contact.models.claims import Claim
from juyuan.rooms.first_contact.models.conflicts import Conflict
from juyuan.rooms.first_contact.rules.rulings import HandoverState, RulingLevel


class ConflictEvidence(models.Model):
    """一方交的证据。对方看不见。"""

    conflict = models.ForeignKey(
        Conflict, verbose_name="撞单", on_delete=models.PROTECT, related_name="evidence"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="提交单位", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField("材料名称", max_length=200)
    dated_on = models.DateField("日期")
    note = models.TextField("说明", blank=True)
    file_sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "撞单证据"
        verbose_name_plural = "撞单证据"
        ordering = ["id"]


class Ruling(models.Model):
    """一次裁定:谁牵头、功劳份额(单位编号 → 基点,合计 10000)、理由、依据。终局的是召集人的。"""

    conflict = models.ForeignKey(
        Conflict, verbose_name="撞单", on_delete=models.PROTECT, related_name="rulings"
    )
    level = models.CharField("哪一级", max_length=10, choices=RulingLevel.pairs())
    lead_unit = models.ForeignKey(
        Unit, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="+"
    )
    shares = models.JSONField("功劳份额")
    reason = models.TextField("理由")
    clause = models.CharField("依据", max_length=10)
    parameters = models.JSONField("参数版本", default=dict)
    by = models.ForeignKey(
        Account, verbose_name="裁定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("裁定人姓名", max_length=60)
    unit_name = models.CharField("裁定单位", max_length=100, blank=True)
    at = models.DateTimeField("裁定时间")

    class Meta:
        verbose_name = "裁定"
        verbose_name_plural = "裁定"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["conflict", "level"], name="ruling_once_per_level")
        ]


class Handover(models.Model):
    """移交:交出单位列清单、定功劳份额,接收单位确认之后才算数。"""

    claim = models.ForeignKey(
        Claim, verbose_name="首谈登记", on_delete=models.PROTECT, related_name="handovers"
    )
    to_unit = models.ForeignKey(
        Unit, verbose_name="接收单位", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "移交状态",
        max_length=10,
        choices=HandoverState.pairs(),
        default=HandoverState.PROPOSED.value,
    )
    materials = models.TextField("移交材料")
    matters = models.TextField("未了事项")
    share_bp = models.PositiveIntegerField("交出单位的功劳份额")
    reason = models.TextField("移交理由")
    proposed_by_name = models.CharField("提出人", max_length=60)
    proposed_at = models.DateTimeField("提出时间")
    answered_by_name = models.CharField("答复人", max_length=60, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answer = models.TextField("答复", blank=True)
    successor = models.ForeignKey(
        Claim, verbose_name="接续的首谈", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "移交"
        verbose_name_plural = "移交"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state="proposed"), name="handover_one_open"
            ),
            models.CheckConstraint(name="handover_share", condition=Q(share_bp__lte=10_000)),
        ]
