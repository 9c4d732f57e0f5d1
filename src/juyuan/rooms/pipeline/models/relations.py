"""项目之间的关系:系统提出、人来判定,判定之后各数字按规则只计一次。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from juyuan.foundation.people.models import Account
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.relations import RelationKind, RelationState


class ProjectRelation(models.Model):
    """`later` 是 `earlier` 的升格、增资、换业主、二期或拆分出来的一部分。

    `settled_at`、`revoked_at` 使任何一天的数字都能重演。`signs` 是系统凭什么提出(同一集团、同一地点、时间相近、金额卡线)。
    """

    earlier = models.ForeignKey(
        Project, verbose_name="原项目", on_delete=models.PROTECT, related_name="followers"
    )
    later = models.ForeignKey(
        Project, verbose_name="后项目", on_delete=models.PROTECT, related_name="forerunners"
    )
    kind = models.CharField("关系类别", max_length=20, choices=RelationKind.pairs())
    state = models.CharField(
        "关系状态",
        max_length=10,
        choices=RelationState.pairs(),
        default=RelationState.PROPOSED.value,
    )
    signs = models.JSONField("迹象", default=list)
    proposed_by_name = models.CharField("提出人", max_length=60)
    proposed_by = models.ForeignKey(
        Account, verbose_name="提出账号", null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    settled_by = models.ForeignKey(
        Account, verbose_name="判定账号", null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_by_name = models.CharField("判定人", max_length=60, blank=True)
    settled_at = models.DateTimeField("判定时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    reason = models.TextField("理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "项目关系"
        verbose_name_plural = "项目关系"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="relation_one_live",
            ),
            models.CheckConstraint(name="relation_two_projects", condition=~Q(earlier=F("later"))),
        ]
        indexes = [
            models.Index(fields=["later"], condition=Q(state="confirmed"), name="relation_later"),
        ]
