"""小件的 HTML:转义、形状与词并存、条款、建议值、横条。"""

import pytest
from django.template import Context, Template

from juyuan.foundation.ui import render, vocab
from juyuan.foundation.ui.vocab import Badge, ClauseLabel


@pytest.fixture
def clauses():
    saved = list(vocab._clauses)
    vocab.register_clauses(
        lambda code: ClauseLabel("三(三)", "原文<b>", "/c/3.3c") if code == "3.3c" else None
    )
    yield
    vocab._clauses[:] = saved


def draw(text, **context):
    return Template("{% load jy %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("value", "css", "word"),
    [
        ("ok", "ok", "正常"),
        ("red", "bad", "滞后"),
        ("yellow", "warn", "预警"),
        (None, "idle", "未开始"),
        ("<x>", "idle", "未开始"),
    ],
)
def test_a_light_is_a_shape_and_a_word(value, css, word):
    html = render.light(value)
    assert f"jy-sig--{css}" in html
    assert html.endswith(f"{word}</span>")


def test_a_clause_is_in_hexagonal_brackets_and_links_to_its_page(clauses):
    html = draw("{% clause '3.3c' %}")
    assert html == '<a class="jy-clause" href="/c/3.3c" title="原文&lt;b&gt;">〔三(三)〕</a>'


def test_an_unknown_clause_shows_its_code_and_no_link(clauses):
    assert draw("{% clause '9.9z' %}") == '<span class="jy-clause" title="">〔9.9z〕</span>'


def test_no_clause_shows_nothing(clauses):
    assert draw("[{% clause '' %}{% clause None %}]") == "[]"


def test_suggested_value_says_who_confirms():
    html = render.suggested("5 个工作日", "某局")
    assert "5 个工作日·建议值" in html
    assert 'title="文件未载，建议值，待某局确认"' in html


def test_labels_are_escaped():
    for html in (
        render.tag("<script>"),
        render.pill("yes", "<b>"),
        render.light("ok", "<i>"),
        render.badge("none", "<u>"),
    ):
        assert "&lt;" in html
        assert "<script>" not in html and "<b>" not in html and "<u>" not in html


def test_an_icon_name_cannot_carry_markup():
    assert render.icon('x"><script>') == '<i class="ti ti-question-mark" aria-hidden="true"></i>'
    assert render.icon("check", "有") == '<i class="ti ti-check" role="img" aria-label="有"></i>'


def test_vocab_is_registered_once_and_drawn_everywhere():
    vocab.register_vocab("试", {"a": Badge("甲", "bulb", "c2")})
    assert draw("{% badge '试' 'a' %}") == (
        '<span class="jy-badge jy-c2"><i class="ti ti-bulb" aria-hidden="true"></i>甲</span>'
    )
    assert "乙" in draw("{% badge '试' '乙' %}")  # 没登记的值原样显示


def test_pending_is_a_hatched_part_of_its_own_and_never_overflows():
    html = render.bar(82, 100, "ok", pending=40, tick=90, label="甲")
    assert 'class="ok" width="82%"' in html
    assert 'x="82%" width="18%"' in html and "url(#jy-hatch)" in html
    assert 'class="tick" x="90%"' in html
    assert 'role="img" aria-label="甲"' in html
    assert "style" not in html


@pytest.mark.parametrize(("value", "total"), [(None, 100), (5, 0), (5, None), (-3, 10)])
def test_a_bar_without_a_whole_is_empty(value, total):
    assert 'class="b1" width="0%"' in render.bar(value, total)


def test_amount_follows_the_remembered_unit():
    assert draw("{% amount x %}", x=680_000_000, money_unit="wan") == (
        '<span class="jy-money">68,000.00<small>万元</small></span>'
    )
    assert (
        draw(
            "{{ x|money:money_unit }} {{ x|wan }} {{ x|yi }} {{ b|bp }}",
            x=680_000_000,
            money_unit="yi",
            b=8000,
        )
        == "6.80 68,000.00 6.80 80.00%"
    )
    assert draw("{% amount None %}") == "—"


def test_asset_carries_the_fingerprint_of_the_file():
    first = draw("{% asset 'ui/base.css' %}")
    assert first.startswith("/static/ui/base.css?v=") and len(first.split("=")[1]) == 10
