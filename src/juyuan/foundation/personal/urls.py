"""视图与草稿的网址。"""

from django.urls import path

from juyuan.foundation.personal import views

app_name = "personal"
urlpatterns = [
    path("views/", views.mine, name="views"),
    path("views/new/", views.new, name="view_new"),
    path("views/<int:view_id>/", views.one, name="view"),
]
