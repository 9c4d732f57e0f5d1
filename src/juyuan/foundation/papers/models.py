"""公文、发文登记簿、送达记录。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.papers.states import DeliveryWay, DocumentState
from juyuan.foundation.people.models import Account, Unit


class Register(models.Model):
    """一本发文登记簿:哪个单位、哪个系列、哪一年,发到第几号。序号连续不空号:与印发同一事务。"""

    unit = models.ForeignKey(Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    series = models.CharField("文号系列", max_length=20)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("已发到第几号", default=0)

    class Meta:
        verbose_name = "发文登记簿"
        verbose_name_plural = "发文登记簿"
        ordering = ["-year", "unit", "series"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "series", "year"], name="register_one_book")
        ]


class Document(models.Model):
    """一份公文:锁定的事实(`facts`)、可改的话(`words`),走到哪一步,编号、核验码、存档的两种文件。

    对象本体在各房间,这里只存其类别与编号。
    """

    code = models.CharField("公文编号", max_length=20, unique=True)
    kind = models.CharField("公文种类", max_length=40)
    object_type = models.CharField("对象类别", max_length=40)
    object_id = models.BigIntegerField("对象编号")
    unit = models.ForeignKey(
        Unit, verbose_name="发文单位", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField("公文标题", max_length=200)
    facts = models.JSONField("锁定的事实", default=dict)
    words = models.JSONField("可改的话", default=dict)
    state = models.CharField(
        "公文状态", max_length=10, choices=DocumentState.pairs(), default=DocumentState.DRAFT.value
    )
    version = models.PositiveIntegerField("版本", default=1)
    dated = models.DateField("成文日期")
    prepared_by = models.ForeignKey(
        Account, verbose_name="起草人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    prepared_by_name = models.CharField("起草人姓名", max_length=60)
    prepared_at = models.DateTimeField("起草时间")
    revised_by = models.ForeignKey(
        Account, verbose_name="改稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField("送批时间", null=True, blank=True)
    return_reason = models.TextField("退回理由", blank=True)
    approved_by = models.ForeignKey(
        Account, verbose_name="批准人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by_name = models.CharField("批准人姓名", max_length=60, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    series = models.CharField("文号系列", max_length=20, blank=True)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    sequence = models.PositiveIntegerField("序号", null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    issued_by_name = models.CharField("印发人姓名", max_length=60, blank=True)
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    check_code = models.CharField("核验码", max_length=20, blank=True)
    text_sha256 = models.CharField("正文摘要", max_length=64, blank=True)
    docx_use_id = models.UUIDField("docx 存档", null=True, blank=True)
    pdf_use_id = models.UUIDField("pdf 存档", null=True, blank=True)
    pdf_sha256 = models.CharField("pdf 摘要", max_length=64, blank=True)
    scan_use_id = models.UUIDField("盖章件", null=True, blank=True)
    scan_name = models.CharField("盖章件文件名", max_length=200, blank=True)
    scanned_at = models.DateTimeField("盖章件上传时间", null=True, blank=True)
    voided_by_name = models.CharField("作废人姓名", max_length=60, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.TextField("作废理由", blank=True)

    class Meta:
        verbose_name = "公文"
        verbose_name_plural = "公文"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "series", "year", "sequence"],
                condition=Q(sequence__isnull=False),
                name="document_one_sequence",
            ),
            models.UniqueConstraint(
                fields=["unit", "number"], condition=~Q(number=""), name="document_one_number"
            ),
            models.CheckConstraint(
                name="document_issued_is_whole",
                condition=~Q(state="issued")
                | Q(issued_at__isnull=False, pdf_use_id__isnull=False) & ~Q(number=""),
            ),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="document_object"),
            models.Index(fields=["state", "-id"], name="document_state"),
            models.Index(fields=["check_code"], name="document_check"),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """一次送达(只增):怎么送的、给谁、哪天、回证。"""

    document = models.ForeignKey(
        Document, verbose_name="公文", on_delete=models.PROTECT, related_name="deliveries"
    )
    way = models.CharField("送达方式", max_length=12, choices=DeliveryWay.pairs())
    receiver = models.CharField("签收人", max_length=100)
    delivered_on = models.DateField("送达日期")
    note = models.CharField("送达说明", max_length=500, blank=True)
    receipt_use_id = models.UUIDField("送达回证", null=True, blank=True)
    receipt_name = models.CharField("回证文件名", max_length=200, blank=True)
    by_name = models.CharField("记录人姓名", max_length=60)
    at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "送达记录"
        verbose_name_plural = "送达记录"
        ordering = ["id"]
