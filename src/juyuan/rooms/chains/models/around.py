"""链上的实体与清单:本地企业、园区、展会、指导目录、行业代码。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from juyuan.rooms.chains.models.graph import Chain, Node, Sourced
from juyuan.rooms.chains.rules import CatalogueClass, Origin


class LocalEnterprise(Sourced):
    """本地企业;`is_anchor` 为龙头,`node_origin` 说归入哪个环节是谁定的。

    `investor_id` 指投资方档案(同层房间,不设外键)。
    """

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="enterprises"
    )
    node = models.ForeignKey(
        Node,
        verbose_name="环节",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enterprises",
    )
    node_origin = models.CharField(
        "环节来历", max_length=10, choices=Origin.pairs(), default=Origin.SUGGESTED.value
    )
    name = models.CharField("企业名称", max_length=100)
    is_anchor = models.BooleanField("龙头", default=False)
    investor_id = models.BigIntegerField("投资方编号", null=True, blank=True)
    note = models.CharField("企业说明", max_length=200, blank=True)
    order = models.IntegerField("排序", default=0)
    ended_on = models.DateField("移出日", null=True, blank=True)

    class Meta:
        verbose_name = "本地企业"
        verbose_name_plural = "本地企业"
        ordering = ["chain", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "name"],
                condition=Q(ended_on__isnull=True),
                name="enterprise_once_in_chain",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Park(Sourced):
    """链所依托的园区。"""

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="parks"
    )
    name = models.CharField("园区名称", max_length=80)
    note = models.CharField("园区说明", max_length=200, blank=True)
    order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "园区"
        verbose_name_plural = "园区"
        ordering = ["chain", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["chain", "name"], name="park_once")]

    def __str__(self) -> str:
        return self.name


class Expo(Sourced):
    """链所依托的展会。`full_name` 由公开资料补全,属建议值。"""

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="expos"
    )
    name = models.CharField("展会名称", max_length=80)
    full_name = models.CharField("展会全称", max_length=120, blank=True)
    order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "展会"
        verbose_name_plural = "展会"
        ordering = ["chain", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["chain", "name"], name="expo_once")]

    def __str__(self) -> str:
        return self.name


class CatalogueEntry(Sourced):
    """《招商引资产业指导目录》的一条:产品或行业代码属哪一类,准入标准是什么。自生效日起用。"""

    code = models.SlugField("目录代码", max_length=40, unique=True)
    chain = models.ForeignKey(
        Chain,
        verbose_name="产业链",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="catalogue",
    )
    node = models.ForeignKey(
        Node,
        verbose_name="环节",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="catalogue",
    )
    name = models.CharField("产品或行业", max_length=120)
    industry_code = models.CharField("行业代码", max_length=10, blank=True)
    level = models.CharField("目录类别", max_length=12, choices=CatalogueClass.pairs())
    standard = models.TextField("准入标准", blank=True)
    note = models.CharField("目录说明", max_length=200, blank=True)
    effective_from = models.DateField("生效日")
    ended_on = models.DateField("失效日", null=True, blank=True)
    order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "产业指导目录"
        verbose_name_plural = "产业指导目录"
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                name="catalogue_ends_after_start",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("effective_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndustryCode(models.Model):
    """国民经济行业分类(GB/T 4754)的一个代码。包里只带各链用到的;全表由导入进来。"""

    code = models.CharField("行业代码", max_length=10, unique=True)
    name = models.CharField("行业名称", max_length=100)
    level = models.PositiveSmallIntegerField("行业层级")
    parent = models.CharField("上级代码", max_length=10, blank=True)

    class Meta:
        verbose_name = "行业代码"
        verbose_name_plural = "行业代码"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="industry_level_1_to_4", condition=Q(level__gte=1, level__lte=4)
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
