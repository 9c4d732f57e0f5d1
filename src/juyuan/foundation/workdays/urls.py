"""工作日历的网址。"""

from django.urls import path

from juyuan.foundation.workdays import views

urlpatterns = [path("workdays/", views.year_view, name="workdays")]
