"""界面自己的页:样张、单位切换、全部菜单、错误页、安全头、拒绝。"""

import re

import pytest
from django.test import RequestFactory

from juyuan.foundation.ui import context, errors
from juyuan.foundation.ui.headers import CSP, SecurityHeaders
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, Stale

ACTOR = Actor(account_id=1, username="a", name="甲")


@pytest.fixture
def request_():
    def make(path="/x/", **headers):
        request = RequestFactory().get(path, headers=headers)
        request.actor = ACTOR
        return request

    return make


def test_the_sample_page_shows_every_state_with_one_h1_and_landmarks(cast):
    response = cast.client("chen").get("/_components/")
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    for landmark in (
        "<header",
        "<main",
        'aria-label="主导航"',
        'aria-label="底部导航"',
        "<footer",
        'href="#main"',
    ):
        assert landmark in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "None" not in re.sub(r"<[^>]*>", "", html)


def test_htmx_may_not_eval_nor_add_styles(cast):
    html = cast.client("chen").get("/menu/").content.decode()
    config = re.search(r"name=\"htmx-config\" content='([^']+)'", html)[1]
    assert '"allowEval":false' in config and '"includeIndicatorStyles":false' in config


def test_demo_mode_says_on_every_page_what_the_data_is(cast, settings):
    client = cast.client("chen")
    settings.JUYUAN_MODE = "demo"
    note = context.identity().demo_note
    assert len(note) > 20
    for url in ("/menu/", "/_components/"):
        assert note in client.get(url).content.decode()
    settings.JUYUAN_MODE = "production"
    assert note not in client.get("/menu/").content.decode()


def test_the_money_unit_is_remembered(cast):
    client = cast.client("chen")
    assert "亿元" in client.get("/_components/").content.decode()
    response = client.post("/prefs/unit/", {"unit": "wan", "next": "/_components/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/_components/?a=1")
    cookie = response.cookies["jy_unit"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("wan", True, "Lax")
    assert "68,000.00" in client.get("/_components/").content.decode()


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_the_unit_switch_never_leads_away(cast, away):
    response = cast.client("chen").post("/prefs/unit/", {"unit": "金币", "next": away})
    assert response["Location"] == "/" and "jy_unit" not in response.cookies
    assert cast.client("chen").get("/prefs/unit/").status_code == 405


@pytest.mark.parametrize("mode", ["demo", "production"])
@pytest.mark.parametrize("name", ["400.html", "404.html", "500.html"])
def test_fixed_error_pages_have_no_shell_token_or_script(name, mode, settings):
    settings.JUYUAN_MODE = mode
    text = errors.fixed_page(name).decode()
    assert (context.identity().demo_note in text) == (mode == "demo")
    assert "csrf" not in text and "<script" not in text and "{%" not in text and "{{" not in text
    assert "主导航" not in text


def test_404_has_the_same_bytes_and_headers_whatever_was_asked(cast):
    client = cast.client("chen")
    first, second = client.get("/没有/?q=甲"), client.get("/nothing/12345/")
    assert first.status_code == second.status_code == 404
    assert first.content == second.content == errors.fixed_page("404.html")
    assert dict(first.headers) == dict(second.headers)
    assert not first.cookies and "X-Request-ID" not in first.headers


def test_every_response_carries_the_security_headers(cast):
    client = cast.client("chen")
    for url in ("/menu/", "/nowhere/"):
        response = client.get(url)
        assert response["Content-Security-Policy"] == CSP
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
    assert "unsafe" not in CSP


def test_a_view_may_tighten_a_header_of_its_own(request_):
    from django.http import HttpResponse

    made = SecurityHeaders(lambda r: HttpResponse(headers={"Content-Security-Policy": "sandbox"}))
    assert made(request_())["Content-Security-Policy"] == "sandbox"


def test_each_refusal_has_its_status_and_its_words(request_, db):
    findings = [
        Finding("permit", "r", "3.6b", "缺施工许可证"),
        Finding("photo", "r", "3.3b", "缺照片"),
    ]
    cases = [
        (Denied("只有核验人可以认定", "3.3b"), 403, "只有核验人可以认定"),
        (RuleBroken(findings), 422, "缺施工许可证"),
        (Stale("他人已先行操作", {"阶段": "意向"}, {"阶段": "签约"}), 412, "签约"),
    ]
    for refusal, status, words in cases:
        response = errors.respond(
            request_(), refusal, what="还不能办理", steps=[errors.Step("打开清单", "/l/", True)]
        )
        html = response.content.decode()
        assert response.status_code == status
        assert words in html and "还不能办理" in html and 'href="/l/"' in html and "<main" in html
    assert errors.respond(request_(), NotFound()).content == errors.fixed_page("404.html")


def test_htmx_gets_only_the_refusal_box(request_, db):
    response = errors.respond(request_(**{"HX-Request": "true"}), Denied("不准<b>"))
    html = response.content.decode()
    assert response.status_code == 403
    assert html.startswith('<div class="jy-refuse jy-refuse--small" role="alert">')
    assert "<main" not in html and "不准&lt;b&gt;" in html


def test_an_expired_form_says_what_to_do(request_, db):
    response = errors.csrf_failure(request_(), "CSRF token missing")
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode() and "CSRF" not in response.content.decode()
