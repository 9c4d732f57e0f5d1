"""求值:同组只算一次,差额照实算出,写法不经浮点。"""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.figures import queries
from juyuan.foundation.figures.registry import Dimension, Figure, Part, Result
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import pinned
from juyuan.kernel.actor import Actor, PostRef
from tests.cast import NOW

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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


class Toy:
    """会数自己被算了几遍的一组数字。"""

    def __init__(self, registry, *, by_ledger=True):
        self.runs = 0
        registry.register_group([figure("toy")], self.compute, by_ledger=by_ledger)

    def compute(self, as_of, actor, names):
        self.runs += 1
        return {"toy": Result(self.runs)}

    def ask(self, actor=None, as_of=None):
        (found,) = queries.compute(as_of, actor)
        return found.value


def an_act():
    with transaction.atomic():
        record(event="toy.done", actor=Actor.console(), obj_type="toy", obj_id="1", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_没有新事不算第二遍_有了新事现算(clean_registry):
    toy = Toy(clean_registry)
    assert (toy.ask(), toy.ask(), toy.runs) == (1, 1, 1)
    an_act()
    assert (toy.ask(), toy.ask(), toy.runs) == (2, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_换一个人_换一个职务_换一个截止日_各算各的(clean_registry):
    toy = Toy(clean_registry)
    post = PostRef(1, 1, "longshan", "龙山区", "/longshan/", "county", "clerk")
    ann = Actor(account_id=7, username="ann", name="安", posts=(post,), post=post)
    asked = [
        (None, None),
        (ann, None),
        (replace(ann, account_id=8), None),
        (replace(ann, posts=(), post=None), None),
        (replace(ann, via="api"), None),
        (ann, date(2026, 1, 31)),
    ]
    first = [toy.ask(*case) for case in asked]
    assert first == [1, 2, 3, 4, 5, 6]
    again = [
        toy.ask(replace(case[0], request_id="别的请求") if case[0] else None, case[1])
        for case in asked
    ]
    assert again == first


@pytest.mark.django_db(transaction=True)
def test_行不留台账的_假设的参数_核对重演的_每次现算(clean_registry):
    loose = Toy(clean_registry, by_ledger=False)
    assert (loose.ask(), loose.ask()) == (1, 2)
    clean_registry._groups.clear()
    clean_registry._order.clear()
    toy = Toy(clean_registry)
    assert toy.ask() == 1
    with pinned():
        assert toy.ask() == 2
    with clean_registry.believing(date(2026, 1, 31)):
        assert toy.ask() == 3
    assert toy.ask() == 1


@pytest.mark.django_db(transaction=True)
def test_到了第二天现算(clean_registry, settings):
    toy = Toy(clean_registry)
    settings.JUYUAN_NOW = "2026-11-20T23:59:59+08:00"
    assert (toy.ask(), toy.ask()) == (1, 1)
    settings.JUYUAN_NOW = "2026-11-21T00:00:00+08:00"
    assert toy.ask() == 2
