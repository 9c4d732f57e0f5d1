from django.db import migrations, models

FIELDS = (
    ("paper_number", models.CharField(blank=True, max_length=100, verbose_name="依据文件的文号")),
    ("paper_on", models.DateField(blank=True, null=True, verbose_name="依据文件的日期")),
    ("paper_use_id", models.UUIDField(blank=True, null=True, verbose_name="依据文件")),
)


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_parameters")]
    operations = [
        migrations.AddField(model_name=model, name=name, field=field.clone())
        for model in ("parameterproposal", "parameterversion")
        for name, field in FIELDS
    ]
