from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "juyuan.foundation.duties"
    label = "duties"
    verbose_name = "待办"
    default_auto_field = "django.db.models.BigAutoField"
