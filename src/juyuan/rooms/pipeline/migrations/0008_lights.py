"""灯要看的日子:项目添承诺拿地;快照添入库、状态起始、开工与各承诺日期,任何一天的灯都能重演。

旧快照的入库日期由当时最近一次移动得出;当时没有记的承诺、开工、状态起始日,取项目现在的值。
"""

from django.db import migrations, models

FILL = """
UPDATE pipeline_projectstate s SET
    stage_since = COALESCE(
        (SELECT m.fact_on FROM pipeline_stagemove m
         WHERE m.project_id = s.project_id AND m.at <= s.recorded_at
         ORDER BY m.id DESC LIMIT 1),
        p.stage_since),
    standing_since = p.standing_since,
    started_on = p.started_on,
    promised_start_on = p.promised_start_on,
    promised_production_on = p.promised_production_on,
    promised_capacity_on = p.promised_capacity_on
FROM pipeline_project p WHERE p.id = s.project_id
"""
SNAPSHOT = {
    "stage_since": "入库日期",
    "standing_since": "状态起始日",
    "started_on": "开工日期",
    "promised_land_on": "承诺拿地日期",
    "promised_start_on": "承诺开工日期",
    "promised_production_on": "承诺投产日期",
    "promised_capacity_on": "承诺达效日期",
}


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0007_same_name_cases")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="promised_land_on",
            field=models.DateField(blank=True, null=True, verbose_name="承诺拿地日期"),
        ),
        *(
            migrations.AddField(
                model_name="projectstate",
                name=name,
                field=models.DateField(null=True, verbose_name=label),
            )
            for name, label in SNAPSHOT.items()
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
