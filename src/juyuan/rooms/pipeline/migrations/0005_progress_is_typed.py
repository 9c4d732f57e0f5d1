"""进展事件只存人填的:移动、证据、凭证带来的进展读的时候算出,来源两列不再需要。"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0004_paid_in_cases")]

    operations = [
        migrations.RemoveConstraint(model_name="progressevent", name="progress_once_per_source"),
        migrations.RemoveField(model_name="progressevent", name="source"),
        migrations.RemoveField(model_name="progressevent", name="source_id"),
    ]
