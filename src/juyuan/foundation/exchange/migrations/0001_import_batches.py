import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_stored_files"),
        ("people", "0001_people_and_posts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
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
                ("kind", models.CharField(max_length=40, verbose_name="导入种类")),
                ("kind_label", models.CharField(max_length=60, verbose_name="种类名称")),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("size", models.BigIntegerField(verbose_name="大小(字节)")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "待对列"),
                            ("preview", "预览中"),
                            ("committed", "已提交"),
                            ("reversed", "已撤回"),
                            ("abandoned", "已放弃"),
                        ],
                        max_length=12,
                        verbose_name="批次状态",
                    ),
                ),
                ("account_id", models.BigIntegerField(null=True, verbose_name="账号编号")),
                ("actor_name", models.CharField(max_length=60, verbose_name="导入人")),
                (
                    "unit_name",
                    models.CharField(blank=True, max_length=100, verbose_name="单位名称"),
                ),
                ("via", models.CharField(max_length=10, verbose_name="途径")),
                ("mapping", models.JSONField(default=dict, verbose_name="对应列")),
                ("report", models.JSONField(default=dict, verbose_name="读表说明")),
                ("counts", models.JSONField(default=dict, verbose_name="各类行数")),
                ("opening", models.BooleanField(default=False, verbose_name="期初批次")),
                (
                    "paper_number",
                    models.CharField(blank=True, max_length=80, verbose_name="依据文号"),
                ),
                ("paper_date", models.DateField(null=True, verbose_name="依据日期")),
                ("group", models.UUIDField(default=uuid.uuid4, verbose_name="台账组号")),
                ("opened_at", models.DateTimeField(verbose_name="打开时间")),
                ("committed_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("reversed_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("reversed_by", models.CharField(blank=True, max_length=60, verbose_name="撤回人")),
                ("reversed_reason", models.TextField(blank=True, verbose_name="撤回理由")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "paper_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="依据文件",
                    ),
                ),
                (
                    "repeat_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.importbatch",
                        verbose_name="与之相同的批次",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入批次",
                "verbose_name_plural": "导入批次",
                "ordering": ["-opened_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("sheet", models.CharField(max_length=200, verbose_name="工作表")),
                ("number", models.PositiveIntegerField(verbose_name="行号")),
                ("verdict", models.CharField(max_length=10, verbose_name="判定")),
                ("findings", models.JSONField(default=list, verbose_name="发现")),
                ("shown", models.JSONField(default=dict, verbose_name="原文")),
                ("candidates", models.JSONField(default=list, verbose_name="疑似对象")),
                ("doubts", models.JSONField(default=dict, verbose_name="待定读法")),
                ("changes", models.JSONField(default=list, verbose_name="改动")),
                ("settled", models.CharField(blank=True, max_length=120, verbose_name="选择")),
                ("readings", models.JSONField(default=dict, verbose_name="选定读法")),
                ("held", models.BooleanField(default=False, verbose_name="待核对")),
                ("done", models.BooleanField(default=False, verbose_name="已写入")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="行指纹")),
                (
                    "object_type",
                    models.CharField(blank=True, max_length=40, verbose_name="对象类别"),
                ),
                ("object_id", models.CharField(blank=True, max_length=60, verbose_name="对象编号")),
                ("object_label", models.CharField(blank=True, max_length=200, verbose_name="对象")),
                (
                    "object_url",
                    models.CharField(blank=True, max_length=200, verbose_name="对象网址"),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="exchange.importbatch",
                        verbose_name="导入批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入行",
                "verbose_name_plural": "导入行",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="CollisionCase",
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
                ("kind", models.CharField(max_length=40, verbose_name="导入种类")),
                ("hidden_type", models.CharField(max_length=40, verbose_name="对方类别")),
                ("hidden_id", models.CharField(max_length=60, verbose_name="对方编号")),
                ("hidden_label", models.CharField(max_length=200, verbose_name="对方")),
                (
                    "hidden_url",
                    models.CharField(blank=True, max_length=200, verbose_name="对方网址"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待核对"), ("same", "同一个"), ("different", "另一个")],
                        default="open",
                        max_length=10,
                        verbose_name="核对状态",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="核对意见")),
                ("opened_at", models.DateTimeField(verbose_name="立件时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="核对时间")),
                ("closed_by", models.CharField(blank=True, max_length=60, verbose_name="核对人")),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="exchange.importrow",
                        verbose_name="导入行",
                    ),
                ),
            ],
            options={
                "verbose_name": "重合核对",
                "verbose_name_plural": "重合核对",
                "ordering": ["-opened_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="OpeningClosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("only", models.BooleanField(default=True, unique=True, verbose_name="唯一")),
                ("closed_at", models.DateTimeField(verbose_name="关闭时间")),
                ("closed_by", models.CharField(max_length=60, verbose_name="关闭人")),
                ("reason", models.TextField(blank=True, verbose_name="说明")),
            ],
            options={
                "verbose_name": "期初关闭",
                "verbose_name_plural": "期初关闭",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("only", True)), name="opening_closed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeaderMemory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="导入种类")),
                ("key", models.CharField(max_length=200, verbose_name="表头")),
                ("field", models.CharField(blank=True, max_length=40, verbose_name="对应的列")),
                (
                    "money_unit",
                    models.CharField(blank=True, max_length=10, verbose_name="金额单位"),
                ),
                ("at", models.DateTimeField(verbose_name="记住的时间")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "记住的表头",
                "verbose_name_plural": "记住的表头",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "kind", "key"), name="header_memory_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["account_id", "-opened_at"], name="import_batch_account"),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["kind", "sha256"], name="import_batch_file"),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["kind", "-opened_at"], name="import_batch_kind"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["batch", "verdict", "position"], name="import_row_verdict"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("done", True)),
                fields=["object_type", "object_id"],
                name="import_row_object",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(
                fields=("batch", "sheet", "number"), name="import_row_place"
            ),
        ),
        migrations.AddIndex(
            model_name="collisioncase",
            index=models.Index(fields=["kind", "state", "-opened_at"], name="collision_case_queue"),
        ),
    ]
