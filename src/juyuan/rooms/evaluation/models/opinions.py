"""审查意见的申请与答复,及它走过的各步。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.evaluation.rules.opinions import OPEN, OpinionKind, OpinionState, OpinionVerb
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.facts import Conclusion


class OpinionRequest(models.Model):
    """一件审查申请。审查单位只看见这一件和随它交来的材料,看不见项目的其余。

    `clock_on` 是时限的起算日(补齐材料的重新起算),`due_on` 是到期日;`round` 是第几次送。
    意见的各栏由拟稿写下,签发之后不再改;`evidence` 是签发时记到项目上的那一份。
    """

    code = models.CharField("申请编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("审查种类", max_length=20, choices=OpinionKind.pairs())
    subject = models.CharField("送审事项", max_length=200)
    question = models.TextField("请审查什么")
    unit = models.ForeignKey(
        Unit, verbose_name="审查单位", on_delete=models.PROTECT, related_name="+"
    )
    from_unit = models.ForeignKey(
        Unit, verbose_name="申请单位", on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        Account, verbose_name="申请人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by_name = models.CharField("申请人姓名", max_length=60)
    asked_at = models.DateTimeField("申请时间")
    file_use_id = models.UUIDField("文件使用编号", null=True)
    file_sha256 = models.CharField("文件摘要", max_length=64)
    file_name = models.CharField("文件名", max_length=200)
    state = models.CharField(
        "申请状态", max_length=12, choices=OpinionState.pairs(), default=OpinionState.ASKED.value
    )
    round = models.PositiveSmallIntegerField("第几次送", default=1)
    clock_on = models.DateField("起算日")
    due_on = models.DateField("答复期限")
    conclusion = models.CharField(
        "结论", max_length=12, choices=Conclusion.pairs(), blank=True, default=""
    )
    number = models.CharField("意见文号", max_length=100, blank=True)
    dated_on = models.DateField("意见日期", null=True)
    text = models.TextField("意见正文", blank=True)
    answer_use_id = models.UUIDField("意见文件使用编号", null=True)
    answer_sha256 = models.CharField("意见文件摘要", max_length=64, blank=True)
    answer_name = models.CharField("意见文件名", max_length=200, blank=True)
    drafted_by = models.ForeignKey(
        Account, verbose_name="拟稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_by_name = models.CharField("拟稿人姓名", max_length=60, blank=True)
    answered_by = models.ForeignKey(
        Account, verbose_name="签发人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_by_name = models.CharField("签发人姓名", max_length=60, blank=True)
    answered_at = models.DateTimeField("签发时间", null=True)
    evidence = models.ForeignKey(
        Evidence,
        verbose_name="记到项目的证据",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "审查申请"
        verbose_name_plural = "审查申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=Q(state__in=[s.value for s in OPEN]),
                name="opinion_one_open",
            ),
            models.CheckConstraint(
                name="opinion_answered_whole",
                condition=~Q(state=OpinionState.ANSWERED.value)
                | (
                    ~Q(conclusion="")
                    & ~Q(number="")
                    & Q(dated_on__isnull=False)
                    & Q(answered_at__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-id"], name="opinion_by_unit"),
            models.Index(fields=["project", "-id"], name="opinion_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_enum.label}：{self.subject}"

    @property
    def state_enum(self) -> OpinionState:
        return OpinionState(self.state)

    @property
    def kind_enum(self) -> OpinionKind:
        return OpinionKind(self.kind)


class OpinionStep(models.Model):
    """审查申请走过的一步:只增。`due_on` 是走完这一步之后的答复期限。"""

    request = models.ForeignKey(
        OpinionRequest, verbose_name="审查申请", on_delete=models.PROTECT, related_name="steps"
    )
    verb = models.CharField("哪一步", max_length=12, choices=OpinionVerb.pairs())
    from_state = models.CharField(
        "原状态", max_length=12, choices=[("", ""), *OpinionState.pairs()], blank=True
    )
    to_state = models.CharField("现状态", max_length=12, choices=OpinionState.pairs())
    due_on = models.DateField("答复期限")
    at = models.DateTimeField("时间")
    by_name = models.CharField("办理人", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    reason = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "审查申请的经过"
        verbose_name_plural = "审查申请的经过"
        ordering = ["id"]
        indexes = [models.Index(fields=["request", "id"], name="opinion_steps")]
