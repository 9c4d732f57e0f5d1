"""统计口径的网址。"""

from django.urls import path

from juyuan.foundation.figures import views

urlpatterns = [
    path("figures/", views.figure_list, name="figures"),
    path("figures/<slug:name>/", views.figure_detail, name="figure"),
]
