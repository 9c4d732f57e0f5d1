"""全部网址。每一条都在 tests/architecture 的权限表里,漏列即失败。"""

from django.urls import include, path

urlpatterns = [
    path("", include("juyuan.faces.api.urls")),
    path("", include("juyuan.faces.web.urls")),
]

handler400 = "juyuan.foundation.ui.errors.bad_request"
handler403 = "juyuan.foundation.ui.errors.forbidden"
handler404 = "juyuan.foundation.ui.errors.not_found"
handler500 = "juyuan.foundation.ui.errors.server_error"
