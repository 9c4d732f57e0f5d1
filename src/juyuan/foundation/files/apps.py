from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "juyuan.foundation.files"
    label = "files"
    verbose_name = "证据文件"
    default_auto_field = "django.db.models.BigAutoField"
