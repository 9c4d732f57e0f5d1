import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="任务")),
                ("on", models.DateField(verbose_name="业务日")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("result", models.JSONField(blank=True, null=True, verbose_name="结果")),
                ("error", models.TextField(blank=True, verbose_name="出错")),
            ],
            options={
                "verbose_name": "定期任务执行",
                "verbose_name_plural": "定期任务执行",
                "ordering": ["-on", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "on"), name="job_run_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="编号",
                    ),
                ),
                ("kind", models.CharField(max_length=60, verbose_name="种类")),
                ("label", models.CharField(max_length=200, verbose_name="说明")),
                ("args", models.JSONField(default=dict, verbose_name="参数")),
                ("account_id", models.BigIntegerField(null=True, verbose_name="账号编号")),
                ("actor_name", models.CharField(max_length=60, verbose_name="发起人")),
                ("post_id", models.BigIntegerField(null=True, verbose_name="任职编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "排队"),
                            ("running", "执行中"),
                            ("done", "完成"),
                            ("failed", "失败"),
                            ("cancelled", "已取消"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.PositiveBigIntegerField(default=0, verbose_name="已办")),
                ("total", models.PositiveBigIntegerField(default=0, verbose_name="总数")),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="进展")),
                ("result", models.JSONField(blank=True, null=True, verbose_name="结果")),
                ("cancel_requested", models.BooleanField(default=False, verbose_name="要求取消")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="尝试次数")),
                ("created_at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "started_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="开始时间"),
                ),
                ("beat_at", models.DateTimeField(blank=True, null=True, verbose_name="最近进展")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
            ],
            options={
                "verbose_name": "长任务",
                "verbose_name_plural": "长任务",
                "ordering": ["-created_at", "id"],
                "indexes": [
                    models.Index(fields=["account_id", "-created_at"], name="task_by_account"),
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["beat_at"],
                        name="task_running_beat",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("state__in", ["queued", "running"])
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ["done", "failed", "cancelled"]),
                            ),
                            _connector="OR",
                        ),
                        name="task_ended_iff_closed",
                    )
                ],
            },
        ),
    ]
