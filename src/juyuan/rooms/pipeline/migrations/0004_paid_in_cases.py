"""到位资金:补交的凭证文件、凭证重合;历史凭证;退回过的冲回可以再提。"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import juyuan.rooms.pipeline.rules.vouchers


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_people_and_posts"),
        ("pipeline", "0003_money_months_escalations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="voucher",
            name="historical",
            field=models.BooleanField(default=False, verbose_name="历史凭证"),
        ),
        migrations.AddField(
            model_name="voucher",
            name="paper",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="依据文号"),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="reverses",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="pipeline.voucher",
                verbose_name="冲回",
            ),
        ),
        migrations.CreateModel(
            name="VoucherFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_use_id", models.UUIDField(verbose_name="文件使用编号")),
                ("file_sha256", models.CharField(max_length=64, verbose_name="文件摘要")),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="pipeline.voucher",
                        verbose_name="凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "补交的凭证文件",
                "verbose_name_plural": "补交的凭证文件",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="VoucherCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("number", "凭证号"), ("file", "凭证文件")],
                        max_length=10,
                        verbose_name="吻合之处",
                    ),
                ),
                ("value", models.CharField(max_length=120, verbose_name="键值")),
                ("typed", models.JSONField(verbose_name="所填内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待核对"),
                            ("same", "同一张凭证"),
                            ("different", "不是同一张"),
                        ],
                        default=juyuan.rooms.pipeline.rules.vouchers.VoucherCaseState["OPEN"],
                        max_length=10,
                        verbose_name="核对结果",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="立项时间")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="核对时间"),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="核对说明")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申报人",
                    ),
                ),
                (
                    "held",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pipeline.project",
                        verbose_name="已登记的项目",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pipeline.project",
                        verbose_name="申报项目",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="申报单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "凭证重合",
                "verbose_name_plural": "凭证重合",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("project", "kind", "value", "held"),
                        name="voucher_case_one_open",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_protect('pipeline_voucherfile')",
            "SELECT ledger_unprotect('pipeline_voucherfile')",
        ),
    ]
