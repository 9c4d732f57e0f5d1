from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "juyuan.rooms.evaluation"
    label = "evaluation"
    verbose_name = "评价与履约"
    default_auto_field = "django.db.models.BigAutoField"
