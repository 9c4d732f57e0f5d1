"""通知的网址。日历地址不用登录,凭地址里的秘密。"""

from django.urls import path

from juyuan.foundation.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/read-all/", views.read_all, name="read_all"),
    path("notices/settings/", views.settings_view, name="settings"),
    path("notices/feed/", views.feed_settings, name="feed_settings"),
    path("notices/<int:notice_id>/", views.open_one, name="open"),
    path("ical/<str:token>.ics", views.feed, name="feed"),
]
