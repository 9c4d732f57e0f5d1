"""求值:同组只算一次,差额照实算出,写法不经浮点。"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.figures import queries
from juyuan.foundation.figures.registry import Dimension, Figure, Part, Result
from juyuan.kernel.actor import Actor

PLACE = Dimension("place", "地方", "一篮放两处,各计一次")
OWNER = Dimension("owner", "主人")


def figure(name, unit="个", dimensions=()):
    return Figure(
        name=name,
        label=f"数字{name}",
        unit=unit,
        clause="9.9z",
        definition="口径",
        counts_by="当日",
        dimensions=dimensions,
    )


def test_a_group_is_computed_once_for_all_its_wanted_figures(clean_registry):
    calls = []

    def compute(as_of, actor, names):
        calls.append((as_of, actor, names))
        return {name: Result(len(name)) for name in names}

    clean_registry.register_group([figure("a"), figure("bb"), figure("ccc")], compute)
    day = date(2026, 1, 31)
    actor = Actor(account_id=7, username="x", name="某")
    found = queries.compute(day, actor, ["ccc", "a"])
    assert [(f.name, f.value) for f in found] == [("a", 1), ("ccc", 3)]
    assert calls == [(day, actor, frozenset({"a", "ccc"}))]


def test_two_groups_are_each_computed_once_in_the_order_of_registration(clean_registry):
    seen = []

    def maker(tag):
        def compute(as_of, actor, names):
            seen.append(tag)
            return {name: Result(0) for name in names}

        return compute

    clean_registry.register_group([figure("m1"), figure("m2")], maker("m"))
    clean_registry.register_group([figure("n1")], maker("n"))
    assert [f.name for f in queries.compute()] == ["m1", "m2", "n1"]
    assert seen == ["m", "n"]


def test_an_unknown_name_is_refused_before_anything_is_computed(clean_registry):
    calls = []
    clean_registry.register_group([figure("a")], lambda *args: calls.append(args) or {})
    with pytest.raises(queries.UnknownFigure):
        queries.compute(names=["a", "nobody"])
    assert calls == []


def test_each_split_shows_its_own_difference(clean_registry):
    parts = [
        Part("east", "东", 3, "/e", "place"),
        Part("west", "西", 2, "/w", "place"),
        Part("ann", "安", 4, "/a", "owner"),
    ]
    clean_registry.register_group(
        [figure("a", dimensions=(PLACE, OWNER))],
        lambda as_of, actor, names: {"a": Result(4, parts, "/rows")},
    )
    (found,) = queries.compute()
    assert found.difference == 1  # 两处各计一次:5 − 4
    assert found.split("place").total == 5
    assert found.split("owner").difference == 0
    assert found.split("nothing") is None
    assert [p.key for p in found.parts] == ["east", "west", "ann"]


def test_a_rate_has_neither_sum_nor_difference(clean_registry):
    parts = [Part("east", "东", 5000), Part("west", "西", None)]
    clean_registry.register_group(
        [figure("r", unit="%", dimensions=(PLACE,))],
        lambda as_of, actor, names: {"r": Result(3333, parts)},
    )
    (found,) = queries.compute()
    assert found.value == 3333
    assert found.difference is None
    assert found.splits[0].total is None


@pytest.mark.parametrize(
    ("value", "unit", "plain", "shown"),
    [
        (None, "个", None, "—"),
        (0, "个", 0, "0"),
        (12345, "个", 12345, "12,345"),
        (-3, "个", -3, "−3"),
        (12_345_678, "万元", "1234.5678", "1,234.57"),
        (0, "万元", "0", "0.00"),
        (-50_000_000, "万元", "-5000", "−5,000.00"),
        (49, "万元", "0.0049", "0.00"),
        (50, "万元", "0.005", "0.01"),
        (10_000, "%", "100.00", "100.0"),
        (3333, "%", "33.33", "33.3"),
        (-105, "%", "-1.05", "−1.1"),
        (None, "%", None, "—"),
    ],
)
def test_values_are_written_exactly(value, unit, plain, shown):
    assert queries.plain(value, unit) == plain
    assert queries.shown(value, unit) == shown


@given(st.integers(min_value=-(10**16), max_value=10**16))
def test_no_yuan_is_lost_in_the_plain_form(yuan):
    from decimal import Decimal

    assert Decimal(queries.plain(yuan, "万元")) * 10_000 == yuan


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=9), st.integers(0, 10**14))
def test_parts_minus_difference_always_give_the_value(amounts, value):
    definition = figure("m", unit="万元", dimensions=(PLACE,))
    parts = [Part(str(i), str(i), amount, "", "place") for i, amount in enumerate(amounts)]
    found = queries._result(definition, Result(value, parts))
    assert sum(amounts) - found.difference == value
