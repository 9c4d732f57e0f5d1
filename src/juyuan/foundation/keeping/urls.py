"""备份的网址。"""

from django.urls import path

from juyuan.foundation.keeping import views

app_name = "keeping"
urlpatterns = [path("admin/backups/", views.backups, name="backups")]
