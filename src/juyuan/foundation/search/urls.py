"""检索的网址。"""

from django.urls import path

from juyuan.foundation.search import views

urlpatterns = [path("search/", views.search, name="search")]
