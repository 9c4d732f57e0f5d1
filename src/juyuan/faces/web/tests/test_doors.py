"""门:不登录进不来;时限、停用、离任即时生效;拒绝变成网页并记台账。"""

import time
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.urls import include, path

from juyuan.faces.web import doors
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import disable_account, edit_person, set_password
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from tests.cast import NOW, PASSWORD

CONSOLE = Actor.console()
PAGE = "/menu/"


def _raise(refusal):
    def view(request):
        raise refusal

    return view


handler404 = "juyuan.foundation.ui.errors.not_found"
urlpatterns = [
    path("t/denied/", _raise(Denied("只有核验人可以认定", "3.3b")), name="t_denied"),
    path("t/hidden/", _raise(NotFound()), name="t_hidden"),
    path("t/stale/", _raise(Stale(mine={"版本": 1}, theirs={"版本": 2})), name="t_stale"),
    path("t/broken/", _raise(RuleBroken.one("name", "r", "请填名称", "3.3b")), name="t_broken"),
    path("t/who/", lambda r: HttpResponse(r.actor.post.unit_code), name="t_who"),
    path("", include("juyuan.faces.web.urls")),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize("url", ["/", PAGE, "/t/who/", "/没有这一页/", "/files/1/"])
def test_a_stranger_is_sent_to_login_whether_the_page_exists_or_not(client, db, url):
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


def test_a_strangers_htmx_request_is_told_to_leave(client, db):
    response = client.get(PAGE, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, "/login/?next=%2Fmenu%2F")


def test_login_page_is_public_and_says_what_must_not_be_uploaded(client, db):
    response = client.get("/login/")
    assert response.status_code == 200
    assert "不得处理国家秘密" in response.content.decode()


def test_login_leads_to_the_page_asked_for_and_stands_in_the_ledger(client, cast):
    response = client.post(
        "/login/?next=/menu/", {"username": " LONGSHAN ", "password": PASSWORD, "next": PAGE}
    )
    assert (response.status_code, response["Location"]) == (302, PAGE)
    event = Event.objects.first()
    assert (event.event, event.obj_id, event.unit_code) == ("access.login", "longshan", "longshan")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    assert len(page["X-Request-ID"]) == 32


def test_login_never_leads_away_from_this_site(client, cast):
    response = client.post(
        "/login/", {"username": "longshan", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password", "logged"),
    [
        ("longshan", "wrong", "longshan"),
        ("meiyou", "wrong", "未知账号"),
        ("longshan_off", PASSWORD, "longshan_off"),
    ],
)
def test_wrong_login_says_the_same_for_unknown_and_known(client, cast, username, password, logged):
    cast.add("longshan_off", "longshan", "clerk")
    disable_account(actor=CONSOLE, username="longshan_off", reason="测试", now=NOW)
    response = client.post("/login/", {"username": username, "password": password})
    assert response.status_code == 422
    assert "账号或口令不对，或账号已停用" in response.content.decode()
    event = Event.objects.first()
    assert (event.event, event.result, event.obj_id) == ("access.login_failed", "refused", logged)
    assert "wrong" not in str(vars(event))


def test_five_wrong_logins_lock_and_the_right_password_no_longer_helps(client, cast):
    for _ in range(5):
        client.post("/login/", {"username": "longshan", "password": "wrong"})
    response = client.post("/login/", {"username": "longshan", "password": PASSWORD})
    assert response.status_code == 429
    assert "锁定 15 分钟" in response.content.decode()
    assert Event.objects.filter(event="access.locked", obj_id="longshan").exists()
    assert "_auth_user_id" not in client.session


def test_logout_ends_the_session_on_the_server(cast):
    client = cast.client("longshan")
    key = client.session.session_key
    assert client.get("/logout/").status_code == 405
    response = client.post("/logout/")
    assert response["Clear-Site-Data"] == '"cache"'
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(PAGE).status_code == 302
    assert Event.objects.first().event == "access.logout"


@pytest.mark.parametrize(
    ("since", "seen", "status"),
    [
        (0, 0, 200),
        (0, doors.IDLE_SECONDS - 5, 200),
        (0, doors.IDLE_SECONDS + 5, 302),
        (doors.ABSOLUTE_SECONDS - 5, 10, 200),
        (doors.ABSOLUTE_SECONDS + 5, 10, 302),
    ],
)
def test_idle_and_absolute_limits_end_the_session(cast, since, seen, status):
    client = cast.client("longshan")
    session = client.session
    moment = int(time.time())
    session[doors.SINCE], session[doors.SEEN] = moment - max(since, seen), moment - seen
    session.save()
    response = client.get(PAGE)
    assert response.status_code == status
    if status == 302:
        assert "timed_out=1" in response["Location"]
        assert not Session.objects.filter(session_key=session.session_key).exists()


def test_activity_moves_the_idle_limit_but_not_the_absolute_one(cast):
    client = cast.client("longshan")
    session = client.session
    moment = int(time.time())
    session[doors.SINCE], session[doors.SEEN] = moment - 5000, moment - 600
    session.save()
    client.get(PAGE)
    assert client.session[doors.SINCE] == moment - 5000
    assert client.session[doors.SEEN] >= moment


def test_a_disabled_account_is_out_at_the_next_request(cast):
    client = cast.client("longshan")
    assert client.get(PAGE).status_code == 200
    disable_account(actor=cast.actor("sysadmin"), username="longshan", reason="调离", now=NOW)
    assert client.get(PAGE).status_code == 302


def test_a_person_who_left_is_out_from_that_day(cast):
    client = cast.client("longshan")
    edit_person(actor=CONSOLE, code="longshan", name="某人", disabled_on=date(2020, 1, 1), now=NOW)
    assert client.get(PAGE).status_code == 302
    response = client.post("/login/", {"username": "longshan", "password": PASSWORD})
    assert response.status_code == 422


def test_who_must_change_the_password_reaches_only_that_page(client, cast):
    set_password(actor=cast.actor("sysadmin"), username="xian", password="Chushi-koul1ng", now=NOW)
    client.post("/login/", {"username": "xian", "password": "Chushi-koul1ng"})
    for url in (PAGE, "/t/who/"):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (302, "/password/")
    wrong = client.post(
        "/password/", {"old": "Chushi-koul1ng", "password": "duan", "again": "duan"}
    )
    assert wrong.status_code == 422
    assert "至少 10 位" in wrong.content.decode()
    data = {"old": "Chushi-koul1ng", "password": "Xin-koul1ng-9", "again": "Xin-koul1ng-9"}
    assert client.post("/password/", data).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_changing_the_password_ends_other_sessions(cast):
    here, there = cast.client("xian"), cast.client("xian")
    assert there.get(PAGE).status_code == 200
    data = {"old": PASSWORD, "password": "Xin-koul1ng-9", "again": "Xin-koul1ng-9"}
    assert here.post("/password/", data).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert there.get(PAGE).status_code == 302


def test_denied_is_a_403_page_with_reason_and_a_ledger_row(cast):
    response = cast.client("longshan").get("/t/denied/")
    assert response.status_code == 403
    assert "只有核验人可以认定" in response.content.decode()
    event = Event.objects.first()
    assert (event.event, event.result, event.clause) == ("access.denied", "refused", "3.3b")
    assert (event.obj_id, event.obj_label) == ("t_denied", "GET /t/denied/")


def test_hidden_is_the_same_bytes_and_headers_as_never_existed(cast):
    client = cast.client("longshan")
    hidden, never = client.get("/t/hidden/"), client.get("/meiyou/")
    assert hidden.status_code == never.status_code == 404
    assert hidden.content == never.content
    assert dict(hidden.headers) == dict(never.headers)
    assert not hidden.cookies and not never.cookies
    assert Event.objects.first().event == "access.not_found"


def test_stale_and_broken_rules_are_pages_and_not_ledger_rows(cast):
    client = cast.client("longshan")
    before = Event.objects.count()
    stale, broken = client.get("/t/stale/"), client.get("/t/broken/")
    assert (stale.status_code, broken.status_code) == (412, 422)
    assert "请填名称" in broken.content.decode()
    assert Event.objects.count() == before


def test_a_refusal_keeps_its_ledger_row_when_the_views_transaction_rolled_back(cast):
    client = cast.client("longshan")
    client.get("/t/denied/")
    assert Event.objects.filter(event="access.denied").count() == 1


def test_switching_the_post(cast):
    client = cast.client("duo")
    first = client.get("/t/who/").content.decode()
    other = next(p for p in cast.actor("duo").posts if p.unit_code != first)
    response = client.post("/prefs/post/", {"post": other.id, "next": PAGE})
    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert client.get("/t/who/").content.decode() == other.unit_code


def test_only_ones_own_post_can_be_chosen(cast):
    client = cast.client("duo")
    foreign = cast.actor("xian").post
    assert client.post("/prefs/post/", {"post": foreign.id}).status_code == 403
    assert client.post("/prefs/post/", {"post": "x"}).status_code == 403
    assert client.get("/prefs/post/").status_code == 405


def test_without_a_post_one_enters_but_is_nobody(cast):
    assert cast.client("kong").get(PAGE).status_code == 200
    assert cast.actor("kong").posts == ()
