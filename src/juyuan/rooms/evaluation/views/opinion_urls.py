"""审查意见与承诺审查的网址。"""

from django.urls import URLPattern, URLResolver, path

from juyuan.rooms.evaluation.views import opinions, scrutiny

PROJECT = "projects/<str:code>/scrutiny/"
OPINION = "opinions/<str:code>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("opinions/", opinions.listing, name="opinions"),
    path(OPINION, opinions.detail, name="opinion"),
    path(f"{OPINION}draft/", opinions.drafting, name="opinion_draft"),
    path(f"{OPINION}sign/", opinions.signing, name="opinion_sign"),
    path(f"{OPINION}send-back/", opinions.sending_back, name="opinion_send_back"),
    path(f"{OPINION}return/", opinions.returning, name="opinion_return"),
    path(f"{OPINION}resubmit/", opinions.resubmitting, name="opinion_resubmit"),
    path(f"{OPINION}withdraw/", opinions.withdrawing, name="opinion_withdraw"),
    path(f"{OPINION}revoke/", opinions.revoking, name="opinion_revoke"),
    path("projects/<str:code>/opinions/new/", opinions.asking, name="opinion_ask"),
    path(PROJECT, scrutiny.page, name="scrutiny"),
    path(f"{PROJECT}privileges/new/", scrutiny.listing_new, name="privilege_new"),
    path(f"{PROJECT}privileges/<int:pk>/", scrutiny.listing_edit, name="privilege_edit"),
    path(f"{PROJECT}privileges/<int:pk>/remove/", scrutiny.listing_remove, name="privilege_remove"),
    path(f"{PROJECT}none/", scrutiny.declaring, name="privilege_none"),
    path(f"{PROJECT}text/", scrutiny.texting, name="scrutiny_text"),
    path(f"{PROJECT}doubts/<int:pk>/", scrutiny.answering, name="scrutiny_doubt"),
    path(f"{PROJECT}submit/", scrutiny.submitting, name="scrutiny_submit"),
    path(f"{PROJECT}close/", scrutiny.closing, name="scrutiny_close"),
    path(f"{PROJECT}return/", scrutiny.returning, name="scrutiny_return"),
]
