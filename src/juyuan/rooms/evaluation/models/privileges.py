"""优惠承诺、协议文本、疑点与承诺审查记录。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.evaluation.rules.privileges import (
    FindingAnswer,
    FindingSource,
    ScrutinyState,
    ScrutinyVerb,
)
from juyuan.rooms.pipeline.models import Evidence, Project


class Scrutiny(models.Model):
    """一个项目的承诺审查记录(一个项目一份,重新打开的轮次加一)。

    `paragraphs` 是现行文本读出来的各段:[[页, 文字], …];`maker_ids` 是这一轮经手的人,签核人不能在内。
    """

    code = models.CharField("记录编号", max_length=20, unique=True)
    project = models.OneToOneField(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    state = models.CharField(
        "记录状态", max_length=12, choices=ScrutinyState.pairs(), default=ScrutinyState.OPEN.value
    )
    none_promised = models.BooleanField("没有任何优惠承诺", default=False)
    text_use_id = models.UUIDField("文本文件使用编号", null=True)
    text_sha256 = models.CharField("文本摘要", max_length=64, blank=True)
    text_name = models.CharField("文本文件名", max_length=200, blank=True)
    text_file_id = models.BigIntegerField("文本文件", null=True)
    text_at = models.DateTimeField("文本时间", null=True)
    paragraphs = models.JSONField("文本各段", default=list)
    maker_ids = models.JSONField("经手人", default=list)
    submitted_by_name = models.CharField("送签核的人", max_length=60, blank=True)
    submitted_at = models.DateTimeField("送签核时间", null=True)
    closed_by = models.ForeignKey(
        Account, verbose_name="签核人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_by_name = models.CharField("签核人姓名", max_length=60, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    evidence = models.ForeignKey(
        Evidence,
        verbose_name="记到项目的证据",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField("建立时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "承诺审查记录"
        verbose_name_plural = "承诺审查记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="scrutiny_by_state")]

    def __str__(self) -> str:
        return f"承诺审查记录 {self.code}"

    @property
    def state_enum(self) -> ScrutinyState:
        return ScrutinyState(self.state)


class Privilege(models.Model):
    """一条优惠承诺。删去的留着(`removed_at`),只是不在清单里。"""

    scrutiny = models.ForeignKey(
        Scrutiny, verbose_name="承诺审查记录", on_delete=models.PROTECT, related_name="privileges"
    )
    kind = models.CharField("优惠种类", max_length=30)
    content = models.TextField("优惠内容")
    amount = models.BigIntegerField("优惠金额", null=True, blank=True)
    ratio_bp = models.PositiveIntegerField("优惠比例", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    granter = models.ForeignKey(
        Unit, verbose_name="给予单位", on_delete=models.PROTECT, related_name="+"
    )
    conditions = models.TextField("享受条件", blank=True)
    period = models.CharField("享受期限", max_length=200)
    by_name = models.CharField("列入人", max_length=60)
    at = models.DateTimeField("列入时间")
    removed_at = models.DateTimeField("删去时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "优惠承诺"
        verbose_name_plural = "优惠承诺"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="privilege_amount", condition=Q(amount__isnull=True) | Q(amount__gte=0)
            ),
            models.CheckConstraint(
                name="privilege_ratio", condition=Q(ratio_bp__isnull=True) | Q(ratio_bp__lte=10000)
            ),
        ]

    def __str__(self) -> str:
        return self.content[:60]


class PrivilegeFinding(models.Model):
    """一处疑点与它的答复。`present` 即现在的清单、文本里还有;`key` 认出是不是同一处。"""

    scrutiny = models.ForeignKey(
        Scrutiny, verbose_name="承诺审查记录", on_delete=models.PROTECT, related_name="findings"
    )
    source = models.CharField("疑点出处", max_length=12, choices=FindingSource.pairs())
    privilege = models.ForeignKey(
        Privilege, verbose_name="优惠承诺", null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("禁止情形", max_length=30)
    passage = models.TextField("疑点原文")
    why = models.CharField("为什么可疑", max_length=300)
    paragraph = models.PositiveIntegerField("第几段", default=0)
    page = models.PositiveIntegerField("第几页", default=0)
    start = models.PositiveIntegerField("段内起", default=0)
    end = models.PositiveIntegerField("段内止", default=0)
    lesser = models.BooleanField("只作提示", default=False)
    present = models.BooleanField("还在", default=True)
    key = models.CharField("疑点键", max_length=64)
    answer = models.CharField(
        "疑点答复", max_length=12, choices=FindingAnswer.pairs(), blank=True, default=""
    )
    basis = models.TextField("答复说明", blank=True)
    answered_by_name = models.CharField("答复人", max_length=60, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    found_at = models.DateTimeField("发现时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "承诺疑点"
        verbose_name_plural = "承诺疑点"
        ordering = ["source", "paragraph", "start", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scrutiny", "key"], name="finding_once"),
        ]


class ScrutinyStep(models.Model):
    """承诺审查记录走过的一步:只增。办结的一步留着当时的清单、文本与答复(`content`)。"""

    scrutiny = models.ForeignKey(
        Scrutiny, verbose_name="承诺审查记录", on_delete=models.PROTECT, related_name="steps"
    )
    round = models.PositiveSmallIntegerField("轮次")
    verb = models.CharField("哪一步", max_length=12, choices=ScrutinyVerb.pairs())
    to_state = models.CharField("现状态", max_length=12, choices=ScrutinyState.pairs())
    at = models.DateTimeField("时间")
    by_name = models.CharField("办理人", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    reason = models.TextField("说明", blank=True)
    content = models.JSONField("当时的内容", default=dict)

    class Meta:
        verbose_name = "承诺审查的经过"
        verbose_name_plural = "承诺审查的经过"
        ordering = ["id"]
        indexes = [models.Index(fields=["scrutiny", "id"], name="scrutiny_steps")]
