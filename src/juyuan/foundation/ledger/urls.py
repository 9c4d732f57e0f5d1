"""审计的网址。"""

from django.urls import path

from juyuan.foundation.ledger import sealing, views

app_name = "ledger"
urlpatterns = [
    path("audit/", views.audit_list, name="audit"),
    path("audit/seals/", sealing.seals, name="seals"),
    path("audit/anchor/", sealing.anchor, name="anchor"),
    path("audit/<int:event_id>/", views.audit_event, name="event"),
]
