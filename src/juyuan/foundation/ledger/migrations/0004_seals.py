from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_audit_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "no",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="封存号"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="封存时间")),
                ("version", models.PositiveSmallIntegerField(verbose_name="写法版本")),
                ("first_id", models.BigIntegerField(verbose_name="首行编号")),
                ("last_id", models.BigIntegerField(unique=True, verbose_name="末行编号")),
                ("count", models.PositiveIntegerField(verbose_name="行数")),
                ("key", models.CharField(max_length=16, verbose_name="密钥标识")),
                ("index", models.BinaryField(verbose_name="行记号")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
            ],
            options={
                "verbose_name": "台账封存",
                "verbose_name_plural": "台账封存",
                "ordering": ["no"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count__gte", 1),
                            ("first_id__lte", models.F("last_id")),
                            ("no__gte", 1),
                        ),
                        name="seal_holds_rows",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_protect('ledger_seal')", "SELECT ledger_unprotect('ledger_seal')"
        ),
    ]
