"""网页的网址:各房间自己的网址表在此接上,外加工作台、登录、检索、系统管理。"""

from django.urls import URLPattern, URLResolver, include, path

from juyuan.faces.web import admin_views, auth, health, standing, workbench

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workbench.home, name="home"),
    path("desk/units/", standing.units, name="desk_units"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", auth.login_view, name="login"),
    path("logout/", auth.logout_view, name="logout"),
    path("password/", auth.password_view, name="password"),
    path("prefs/post/", auth.switch_post, name="switch_post"),
    path("admin/matrix/", admin_views.permission_matrix, name="admin_matrix"),
    path("admin/jobs/", admin_views.running, name="admin_jobs"),
    path("", include("juyuan.foundation.ui.urls")),
    path("", include("juyuan.foundation.policy.urls")),
    path("", include("juyuan.foundation.files.urls")),
    path("", include("juyuan.foundation.people.urls")),
    path("", include("juyuan.foundation.ledger.urls")),
    path("", include("juyuan.foundation.work.urls")),
    path("", include("juyuan.foundation.keeping.urls")),
    path("", include("juyuan.foundation.workdays.urls")),
    path("", include("juyuan.foundation.exchange.urls")),
    path("", include("juyuan.foundation.search.urls")),
    path("", include("juyuan.foundation.figures.urls")),
    path("", include("juyuan.foundation.duties.urls")),
    path("", include("juyuan.foundation.notices.urls")),
    path("", include("juyuan.foundation.personal.urls")),
    path("", include("juyuan.foundation.papers.urls")),
    path("", include("juyuan.rooms.investors.urls")),
    path("", include("juyuan.rooms.chains.urls")),
    path("", include("juyuan.rooms.pipeline.urls")),
    path("", include("juyuan.rooms.first_contact.urls")),
    path("", include("juyuan.rooms.outreach.urls")),
    path("", include("juyuan.rooms.evaluation.urls")),
    path("", include("juyuan.rooms.council.urls")),
]
