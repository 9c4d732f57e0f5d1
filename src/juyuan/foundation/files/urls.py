"""文件的网址。"""

from django.urls import path

from juyuan.foundation.files import views

urlpatterns = [path("files/<uuid:use_id>/", views.download, name="file_download")]
