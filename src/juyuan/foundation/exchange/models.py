"""导入的批次、行、记住的表头、看不见的重合。"""

from __future__ import annotations

import uuid

from django.db import models


class BatchState(models.TextChoices):
    READING = "reading", "判读中"
    MAPPING = "mapping", "待对列"
    PREVIEW = "preview", "预览中"
    COMMITTED = "committed", "已提交"
    REVERSED = "reversed", "已撤回"
    ABANDONED = "abandoned", "已放弃"


class ImportBatch(models.Model):
    """一个文件进来一次。编号随机,网址不透露总数。"""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("导入种类", max_length=40)
    kind_label = models.CharField("种类名称", max_length=60)
    file = models.ForeignKey(
        "files.StoredFile", verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("内容摘要", max_length=64)
    size = models.BigIntegerField("大小(字节)")
    state = models.CharField("批次状态", max_length=12, choices=BatchState.choices)
    account_id = models.BigIntegerField("账号编号", null=True)
    actor_name = models.CharField("导入人", max_length=60)
    unit = models.ForeignKey(
        "people.Unit",
        verbose_name="单位",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit_name = models.CharField("单位名称", max_length=100, blank=True)
    via = models.CharField("途径", max_length=10)
    mapping = models.JSONField("对应列", default=dict)
    report = models.JSONField("读表说明", default=dict)
    counts = models.JSONField("各类行数", default=dict)
    opening = models.BooleanField("期初批次", default=False)
    paper_number = models.CharField("依据文号", max_length=80, blank=True)
    paper_date = models.DateField("依据日期", null=True)
    paper_file = models.ForeignKey(
        "files.StoredFile",
        verbose_name="依据文件",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    repeat_of = models.ForeignKey(
        "self", verbose_name="与之相同的批次", null=True, on_delete=models.PROTECT, related_name="+"
    )
    group = models.UUIDField("台账组号", default=uuid.uuid4)
    opened_at = models.DateTimeField("打开时间")
    committed_at = models.DateTimeField("提交时间", null=True)
    reversed_at = models.DateTimeField("撤回时间", null=True)
    reversed_by = models.CharField("撤回人", max_length=60, blank=True)
    reversed_reason = models.TextField("撤回理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        ordering = ["-opened_at", "id"]
        indexes = [
            models.Index(fields=["account_id", "-opened_at"], name="import_batch_account"),
            models.Index(fields=["kind", "sha256"], name="import_batch_file"),
            models.Index(fields=["kind", "-opened_at"], name="import_batch_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} {self.file_name}"


class ImportRow(models.Model):
    """一行的判定与来历:哪张表第几行、结论、为什么、成了哪个对象。含个人信息的格子不留在这里。"""

    batch = models.ForeignKey(
        ImportBatch, verbose_name="导入批次", on_delete=models.CASCADE, related_name="rows"
    )
    position = models.PositiveIntegerField("序号")
    sheet = models.CharField("工作表", max_length=200)
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("判定", max_length=10)
    findings = models.JSONField("发现", default=list)
    shown = models.JSONField("原文", default=dict)
    candidates = models.JSONField("疑似对象", default=list)
    doubts = models.JSONField("待定读法", default=dict)
    changes = models.JSONField("改动", default=list)
    settled = models.CharField("选择", max_length=120, blank=True)
    readings = models.JSONField("选定读法", default=dict)
    held = models.BooleanField("待核对", default=False)
    done = models.BooleanField("已写入", default=False)
    fingerprint = models.CharField("行指纹", max_length=64)
    object_type = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=60, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    object_url = models.CharField("对象网址", max_length=200, blank=True)

    class Meta:
        verbose_name = "导入行"
        verbose_name_plural = "导入行"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_place"),
        ]
        indexes = [
            models.Index(fields=["batch", "verdict", "position"], name="import_row_verdict"),
            models.Index(
                fields=["object_type", "object_id"],
                name="import_row_object",
                condition=models.Q(done=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.number} 行"


class HeaderMemory(models.Model):
    """某单位某种导入里,一个表头对应哪一列、什么单位(对过一次,下次不再问)。"""

    unit = models.ForeignKey(
        "people.Unit", verbose_name="单位", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField("导入种类", max_length=40)
    key = models.CharField("表头", max_length=200)
    field = models.CharField("对应的列", max_length=40, blank=True)
    money_unit = models.CharField("金额单位", max_length=10, blank=True)
    at = models.DateTimeField("记住的时间")

    class Meta:
        verbose_name = "记住的表头"
        verbose_name_plural = "记住的表头"
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "key"], name="header_memory_once"),
        ]

    def __str__(self) -> str:
        return self.key


class CaseState(models.TextChoices):
    OPEN = "open", "待核对"
    SAME = "same", "同一个"
    DIFFERENT = "different", "另一个"


class CollisionCase(models.Model):
    """导入行与提交人看不见的对象重合。只有核对人看得见对方;提交人只知道「已登记」。"""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    row = models.ForeignKey(
        ImportRow, verbose_name="导入行", on_delete=models.CASCADE, related_name="cases"
    )
    kind = models.CharField("导入种类", max_length=40)
    hidden_type = models.CharField("对方类别", max_length=40)
    hidden_id = models.CharField("对方编号", max_length=60)
    hidden_label = models.CharField("对方", max_length=200)
    hidden_url = models.CharField("对方网址", max_length=200, blank=True)
    state = models.CharField(
        "核对状态", max_length=10, choices=CaseState.choices, default=CaseState.OPEN
    )
    note = models.TextField("核对意见", blank=True)
    opened_at = models.DateTimeField("立件时间")
    closed_at = models.DateTimeField("核对时间", null=True)
    closed_by = models.CharField("核对人", max_length=60, blank=True)

    class Meta:
        verbose_name = "重合核对"
        verbose_name_plural = "重合核对"
        ordering = ["-opened_at", "id"]
        indexes = [
            models.Index(fields=["kind", "state", "-opened_at"], name="collision_case_queue")
        ]

    def __str__(self) -> str:
        return f"{self.row} 与 {self.hidden_label}"


class OpeningClosure(models.Model):
    """期初关闭:之后期初批次不能再开、不能再撤。只有一行。"""

    only = models.BooleanField("唯一", default=True, unique=True)
    closed_at = models.DateTimeField("关闭时间")
    closed_by = models.CharField("关闭人", max_length=60)
    reason = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "期初关闭"
        verbose_name_plural = "期初关闭"
        constraints = [
            models.CheckConstraint(name="opening_closed_once", condition=models.Q(only=True)),
        ]

    def __str__(self) -> str:
        return f"期初关闭于 {self.closed_at:%Y-%m-%d}"
