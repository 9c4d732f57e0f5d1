"""幂等键:与动作同一事务写入,拒绝即随事务释放。"""

from __future__ import annotations

from django.db import models

from juyuan.foundation.people.models import Account


class IdempotencyKey(models.Model):
    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.CASCADE, related_name="+"
    )
    path = models.CharField("网址", max_length=200)
    key = models.CharField("幂等键", max_length=100)
    body_sha256 = models.CharField("请求摘要", max_length=64)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    response = models.JSONField("响应", default=dict)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "幂等键"
        verbose_name_plural = "幂等键"
        constraints = [
            models.UniqueConstraint(fields=["account", "path", "key"], name="idempotency_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
