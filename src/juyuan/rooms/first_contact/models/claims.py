"""首谈登记与它的权利台账。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Person, Unit
from juyuan.rooms.first_contact.rules.claims import ContactProof as Proof
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.rights import HOLDING, ClaimState, ClaimVerb
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.models import Project


class Claim(models.Model):
    """一件首谈登记:哪个单位、对接哪一家、谈什么、凭什么。

    `project` 空着即撞单待定(先有的一方的项目不给后来的看);持有的必有项目,一个项目至多一个持有。
    `state` 是权利台账最后一步的冗余列,由动作维护。
    """

    code = models.CharField("首谈编号", max_length=20, unique=True)
    project = models.ForeignKey(
        Project, verbose_name="项目", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, verbose_name="责任人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    person_name = models.CharField("责任人姓名", max_length=60, blank=True)
    investor = models.ForeignKey(
        Investor, verbose_name="投资方", on_delete=models.PROTECT, related_name="+"
    )
    investor_name = models.CharField("登记时的投资方名称", max_length=200)
    project_name = models.CharField("项目名称", max_length=200)
    content = models.TextField("项目内容", blank=True)
    amount = models.BigIntegerField("预计总投资", null=True)
    site = models.CharField("意向地点", max_length=200, blank=True)
    confidentiality = models.CharField(
        "密级", max_length=12, choices=Secrecy.pairs(), default=Secrecy.NORMAL.value
    )
    contacted_on = models.DateField("接触日期")
    proof = models.CharField("接触凭据", max_length=12, choices=Proof.pairs())
    evidence_on = models.DateField("凭据日期")
    file_use_id = models.UUIDField("文件使用编号", null=True)
    file_sha256 = models.CharField("文件摘要", max_length=64)
    file_name = models.CharField("文件名", max_length=200)
    registered_at = models.DateTimeField("登记时间")
    merit_at = models.DateTimeField("功劳时刻")
    late = models.BooleanField("迟登", default=False)
    opening = models.BooleanField("期初补录", default=False)
    state = models.CharField("首谈状态", max_length=12, choices=ClaimState.pairs())
    by = models.ForeignKey(
        Account, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("登记人姓名", max_length=60)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "首谈登记"
        verbose_name_plural = "首谈登记"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[s.value for s in HOLDING]),
                name="claim_one_holder",
            ),
            models.CheckConstraint(
                name="claim_holder_has_project",
                condition=Q(project__isnull=False) | ~Q(state__in=[s.value for s in HOLDING]),
            ),
            models.CheckConstraint(
                name="claim_amount", condition=Q(amount__isnull=True) | Q(amount__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-id"], name="claim_by_unit"),
            models.Index(fields=["state", "-id"], name="claim_by_state"),
            models.Index(fields=["investor"], name="claim_by_investor"),
        ]

    def __str__(self) -> str:
        return self.project_name

    @property
    def state_enum(self) -> ClaimState:
        return ClaimState(self.state)


class ClaimEvent(models.Model):
    """权利台账:只增。每一步写明哪天、谁、为什么、依据哪一条、用的是哪一版参数。"""

    claim = models.ForeignKey(
        Claim, verbose_name="首谈登记", on_delete=models.PROTECT, related_name="events"
    )
    verb = models.CharField("哪一步", max_length=12, choices=ClaimVerb.pairs())
    from_state = models.CharField(
        "原状态", max_length=12, choices=[("", ""), *ClaimState.pairs()], blank=True
    )
    to_state = models.CharField("现状态", max_length=12, choices=ClaimState.pairs())
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    until = models.DateField("延长到", null=True)
    by_name = models.CharField("办理人", max_length=60)
    unit_name = models.CharField("办理单位", max_length=100, blank=True)
    reason = models.TextField("理由", blank=True)
    clause = models.CharField("依据", max_length=10)
    parameters = models.JSONField("参数版本", default=dict)

    class Meta:
        verbose_name = "首谈权利变动"
        verbose_name_plural = "首谈权利变动"
        ordering = ["id"]
