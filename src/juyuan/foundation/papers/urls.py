"""公文的网址。"""

from django.urls import path

from juyuan.foundation.papers import views
from juyuan.foundation.papers.views import acts

app_name = "papers"

urlpatterns = [
    path("papers/", views.listing, name="list"),
    path("papers/register/", views.register, name="register"),
    path("papers/check/", views.checking, name="check"),
    path("papers/<str:code>/", views.detail, name="detail"),
    path("papers/<str:code>/file.<str:form>", views.download, name="file"),
    path("papers/<str:code>/words/", acts.words, name="words"),
    path("papers/<str:code>/submit/", acts.submit, name="submit"),
    path("papers/<str:code>/approve/", acts.approve, name="approve"),
    path("papers/<str:code>/return/", acts.send_back, name="return"),
    path("papers/<str:code>/issue/", acts.issue, name="issue"),
    path("papers/<str:code>/void/", acts.void, name="void"),
    path("papers/<str:code>/scan/", acts.scan, name="scan"),
    path("papers/<str:code>/deliver/", acts.deliver, name="deliver"),
]
