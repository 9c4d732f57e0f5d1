from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "juyuan.rooms.pipeline"
    label = "pipeline"
    verbose_name = "项目库"
    default_auto_field = "django.db.models.BigAutoField"
