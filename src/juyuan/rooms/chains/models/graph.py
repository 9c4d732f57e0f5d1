"""链图:产业链、环节、链接、文件原话。每一行都写明来历(文件明定 | 建议值)与条款。"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from juyuan.rooms.chains.rules import LinkKind, Origin, Segment, StatementKind


class Sourced(models.Model):
    """来历:谁说的、依据哪一条款。"""

    origin = models.CharField(
        "来历", max_length=10, choices=Origin.pairs(), default=Origin.SUGGESTED.value
    )
    clause = models.CharField("条款", max_length=20, blank=True)

    class Meta:
        abstract = True


class Chain(Sourced):
    """一条产业链。`code` 长期不变(C1、C2……);`clause` 是它的标题句,`sentences` 是写它的各句。"""

    code = models.SlugField("链代码", max_length=20, unique=True)
    name = models.CharField("产业链名称", max_length=60, unique=True)
    short_name = models.CharField("产业链简称", max_length=30)
    aliases = ArrayField(models.CharField(max_length=40), verbose_name="别名", default=list)
    sentences = ArrayField(models.CharField(max_length=20), verbose_name="条款各句", default=list)
    note = models.TextField("链说明", blank=True)
    order = models.IntegerField("排序", default=0)
    disabled_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        verbose_name = "产业链"
        verbose_name_plural = "产业链"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.short_name


class Node(Sourced):
    """环节。

    `origin` 说环节本身的来历,`position_origin` 说上下游位置的来历(文件只写明了少数);
    `quote` 是文件原话。`industry_codes` 是 GB/T 4754 代码(含其下各级),均为建议值。
    """

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="nodes"
    )
    code = models.SlugField("环节代码", max_length=40, unique=True)
    name = models.CharField("环节名称", max_length=60)
    segment = models.CharField("上下游", max_length=12, choices=Segment.pairs())
    position_origin = models.CharField(
        "位置来历", max_length=10, choices=Origin.pairs(), default=Origin.SUGGESTED.value
    )
    quote = models.CharField("文件原话", max_length=200, blank=True)
    products = ArrayField(models.CharField(max_length=60), verbose_name="产品", default=list)
    industry_codes = ArrayField(
        models.CharField(max_length=10), verbose_name="环节行业代码", default=list
    )
    order = models.IntegerField("排序", default=0)
    disabled_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        verbose_name = "环节"
        verbose_name_plural = "环节"
        ordering = ["chain", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "name"], name="node_name_once_in_chain")
        ]

    def __str__(self) -> str:
        return self.name


class Link(Sourced):
    """环节之间的供应关系;全部链接不得成环(`rules.find_cycle`)。"""

    source = models.ForeignKey(
        Node, verbose_name="上家环节", on_delete=models.CASCADE, related_name="links_out"
    )
    target = models.ForeignKey(
        Node, verbose_name="下家环节", on_delete=models.CASCADE, related_name="links_in"
    )
    kind = models.CharField(
        "链接类别", max_length=10, choices=LinkKind.pairs(), default=LinkKind.FLOW.value
    )

    class Meta:
        verbose_name = "环节链接"
        verbose_name_plural = "环节链接"
        ordering = ["source", "target"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="link_once"),
            models.CheckConstraint(name="link_not_to_itself", condition=~Q(source=F("target"))),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Statement(models.Model):
    """文件就某条链说的一处原话(逐字见于 `clause` 所指的句子)及其类别。"""

    chain = models.ForeignKey(
        Chain, verbose_name="产业链", on_delete=models.PROTECT, related_name="statements"
    )
    kind = models.CharField("原话类别", max_length=16, choices=StatementKind.pairs())
    text = models.CharField("原话", max_length=200)
    clause = models.CharField("条款", max_length=20)
    order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "文件原话"
        verbose_name_plural = "文件原话"
        ordering = ["chain", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "kind", "text"], name="statement_once")
        ]

    def __str__(self) -> str:
        return self.text
