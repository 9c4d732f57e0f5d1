"""视图的规则:条件的规范写法、名称。"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.personal.rules import MAX_QUERY, VOLATILE, canonical, judge_name

NAMES = st.sampled_from(["stage", "q", "sort", "c", "host_unit", "cursor", "v", "limit", "总"])
PAIRS = st.lists(st.tuples(NAMES, st.text(max_size=30)), max_size=25)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", ""),
        ("?stage=signed", "stage=signed"),
        ("sort=-total&stage=signed", "sort=-total&stage=signed"),
        ("stage=signed&sort=-total", "sort=-total&stage=signed"),
        ("stage=&q=+", ""),
        ("cursor=abc&v=12&limit=200&page=3&stage=signed", "stage=signed"),
        ("when=late&when=today", "when=late&when=today"),
        ("q=%00a", "q=%00a"),
        ("csrfmiddlewaretoken=x&lack=no", "lack=no"),
    ],
)
def test_条件的规范写法(said: str, wanted: str) -> None:
    assert canonical(said) == wanted


@given(PAIRS)
def test_规范两次与一次相同_不含翻页一类_不超长(pairs: list[tuple[str, str]]) -> None:
    once = canonical(urlencode(pairs))
    assert canonical(once) == once
    assert len(once) <= MAX_QUERY
    assert not {name for name, _ in parse_qsl(once)} & VOLATILE


@given(PAIRS)
def test_不同名的条件与先后无关(pairs: list[tuple[str, str]]) -> None:
    each = list({name: (name, value) for name, value in pairs}.values())
    assert canonical(urlencode(each)) == canonical(urlencode(each[::-1]))


@pytest.mark.parametrize(
    ("name", "taken", "count", "rules"),
    [
        ("东丰待核实", [], 0, []),
        ("长" * 30, [], 0, []),
        ("长" * 31, [], 0, ["view.name"]),
        ("", [], 0, ["view.name"]),
        ("  ", [], 0, ["view.name"]),
        ("a\u202eb", [], 0, ["view.name"]),
        ("甲", ["甲"], 1, ["view.twice"]),
        (" 甲 ", ["甲"], 1, ["view.twice"]),
        ("乙", ["甲"], 2, []),
        ("乙", ["甲"], 3, ["view.many"]),
    ],
)
def test_名称行不行(name: str, taken: list[str], count: int, rules: list[str]) -> None:
    assert [f.rule for f in judge_name(name, taken, count, 3)] == rules
