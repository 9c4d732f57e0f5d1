"""检索行:(对象, 字段, 权重, 文字, 二字片段)。与所描述的动作同一事务写入。"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchRow(models.Model):
    """一个对象的一个可检索字段。`text` 已归一;拼音首字母另成一行(字段名后缀「~」)。"""

    object_type = models.CharField("对象类别", max_length=20)
    object_id = models.BigIntegerField("对象编号")
    field = models.CharField("字段", max_length=20)
    weight = models.SmallIntegerField("权重")
    text = models.CharField("归一文字", max_length=400)
    grams = ArrayField(models.CharField(max_length=4), verbose_name="二字片段")

    class Meta:
        verbose_name = "检索行"
        verbose_name_plural = "检索行"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="search_object"),
            # text_pattern_ops:前缀匹配(一个字的检索)走索引,不受排序规则影响
            models.Index(fields=["text"], name="search_prefix", opclasses=["varchar_pattern_ops"]),
            # 待整理清单留一点点(128 kB):成批写入快三倍,而查的人至多多看十几页
            GinIndex(
                fields=["grams"], name="search_grams", fastupdate=True, gin_pending_list_limit=128
            ),
        ]
