from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "juyuan.foundation.policy"
    label = "policy"
    verbose_name = "条款与参数"
    default_auto_field = "django.db.models.BigAutoField"
