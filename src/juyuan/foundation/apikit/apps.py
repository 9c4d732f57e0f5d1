from django.apps import AppConfig


class ApikitConfig(AppConfig):
    name = "juyuan.foundation.apikit"
    label = "apikit"
    verbose_name = "接口形状"
    default_auto_field = "django.db.models.BigAutoField"
