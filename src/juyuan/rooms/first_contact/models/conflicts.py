"""撞单:两个以上单位登记同一件。各方只看得见自己的一边。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Unit
from juyuan.rooms.first_contact.models.claims import Claim
from juyuan.rooms.first_contact.rules.rulings import PENDING, ConflictSource, ConflictState
from juyuan.rooms.pipeline.models import Project


class Conflict(models.Model):
    """一件撞单。`project` 是先有的一方的项目;未定之前它不得签约。"""

    code = models.CharField("撞单编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "撞单状态", max_length=10, choices=ConflictState.pairs(), default=ConflictState.OPEN.value
    )
    source = models.CharField("怎么立的", max_length=10, choices=ConflictSource.pairs())
    tier = models.PositiveSmallIntegerField("档", default=0)
    reasons = models.JSONField("吻合的字段", default=list)
    note = models.TextField("立件说明", blank=True)
    opened_at = models.DateTimeField("立件时间")
    rule_by = models.DateField("裁定期限")
    appeal_by = models.DateField("提请期限", null=True)
    appealed_at = models.DateTimeField("提请时间", null=True)
    appealed_unit = models.ForeignKey(
        Unit, verbose_name="提请单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    appeal_reason = models.TextField("提请理由", blank=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "撞单"
        verbose_name_plural = "撞单"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[s.value for s in PENDING]),
                name="conflict_one_pending",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="conflict_by_state")]

    def __str__(self) -> str:
        return f"撞单 {self.code}"

    @property
    def state_enum(self) -> ConflictState:
        return ConflictState(self.state)


class ConflictParty(models.Model):
    """撞单的一方:哪个单位、它的登记(先有项目而没有登记的为空)、是不是先有的一方。"""

    conflict = models.ForeignKey(
        Conflict, verbose_name="撞单", on_delete=models.CASCADE, related_name="parties"
    )
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(
        Claim, verbose_name="首谈登记", null=True, on_delete=models.PROTECT, related_name="parties"
    )
    project = models.ForeignKey(
        Project, verbose_name="这一方的项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    incumbent = models.BooleanField("先有的一方", default=False)
    joined_at = models.DateTimeField("列入时间")

    class Meta:
        verbose_name = "撞单的一方"
        verbose_name_plural = "撞单的一方"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["conflict", "unit"], name="conflict_party_once")
        ]
