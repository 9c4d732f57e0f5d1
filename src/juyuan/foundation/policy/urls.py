"""条款与参数的网址。"""

from django.urls import path

from juyuan.foundation.policy import changing, views

urlpatterns = [
    path("policy/", views.clause_list, name="policy"),
    path(
        "policy/parameters/<str:key>/propose/", changing.parameter_propose, name="parameter_propose"
    ),
    path(
        "policy/proposals/<int:proposal_id>/",
        changing.parameter_proposal,
        name="parameter_proposal",
    ),
    path("policy/general/", views.general, name="policy_general"),
    path("policy/<str:code>/", views.clause_detail, name="clause"),
]
