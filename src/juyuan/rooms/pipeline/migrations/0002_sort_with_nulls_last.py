from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0001_chains_and_nodes"),
        ("people", "0001_people_and_posts"),
        ("pipeline", "0001_projects_and_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="project",
            name="project_total",
        ),
        migrations.RemoveIndex(
            model_name="project",
            name="project_committed",
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                models.OrderBy(models.F("total_investment"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="project_by_total",
            ),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                models.OrderBy(models.F("committed_investment"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                name="project_by_committed",
            ),
        ),
    ]
