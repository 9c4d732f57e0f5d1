from django.apps import AppConfig


class JuyuanConfig(AppConfig):
    """顶层应用:各应用就绪后,在 wiring 里把房间接通。"""

    name = "juyuan"
    label = "juyuan"
    verbose_name = "聚源"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from juyuan import wiring

        wiring.connect()
