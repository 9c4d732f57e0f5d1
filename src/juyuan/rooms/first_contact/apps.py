from django.apps import AppConfig


class FirstContactConfig(AppConfig):
    name = "juyuan.rooms.first_contact"
    label = "first_contact"
    verbose_name = "首谈"
    default_auto_field = "django.db.models.BigAutoField"
