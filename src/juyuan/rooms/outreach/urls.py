"""线索的网址。"""

from django.urls import path

from juyuan.rooms.outreach.views import acts, pages

app_name = "outreach"
urlpatterns = [
    path("leads/", pages.index, name="list"),
    path("leads/new/", acts.create, name="new"),
    path("leads/<slug:code>/", pages.show, name="detail"),
    path("leads/<slug:code>/edit/", acts.edit, name="edit"),
    path("leads/<slug:code>/files/", acts.attach, name="attach"),
    path("leads/<slug:code>/act/<slug:verb>/", acts.act, name="act"),
]
