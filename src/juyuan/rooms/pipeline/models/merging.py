"""两个项目并成一个的记录:看过的计划、搬了什么、谁办的;撤销之后仍留着。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from juyuan.foundation.people.models import Account
from juyuan.rooms.pipeline.models.project import Project


class ProjectMerge(models.Model):
    """`source` 并入 `target`。`plan` 是当时给人看的几句,`moved` 是明细(撤销照此放回)。"""

    source = models.ForeignKey(
        Project, verbose_name="并入的", on_delete=models.PROTECT, related_name="merges_out"
    )
    target = models.ForeignKey(
        Project, verbose_name="留下的", on_delete=models.PROTECT, related_name="merges_in"
    )
    plan = models.JSONField("合并计划", default=list)
    moved = models.JSONField("搬动明细", default=dict)
    reason = models.TextField("合并理由")
    by = models.ForeignKey(
        Account, verbose_name="合并人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("合并人姓名", max_length=60)
    at = models.DateTimeField("合并时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by_name = models.CharField("撤销人姓名", max_length=60, blank=True)
    undo_reason = models.TextField("撤销理由", blank=True)

    class Meta:
        verbose_name = "项目合并"
        verbose_name_plural = "项目合并"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(undone_at__isnull=True),
                name="project_merge_one_live",
            ),
            models.CheckConstraint(name="project_merge_two", condition=~Q(source=F("target"))),
        ]
