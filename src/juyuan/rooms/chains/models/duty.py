"""谁负责:责任单位(次序同文件)、链长与服务秘书。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from juyuan.foundation.people.models import Person, Unit
from juyuan.rooms.chains.models.graph import Chain, Sourced
from juyuan.rooms.chains.rules import Origin, PostKind


class ChainUnit(Sourced):
    """责任单位,次序同文件;`is_lead` 为牵头单位,每链至多一个。

    文件没有写谁牵头,取首列:`lead_origin` 记其来历。
    """

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="units"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    order = models.IntegerField("排序", default=0)
    is_lead = models.BooleanField("牵头单位", default=False)
    lead_origin = models.CharField(
        "牵头来历", max_length=10, choices=Origin.pairs(), blank=True, default=""
    )

    class Meta:
        verbose_name = "责任单位"
        verbose_name_plural = "责任单位"
        ordering = ["chain", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "unit"], name="chain_unit_once"),
            models.UniqueConstraint(
                fields=["chain"], condition=Q(is_lead=True), name="chain_one_lead_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.unit}"


class ChainPost(models.Model):
    """链长、服务秘书:自某日至某日(含首尾两日;空 = 至今);每链各一名在任(四)。"""

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="posts"
    )
    kind = models.CharField("链上职务", max_length=12, choices=PostKind.pairs())
    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="所在单位", on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField("起任日")
    ends_on = models.DateField("止任日", null=True, blank=True)

    class Meta:
        verbose_name = "链长与服务秘书"
        verbose_name_plural = "链长与服务秘书"
        ordering = ["chain", "kind", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "kind"],
                condition=Q(ends_on__isnull=True),
                name="chain_post_one_each",
            ),
            models.CheckConstraint(
                name="chain_post_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [models.Index(fields=["person"], name="chain_post_person")]

    def __str__(self) -> str:
        return f"{self.chain} {self.get_kind_display()} {self.person}"
