"""产业链的网址。"""

from django.urls import path

from juyuan.rooms.chains import views

app_name = "chains"
urlpatterns = [
    path("chains/", views.chain_list, name="list"),
    path("chains/<slug:code>/", views.chain_detail, name="detail"),
    path("chains/<slug:code>/enterprises/new/", views.enterprise_new, name="enterprise_new"),
    path(
        "chains/<slug:code>/enterprises/<int:pk>/retire/",
        views.enterprise_retire,
        name="enterprise_retire",
    ),
    path("chains/<slug:code>/posts/new/", views.appoint, name="appoint"),
]
