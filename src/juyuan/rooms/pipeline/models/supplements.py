"""补充协议:改金额、改承诺的新一行,旧的仍可读。金额列单位:元。"""

from __future__ import annotations

from django.db import models

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.pipeline.models.moves import Recognition
from juyuan.rooms.pipeline.models.project import Project


class Supplement(models.Model):
    """一份补充协议:哪天签、改了什么(`changes`:字段 → 旧值、新值)、依据文件;只增。

    登记即改申报的金额与承诺;已认定的签约数字要等核验人认可(`SupplementCheck`):原认定冲回、按新金额再认定,
    两行都留着。
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="supplements"
    )
    number = models.CharField("文号", max_length=100, blank=True)
    title = models.CharField("协议名称", max_length=200)
    signed_on = models.DateField("签订日期")
    changes = models.JSONField("改动", default=dict)
    reason = models.TextField("缘由")
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="提交单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "补充协议"
        verbose_name_plural = "补充协议"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class SupplementCheck(models.Model):
    """核验人对补充协议的认可:新的签约认定行从此计数。"""

    supplement = models.OneToOneField(
        Supplement, verbose_name="补充协议", on_delete=models.PROTECT, related_name="check_row"
    )
    recognition = models.OneToOneField(
        Recognition, verbose_name="新认定", on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="核验人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("核验人姓名", max_length=60)
    recorded_at = models.DateTimeField("核验时间")

    class Meta:
        verbose_name = "补充协议核验"
        verbose_name_plural = "补充协议核验"
        ordering = ["id"]
