"""网页的网址:各房间自己的网址表在此接上,外加工作台、登录、检索、系统管理。"""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
