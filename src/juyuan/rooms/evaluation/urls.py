"""评价与履约的网址:评审、审查意见与承诺审查、履约跟踪与函。"""

from django.urls import URLPattern, URLResolver

from juyuan.rooms.evaluation.views import opinion_urls, review_urls, tracking_urls

app_name = "evaluation"

urlpatterns: list[URLPattern | URLResolver] = [
    *review_urls.urlpatterns,
    *opinion_urls.urlpatterns,
    *tracking_urls.urlpatterns,
]
