from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="ParameterProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pack", models.SlugField(max_length=60, verbose_name="城市包")),
                ("key", models.CharField(max_length=80, verbose_name="参数名")),
                ("value", models.JSONField(verbose_name="值")),
                ("effective_from", models.DateField(verbose_name="施行日")),
                ("reason", models.TextField(verbose_name="理由")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "待确认"),
                            ("confirmed", "已确认"),
                            ("rejected", "不同意"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="提议状态",
                    ),
                ),
                ("proposed_by_id_at", models.BigIntegerField(verbose_name="提议账号编号")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="提议人")),
                ("proposed_at", models.DateTimeField(verbose_name="提议时间")),
                ("settled_by", models.CharField(blank=True, max_length=60, verbose_name="确认人")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="确认时间"),
                ),
                ("settled_note", models.TextField(blank=True, verbose_name="确认意见")),
            ],
            options={
                "verbose_name": "参数提议",
                "verbose_name_plural": "参数提议",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("pack", "key"),
                        name="parameter_one_open_proposal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ParameterVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pack", models.SlugField(max_length=60, verbose_name="城市包")),
                ("key", models.CharField(max_length=80, verbose_name="参数名")),
                ("label", models.CharField(max_length=100, verbose_name="名称")),
                ("type", models.CharField(max_length=12, verbose_name="类型")),
                ("value", models.JSONField(verbose_name="值")),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="计量单位")),
                ("op", models.CharField(blank=True, max_length=2, verbose_name="含不含本数")),
                ("choices", models.JSONField(default=list, verbose_name="可选值")),
                ("labels", models.JSONField(default=dict, verbose_name="值的名称")),
                ("clause", models.CharField(max_length=40, verbose_name="条款")),
                ("effective_from", models.DateField(verbose_name="施行日")),
                (
                    "origin",
                    models.CharField(
                        choices=[("文件明定", "文件明定"), ("建议值", "建议值")],
                        max_length=8,
                        verbose_name="出处",
                    ),
                ),
                ("text_q", models.TextField(blank=True, verbose_name="引文")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("proposed_by", models.CharField(blank=True, max_length=60, verbose_name="提议人")),
                (
                    "confirmed_by",
                    models.CharField(blank=True, max_length=60, verbose_name="确认人"),
                ),
                (
                    "pack_version",
                    models.CharField(blank=True, max_length=60, verbose_name="城市包版本"),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="记录时间")),
            ],
            options={
                "verbose_name": "参数版本",
                "verbose_name_plural": "参数版本",
                "ordering": ["key", "effective_from", "id"],
                "indexes": [
                    models.Index(
                        fields=["pack", "key", "effective_from"], name="parameter_in_force"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_protect('policy_parameterversion')",
            "SELECT ledger_unprotect('policy_parameterversion')",
        ),
    ]
