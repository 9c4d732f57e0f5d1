"""投资方的网址。"""

from django.urls import path

from juyuan.rooms.investors.views import acts, merging, pages

app_name = "investors"
urlpatterns = [
    path("investors/", pages.index, name="list"),
    path("investors/new/", acts.create, name="new"),
    path("investors/cases/", merging.cases, name="cases"),
    path("investors/cases/<int:pk>/", merging.settle, name="settle"),
    path("investors/merges/<int:pk>/undo/", merging.undo, name="undo_merge"),
    path("investors/<slug:code>/", pages.show, name="detail"),
    path("investors/<slug:code>/edit/", acts.edit, name="edit"),
    path("investors/<slug:code>/aliases/new/", acts.alias_new, name="alias_new"),
    path("investors/<slug:code>/aliases/<int:pk>/remove/", acts.alias_remove, name="alias_remove"),
    path("investors/<slug:code>/contacts/new/", acts.contact_new, name="contact_new"),
    path(
        "investors/<slug:code>/contacts/<int:pk>/remove/",
        acts.contact_remove,
        name="contact_remove",
    ),
    path("investors/<slug:code>/merge/", merging.merge, name="merge"),
]
