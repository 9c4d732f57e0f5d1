"""统计口径的网页与接口:口径人人可看,数值照可见范围,三员看不到数。"""

import json

import pytest

from juyuan.foundation.figures.registry import Dimension, Figure, Part, Result, Scope
from juyuan.foundation.people.actions import make_token

PLACE = Dimension("place", "按地方", "一篮放两处,各计一次")
WORDS = {"clause": "3.3b", "counts_by": "放进篮子之日", "section": "篮子"}


@pytest.fixture
def asked(clean_registry, monkeypatch, settings):
    """三个数字;记下每次求值问的是哪一天、谁、要什么。"""
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"
    calls = []

    def compute(as_of, actor, names):
        calls.append((as_of, actor.username if actor else None, sorted(names)))
        return {
            "n": Result(
                3,
                [Part("east", "东", 2, "/rows?p=east"), Part("west", "西", 2, "/rows?p=west")],
                "/rows",
                "坏的不计",
            ),
            "m": Result(123_456_789_000, [Part("east", "东", 123_456_789_000)], "/rows?m"),
            "r": Result(None),
        }

    clean_registry.register_group(
        [
            Figure("n", "篮子数", "个", definition="数篮子", dimensions=(PLACE,), **WORDS),
            Figure("m", "篮子钱", "万元", definition="数钱", dimensions=(PLACE,), **WORDS),
            Figure("r", "好果率", "%", definition="好果除以全部", dimensions=(PLACE,), **WORDS),
        ],
        compute,
    )
    clean_registry.register_scope(lambda actor: Scope(False, f"只计{actor.name}看得见的"))
    return calls


def page(cast, who, url):
    response = cast.client(who).get(url)
    return response, response.content.decode()


def test_the_page_gives_words_values_scope_and_rows(cast, asked):
    response, html = page(cast, "longshan", "/figures/")
    assert response.status_code == 200
    assert asked == [(None, "longshan", ["m", "n", "r"])]
    for words in ("篮子数", "数篮子", "放进篮子之日", "只计longshan经办看得见的", "坏的不计"):
        assert words in html
    assert 'href="/rows"' in html
    assert "1,234.57" in html  # 缺省按亿元显示
    assert 'href="/figures/n/"' in html


def test_a_past_day_is_replayed_and_today_is_now(cast, asked):
    response, html = page(cast, "chen", "/figures/?as_of=2026-03-01")
    assert response.status_code == 200
    assert "截至 2026-03-01" in html
    assert str(asked[0][0]) == "2026-03-01"
    assert 'href="/figures/n/?as_of=2026-03-01"' in html
    page(cast, "chen", "/figures/?as_of=2026-11-20")
    assert asked[1][0] is None


@pytest.mark.parametrize("wrong", ["2026-11-21", "abc", "2026-02-30"])
def test_a_wrong_day_says_why_and_computes_nothing(cast, asked, wrong):
    for url in (f"/figures/?as_of={wrong}", f"/figures/n/?as_of={wrong}"):
        response, html = page(cast, "chen", url)
        assert response.status_code == 422
        assert "截止日" in html or "不是日期" in html
    assert asked == []


def test_the_table_by_place_shows_each_column_and_the_difference(cast, asked):
    response, html = page(cast, "chen", "/figures/?by=place")
    assert response.status_code == 200
    body = html[html.index("fg-matrix") :]
    for words in ("东", "西", "差额", "只计一次"):
        assert words in body
    assert "/rows?p=west" in body
    row = body[body.index("篮子数") : body.index("篮子钱")]
    assert ">1</td>" in row  # 2 + 2 − 3
    rate = body[body.index("好果率") :]
    assert rate.count("—") >= 4  # 没有签过的地方不是 0,是没有


def test_one_figure_shows_its_parts_sum_and_difference(cast, asked):
    response, html = page(cast, "chen", "/figures/n/")
    assert response.status_code == 200
    assert asked == [(None, "chen", ["n"])]
    for words in ("数篮子", "各行之和", "差额", "一篮放两处,各计一次"):
        assert words in html


def test_a_rate_without_value_is_a_dash(cast, asked):
    _, html = page(cast, "chen", "/figures/r/")
    assert '<p class="jy-big">—' in html
    assert "各行之和" not in html


def test_an_unknown_figure_is_not_found(cast, asked):
    response, _ = page(cast, "chen", "/figures/nobody/")
    assert response.status_code == 404
    assert asked == []


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin", "kong"])
def test_administrators_read_the_words_and_no_number(cast, asked, who):
    for url in ("/figures/", "/figures/n/"):
        response, html = page(cast, who, url)
        assert response.status_code == 200
        assert "数篮子" in html
        assert "三员只看口径" in html
        assert "/rows" not in html
    assert asked == []


# ───────── 接口 ─────────


def ask(client, cast, who, url):
    token = make_token(actor=cast.actor(who), username=who, label="测试", now=cast.NOW)
    return client.get(url, headers={"Authorization": f"Bearer {token}"})


def test_the_api_gives_the_fixed_shape_with_exact_amounts(client, cast, asked):
    response = ask(client, cast, "longshan", "/api/v1/figures?as_of=2026-03-01")
    assert response.status_code == 200
    rows = json.loads(response.content)
    assert rows == [
        {
            "name": "n",
            "label": "篮子数",
            "unit": "个",
            "clause": "3.3b",
            "value": 3,
            "rows_url": "/rows",
        },
        {
            "name": "m",
            "label": "篮子钱",
            "unit": "万元",
            "clause": "3.3b",
            "value": "12345678.9",
            "rows_url": "/rows?m",
        },
        {
            "name": "r",
            "label": "好果率",
            "unit": "%",
            "clause": "3.3b",
            "value": None,
            "rows_url": "",
        },
    ]
    assert [(str(day), who) for day, who, _ in asked] == [("2026-03-01", "longshan")]


@pytest.mark.parametrize("wrong", ["2026-11-21", "1990-01-01", "abc"])
def test_the_api_refuses_a_wrong_day(client, cast, asked, wrong):
    response = ask(client, cast, "chen", f"/api/v1/figures?as_of={wrong}")
    assert response.status_code == 422
    assert json.loads(response.content)["findings"][0]["field"] == "as_of"
    assert asked == []


def test_the_api_gives_administrators_nothing(client, cast, asked):
    response = ask(client, cast, "sysadmin", "/api/v1/figures")
    assert response.status_code == 403
    assert asked == []
