"""同名的登记撞上看不见的项目,与凭证、文件同样立件核对。"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0006_bulk_runs")]

    operations = [
        migrations.AlterField(
            model_name="vouchercase",
            name="kind",
            field=models.CharField(
                choices=[("number", "凭证号"), ("file", "凭证文件"), ("name", "项目名称")],
                max_length=10,
                verbose_name="吻合之处",
            ),
        ),
    ]
