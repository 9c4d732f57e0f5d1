"""条款与参数的网址。"""

from django.urls import path

from juyuan.foundation.policy import views

urlpatterns = [
    path("policy/", views.clause_list, name="policy"),
    path("policy/parameters/<str:key>/propose/", views.parameter_propose, name="parameter_propose"),
    path("policy/proposals/<int:proposal_id>/", views.parameter_settle, name="parameter_settle"),
    path("policy/general/", views.general, name="policy_general"),
    path("policy/<str:code>/", views.clause_detail, name="clause"),
]
