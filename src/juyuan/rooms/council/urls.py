"""促进会议的网址。"""

from django.urls import URLPattern, URLResolver

app_name = "council"

urlpatterns: list[URLPattern | URLResolver] = []
