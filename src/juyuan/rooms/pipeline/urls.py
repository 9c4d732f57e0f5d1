"""项目库的网址。写死的在前:项目编号是随机的,不会与它们相撞。"""

from django.urls import path

from juyuan.rooms.pipeline.views import (
    edit,
    library,
    moving,
    project,
    proving,
    recognition,
    voiding,
)

app_name = "pipeline"
urlpatterns = [
    path("projects/", library.library, name="list"),
    path("projects/board/", library.board, name="board"),
    path("projects/recognised/", library.facts_list, name="facts"),
    path("projects/new/", edit.register, name="register"),
    path("projects/suggest-investors/", edit.suggest_investors, name="suggest_investors"),
    path("projects/voids/<int:void_id>/", voiding.settle, name="settle_void"),
    path("projects/<slug:code>/", project.detail, name="detail"),
    path("projects/<slug:code>/edit/", edit.edit, name="edit"),
    path("projects/<slug:code>/move/", moving.move, name="move"),
    path("projects/<slug:code>/standing/<slug:verb>/", moving.standing, name="standing"),
    path(
        "projects/<slug:code>/recognise/<slug:stage>/",
        recognition.recognise_stage,
        name="recognise",
    ),
    path(
        "projects/<slug:code>/withdraw-recognition/",
        recognition.withdraw,
        name="withdraw_recognition",
    ),
    path("projects/<slug:code>/evidence/", proving.evidence, name="evidence"),
    path("projects/<slug:code>/void/", voiding.void, name="void"),
    path(
        "projects/<slug:code>/evidence/<int:evidence_id>/void/", voiding.void, name="void_evidence"
    ),
]
