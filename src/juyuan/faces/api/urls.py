"""/api/v1/ 的网址。"""

from django.urls import path

from juyuan.faces.api.api import api

urlpatterns = [path("api/v1/", api.urls)]
