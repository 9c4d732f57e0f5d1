from django.apps import AppConfig


class InvestorsConfig(AppConfig):
    name = "juyuan.rooms.investors"
    label = "investors"
    verbose_name = "投资方"
    default_auto_field = "django.db.models.BigAutoField"
