"""系统管理各屏:谁进得来,办得成,说得清;口令只显示一次。"""

import re

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import make_token, register_person
from juyuan.foundation.people.models import Account, ApiToken, Person, Post, Unit
from juyuan.kernel.actor import Actor
from tests.cast import NOW

ADMIN_PAGES = [
    "/admin/people/",
    "/admin/people/longshan/",
    "/admin/units/",
    "/admin/units/longshan/",
]
REGISTER = [
    "/admin/people/new/",
    "/admin/people/longshan/edit/",
    "/admin/people/longshan/password/",
    "/admin/people/longshan/switch/",
    "/admin/units/new/",
]
GRANT = ["/admin/people/longshan/grant/"]
OUTSIDERS = ["auditadmin", "chen", "heyan", "shangwuju_head", "longshan_head", "zongzhaoji", "kong"]


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("url", ADMIN_PAGES)
def test_sysadmin_and_secadmin_see_accounts_and_units(cast, url):
    for who in ("sysadmin", "secadmin"):
        assert "系统管理" in text(cast.client(who).get(url))


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_does(cast, who):
    client = cast.client(who)
    for url in [*ADMIN_PAGES, *REGISTER, *GRANT, "/admin/jobs/"]:
        assert client.get(url).status_code == 403, url
        assert client.post(url).status_code in (403, 405), url


def test_each_admin_reaches_only_what_is_his(cast):
    for url in REGISTER:
        assert cast.client("secadmin").get(url).status_code == 403
        assert cast.client("sysadmin").get(url).status_code == 200
    for url in GRANT:
        assert cast.client("sysadmin").get(url).status_code == 403
        assert cast.client("secadmin").get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/admin/people/meiyou/",
        "/admin/people/meiyou/edit/",
        "/admin/people/%00/",
        "/admin/units/meiyou/",
        "/admin/units/a%00/",
    ],
)
def test_what_is_not_there_is_404(cast, url):
    assert cast.client("sysadmin").get(url).status_code == 404


def test_the_tabs_follow_the_role(cast):
    sysadmin = text(cast.client("sysadmin").get("/admin/people/"))
    secadmin = text(cast.client("secadmin").get("/admin/people/"))
    assert "/admin/jobs/" in sysadmin
    assert "/audit/" not in sysadmin
    assert "/audit/" in secadmin
    assert "/admin/jobs/" not in secadmin


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?q=小陈", "chen", "longshan_head"),
        ("?q=longshan", "longshan_head", "dongfeng_head"),
        ("?unit=longshan", "longshan_shangwu", "dongfeng_head"),
        ("?role=verifier", "fagai_heyan", "longshan_head"),
        ("?state=none", "没有符合条件", "longshan_head"),
        ("?unit=meiyou", "没有符合条件", "longshan_head"),
    ],
)
def test_the_list_is_filtered(cast, query, seen, unseen):
    page = text(cast.client("sysadmin").get("/admin/people/" + query))
    body = page.split("</form>")[-1] if "<tbody>" not in page else page.split("<tbody>")[1]
    assert seen in body
    assert unseen not in body


@pytest.mark.parametrize(
    "query", ["?q=%00", "?unit=%00&role=%00&state=%00", "?cursor=%00", "?limit=x", "?q=%ff%fe"]
)
def test_odd_queries_are_no_error(cast, query):
    assert cast.client("sysadmin").get("/admin/people/" + query).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_people(cast, django_assert_max_num_queries):
    client = cast.client("sysadmin")
    with django_assert_max_num_queries(14):
        client.get("/admin/people/?limit=40")
    with django_assert_max_num_queries(12):
        client.get("/admin/units/")


def test_registering_shows_the_first_password_once(cast):
    client = cast.client("sysadmin")
    page = text(client.post("/admin/people/new/", {"name": "新人", "username": "XinRen"}))
    password = re.search(r"<code>(\S+)</code>", page).group(1)
    account = Account.objects.get(username="xinren")
    assert account.check_password(password)
    assert account.must_change_password
    assert password not in text(client.get("/admin/people/xinren/"))
    assert password not in str([vars(e) for e in Event.objects.all()])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "username": "xin"}, "姓名"),
        ({"name": "新人", "username": "小陈"}, "账号以字母开头"),
        ({"name": "新人", "username": "longshan"}, "已被使用"),
        ({"name": "新人", "username": "new"}, "保留"),
    ],
)
def test_registering_refused_keeps_what_was_typed(cast, data, words):
    before = Person.objects.count()
    page = text(cast.client("sysadmin").post("/admin/people/new/", data), 422)
    assert words in page
    assert f'value="{data["username"]}"' in page
    assert Person.objects.count() == before


def test_resetting_the_password(cast):
    client = cast.client("sysadmin")
    assert "只显示一次" in text(client.get("/admin/people/longshan/password/"))
    page = text(client.post("/admin/people/longshan/password/"))
    password = re.search(r"<code>(\S+)</code>", page).group(1)
    account = Account.objects.get(username="longshan")
    assert account.check_password(password)
    assert account.must_change_password


def test_an_account_for_a_person_without_one(cast):
    register_person(actor=Actor.console(), name="无号", code="wuhao", now=NOW)
    client = cast.client("sysadmin")
    assert "建账号" in text(client.get("/admin/people/wuhao/"))
    client.post("/admin/people/wuhao/password/")
    assert Account.objects.filter(username="wuhao").exists()


def test_switching_an_account_off_and_on(cast):
    client = cast.client("sysadmin")
    url = "/admin/people/longshan/switch/"
    assert "停用账号" in text(client.get(url))
    assert text(client.post(url, {"reason": ""}), 422)
    assert Account.objects.get(username="longshan").is_active
    assert client.post(url, {"reason": "调离"}).status_code == 302
    assert not Account.objects.get(username="longshan").is_active
    assert "启用账号" in text(client.get(url))
    assert client.post(url, {"reason": "调回"}).status_code == 302
    assert Account.objects.get(username="longshan").is_active
    assert client.post("/admin/people/sysadmin/switch/", {"reason": "x"}).status_code == 403


def test_editing_a_person(cast):
    client = cast.client("sysadmin")
    url = "/admin/people/longshan/edit/"
    data = {"name": "改名", "disabled_on": "2026-12-31"}
    assert client.post(url, data).status_code == 302
    person = Person.objects.get(code="longshan")
    assert (person.name, str(person.disabled_on)) == ("改名", "2026-12-31")
    assert text(client.post(url, {"name": "", "disabled_on": "x"}), 422)


def test_granting_and_ending_a_post(cast):
    client = cast.client("secadmin")
    data = {"unit": "keji", "role": "clerk", "title": "", "starts_on": "2026-11-20"}
    assert client.post("/admin/people/kong/grant/", data).status_code == 302
    post = Post.objects.get(person__code="kong")
    page = text(client.get("/admin/people/kong/"))
    assert "市科技局" in page
    assert "授予任职" in page
    url = f"/admin/posts/{post.pk}/end/"
    assert "权限" in text(client.get(url))
    assert client.post(url, {"ends_on": "2026-11-30", "reason": "轮岗"}).status_code == 302
    post.refresh_from_db()
    assert str(post.ends_on) == "2026-11-30"
    assert client.get("/admin/posts/99999999/end/").status_code == 404


def test_granting_refused_says_why(cast):
    client = cast.client("secadmin")
    data = {"unit": "shizhengfu", "role": "auditadmin", "starts_on": "2026-11-20"}
    page = text(client.post("/admin/people/chen/grant/", data), 422)
    assert "三员互斥" in page
    assert not Post.objects.filter(person__code="chen", role="auditadmin").exists()
    assert client.get("/admin/people/secadmin/grant/").status_code == 403
    own = Post.objects.get(person__code="secadmin")
    response = client.post(f"/admin/posts/{own.pk}/end/", {"ends_on": "2026-11-30", "reason": "x"})
    assert response.status_code == 403


def test_registering_and_editing_a_unit(cast):
    client = cast.client("sysadmin")
    data = {"name": "新区管委会", "code": "xinqu", "kind": "zone", "parent": "shizhengfu", "is_county": "on", "aliases": "新区、某新区"}  # fmt: skip
    assert client.post("/admin/units/new/", data).status_code == 302
    unit = Unit.objects.get(code="xinqu")
    assert (unit.is_county, unit.aliases, unit.origin) == (True, ["新区", "某新区"], "录入")
    url, change = "/admin/units/xinqu/", {**data, "version": unit.version, "name": "新区"}
    assert client.post(url, change).status_code == 302
    assert Unit.objects.get(code="xinqu").name == "新区"
    stale = client.post(url, {**change, "name": "又改"})
    assert "他人已先行操作" in text(stale, 412)
    assert Unit.objects.get(code="xinqu").name == "新区"
    assert "「xinqu」已被使用" in text(client.post("/admin/units/new/", data), 422)
    assert cast.client("secadmin").post(url, change).status_code == 403


def test_revoking_a_token(cast):
    make_token(actor=cast.actor("longshan"), username="longshan", label="报表", now=NOW)
    token = ApiToken.objects.get()
    client = cast.client("sysadmin")
    assert "报表" in text(client.get("/admin/people/longshan/"))
    url = f"/admin/tokens/{token.pk}/revoke/"
    assert cast.client("xian").post(url).status_code == 403
    assert client.post(url, {"person": "longshan"})["Location"] == "/admin/people/longshan/"
    token.refresh_from_db()
    assert token.revoked_at is not None


# ───────── 本单位人员与调离 ─────────


def test_a_head_sees_his_own_people_and_hands_over(cast):
    client = cast.client("longshan_head")
    page = text(client.get("/staff/"))
    assert "longshan_shangwu" in page
    assert "dongfeng" not in page
    url = "/staff/longshan/longshan/leave/"
    assert "一次交给接手人" in text(client.get(url)) or "没有须移交" in text(client.get(url))
    data = {"successor": "longshan_shangwu", "on": "2026-11-30", "reason": "调市直部门"}
    assert client.post(url, data)["Location"] == "/staff/"
    assert str(Post.objects.get(person__code="longshan").ends_on) == "2026-11-30"


def test_leaving_elsewhere_is_not_his_business(cast):
    client = cast.client("longshan_head")
    assert client.get("/staff/dongfeng/dongfeng/leave/").status_code == 403
    assert client.get("/staff/longshan/dongfeng/leave/").status_code == 404
    assert client.get("/staff/longshan/longshan_head/leave/").status_code == 403
    assert cast.client("longshan").get("/staff/").status_code == 403


def test_leaving_refused_says_why(cast):
    client = cast.client("longshan_head")
    url = "/staff/longshan/longshan/leave/"
    data = {"successor": "longshan_shangwu", "on": "2020-01-01", "reason": "x"}
    assert "不在该单位任职" in text(client.post(url, data), 422)
    assert text(client.post(url, {**data, "successor": "dongfeng"}), 422)
    assert Post.objects.get(person__code="longshan").ends_on is None


def test_the_head_sorts_and_exports_his_people(cast, django_assert_max_num_queries):
    client = cast.client("longshan_head")
    page = text(client.get("/staff/?sort=-name"))
    assert 'aria-sort="descending"' in page
    assert "/exports/staff/?sort=-name&amp;columns=name%2Ccode%2Cposts" in page
    answer = client.get("/exports/staff/?sort=name&format=csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0].startswith("姓名,账号,任职")
    body = "\n".join(rows)
    assert "longshan_shangwu" in body and "dongfeng" not in body
    names = [line.split(",")[0] for line in rows[1:] if "导出说明" not in line]
    assert names == sorted(names)
    with django_assert_max_num_queries(14):
        client.get("/staff/")
    assert cast.client("longshan").get("/exports/staff/").status_code == 403
