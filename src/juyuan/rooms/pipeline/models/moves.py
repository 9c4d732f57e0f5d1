"""移动、认定、状态快照:三种只增不改的行。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.stages import MoveVerb, Stage, Standing


class StageMove(models.Model):
    """一次移动:从哪到哪、谁、何时、为何、门槛核对报告、所用参数版本。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="moves"
    )
    from_stage = models.CharField("原库", max_length=20, choices=Stage.pairs(), blank=True)
    to_stage = models.CharField("新库", max_length=20, choices=Stage.pairs())
    verb = models.CharField("动作", max_length=10, choices=MoveVerb.pairs())
    actor = models.ForeignKey(
        Account, verbose_name="行动者", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField("行动者姓名", max_length=60)
    unit_name = models.CharField("行动者单位", max_length=100, blank=True)
    at = models.DateTimeField("时间")
    fact_on = models.DateField("事实日")
    reason = models.TextField("理由", blank=True)
    override = models.BooleanField("越级", default=False)
    gate_report = models.JSONField("门槛核对", default=list)
    parameters = models.JSONField("参数版本", default=dict)

    class Meta:
        verbose_name = "移动记录"
        verbose_name_plural = "移动记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["project", "-id"], name="move_project")]


class Recognition(models.Model):
    """签约或落地的认定,冻结当日数字;`sign` 为 -1 的行是冲回,指向被冲回的那一行。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="recognitions"
    )
    stage = models.CharField("认定所在库", max_length=20, choices=Stage.pairs())
    sign = models.SmallIntegerField("正负", default=1)
    fact_on = models.DateField("事实日")
    recorded_at = models.DateTimeField("认定时间")
    total_investment = models.BigIntegerField("总投资", null=True)
    contract_amount = models.BigIntegerField("合同金额", null=True)
    committed_investment = models.BigIntegerField("合同引资额", null=True)
    committed_outside_province = models.BigIntegerField("省外口径引资额", null=True)
    strategy = models.CharField("引资额口径", max_length=40, blank=True)
    chain_code = models.CharField("产业链代码", max_length=20, blank=True)
    is_chain_project = models.BooleanField("产业项目", default=True)
    lead_unit = models.ForeignKey(
        Unit, verbose_name="首谈单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    hosts = models.JSONField("承载地份额", default=list)
    makers = models.JSONField("经手人", default=list)
    by = models.ForeignKey(
        Account, verbose_name="认定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("认定人姓名", max_length=60)
    historical = models.BooleanField("历史认定", default=False)
    paper = models.JSONField("依据文件", default=dict)
    batch_id = models.CharField("导入批次", max_length=40, blank=True, default="")
    reason = models.TextField("理由", blank=True)
    gate_report = models.JSONField("门槛核对", default=list)
    reverses = models.OneToOneField(
        "self", verbose_name="冲回", null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    live = models.BooleanField("现行", default=True)

    class Meta:
        verbose_name = "认定"
        verbose_name_plural = "认定"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "stage"],
                condition=Q(live=True, sign=1),
                name="recognition_one_live",
            ),
            models.CheckConstraint(name="recognition_sign", condition=Q(sign__in=[1, -1])),
        ]
        indexes = [models.Index(fields=["stage", "recorded_at"], name="recognition_when")]


class ProjectState(models.Model):
    """项目统计要素的快照:每次改动追加一行,任何一天的申报数字都能重演。"""

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="states"
    )
    recorded_at = models.DateTimeField("记录时间")
    stage = models.CharField("所在库", max_length=20, choices=Stage.pairs())
    recognised_stage = models.CharField(
        "认定所在库", max_length=20, choices=Stage.pairs(), blank=True
    )
    standing = models.CharField("项目状态", max_length=12, choices=Standing.pairs())
    voided = models.BooleanField("已作废", default=False)
    total_investment = models.BigIntegerField("总投资", null=True)
    contract_amount = models.BigIntegerField("合同金额", null=True)
    committed_investment = models.BigIntegerField("合同引资额", null=True)
    is_chain_project = models.BooleanField("产业项目", default=True)
    chain_code = models.CharField("产业链代码", max_length=20, blank=True)
    lead_unit_id_at = models.BigIntegerField("首谈单位编号", null=True)
    hosts = models.JSONField("承载地份额", default=list)
    stage_since = models.DateField("入库日期", null=True)
    standing_since = models.DateField("状态起始日", null=True)
    started_on = models.DateField("开工日期", null=True)
    promised_land_on = models.DateField("承诺拿地日期", null=True)
    promised_start_on = models.DateField("承诺开工日期", null=True)
    promised_production_on = models.DateField("承诺投产日期", null=True)
    promised_capacity_on = models.DateField("承诺达效日期", null=True)

    class Meta:
        verbose_name = "项目快照"
        verbose_name_plural = "项目快照"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["project", "-recorded_at", "-id"], name="state_latest"),
        ]
