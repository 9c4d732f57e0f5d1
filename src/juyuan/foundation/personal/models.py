"""存的视图、默认视图、表单草稿。"""

from __future__ import annotations

from django.db import models

from juyuan.foundation.people.models import Person, Unit


class SavedView(models.Model):
    """一个列表的一组条件、次序、列,起了名字。`query` 是规范化的查询串(不带问号)。"""

    page = models.CharField("列表", max_length=60)
    owner = models.ForeignKey(
        Person, verbose_name="谁存的", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="在哪个单位", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=1500, blank=True)
    shared = models.BooleanField("共享给本单位", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("存的时间")
    updated_at = models.DateTimeField("改的时间")

    class Meta:
        verbose_name = "视图"
        verbose_name_plural = "视图"
        ordering = ["page", "name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "unit", "page", "name"], name="view_once")
        ]
        indexes = [models.Index(fields=["unit", "page"], name="view_of_unit")]

    def __str__(self) -> str:
        return self.name


class ViewDefault(models.Model):
    """某人在某单位打开某列表时先看哪个视图。"""

    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="在哪个单位", on_delete=models.PROTECT, related_name="+"
    )
    page = models.CharField("列表", max_length=60)
    view = models.ForeignKey(
        SavedView, verbose_name="视图", on_delete=models.CASCADE, related_name="defaults"
    )

    class Meta:
        verbose_name = "默认视图"
        verbose_name_plural = "默认视图"
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "page"], name="view_default_once")
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.view_id}"


class FormDraft(models.Model):
    """一张没交的表单:谁、在哪个单位、哪张表、哪个对象,以及填到哪里。

    `data` 是 [[栏名, 值], …](没有文件、没有令牌);`version` 是开始填时对象的版本。
    """

    person = models.ForeignKey(
        Person, verbose_name="谁填的", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="在哪个单位", on_delete=models.PROTECT, related_name="+"
    )
    form = models.CharField("哪张表", max_length=60)
    object_key = models.CharField("哪个对象", max_length=80, blank=True)
    version = models.IntegerField("开始填时的版本", null=True)
    data = models.JSONField("填到哪里", default=list)
    created_at = models.DateTimeField("开始填的时间")
    saved_at = models.DateTimeField("自动保存时间")

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "form", "object_key"], name="draft_once"
            )
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_age")]

    def __str__(self) -> str:
        return f"{self.form} {self.object_key}"
