"""界面自己的网址。"""

from django.urls import path

from juyuan.foundation.ui import views

urlpatterns = [
    path("_components/", views.components, name="ui_components"),
    path("prefs/unit/", views.choose_unit, name="ui_unit"),
    path("menu/", views.menu_page, name="ui_menu"),
]
