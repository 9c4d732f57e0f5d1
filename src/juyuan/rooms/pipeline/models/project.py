"""项目,及其出资方、承载地、参与单位、名单。金额列单位:元。"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.rooms.chains.models import Chain, Node
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.rules.amounts import Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.facts import LandingKind
from juyuan.rooms.pipeline.rules.stages import ClosingReason, Stage, StageStatus, Standing

CONFIDENTIALITY_LABELS = {
    Confidentiality.NORMAL: "一般",
    Confidentiality.INTERNAL: "内部",
    Confidentiality.RESTRICTED: "限名单",
}


class Source(models.TextChoices):
    REGISTERED = "registered", "登记"
    LEDGER = "ledger", "台账导入"


class Project(models.Model):
    """招商引资项目。`stage` 是申报所在的库,`recognised_stage` 是认定到的库。

    `voided_at` 是退出一切计数的时刻:作废的,或并入别的项目的(`merged_into` 指着此刻在的那一个,
    不会再指着另一个并入的)。`aliases` 是并进来的项目的名称,检索与查重都认。

    `unit_ids`、`participant_unit_ids`、`listed_person_ids` 是可见范围的冗余列,由动作维护,
    使列表、合计、检索只看这一张表(可见范围的定义在 queries/scope.py)。
    """

    code = models.CharField("项目编号", max_length=20, unique=True)
    name = models.CharField("项目名称", max_length=200)
    name_key = models.CharField("名称键", max_length=200, blank=True, default="", db_index=True)
    summary = models.TextField("建设内容", blank=True)
    category = models.CharField(
        "项目类别", max_length=20, choices=Category.pairs(), default=Category.INDUSTRY.value
    )
    is_chain_project = models.BooleanField("产业项目", default=True)
    chain = models.ForeignKey(
        Chain,
        verbose_name="产业链",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    node = models.ForeignKey(
        Node,
        verbose_name="环节",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    industry_code = models.CharField("行业代码", max_length=10, blank=True)

    total_investment = models.BigIntegerField("总投资", null=True, blank=True)
    total_investment_unknown = models.CharField(
        "总投资说明", max_length=10, choices=Unknown.pairs(), blank=True, default=""
    )
    fixed_investment = models.BigIntegerField("固定资产投资", null=True, blank=True)
    fixed_investment_unknown = models.CharField(
        "固定资产投资说明", max_length=10, choices=Unknown.pairs(), blank=True, default=""
    )
    contract_amount = models.BigIntegerField("合同金额", null=True, blank=True)
    contract_amount_unknown = models.CharField(
        "合同金额说明", max_length=10, choices=Unknown.pairs(), blank=True, default=""
    )
    committed_investment = models.BigIntegerField("合同引资额", null=True, blank=True)
    committed_outside_province = models.BigIntegerField("省外口径引资额", null=True, blank=True)

    basis = models.TextField("谋划依据", blank=True)
    site_options = models.TextField("选址意向", blank=True)
    benefit = models.TextField("预期效益", blank=True)
    factor_needs = models.TextField("要素需求", blank=True)
    landing_kind = models.CharField(
        "落地方式", max_length=20, choices=LandingKind.pairs(), default=LandingKind.NEW_SITE.value
    )
    location = models.CharField("具体地点", max_length=200, blank=True)
    remark = models.TextField("备注", blank=True)

    lead_unit = models.ForeignKey(
        Unit,
        verbose_name="首谈单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lead_claimed = models.BooleanField("首谈单位由首谈登记而定", default=False)
    contested = models.BooleanField("撞单未定", default=False)
    owner_unit = models.ForeignKey(
        Unit, verbose_name="登记单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    confidentiality = models.CharField(
        "密级",
        max_length=12,
        choices=[(c.value, label) for c, label in CONFIDENTIALITY_LABELS.items()],
        default=Confidentiality.NORMAL.value,
    )

    stage = models.CharField("所在库", max_length=20, choices=Stage.pairs())
    stage_status = models.CharField(
        "核实状态",
        max_length=12,
        choices=StageStatus.pairs(),
        default=StageStatus.CLAIMED.value,
    )
    recognised_stage = models.CharField(
        "认定所在库", max_length=20, choices=Stage.pairs(), blank=True, default=""
    )
    stage_since = models.DateField("入库日期")
    standing = models.CharField(
        "项目状态", max_length=12, choices=Standing.pairs(), default=Standing.ACTIVE.value
    )
    standing_reason = models.CharField(
        "状态事由", max_length=20, choices=ClosingReason.pairs(), blank=True, default=""
    )
    standing_note = models.TextField("状态说明", blank=True)
    standing_since = models.DateField("状态起始日", null=True, blank=True)

    signed_on = models.DateField("签约日期", null=True, blank=True)
    started_on = models.DateField("开工日期", null=True, blank=True)
    promised_land_on = models.DateField("承诺拿地日期", null=True, blank=True)
    promised_start_on = models.DateField("承诺开工日期", null=True, blank=True)
    promised_production_on = models.DateField("承诺投产日期", null=True, blank=True)
    promised_capacity_on = models.DateField("承诺达效日期", null=True, blank=True)

    source = models.CharField(
        "录入方式", max_length=12, choices=Source.choices, default=Source.REGISTERED
    )
    claimed_word = models.CharField("台账原词", max_length=60, blank=True)
    batch_id = models.CharField("导入批次", max_length=40, blank=True, default="")
    moved_by = models.ForeignKey(
        Account, verbose_name="申报人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        Account, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="并入的项目",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
    )
    aliases = ArrayField(
        models.CharField(max_length=200), verbose_name="别名", default=list, blank=True
    )
    version = models.PositiveIntegerField("版本", default=1)

    unit_ids = ArrayField(models.BigIntegerField(), verbose_name="本方单位", default=list)
    participant_unit_ids = ArrayField(
        models.BigIntegerField(), verbose_name="参与单位编号", default=list
    )
    listed_person_ids = ArrayField(
        models.BigIntegerField(), verbose_name="名单人员编号", default=list
    )

    class Meta:
        verbose_name = "项目"
        verbose_name_plural = "项目"
        constraints = [
            models.CheckConstraint(
                name="project_money_not_negative",
                condition=(Q(total_investment__isnull=True) | Q(total_investment__gte=0))
                & (Q(contract_amount__isnull=True) | Q(contract_amount__gte=0))
                & (Q(fixed_investment__isnull=True) | Q(fixed_investment__gte=0)),
            ),
            models.CheckConstraint(
                name="project_fixed_within_total",
                condition=Q(total_investment__isnull=True)
                | Q(fixed_investment__isnull=True)
                | Q(fixed_investment__lte=F("total_investment")),
            ),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="project_updated"),
            models.Index(fields=["stage", "-updated_at", "-id"], name="project_stage_updated"),
            # 空值在末尾,与分页的次序一致,否则排序用不上索引
            models.Index(
                F("total_investment").desc(nulls_last=True), F("id").desc(), name="project_by_total"
            ),
            models.Index(
                F("committed_investment").desc(nulls_last=True),
                F("id").desc(),
                name="project_by_committed",
            ),
            models.Index(fields=["-created_at", "-id"], name="project_created"),
            models.Index(fields=["batch_id"], name="project_batch"),
            GinIndex(fields=["unit_ids"], name="project_units"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stage_enum(self) -> Stage:
        return Stage(self.stage)

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None


class ProjectParty(models.Model):
    """出资方。占比为基点;来源地与是否财政资金决定合同引资额。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="parties"
    )
    investor = models.ForeignKey(
        Investor, verbose_name="投资方", on_delete=models.PROTECT, related_name="+"
    )
    share_bp = models.PositiveIntegerField("占比", default=0)
    origin = models.CharField(
        "资金来源地", max_length=20, choices=Origin.pairs(), blank=True, default=""
    )
    fiscal = models.BooleanField("财政资金", default=False)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "出资方"
        verbose_name_plural = "出资方"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "investor"], name="party_once"),
            models.CheckConstraint(name="party_share", condition=Q(share_bp__lte=10000)),
        ]


class ProjectHost(models.Model):
    """承载地。`actual` 为实际落点(份额合计100%),否则为备选。金额列是按份额分到元的部分。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="hosts"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="承载地", on_delete=models.PROTECT, related_name="+"
    )
    actual = models.BooleanField("实际落点", default=True)
    share_bp = models.PositiveIntegerField("份额", default=10000)
    total_part = models.BigIntegerField("总投资份额", default=0)
    contract_part = models.BigIntegerField("合同金额份额", default=0)
    committed_part = models.BigIntegerField("合同引资额份额", default=0)

    class Meta:
        verbose_name = "项目承载地"
        verbose_name_plural = "项目承载地"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "unit", "actual"], name="host_once"),
            models.CheckConstraint(
                name="host_share", condition=Q(share_bp__gt=0, share_bp__lte=10000)
            ),
        ]
        indexes = [models.Index(fields=["unit", "project"], name="host_unit")]


class ProjectParticipant(models.Model):
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="participants"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="参与单位", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "参与单位"
        verbose_name_plural = "参与单位"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "unit"], name="participant_once")]


class ProjectListed(models.Model):
    """限名单项目的名单。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="listed"
    )
    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "限名单人员"
        verbose_name_plural = "限名单人员"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="listed_once")]
