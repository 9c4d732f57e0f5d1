"""待办的网址。"""

from django.urls import path

from juyuan.foundation.duties import views

app_name = "duties"
urlpatterns = [
    path("duties/", views.duty_list, name="list"),
    path("duties/calendar/", views.calendar_view, name="calendar"),
    path("duties/<int:duty_id>/", views.go, name="go"),
]
