import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="内容摘要")),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("size", models.BigIntegerField(verbose_name="大小(字节)")),
                ("mime", models.CharField(max_length=120, verbose_name="内容类型")),
                ("added_by", models.CharField(max_length=60, verbose_name="上传人")),
                (
                    "unit_code",
                    models.CharField(blank=True, max_length=60, verbose_name="上传单位代码"),
                ),
                ("at", models.DateTimeField(verbose_name="上传时间")),
            ],
            options={
                "verbose_name": "证据文件",
                "verbose_name_plural": "证据文件",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="file_size_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FileUse",
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
                ("object_type", models.CharField(max_length=40, verbose_name="对象类别")),
                ("object_id", models.CharField(max_length=60, verbose_name="对象编号")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("added_by", models.CharField(max_length=60, verbose_name="添加人")),
                ("at", models.DateTimeField(verbose_name="添加时间")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "文件用途",
                "verbose_name_plural": "文件用途",
                "ordering": ["-at", "id"],
                "indexes": [
                    models.Index(fields=["object_type", "object_id", "-at"], name="file_use_object")
                ],
            },
        ),
    ]
