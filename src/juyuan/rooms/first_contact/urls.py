"""首谈的网址。"""

from django.urls import path

from juyuan.rooms.first_contact.views import pages

app_name = "first_contact"
urlpatterns = [
    path("first-contacts/check/", pages.check, name="check"),
    path("first-contacts/checks/", pages.checks, name="checks"),
    path("first-contacts/checks/<int:pk>/", pages.compare, name="compare"),
]
