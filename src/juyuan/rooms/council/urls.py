"""促进会议的网址。"""

from django.urls import path

from juyuan.rooms.council.views import agenda, items, meetings, problems

app_name = "council"

urlpatterns = [
    path("council/", meetings.index, name="index"),
    path("council/roster/", meetings.members, name="roster"),
    path("council/meetings/", meetings.listing, name="meetings"),
    path("council/meetings/new/", meetings.create, name="meeting_new"),
    path("council/meetings/<str:code>/", meetings.detail, name="meeting"),
    path("council/meetings/<str:code>/edit/", meetings.edit, name="meeting_edit"),
    path("council/meetings/<str:code>/call/", meetings.call, name="meeting_call"),
    path("council/meetings/<str:code>/cancel/", meetings.cancel, name="meeting_cancel"),
    path("council/meetings/<str:code>/start/", meetings.start, name="meeting_start"),
    path("council/meetings/<str:code>/end/", meetings.end, name="meeting_end"),
    path("council/meetings/<str:code>/attendance/", meetings.attendance, name="attendance"),
    path("council/meetings/<str:code>/minutes/", meetings.draft_minutes, name="minutes"),
    path("council/meetings/<str:code>/materials.<str:form>", meetings.papers, name="materials"),
    path("council/meetings/<str:code>/agenda/add/", agenda.add, name="agenda_add"),
    path("council/meetings/<str:code>/agenda/order/", agenda.order, name="agenda_order"),
    path("council/meetings/<str:code>/agenda/postpone/", agenda.postpone, name="agenda_postpone"),
    path("council/meetings/<str:code>/items/<int:item_id>/", agenda.show, name="agenda_item"),
    path(
        "council/meetings/<str:code>/items/<int:item_id>/restore/",
        agenda.restore,
        name="agenda_restore",
    ),
    path(
        "council/meetings/<str:code>/items/<int:item_id>/confirm/",
        agenda.confirm,
        name="agenda_confirm",
    ),
    path(
        "council/meetings/<str:code>/items/<int:item_id>/discard/",
        agenda.discard,
        name="agenda_discard",
    ),
    path("council/items/", items.listing, name="actions"),
    path("council/items/<str:code>/", items.detail, name="action"),
    path("council/items/<str:code>/<slug:verb>/", items.act, name="action_act"),
    path("council/problems/", problems.listing, name="problems"),
    path("council/problems/new/<str:code>/", problems.create, name="problem_new"),
    path("council/problems/<str:code>/", problems.detail, name="problem"),
    path("council/problems/<str:code>/assign/", problems.assign, name="problem_assign"),
    path("council/problems/<str:code>/close/", problems.close, name="problem_close"),
]
