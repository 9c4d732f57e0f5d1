from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "juyuan.foundation.figures"
    label = "figures"
    verbose_name = "统计口径"
    default_auto_field = "django.db.models.BigAutoField"
