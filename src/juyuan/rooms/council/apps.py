from django.apps import AppConfig


class CouncilConfig(AppConfig):
    name = "juyuan.rooms.council"
    label = "council"
    verbose_name = "促进会议"
    default_auto_field = "django.db.models.BigAutoField"
