"""评审的网址。"""

from django.urls import URLPattern, URLResolver, path

from juyuan.rooms.evaluation.views import reviewacts as acts
from juyuan.rooms.evaluation.views import reviews

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/", reviews.listing, name="reviews"),
    path("reviews/send/<str:code>/", reviews.send, name="review_send"),
    path("reviews/<str:code>/", reviews.detail, name="review"),
    path("reviews/<str:code>/diligence/", acts.diligence, name="review_diligence"),
    path("reviews/<str:code>/vetoes/", acts.vetoes, name="review_vetoes"),
    path("reviews/<str:code>/reviewers/", acts.reviewers, name="review_reviewers"),
    path(
        "reviews/<str:code>/reviewers/<int:reviewer_id>/dismiss/",
        acts.dismissing,
        name="review_dismiss",
    ),
    path("reviews/<str:code>/declare/", acts.declaring, name="review_declare"),
    path("reviews/<str:code>/score/", acts.scoring_, name="review_score"),
    path("reviews/<str:code>/recheck/<int:reviewer_id>/", acts.rechecking, name="review_recheck"),
    path("reviews/<str:code>/finish/", acts.finishing, name="review_finish"),
    path("reviews/<str:code>/opinion/", acts.opining, name="review_opinion"),
    path("reviews/<str:code>/supply/", acts.supplying, name="review_supply"),
    path("reviews/<str:code>/decide/", acts.deciding, name="review_decide"),
    path("reviews/<str:code>/call-up/", acts.calling_up, name="review_call_up"),
    path("reviews/<str:code>/withdraw/", acts.withdrawing, name="review_withdraw"),
]
