"""评审:送审单、主体核查、一票否决、评审人与评分、合规意见、决定、条件、步骤。金额列单位:元。"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import (
    OPEN,
    Declaration,
    DiligenceMark,
    OpinionAnswer,
    ReviewState,
    ReviewVerb,
)
from juyuan.rooms.pipeline.models import Project


class Review(models.Model):
    """一次评审。`level` 由总投资等分到,`county` 是承办的县区(跨县区的为空);评分卡送审时抄一份。

    `state` 是步骤最后一行的冗余列,由动作维护。`called_up_at` 有值即县区决定已被市级调取。
    """

    code = models.CharField("评审编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="+"
    )
    round = models.PositiveSmallIntegerField("第几次送审", default=1)
    state = models.CharField("评审状态", max_length=12, choices=ReviewState.pairs())
    level = models.CharField("由哪一级决定", max_length=16, choices=ReviewLevel.pairs())
    level_reason = models.TextField("分到这一级的理由")
    county = models.ForeignKey(
        Unit, verbose_name="承办县区", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="送审单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    total_investment = models.BigIntegerField("送审时的总投资")
    fixed_investment = models.BigIntegerField("送审时的固定资产投资", null=True)
    cross_county = models.BooleanField("跨县区", default=False)
    land_mu = models.DecimalField("新增用地", max_digits=12, decimal_places=2)
    energy_tce = models.DecimalField("年综合能耗", max_digits=12, decimal_places=2)
    city_funds = models.BigIntegerField("市级资金")
    annual_tax = models.BigIntegerField("达产年税收", null=True)
    annual_output = models.BigIntegerField("达产年产值", null=True)
    jobs = models.PositiveIntegerField("新增就业", null=True)
    build_months = models.PositiveSmallIntegerField("建设周期", null=True)
    registered_capital = models.BigIntegerField("注册资本", null=True)
    industry_code = models.CharField("行业代码", max_length=10, blank=True)
    changed = models.TextField("改了什么", blank=True)
    note = models.TextField("送审说明", blank=True)
    card = models.JSONField("评分卡")
    parameters = models.JSONField("参数版本", default=dict)
    sent_by = models.ForeignKey(
        Account, verbose_name="送审人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_name = models.CharField("送审人姓名", max_length=60)
    sent_at = models.DateTimeField("送审时间")
    due_on = models.DateField("评审期限")
    decided_at = models.DateTimeField("决定时间", null=True)
    filed_at = models.DateTimeField("备案时间", null=True)
    called_up_at = models.DateTimeField("调取时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "评审"
        verbose_name_plural = "评审"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[s.value for s in OPEN]),
                name="review_one_open",
            ),
            models.CheckConstraint(
                name="review_amounts",
                condition=Q(total_investment__gte=0, city_funds__gte=0, land_mu__gte=Decimal(0)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="review_by_state"),
            models.Index(fields=["project", "-id"], name="review_by_project"),
            models.Index(fields=["county", "state", "-id"], name="review_by_county"),
        ]

    def __str__(self) -> str:
        return f"评审 {self.code}"

    @property
    def state_enum(self) -> ReviewState:
        return ReviewState(self.state)

    @property
    def level_enum(self) -> ReviewLevel:
        return ReviewLevel(self.level)

    @property
    def at_city(self) -> bool:
        return self.level == ReviewLevel.CITY


class ReviewStep(models.Model):
    """评审台账:只增。每一步写明哪天、谁、到什么状态、为什么。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="steps"
    )
    verb = models.CharField("哪一步", max_length=12, choices=ReviewVerb.pairs())
    from_state = models.CharField(
        "原状态", max_length=12, choices=[("", ""), *ReviewState.pairs()], blank=True
    )
    to_state = models.CharField("现状态", max_length=12, choices=ReviewState.pairs())
    level = models.CharField("由哪一级决定", max_length=16, choices=ReviewLevel.pairs())
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    by_name = models.CharField("办理人", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    reason = models.TextField("理由", blank=True)

    class Meta:
        verbose_name = "评审步骤"
        verbose_name_plural = "评审步骤"
        ordering = ["id"]


class ReviewVeto(models.Model):
    """一票否决的一项:成立、不成立,写明依据。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.CASCADE, related_name="vetoes"
    )
    code = models.CharField("编号", max_length=40)
    label = models.CharField("一票否决事项", max_length=100)
    holds = models.BooleanField("成立", null=True)
    note = models.TextField("依据", blank=True)
    by_name = models.CharField("核对人", max_length=60, blank=True)
    at = models.DateTimeField("核对时间", null=True)

    class Meta:
        verbose_name = "一票否决核对"
        verbose_name_plural = "一票否决核对"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "code"], name="review_veto_once")]


class DiligenceItem(models.Model):
    """主体核查单的一项。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.CASCADE, related_name="diligence"
    )
    code = models.CharField("编号", max_length=40)
    label = models.CharField("核查事项", max_length=100)
    mark = models.CharField(
        "核查结果", max_length=10, choices=[("", ""), *DiligenceMark.pairs()], blank=True
    )
    note = models.TextField("核查说明", blank=True)
    file_use_id = models.UUIDField("文件使用编号", null=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    by_name = models.CharField("核查人", max_length=60, blank=True)
    at = models.DateTimeField("核查时间", null=True)

    class Meta:
        verbose_name = "主体核查单"
        verbose_name_plural = "主体核查单"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "code"], name="review_diligence_once")
        ]


class Reviewer(models.Model):
    """评审人。先声明利害关系才能打分;有利害关系的回避,分不计。`at_city` 是哪一级指定的。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="reviewers"
    )
    person = models.ForeignKey(
        Person, verbose_name="评审人", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    at_city = models.BooleanField("市级评审", default=False)
    declaration = models.CharField(
        "利害关系声明",
        max_length=10,
        choices=Declaration.pairs(),
        default=Declaration.PENDING.value,
    )
    declared_reason = models.TextField("声明说明", blank=True)
    declared_at = models.DateTimeField("声明时间", null=True)
    appointed_by_name = models.CharField("指定人", max_length=60)
    appointed_at = models.DateTimeField("指定时间")
    dismissed_at = models.DateTimeField("撤换时间", null=True)
    dismissed_reason = models.TextField("撤换理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "评审人"
        verbose_name_plural = "评审人"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person", "at_city"],
                condition=Q(dismissed_at__isnull=True),
                name="reviewer_once",
            )
        ]

    @property
    def recused(self) -> bool:
        return self.declaration == Declaration.INTEREST


class ReviewScore(models.Model):
    """一个评审人给一项指标的评分,与复核分(另一人)。"""

    reviewer = models.ForeignKey(
        Reviewer, verbose_name="评审人", on_delete=models.PROTECT, related_name="scores"
    )
    indicator = models.CharField("指标", max_length=40)
    score = models.DecimalField("评分", max_digits=5, decimal_places=2)
    evidence = models.TextField("评分依据")
    note = models.TextField("评分说明", blank=True)
    scored_at = models.DateTimeField("评分时间")
    rechecked = models.DecimalField("复核分", max_digits=5, decimal_places=2, null=True)
    recheck_note = models.TextField("复核说明", blank=True)
    rechecked_by = models.ForeignKey(
        Account, verbose_name="复核人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    rechecked_by_name = models.CharField("复核人姓名", max_length=60, blank=True)
    rechecked_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = "评分"
        verbose_name_plural = "评分"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "indicator"], name="review_score_once"),
            models.CheckConstraint(
                name="review_score_bounds",
                condition=Q(score__gte=0, score__lte=100)
                & (Q(rechecked__isnull=True) | Q(rechecked__gte=0, rechecked__lte=100)),
            ),
        ]


class ComplianceOpinion(models.Model):
    """市级合规意见:只增;补充材料之后再答一次。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="opinions"
    )
    answer = models.CharField("合规意见", max_length=14, choices=OpinionAnswer.pairs())
    reason = models.TextField("意见说明", blank=True)
    by = models.ForeignKey(
        Account, verbose_name="出具人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("出具人姓名", max_length=60)
    unit_name = models.CharField("出具单位", max_length=100, blank=True)
    at = models.DateTimeField("出具时间")

    class Meta:
        verbose_name = "合规意见"
        verbose_name_plural = "合规意见"
        ordering = ["id"]


class ReviewDecision(models.Model):
    """一次决定:只增。调取到市级之后,市级的决定是另一行。"""

    review = models.ForeignKey(
        Review, verbose_name="评审", on_delete=models.PROTECT, related_name="decisions"
    )
    at_city = models.BooleanField("市级决定", default=False)
    result = models.CharField("评审结果", max_length=12, choices=ReviewResult.pairs())
    proposal = models.CharField("评分建议", max_length=12, choices=ReviewResult.pairs())
    total = models.DecimalField("合计得分", max_digits=5, decimal_places=2, null=True)
    reasons = models.TextField("理由", blank=True)
    minutes_number = models.CharField("纪要文号", max_length=100, blank=True)
    meeting_ref = models.CharField("会议", max_length=60, blank=True)
    paper_code = models.CharField("报告的公文编号", max_length=60, blank=True)
    file_sha256 = models.CharField("报告摘要", max_length=64, blank=True)
    evidence_id_at = models.BigIntegerField("递进签约门槛的证据", null=True)
    by = models.ForeignKey(
        Account, verbose_name="决定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("决定人姓名", max_length=60)
    unit_name = models.CharField("决定单位", max_length=100, blank=True)
    on = models.DateField("决定日期")
    at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = "评审决定"
        verbose_name_plural = "评审决定"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "at_city"], name="review_decided_once")
        ]


class ReviewCondition(models.Model):
    """有条件通过的一个条件;随决定只增,此后作为承诺跟踪。"""

    decision = models.ForeignKey(
        ReviewDecision, verbose_name="评审决定", on_delete=models.PROTECT, related_name="conditions"
    )
    text = models.CharField("条件", max_length=200)
    by_on = models.DateField("条件期限")
    evidence = models.CharField("做到的凭据", max_length=200, blank=True)

    class Meta:
        verbose_name = "评审条件"
        verbose_name_plural = "评审条件"
        ordering = ["id"]
