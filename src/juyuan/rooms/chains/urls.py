"""产业链的网址。"""

from django.urls import path

from juyuan.rooms.chains import views

urlpatterns = [
    path("chains/", views.chain_list, name="chains"),
    path("chains/<slug:code>/", views.chain_detail, name="chain"),
    path("chains/<slug:code>/enterprises/new/", views.enterprise_new, name="chain_enterprise_new"),
    path(
        "chains/<slug:code>/enterprises/<int:pk>/retire/",
        views.enterprise_retire,
        name="chain_enterprise_retire",
    ),
    path("chains/<slug:code>/posts/new/", views.appoint, name="chain_appoint"),
]
