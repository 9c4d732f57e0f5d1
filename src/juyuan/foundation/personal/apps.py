from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "juyuan.foundation.personal"
    label = "personal"
    verbose_name = "个人的视图与草稿"
    default_auto_field = "django.db.models.BigAutoField"
