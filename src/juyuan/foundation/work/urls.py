"""长任务的网址。"""

from django.urls import path

from juyuan.foundation.work import views

app_name = "work"
urlpatterns = [
    path("tasks/", views.task_list, name="tasks"),
    path("tasks/<uuid:task_id>/", views.task, name="task"),
    path("tasks/<uuid:task_id>/progress/", views.progress, name="progress"),
    path("tasks/<uuid:task_id>/cancel/", views.cancel, name="cancel"),
]
