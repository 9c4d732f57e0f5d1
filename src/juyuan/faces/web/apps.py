from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "juyuan.faces.web"
    label = "web"
    verbose_name = "工作台"
    default_auto_field = "django.db.models.BigAutoField"
