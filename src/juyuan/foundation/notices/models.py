"""通知、投递、个人的通知设置。"""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Person


class Notice(models.Model):
    """告诉一个人的一件事;同一件(种类、收件人、对象、到期日)只有一行。"""

    kind = models.CharField("种类", max_length=60)
    recipient = models.ForeignKey(
        Person, verbose_name="收件人", on_delete=models.PROTECT, related_name="+"
    )
    on_behalf = models.ForeignKey(
        Person, verbose_name="代谁收", null=True, on_delete=models.PROTECT, related_name="+"
    )
    object_type = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.BigIntegerField("对象编号", null=True)
    due_on = models.DateField("到期日", null=True)
    title = models.CharField("标题", max_length=200)
    text = models.CharField("内容", max_length=500, blank=True)
    url = models.CharField("网址", max_length=300, blank=True)
    clause = models.CharField("依据条款", max_length=20, blank=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("读过时间", null=True, blank=True)

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "recipient", "object_type", "object_id", "due_on"],
                nulls_distinct=False,
                name="notice_once",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_inbox"),
            models.Index(
                fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=["object_type", "object_id", "kind", "due_on"], name="notice_of_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient_id}"


class NoticeSetting(models.Model):
    """一个人的通知设置;没有这一行即:只有收件箱。"""

    person = models.OneToOneField(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="+"
    )
    email = models.EmailField("邮箱", blank=True)
    mail_on = models.BooleanField("每日邮件", default=False)
    mail_time = models.TimeField("几点发", default=time(8, 30))
    robot_on = models.BooleanField("工作群提醒", default=False)
    phone = models.CharField("手机", max_length=20, blank=True)
    sms_on = models.BooleanField("短信", default=False)
    feed_digest = models.CharField("日历地址摘要", max_length=64, null=True, unique=True)
    feed_made_at = models.DateTimeField("日历地址生成时间", null=True, blank=True)

    class Meta:
        verbose_name = "通知设置"
        verbose_name_plural = "通知设置"

    def __str__(self) -> str:
        return str(self.person_id)


class Channel(models.TextChoices):
    MAIL = "mail", "每日邮件"
    ROBOT = "robot", "工作群提醒"
    SMS = "sms", "短信"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待送"
    SENDING = "sending", "正在送"
    SENT = "sent", "已送出"
    NOTHING = "nothing", "没有可送的"
    FAILED = "failed", "送不出去"
    UNCLEAR = "unclear", "结果不明"


class Delivery(models.Model):
    """往一个渠道送一次:群与短信一条通知一行,邮件一人一天一行。

    送之前以条件更新认领;认领之后进程没了,就是「结果不明」,不再送(收件箱里还在)。
    """

    notice = models.ForeignKey(
        Notice, verbose_name="通知", null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    person = models.ForeignKey(
        Person, verbose_name="收件人", on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    on = models.DateField("哪一天的", null=True)
    state = models.CharField(
        "投递状态",
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.WAITING,
    )
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_at = models.DateTimeField("下次尝试")
    claimed_at = models.DateTimeField("认领时间", null=True, blank=True)
    ended_at = models.DateTimeField("了结时间", null=True, blank=True)
    error = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "投递"
        verbose_name_plural = "投递"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=Q(notice__isnull=False),
                name="delivery_once",
            ),
            models.UniqueConstraint(
                fields=["person", "channel", "on"],
                condition=Q(notice__isnull=True),
                name="delivery_once_a_day",
            ),
            models.CheckConstraint(
                name="delivery_notice_or_day",
                condition=Q(notice__isnull=False, on__isnull=True)
                | Q(notice__isnull=True, on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(
                fields=["claimed_at"], condition=Q(state="sending"), name="delivery_sending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
