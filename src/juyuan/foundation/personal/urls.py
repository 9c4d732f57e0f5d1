"""视图与草稿的网址。"""

from django.urls import path

from juyuan.foundation.personal import views

app_name = "personal"
urlpatterns = [
    path("views/", views.mine, name="views"),
    path("views/new/", views.new, name="view_new"),
    path("views/<int:view_id>/", views.one, name="view"),
    path("drafts/", views.drafts, name="drafts"),
    path("drafts/save/", views.draft_save, name="draft_save"),
    path("drafts/<int:draft_id>/discard/", views.draft_discard, name="draft_discard"),
]
