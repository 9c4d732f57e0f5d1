from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("event", models.CharField(max_length=80, verbose_name="事项")),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="账号编号")),
                ("actor_name", models.CharField(max_length=60, verbose_name="行动者")),
                ("post_label", models.CharField(blank=True, max_length=120, verbose_name="任职")),
                ("unit_code", models.CharField(blank=True, max_length=60, verbose_name="单位代码")),
                ("unit_name", models.CharField(blank=True, max_length=100, verbose_name="单位")),
                ("via", models.CharField(max_length=10, verbose_name="途径")),
                ("obj_type", models.CharField(max_length=40, verbose_name="对象类别")),
                ("obj_id", models.CharField(max_length=60, verbose_name="对象编号")),
                ("obj_label", models.CharField(blank=True, max_length=200, verbose_name="对象")),
                ("before", models.JSONField(null=True, verbose_name="前")),
                ("after", models.JSONField(null=True, verbose_name="后")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("clause", models.CharField(blank=True, max_length=40, verbose_name="条款")),
                (
                    "result",
                    models.CharField(
                        choices=[("done", "完成"), ("refused", "拒绝")],
                        default="done",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                (
                    "request_id",
                    models.CharField(blank=True, max_length=40, verbose_name="请求编号"),
                ),
                ("group", models.UUIDField(null=True, verbose_name="同组编号")),
            ],
            options={
                "verbose_name": "台账事件",
                "verbose_name_plural": "台账事件",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["obj_type", "obj_id", "-id"], name="ledger_object"),
                    models.Index(fields=["actor_id", "-id"], name="ledger_actor"),
                    models.Index(fields=["event", "-id"], name="ledger_event_kind"),
                ],
            },
        ),
    ]
