"""线索与它的步骤。金额列单位:元。登记之后所填不改,步骤只增。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.first_contact.models import Claim, Conflict
from juyuan.rooms.outreach.rules.drafts import LeadSecrecy, ReferrerKind, Urgency
from juyuan.rooms.outreach.rules.leads import LeadState, LeadVerb
from juyuan.rooms.pipeline.models import Project

WITH_UNIT = [
    s.value
    for s in (LeadState.ASSIGNED, LeadState.JUDGED, LeadState.CONTESTED, LeadState.CONVERTED)
]


class Lead(models.Model):
    """一条线索:谁报的、哪一家、想做什么、由谁办、下文是什么。

    `state`、`unit`、`submitted_on`、`ended_on` 是步骤的冗余列,由动作维护。
    """

    code = models.CharField("线索编号", max_length=20, unique=True)
    state = models.CharField("线索状态", max_length=12, choices=LeadState.pairs())
    channel = models.CharField("来源渠道", max_length=20, blank=True)
    referrer_kind = models.CharField(
        "引荐人身份", max_length=12, choices=[("", ""), *ReferrerKind.pairs()], blank=True
    )
    referrer_name = models.CharField("引荐人", max_length=60, blank=True)
    referrer_phone = models.CharField("引荐人电话", max_length=40, blank=True)
    public_pay = models.BooleanField("财政供养", null=True)
    investor_name = models.CharField("投资方名称", max_length=200, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=40, blank=True)
    investor_place = models.CharField("投资方所在地", max_length=100, blank=True)
    controller = models.CharField("实际控制人", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_title = models.CharField("联系人职务", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=40, blank=True)
    project_name = models.CharField("项目名称", max_length=200, blank=True)
    content = models.TextField("项目内容", blank=True)
    process = models.TextField("产品与工艺", blank=True)
    industry_code = models.CharField("行业代码", max_length=10, blank=True)
    amount = models.BigIntegerField("预计总投资", null=True)
    fixed_amount = models.BigIntegerField("固定资产投资", null=True)
    capital_structure = models.TextField("出资结构", blank=True)
    land_needs = models.TextField("用地、厂房", blank=True)
    energy_needs = models.TextField("用能", blank=True)
    water_needs = models.TextField("用水", blank=True)
    environment = models.TextField("生态环境", blank=True)
    jobs = models.PositiveIntegerField("就业人数", null=True)
    output = models.BigIntegerField("预计年产值", null=True)
    tax = models.BigIntegerField("预计年税收", null=True)
    site = models.CharField("意向地点", max_length=200, blank=True)
    competitors = models.TextField("竞争地", blank=True)
    requests = models.TextField("投资方诉求", blank=True)
    contacted_on = models.DateField("首次接触日期", null=True)
    contact_note = models.TextField("首次接触", blank=True)
    urgency = models.CharField(
        "缓急", max_length=8, choices=Urgency.pairs(), default=Urgency.PLAIN.value
    )
    secrecy = models.CharField(
        "密级", max_length=12, choices=LeadSecrecy.pairs(), default=LeadSecrecy.NORMAL.value
    )
    remark = models.TextField("备注", blank=True)
    by = models.ForeignKey(
        Account, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("报送人姓名", max_length=60)
    from_unit = models.ForeignKey(
        Unit, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="承办单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    assignee = models.ForeignKey(
        Person, verbose_name="承办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    claim = models.ForeignKey(
        Claim, verbose_name="首谈登记", null=True, on_delete=models.PROTECT, related_name="+"
    )
    conflict = models.ForeignKey(
        Conflict, verbose_name="撞单", null=True, on_delete=models.PROTECT, related_name="+"
    )
    fate = models.TextField("下文", blank=True)
    created_at = models.DateTimeField("记下时间")
    submitted_on = models.DateField("登记日期", null=True)
    ended_on = models.DateField("了结日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "线索"
        verbose_name_plural = "线索"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="lead_has_unit", condition=Q(unit__isnull=False) | ~Q(state__in=WITH_UNIT)
            ),
            models.CheckConstraint(
                name="lead_converted_has_project",
                condition=Q(project__isnull=False) | ~Q(state=LeadState.CONVERTED.value),
            ),
            models.CheckConstraint(
                name="lead_money",
                condition=(Q(amount__isnull=True) | Q(amount__gte=0))
                & (Q(fixed_amount__isnull=True) | Q(fixed_amount__gte=0)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="lead_by_state"),
            models.Index(fields=["unit", "state", "-id"], name="lead_by_unit"),
            models.Index(fields=["from_unit", "-id"], name="lead_by_from_unit"),
            models.Index(fields=["by", "-id"], name="lead_by_reporter"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.project_name or self.investor_name or f"线索 {self.code}"

    @property
    def state_enum(self) -> LeadState:
        return LeadState(self.state)


class LeadStep(models.Model):
    """线索的一步:只增。`detail` 是研判逐项(代码、名称、结果、理由)与结论。"""

    lead = models.ForeignKey(
        Lead, verbose_name="线索", on_delete=models.PROTECT, related_name="steps"
    )
    verb = models.CharField("哪一步", max_length=12, choices=LeadVerb.pairs())
    from_state = models.CharField(
        "原状态", max_length=12, choices=[("", ""), *LeadState.pairs()], blank=True
    )
    to_state = models.CharField("现状态", max_length=12, choices=LeadState.pairs())
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    unit = models.ForeignKey(
        Unit, verbose_name="承办单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("办理人", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    reason = models.TextField("理由", blank=True)
    detail = models.JSONField("研判", default=dict)
    clause = models.CharField("依据", max_length=10)
    parameters = models.JSONField("参数版本", default=dict)

    class Meta:
        verbose_name = "线索步骤"
        verbose_name_plural = "线索步骤"
        ordering = ["id"]
        indexes = [models.Index(fields=["on", "verb"], name="lead_step_by_day")]
