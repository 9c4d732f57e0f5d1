"""部件在真浏览器里:无障碍、不横滚、键盘、检索、看板、批量、金额换算、没有脚本也能用。"""

import pytest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from juyuan.foundation.ui import errors
from juyuan.foundation.ui.tests import browser as tools
from juyuan.kernel.verdict import Finding, RuleBroken

MOVES = []


def move(request):
    MOVES.append((request.POST["to"], request.POST["version"]))
    if request.POST["to"] == "c4":
        return HttpResponse(status=204)
    refusal = RuleBroken([Finding("permit", "r", "3.6b", "缺施工许可证")])
    return errors.respond(
        request, refusal, what="还不能移到这里", steps=[errors.Step("打开清单", "/list/")]
    )


def board(request):
    card = {
        "title": "甲项目",
        "url": "/x/",
        "second": "某公司",
        "amount": 680_000_000,
        "light": "ok",
        "move_url": "/t/move/",
        "version": 7,
        "targets": [("c3", "意向"), ("c4", "签约")],
    }
    columns = [
        {"key": "c2", "label": "洽谈", "cards": [card]},
        {"key": "c3", "label": "意向", "cards": []},
        {"key": "c4", "label": "签约", "cards": []},
    ]
    return render(request, "ui/tests_board.html", {"page_title": "看板", "columns": columns})


def search(request):
    if request.headers.get("HX-Target") == "jy-hits":
        hits = [
            {"title": f"{request.GET['q']}纱线<b>", "subtitle": "甲县", "url": "/menu/?hit=1"},
            {"title": "第二条", "url": "/menu/?hit=2"},
        ]
        return render(request, "ui/components/hits.html", {"hits": hits})
    return render(request, "ui/menu.html", {"page_title": f"检索:{request.GET.get('q', '')}"})


urlpatterns = [
    path("t/board/", board),
    path("t/move/", move),
    path("search/", search),
    path("", include("juyuan.faces.web.urls")),
]
handler404 = "juyuan.foundation.ui.errors.not_found"
pytestmark = [
    pytest.mark.urls(__name__),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def templates(settings, tmp_path):
    """看板样页:只在测试里有。"""
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "tests_board.html").write_text(
        '{% extends "ui/base.html" %}{% block content %}{% include "ui/components/kanban.html" %}{% endblock %}',
        encoding="utf-8",
    )
    made = [dict(settings.TEMPLATES[0], DIRS=[str(tmp_path)])]
    settings.TEMPLATES = made


@pytest.fixture
def open_(live_server, cast, templates):
    """open_(网址, 宽, script=) → 已登录、已打开的页。"""
    with tools.open_browser() as found:

        def opened(url, width=1440, script=True):
            page = tools.open_page(found, width, script=script)
            tools.sign_in(page, live_server.url, cast.client("chen"))
            page.goto(live_server.url + url)
            return page

        yield opened


def test_the_sample_page_has_no_axe_violation_and_never_scrolls_sideways(open_):
    for width in (1440, 390, 320):
        page = open_("/_components/", width)
        assert tools.axe(page) == []
        assert tools.sideways(page) == 0
        assert page.faults == []


def test_login_and_error_pages_are_accessible(live_server, db):
    with tools.open_browser() as found:
        for width in (1440, 390):
            page = tools.open_page(found, width)
            page.goto(live_server.url + "/login/")
            assert tools.axe(page) == [] and tools.sideways(page) == 0
            page.click("button[type=submit]")
            page.wait_for_selector(".jy-note--bad")
            assert tools.axe(page) == []
            assert page.evaluate("document.activeElement.hasAttribute('data-focus')")
            assert page.faults == []


def test_ctrl_k_and_slash_lead_to_the_search_and_the_list_obeys_the_keyboard(open_):
    page = open_("/menu/")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "jy-q"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "jy-q"
    page.keyboard.type("甲")
    page.wait_for_selector("#jy-hits [role=option]")
    assert page.inner_text("#jy-hit-1 b") == "甲纱线<b>"
    assert page.get_attribute("#jy-q", "aria-expanded") == "true"
    assert tools.axe(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#jy-q", "aria-activedescendant") == "jy-hit-2"
    assert page.get_attribute("#jy-hit-2", "aria-selected") == "true"
    page.keyboard.press("Escape")
    assert not page.is_visible("#jy-hits")
    page.keyboard.type("方")
    page.wait_for_selector("#jy-hits [role=option]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/menu/?hit=2")
    assert page.faults == []


def test_enter_without_a_choice_searches_and_it_works_without_script(open_):
    page = open_("/menu/")
    page.fill("#jy-q", "乙")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=%E4%B9%99")
    page = open_("/menu/", script=False)
    page.fill("#jy-q", "丙")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=%E4%B8%99")


def test_a_refused_move_is_shown_in_the_target_column_with_the_way_on(open_):
    MOVES.clear()
    page = open_("/t/board/")
    page.click(".jy-kmove summary")
    page.select_option(".jy-kmove select", "c3")
    page.click(".jy-kmove button")
    page.wait_for_selector('[data-col="c3"] .jy-refuse')
    assert "缺施工许可证" in page.inner_text('[data-col="c3"] .jy-refuse')
    assert page.evaluate("document.activeElement.textContent") == "打开清单"
    assert page.locator('[data-col="c2"] .jy-kcard').count() == 1
    assert MOVES == [("c3", "7")]
    assert tools.axe(page) == []
    assert page.faults == []


def test_dragging_is_the_same_act_as_the_form(open_):
    MOVES.clear()
    page = open_("/t/board/")
    page.drag_and_drop(".jy-kcard h3", '[data-col="c3"]')
    page.wait_for_selector('[data-col="c3"] .jy-refuse')
    with page.expect_navigation():
        page.drag_and_drop(".jy-kcard h3", '[data-col="c4"]')
    assert MOVES == [("c3", "7"), ("c4", "7")]


def test_a_move_without_script_shows_the_refusal_as_a_page(open_):
    page = open_("/t/board/", script=False)
    page.click(".jy-kmove summary")
    page.select_option(".jy-kmove select", "c3")
    page.click(".jy-kmove button")
    page.wait_for_selector("main .jy-refuse")
    assert page.inner_text("h1") == "还不能办理"


def test_picking_rows_opens_the_bulk_bar(open_):
    page = open_("/_components/")
    assert not page.is_visible(".jy-bulk")
    page.check('[aria-label^="选择 高端"]')
    assert page.inner_text("[data-bulk-count]") == "已选 1 项"
    page.check("[data-pick-all]")
    assert page.inner_text("[data-bulk-count]") == "已选 4 项"
    assert page.evaluate("new FormData(document.querySelector('[data-bulk]')).getAll('pick')") == [
        "1",
        "2",
        "3",
        "4",
    ]
    page.click("[data-bulk-clear]")
    assert not page.is_visible(".jy-bulk")


def test_money_is_converted_as_one_types_and_never_guessed(open_):
    page = open_("/_components/")
    box, shown = "#a_total", "#a_total-conv"
    assert page.inner_text(shown) == "= 3.20 亿元"
    for text, expected in [
        ("5000", "= 0.50 亿元"),
        ("1.2亿元", "= 1.20 亿元"),
        ("50", "= 0.005000 亿元"),
        ("约3亿", ""),
        ("3,2000", ""),
        ("", ""),
    ]:
        page.fill(box, text)
        assert page.inner_text(shown) == expected
    page.fill(box, "5000")
    page.check("#a_total_unknown_2")
    assert page.input_value(box) == "" and page.get_attribute(box, "readonly") is not None
    page.check("#a_total_unknown_0")
    assert page.input_value(box) == "5000"


def test_popups_close_by_escape_and_give_the_focus_back(open_):
    page = open_("/_components/")
    page.click(".jy-views .jy-pop summary")
    assert page.is_visible(".jy-views .jy-pop fieldset")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.is_visible(".jy-views .jy-pop fieldset")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_columns_are_chosen_without_script(open_):
    page = open_("/_components/", script=False)
    page.click(".jy-views .jy-pop summary")
    page.uncheck('.jy-pop input[value="share"]')
    page.click('.jy-pop button:has-text("应用")')
    assert "cols=total" in page.url and page.locator("th", has_text="份额").count() == 0


def test_the_skip_link_and_the_tab_order_start_at_the_top(open_):
    page = open_("/menu/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "jy-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_phone_has_five_entries_below_and_opens_the_search(open_):
    page = open_("/menu/", 390)
    assert page.is_visible(".jy-tabbar") and not page.is_visible(".jy-rail")
    entries = page.locator(".jy-tabbar a")
    assert 2 <= entries.count() <= 5
    assert page.inner_text(".jy-tabbar a:last-child") == "全部"
    page.click("[data-find-open]")
    assert page.is_visible("#jy-q") and page.evaluate("document.activeElement.id") == "jy-q"


def test_printing_leaves_the_content_only(open_):
    page = open_("/_components/")
    page.emulate_media(media="print")
    for gone in (".jy-top", ".jy-rail", ".jy-filter", ".jy-acts"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.is_visible("h1") and page.is_visible(".jy-tbl")
