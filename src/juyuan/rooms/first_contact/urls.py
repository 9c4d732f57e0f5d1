"""首谈的网址。"""

from django.urls import path

from juyuan.rooms.first_contact.views import acts, claims, conflicts, pages, papers

app_name = "first_contact"
urlpatterns = [
    path("first-contacts/", claims.listing, name="list"),
    path("first-contacts/new/", claims.register, name="new"),
    path("first-contacts/opening/", claims.opening, name="opening"),
    path("first-contacts/check/", pages.check, name="check"),
    path("first-contacts/checks/", pages.checks, name="checks"),
    path("first-contacts/checks/<int:pk>/", pages.compare, name="compare"),
    path("first-contacts/conflicts/", conflicts.listing, name="conflicts"),
    path("first-contacts/conflicts/new/", conflicts.raising, name="conflict_new"),
    path("first-contacts/conflicts/<str:code>/", conflicts.detail, name="conflict"),
    path("first-contacts/conflicts/<str:code>/evidence/", conflicts.prove, name="prove"),
    path("first-contacts/conflicts/<str:code>/ruling/", conflicts.rule, name="rule"),
    path("first-contacts/conflicts/<str:code>/appeal/", conflicts.appealing, name="appeal"),
    path("first-contacts/conflicts/<str:code>/dismiss/", conflicts.dismissing, name="dismiss"),
    path(
        "first-contacts/conflicts/<str:code>/papers/<slug:level>/<slug:form>/",
        papers.ruling,
        name="paper",
    ),
    path("first-contacts/<str:code>/", claims.detail, name="claim"),
    path("first-contacts/<str:code>/extend/", acts.extending, name="extend"),
    path("first-contacts/<str:code>/lapse/", acts.lapsing, name="lapse"),
    path("first-contacts/<str:code>/take-up/", acts.taking_up, name="take_up"),
    path("first-contacts/<str:code>/end/", acts.ending, name="end"),
    path("first-contacts/<str:code>/hand-over/", acts.handing_over, name="hand_over"),
    path("first-contacts/<str:code>/accept/", acts.accepting, name="accept"),
    path("first-contacts/<str:code>/file/", acts.filing, name="file"),
    path("first-contacts/<str:code>/project/", acts.founding, name="found"),
]
