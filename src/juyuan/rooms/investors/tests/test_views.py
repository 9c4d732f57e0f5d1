"""网页:门、标签、话、查询次数;拒绝不留下东西。"""

import pytest

from juyuan.kernel.verdict import held_answer
from juyuan.rooms.investors.actions import (
    add_alias,
    add_contact,
    ensure_investors,
    merge,
)
from juyuan.rooms.investors.models import Alias, Case, Contact, Investor, MergeRecord
from juyuan.rooms.investors.rules.drafts import ContactDraft
from juyuan.rooms.investors.tests.factories import CODE, NAME, investor

pytestmark = pytest.mark.django_db
BLANK = {"kind": "enterprise", "country": "中国"}


def text(response):
    return response.content.decode()


def test_the_list_shows_the_visible_and_counts_only_them(cast):
    investor(cast, uscc=CODE, honours=("listed",), registered_capital=50_000_000)
    investor(cast, by="dongfeng", name="东边的公司")
    page = text(cast.client("longshan").get("/investors/"))
    assert NAME in page
    assert CODE in page
    assert "上市公司" in page
    assert "共 1 项" in page
    assert "东边的公司" not in page
    assert "共 2 项" in text(cast.client("chen").get("/investors/"))


def test_filters_search_and_sort_live_in_the_address(cast):
    for name in ("甲袜业有限公司", "乙机械有限公司"):
        investor(cast, name=name)
    client = cast.client("longshan")
    found = text(client.get("/investors/?q=袜业&sort=name"))
    assert "甲袜业有限公司" in found
    assert "乙机械有限公司" not in found
    assert "没有符合条件" in text(client.get("/investors/?kind=fund"))
    assert "读不懂" in text(client.get("/investors/?kind=nonsense"))
    assert client.get("/investors/?cursor=%00bad&limit=x&sort=-drop&cols=code").status_code == 200


def test_an_empty_list_says_what_to_do_first(cast):
    assert "登记一家，或导入企业台账" in text(cast.client("longshan").get("/investors/"))
    reader = text(cast.client("zongzhaoji").get("/investors/"))
    assert "有了您看得见的项目" in reader


def test_number_of_queries_does_not_grow_with_rows(cast, django_assert_max_num_queries):
    rows = [(f"第{i}新能源有限公司", "") for i in range(60)]
    client = cast.client("chen")
    ensure_investors(actor=cast.actor("longshan"), rows=rows[:2], now=cast.NOW)
    client.get("/investors/")
    with django_assert_max_num_queries(14) as few:
        client.get("/investors/")
    ensure_investors(actor=cast.actor("longshan"), rows=rows, now=cast.NOW)
    with django_assert_max_num_queries(len(few)):
        client.get("/investors/")


def test_out_of_sight_is_as_if_it_never_existed(cast):
    row = investor(cast)
    client = cast.client("dongfeng")
    never = client.get("/investors/TZ-NEVERWAS/").content
    for path in ("", "edit/", "aliases/new/", "contacts/new/", "merge/"):
        response = client.get(f"/investors/{row.code}/{path}")
        assert (response.status_code, response.content) == (404, never)
    assert client.post(f"/investors/{row.code}/edit/", {"name": "改名"}).content == never


@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditadmin"])
def test_administrators_have_no_business_here(cast, name):
    investor(cast)
    for path in ("/investors/", "/investors/new/", "/investors/cases/"):
        assert cast.client(name).get(path).status_code == 404


def test_registering_on_the_screen(cast):
    client = cast.client("longshan")
    assert "必填" in text(client.get("/investors/new/"))
    answer = client.post(
        "/investors/new/",
        {**BLANK, "name": NAME, "uscc": CODE.lower(), "registered_capital": "5,000"},
    )
    row = Investor.objects.get()
    assert answer["Location"] == f"/investors/{row.code}/"
    assert (row.uscc, row.registered_capital) == (CODE, 50_000_000)
    assert "已登记「" in text(client.get(answer["Location"]))


def test_refusals_on_the_screen_say_where_and_keep_what_was_typed(cast):
    investor(cast, by="dongfeng")
    client = cast.client("longshan")
    wrong = client.post("/investors/new/", {**BLANK, "name": "好公司", "uscc": CODE[:-1] + "0"})
    assert wrong.status_code == 422
    assert "校验码" in text(wrong)
    assert "好公司" in text(wrong)
    hidden = client.post("/investors/new/", {**BLANK, "name": NAME})
    assert held_answer("市商务局") in text(hidden)
    assert "TZ-" not in text(hidden).replace("TZ-8J4KQ2MN", "")
    assert Investor.objects.count() == 1


def test_a_reader_cannot_open_the_form(cast):
    response = cast.client("caizheng").get("/investors/new/")
    assert response.status_code == 403
    assert "只能查阅" in text(response)


def test_editing_and_the_stale_form_that_keeps_its_content(cast):
    row = investor(cast)
    client = cast.client("longshan")
    url = f"/investors/{row.code}/edit/"
    assert NAME in text(client.get(url))
    form = {**BLANK, "name": NAME, "version": "1"}
    assert client.post(url, {**form, "place": "杭州"}).status_code == 302
    stale = client.post(url, {**form, "place": "苏州"})
    assert stale.status_code == 412
    page = text(stale)
    assert "他人已先行修改" in page
    assert "杭州" in page
    assert "苏州" in page
    assert 'name="version" value="2"' in page
    row.refresh_from_db()
    assert row.place == "杭州"
    assert client.post(url, {**form, "place": "苏州", "version": "2"}).status_code == 302


def test_the_detail_page(cast):
    row = investor(cast, uscc=CODE, controller="王五", group="宏图集团", business="做袜子")
    actor = cast.actor("longshan")
    alias = add_alias(actor=actor, investor=row, name="宏图", kind="short", now=cast.NOW)
    contact = ContactDraft("李经理", phone="13812345678")
    add_contact(actor=actor, investor=row, draft=contact, now=cast.NOW)
    client = cast.client("longshan")
    page = text(client.get(f"/investors/{row.code}/"))
    for said in (CODE, "王五", "宏图集团", "做袜子", "宏图", "李经理", "13812345678", "登记"):
        assert said in page
    client.post(f"/investors/{row.code}/aliases/{alias.pk}/remove/")
    client.post(f"/investors/{row.code}/contacts/{Contact.objects.get().pk}/remove/")
    assert not Alias.objects.exists()
    assert not Contact.objects.exists()


def test_adding_alias_and_contact_on_the_screen(cast):
    row = investor(cast)
    client = cast.client("longshan")
    base = f"/investors/{row.code}/"
    assert client.post(base + "aliases/new/", {"name": "宏图", "kind": "short"}).status_code == 302
    again = client.post(base + "aliases/new/", {"name": "宏图", "kind": "short"})
    assert again.status_code == 422
    assert "已经有了" in text(again)
    good = {"name": "李经理", "phone": "0437-3312345"}
    assert client.post(base + "contacts/new/", good).status_code == 302
    bad = client.post(base + "contacts/new/", {"name": "李经理"})
    assert bad.status_code == 422
    assert "至少填一项" in text(bad)
    assert (Alias.objects.count(), Contact.objects.count()) == (1, 1)


def test_merging_on_the_screen_plan_first_then_undo(cast):
    gone, kept = investor(cast, name="宏图针织有限公司", place="杭州"), investor(cast)
    client = cast.client("heyan")
    url = f"/investors/{gone.code}/merge/"
    assert "看合并计划" in text(client.get(url))
    assert "没有编号" in text(client.get(url + "?target=TZ-NOWHERE"))
    plan = text(client.get(f"{url}?target={kept.code}"))
    assert "补上注册地:杭州" in plan
    form = {"target": kept.code, "source_version": "1", "target_version": "1"}
    assert client.post(url, {**form, "reason": ""}).status_code == 422
    stale = client.post(url, {**form, "target_version": "9", "reason": "同一家"})
    assert stale.status_code == 412
    assert not MergeRecord.objects.exists()
    assert client.post(url, {**form, "reason": "同一家"}).status_code == 302
    moved = client.get(f"/investors/{gone.code}/")
    assert (moved.status_code, moved["Location"]) == (301, f"/investors/{kept.code}/")
    entry = MergeRecord.objects.get()
    page = text(client.get(f"/investors/{kept.code}/"))
    assert f"/investors/merges/{entry.pk}/undo/" in page
    undo = f"/investors/merges/{entry.pk}/undo/"
    assert "撤销合并" in text(client.get(undo))
    assert client.post(undo, {"reason": "认错了"}).status_code == 302
    assert "已经撤销" in text(client.post(undo, {"reason": "再来"}))
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_a_blocked_merge_says_why(cast):
    row = investor(cast)
    page = text(cast.client("heyan").get(f"/investors/{row.code}/merge/?target={row.code}"))
    assert "它自己" in page


@pytest.mark.parametrize("name", ["longshan", "chen"])
def test_others_may_not_merge(cast, name):
    row, other = investor(cast), investor(cast, name="另一家公司")
    entry = merge(
        actor=cast.actor("heyan"),
        source=other,
        target=row,
        versions=(1, 1),
        reason="同一家",
        now=cast.NOW,
    )
    client = cast.client(name)
    for url in (f"/investors/{row.code}/merge/", f"/investors/merges/{entry.pk}/undo/"):
        response = client.get(url)
        assert response.status_code == 403
        assert "负责人或核验人" in text(response)


def test_the_bureau_settles_a_collision_side_by_side(cast):
    investor(cast, place="杭州")
    cast.client("dongfeng").post("/investors/new/", {**BLANK, "name": NAME, "place": "苏州"})
    client = cast.client("chen")
    assert "待核对的重合" in text(client.get("/investors/"))
    case = Case.objects.get()
    assert NAME in text(client.get("/investors/cases/"))
    url = f"/investors/cases/{case.pk}/"
    page = text(client.get(url))
    assert "杭州" in page
    assert "苏州" in page
    assert client.post(url, {"reason": "x"}).status_code == 422
    assert client.post(url, {"same": "yes", "reason": "执照相符"}).status_code == 302
    assert "没有待核对的重合" in text(client.get("/investors/cases/"))
    assert NAME in text(cast.client("dongfeng").get("/investors/"))
    assert "执照相符" in text(client.get(url))


def test_cases_are_the_bureaus_alone(cast):
    for path in ("/investors/cases/", "/investors/cases/1/"):
        assert cast.client("longshan").get(path).status_code == 403
    assert cast.client("chen").get("/investors/cases/999/").status_code == 404


def test_a_pending_row_says_so_to_its_unit_only_in_plain_words(cast):
    investor(cast, uscc=CODE)
    (mine,) = ensure_investors(actor=cast.actor("dongfeng"), rows=[(NAME, "")], now=cast.NOW)
    row = Investor.objects.get(pk=mine)
    page = text(cast.client("dongfeng").get(f"/investors/{row.code}/"))
    assert held_answer("市商务局") in page
    assert CODE not in page


def test_the_top_bar_finds_only_the_visible(cast):
    investor(cast)
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "jy-hits"}
    quick = text(cast.client("longshan").get("/search/?q=htwy", **headers))
    assert NAME in quick
    assert "<html" not in quick
    assert NAME not in text(cast.client("dongfeng").get("/search/?q=htwy", **headers))
    page = text(cast.client("longshan").get("/search/?q=宏图"))
    assert NAME in page
    assert "投资方" in page
    assert "没有找到" in text(cast.client("dongfeng").get("/search/?q=宏图"))
    assert "请输入" in text(cast.client("longshan").get("/search/"))
    hostile = cast.client("longshan").get("/search/?q=%00%27%3Cscript%3E")
    assert hostile.status_code == 200
    assert "<script>" not in text(hostile).replace('<script src="', "")


def test_export_is_exactly_what_is_shown(cast):
    investor(cast, name="甲袜业有限公司", registered_capital=10_000)
    investor(cast, name="乙袜业有限公司", registered_capital=90_000)
    investor(cast, name="丙机械有限公司")
    client = cast.client("longshan")
    page = text(client.get("/investors/?q=袜业&sort=registered_capital&cols=place"))
    url = page.split('href="/exports/enterprises/')[1].split('"')[0].replace("&amp;", "&")
    answer = client.get(f"/exports/enterprises/{url}&format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert "注册地" in lines[0]
    assert "注册资本" not in lines[0]
    assert [next(n for n in ("甲", "乙", "丙") if n in line) for line in lines[1:3]] == ["甲", "乙"]
    assert "丙机械" not in "".join(lines)
