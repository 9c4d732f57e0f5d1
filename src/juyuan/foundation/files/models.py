"""证据文件:一次上传一行,内容按 SHA-256 存一份;用在哪个对象上另记一行。"""

from __future__ import annotations

import uuid

from django.db import models


class StoredFile(models.Model):
    """一次上传。同样的内容再次上传另起一行(名称各归各),磁盘上只有一份。"""

    sha256 = models.CharField("内容摘要", max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("大小(字节)")
    mime = models.CharField("内容类型", max_length=120)
    added_by = models.CharField("上传人", max_length=60)
    unit_code = models.CharField("上传单位代码", max_length=60, blank=True)
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "证据文件"
        verbose_name_plural = "证据文件"
        constraints = [
            models.CheckConstraint(name="file_size_positive", condition=models.Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class FileUse(models.Model):
    """文件用在哪个对象上。编号是随机的:网址不透露文件总数与先后。"""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="uses"
    )
    object_type = models.CharField("对象类别", max_length=40)
    object_id = models.CharField("对象编号", max_length=60)
    label = models.CharField("说明", max_length=200, blank=True)
    added_by = models.CharField("添加人", max_length=60)
    at = models.DateTimeField("添加时间")

    class Meta:
        verbose_name = "文件用途"
        verbose_name_plural = "文件用途"
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="file_use_object"),
        ]

    def __str__(self) -> str:
        return self.label or str(self.file)
