"""查重记录:只增不改。查的人填的留名称与掩码,电话、邮箱只留摘要;碰上的只留编号。"""

from __future__ import annotations

from django.db import models

from juyuan.foundation.people.models import Account, Unit


class CheckLog(models.Model):
    """一次查重。`counted` 为真的计入当日次数;`found` 只有编号、档、吻合的字段,没有对方的内容。"""

    at = models.DateTimeField("时间")
    account = models.ForeignKey(
        Account, verbose_name="查的人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("姓名", max_length=60)
    post_label = models.CharField("职务", max_length=60, blank=True, default="")
    unit = models.ForeignKey(
        Unit, verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_name = models.CharField("单位名称", max_length=100, blank=True, default="")
    via = models.CharField("来处", max_length=10)
    session = models.CharField("表单", max_length=36, blank=True, default="")
    counted = models.BooleanField("计次", default=True)
    binding = models.BooleanField("登记时", default=False)
    asked = models.JSONField("所填")
    anchor = models.JSONField("所填摘要")
    tier = models.PositiveSmallIntegerField("档")
    overlaps = models.PositiveIntegerField("处数")
    ruled = models.BooleanField("须裁定", default=False)
    counts = models.JSONField("各档处数")
    found = models.JSONField("碰上的")

    class Meta:
        verbose_name = "查重记录"
        verbose_name_plural = "查重记录"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="check_tier", condition=models.Q(tier__lte=4)),
        ]
        indexes = [
            models.Index(fields=["account", "at"], name="check_by_account"),
            models.Index(fields=["account", "session", "-id"], name="check_by_session"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.by_name} 的查重"

    @property
    def tier_said(self) -> str:
        return f"第 {self.tier} 档"

    @property
    def title(self) -> str:
        return str(self.asked.get("name") or self.asked.get("project_name") or "(未填名称)")
