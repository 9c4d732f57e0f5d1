"""审计的网址。"""

from django.urls import path

from juyuan.foundation.ledger import views

app_name = "ledger"
urlpatterns = [
    path("audit/", views.audit_list, name="audit"),
    path("audit/<int:event_id>/", views.audit_event, name="event"),
]
