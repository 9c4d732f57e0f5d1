"""备份与恢复。"""

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    name = "juyuan.foundation.keeping"
    label = "keeping"
    verbose_name = "备份与恢复"
