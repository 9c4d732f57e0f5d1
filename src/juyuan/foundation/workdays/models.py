"""节假日:管理员按国务院办公厅通知增补的日子,优先于随系统带来的日历。"""

from __future__ import annotations

from django.db import models


class DayKind(models.TextChoices):
    OFF = "off", "放假"
    MAKEUP = "makeup", "调休上班"


class Holiday(models.Model):
    """一天的安排,附所据通知。"""

    date = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=10, choices=DayKind.choices)
    holiday = models.CharField("节日", max_length=40)
    notice = models.CharField("依据通知", max_length=100)

    class Meta:
        verbose_name = "节假日"
        verbose_name_plural = "节假日"
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.get_kind_display()}"


class NoticedYear(models.Model):
    """某年的放假通知已全部录入:此后该年的期限不再「暂定」。"""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    notice = models.CharField("依据通知", max_length=100)

    class Meta:
        verbose_name = "已录年份"
        verbose_name_plural = "已录年份"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}年"
