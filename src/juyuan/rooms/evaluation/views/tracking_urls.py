"""履约跟踪与函的网址。"""

from django.urls import URLPattern, URLResolver, path

from juyuan.rooms.evaluation.views import letteracts, letters, promiseacts, tracking

urlpatterns: list[URLPattern | URLResolver] = [
    path("tracking/", tracking.listing, name="tracking"),
    path("projects/<str:code>/promises/", tracking.project, name="promises"),
    path("projects/<str:code>/promises/new/", promiseacts.new, name="promise_new"),
    path("projects/<str:code>/promises/fill/", promiseacts.fill, name="promise_fill"),
    path("promises/<str:code>/actual/", promiseacts.actual, name="promise_actual"),
    path("promises/<str:code>/met/", promiseacts.met, name="promise_met"),
    path("promises/<str:code>/change/", promiseacts.change, name="promise_change"),
    path("promises/<str:code>/release/", promiseacts.release, name="promise_release"),
    path("promises/<str:code>/debts/", promiseacts.debt, name="promise_debt"),
    path("promises/<str:code>/debts/<int:pk>/", promiseacts.settle, name="debt_settle"),
    path("promises/<str:code>/press/", promiseacts.press, name="promise_press"),
    path("promises/<str:code>/breach/", promiseacts.breach, name="promise_breach"),
    path("promises/<str:code>/manual/", promiseacts.manual, name="promise_manual"),
    path("breaches/<str:code>/close/", promiseacts.close, name="breach_close"),
    path("breaches/<str:code>/letter/", letteracts.new, name="letter_new"),
    path("letters/", letters.listing, name="letters"),
    path("letters/batch/", letteracts.batch, name="letter_batch"),
    path("letters/<str:code>/", letters.detail, name="letter"),
    path("letters/<str:code>/deliver/", letteracts.deliver, name="letter_deliver"),
    path("letters/<str:code>/reply/", letteracts.reply, name="letter_reply"),
    path("letters/<str:code>/talk/", letteracts.talk, name="letter_talk"),
    path("letters/<str:code>/outcome/", letteracts.outcome, name="letter_outcome"),
    path("letters/<str:code>/decide/", letteracts.decide, name="letter_decide"),
]
