"""月度更新:进展事件、每月一份更新、锁账。更新与事件只增不改,更正是新的一行。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.monthly import NoChange


class ProgressEvent(models.Model):
    """一件有日期的进展(种类是城市包的清单):算不算实质进展由种类定,不由文字定。

    这里只存人填的;移动、证据、凭证带来的进展读的时候算出,不另存一份。
    撤销是新的一行(`withdraws` 指向原行)。
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="progress"
    )
    kind = models.CharField("进展种类", max_length=30)
    happened_on = models.DateField("发生日")
    note = models.TextField("说明", blank=True)
    withdraws = models.OneToOneField(
        "self", verbose_name="撤销", null=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.TextField("撤销理由", blank=True)
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
        verbose_name = "进展事件"
        verbose_name_plural = "进展事件"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["project", "-happened_on", "-id"], name="progress_latest"),
        ]


class MonthlyUpdate(models.Model):
    """一个项目一期(上月21日—本月20日,建议值)的更新。每次提交一行,`revision` 最大的为现行。

    `period` 记为当月1日。锁账后的更正须写理由,两次的数都看得见。
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="updates"
    )
    period = models.DateField("期")
    revision = models.PositiveSmallIntegerField("第几稿", default=1)
    unit = models.ForeignKey(
        Unit, verbose_name="填报单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    stage = models.CharField("当时所在库", max_length=20, blank=True)
    progress = models.TextField("进展情况", blank=True)
    problem = models.TextField("存在问题", blank=True)
    next_step = models.TextField("下步打算", blank=True)
    invested_month = models.BigIntegerField("本月完成投资", null=True, blank=True)
    no_change = models.CharField(
        "无变化原因", max_length=20, choices=[("", ""), *NoChange.pairs()], blank=True, default=""
    )
    no_change_note = models.TextField("无变化说明", blank=True)
    substantive = models.BooleanField("有实质进展", default=False)
    events = models.JSONField("所据事件", default=list)
    on_time = models.BooleanField("按时", default=True)
    after_close = models.BooleanField("锁账后更正", default=False)
    reason = models.TextField("更正理由", blank=True)
    parameters = models.JSONField("参数版本", default=dict)
    batch_id = models.CharField("导入批次", max_length=40, blank=True, default="")
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "月度更新"
        verbose_name_plural = "月度更新"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "period", "revision"], name="update_one_per_revision"
            ),
            models.CheckConstraint(name="update_period_is_first_day", condition=Q(period__day=1)),
            models.CheckConstraint(
                name="update_invested_not_negative",
                condition=Q(invested_month__isnull=True) | Q(invested_month__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["period", "unit"], name="update_period_unit")]


class MonthClose(models.Model):
    """锁账:一期一行,记下各单位当时的应报、按时、迟报、未报、无实质进展。"""

    period = models.DateField("期", unique=True)
    closed_at = models.DateTimeField("锁账时间")
    by_name = models.CharField("锁账人", max_length=60)
    figures = models.JSONField("各单位数字", default=dict)

    class Meta:
        verbose_name = "月度锁账"
        verbose_name_plural = "月度锁账"
        ordering = ["-period"]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}"
