"""系统管理的网址。"""

from django.urls import path

from juyuan.foundation.people.views import absences, accounts, posts, units

app_name = "people"
urlpatterns = [
    path("admin/people/", accounts.account_list, name="accounts"),
    path("admin/people/new/", accounts.new_person, name="new_person"),
    path("admin/people/<str:code>/", accounts.person, name="person"),
    path("admin/people/<str:code>/edit/", accounts.edit_person, name="edit_person"),
    path("admin/people/<str:code>/password/", accounts.reset_password, name="reset_password"),
    path("admin/people/<str:code>/switch/", accounts.switch, name="switch"),
    path("admin/people/<str:code>/grant/", posts.grant, name="grant"),
    path("admin/posts/<int:post_id>/end/", posts.end, name="end_post"),
    path("admin/tokens/<int:token_id>/revoke/", accounts.revoke, name="revoke_token"),
    path("admin/units/", units.unit_list, name="units"),
    path("admin/units/new/", units.new_unit, name="new_unit"),
    path("admin/units/<str:code>/", units.unit, name="unit"),
    path("staff/", posts.staff, name="staff"),
    path("absences/", absences.absence_list, name="absences"),
    path("absences/<int:absence_id>/cancel/", absences.cancel, name="cancel_absence"),
    path("staff/<str:unit_code>/<str:code>/leave/", posts.leave, name="leave"),
]
