"""统计口径的网址。"""

from django.urls import path

from juyuan.foundation.figures import compare_views, month_views, views

urlpatterns = [
    path("figures/", views.figure_list, name="figures"),
    path("figures/compare/", compare_views.compare_list, name="figures_compare"),
    path("figures/monthly/", month_views.months, name="figures_monthly"),
    path("figures/monthly/<str:code>.xlsx", month_views.book, name="figures_monthly_book"),
    path("figures/<slug:name>/compare/", compare_views.compare_one, name="figure_compare"),
    path("figures/<slug:name>/", views.figure_detail, name="figure"),
]
