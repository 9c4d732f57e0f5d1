"""违约:认定的,或认定为不算的。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.evaluation.models.promises import Promise
from juyuan.rooms.evaluation.rules.breaches import BreachState
from juyuan.rooms.evaluation.rules.deviation import BreachTest, Light


class Breach(models.Model):
    """一项认定的违约(或认定为不算的):哪项承诺、哪条检验、当时的事实(锁定)、谁认定。"""

    code = models.CharField("违约编号", max_length=20, unique=True)
    promise = models.ForeignKey(
        Promise, verbose_name="承诺", on_delete=models.PROTECT, related_name="breaches"
    )
    test = models.CharField("违约检验", max_length=20, choices=BreachTest.pairs())
    light = models.CharField("认定时灯色", max_length=6, choices=Light.pairs())
    state = models.CharField("违约状态", max_length=10, choices=BreachState.pairs())
    found_on = models.DateField("事实日期")
    facts = models.JSONField("认定的事实", default=dict)
    reason = models.TextField("认定理由")
    unit = models.ForeignKey(
        Unit, verbose_name="认定单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="认定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("认定人姓名", max_length=60)
    at = models.DateTimeField("认定时间")
    quiet_until = models.DateField("宽限到", null=True)
    closed_on = models.DateField("了结日期", null=True)
    closed_by_name = models.CharField("了结人", max_length=60, blank=True)
    close_reason = models.TextField("了结理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "违约"
        verbose_name_plural = "违约"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "test"], condition=Q(state="confirmed"), name="breach_one_open"
            )
        ]
        indexes = [models.Index(fields=["state", "-id"], name="breach_by_state")]

    def __str__(self) -> str:
        return self.code

    @property
    def test_label(self) -> str:
        return BreachTest(self.test).label
