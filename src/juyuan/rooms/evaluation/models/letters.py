"""函、回复、约谈。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.papers.models import Document
from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.evaluation.models.breaches import Breach
from juyuan.rooms.evaluation.rules.breaches import OPEN_LETTERS, LetterLevel, LetterState, Outcome
from juyuan.rooms.pipeline.models import Supplement


class Letter(models.Model):
    """阶梯上的一步:提醒函、督办函、约谈、退出。文稿、批准、编号、印发、送达在公文里(`document`)。"""

    code = models.CharField("函编号", max_length=20, unique=True)
    breach = models.ForeignKey(
        Breach, verbose_name="违约", on_delete=models.PROTECT, related_name="letters"
    )
    level = models.CharField("函的级别", max_length=8, choices=LetterLevel.pairs())
    state = models.CharField(
        "函状态", max_length=10, choices=LetterState.pairs(), default=LetterState.PREPARING.value
    )
    unit = models.ForeignKey(
        Unit, verbose_name="发函单位", on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(
        Document, verbose_name="公文", null=True, on_delete=models.PROTECT, related_name="+"
    )
    days = models.PositiveIntegerField("回复期限(天)")
    issued_on = models.DateField("印发日期", null=True)
    reply_by = models.DateField("回复截止", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.pairs(), blank=True)
    outcome_reason = models.TextField("结果理由", blank=True)
    until = models.DateField("宽限到", null=True)
    supplement = models.ForeignKey(
        Supplement, verbose_name="补充协议", null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by = models.ForeignKey(
        Account, verbose_name="提出人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by_name = models.CharField("提出人姓名", max_length=60, blank=True)
    closed_on = models.DateField("了结日期", null=True)
    closed_by_name = models.CharField("了结人", max_length=60, blank=True)
    by = models.ForeignKey(
        Account, verbose_name="起草人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("起草人姓名", max_length=60)
    at = models.DateTimeField("起草时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "函"
        verbose_name_plural = "函"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["breach"],
                condition=Q(state__in=[s.value for s in OPEN_LETTERS]),
                name="letter_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "reply_by"], name="letter_by_due"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def level_label(self) -> str:
        return LetterLevel(self.level).label


class LetterReply(models.Model):
    """投资方的回复(只增):哪天、说什么、回执文件。"""

    letter = models.ForeignKey(
        Letter, verbose_name="函", on_delete=models.PROTECT, related_name="replies"
    )
    on = models.DateField("回复日期")
    text = models.TextField("回复内容")
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    by_name = models.CharField("记录人姓名", max_length=60)
    at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "函的回复"
        verbose_name_plural = "函的回复"
        ordering = ["id"]


class Talk(models.Model):
    """约谈记录(只增):哪天、在哪里、哪些人、谈的结果。"""

    letter = models.ForeignKey(
        Letter, verbose_name="函", on_delete=models.PROTECT, related_name="talks"
    )
    on = models.DateField("约谈日期")
    place = models.CharField("约谈地点", max_length=100)
    people = models.TextField("约谈人员")
    result = models.TextField("约谈结果")
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    by_name = models.CharField("记录人姓名", max_length=60)
    at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "约谈记录"
        verbose_name_plural = "约谈记录"
        ordering = ["id"]
