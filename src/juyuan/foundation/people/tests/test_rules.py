"""规则:三员互斥、任期重叠、单位树、账号与口令。不用数据库。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.people import rules
from juyuan.foundation.people.models import ADMIN_ROLES, Role
from juyuan.foundation.people.rules import Span, UnitDraft

D = date(2026, 1, 1)
days = st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 1, 1))


@st.composite
def spans(draw, role=None):
    start = draw(days)
    length = draw(st.one_of(st.none(), st.integers(0, 400)))
    end = None if length is None else start + timedelta(days=length)
    return Span(role or draw(st.sampled_from(Role.values)), start, end)


@given(spans(), spans())
def test_overlap_means_a_common_day_and_is_symmetric(a, b):
    def holds(span):
        end = span.ends_on or date(2029, 1, 1)
        return {span.starts_on + timedelta(n) for n in range((end - span.starts_on).days + 1)}

    assert rules.overlaps(a, b) == bool(holds(a) & holds(b))
    assert rules.overlaps(a, b) == rules.overlaps(b, a)


def test_the_last_day_still_counts():
    first = Span("clerk", D, date(2026, 6, 30))
    assert rules.overlaps(first, Span("head", date(2026, 6, 30)))
    assert not rules.overlaps(first, Span("head", date(2026, 7, 1)))


@pytest.mark.parametrize("one", Role.values)
@pytest.mark.parametrize("two", Role.values)
def test_three_admins_exclude_each_other_and_all_business_roles(one, two):
    expected = one != two and bool({one, two} & set(ADMIN_ROLES))
    assert rules.excludes(one, two) is expected
    assert bool(rules.exclusion_findings([Span(one, D)], Span(two, D))) is expected


def test_the_two_lists_of_admin_roles_agree():
    assert set(ADMIN_ROLES) == rules.ADMINS


def test_after_the_term_one_may_become_an_administrator():
    past = Span("clerk", D, date(2026, 6, 30))
    assert not rules.exclusion_findings([past], Span("auditadmin", date(2026, 7, 1)))
    assert rules.exclusion_findings([past], Span("auditadmin", date(2026, 6, 30)))


def test_a_future_post_excludes_already_today():
    future = Span("secadmin", date(2027, 1, 1))
    assert rules.exclusion_findings([future], Span("clerk", D))
    assert not rules.exclusion_findings([future], Span("clerk", D, date(2026, 12, 31)))


KINDS = frozenset({"government", "town"})


@pytest.mark.parametrize(
    ("draft", "rule"),
    [
        (UnitDraft("a", "甲", "government"), None),
        (UnitDraft("a", "甲", "government", parent="root"), None),
        (UnitDraft("", "甲", "government"), "unit_code"),
        (UnitDraft("甲", "甲", "government"), "unit_code"),
        (UnitDraft("A", "甲", "government"), "unit_code"),
        (UnitDraft("a/b", "甲", "government"), "unit_code"),
        (UnitDraft("new", "甲", "government"), "unit_code"),
        (UnitDraft("a" * 61, "甲", "government"), "unit_code"),
        (UnitDraft("a", " ", "government"), "unit_name"),
        (UnitDraft("a", "甲" * 101, "government"), "unit_name"),
        (UnitDraft("a", "甲", "castle"), "unit_kind"),
        (UnitDraft("a", "甲", "town", parent="nowhere"), "unit_parent"),
        (UnitDraft("a", "甲", "town", parent="below"), "unit_cycle"),
    ],
)
def test_unit_findings(draft, rule):
    parents = {"root": "/root/", "below": "/root/a/below/"}
    assert [f.rule for f in rules.unit_findings(draft, parents, KINDS)] == ([rule] if rule else [])


@given(st.permutations(["a", "b", "c", "d", "e"]), st.data())
def test_placing_units_does_not_depend_on_their_order(order, data):
    parents = {
        code: data.draw(st.sampled_from(["", *order[:index]])) for index, code in enumerate(order)
    }
    rows = [UnitDraft(code, code, "town", parent=parents[code]) for code in sorted(order)]
    placed = rules.place_units(rows, {})
    assert placed == rules.place_units(list(reversed(rows)), {})
    for code, path in placed.items():
        parent = parents[code]
        assert path == (placed[parent] if parent else "/") + code + "/"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("LongShan", "longshan"), (" longshan ", "longshan"), ("LONGshan", "longshan")],
)
def test_usernames_fold_width_and_case(typed, folded):
    assert rules.fold_username(typed) == folded
    assert not rules.username_findings(folded)


@pytest.mark.parametrize(
    "bad", ["", "a", "1abc", "小陈", "a b", "a" * 61, "a/b", "new", "console", "system"]
)
def test_bad_usernames(bad):
    assert [f.rule for f in rules.username_findings(bad)] == ["username"]


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Abcdefgh12", []),
        ("abcdefgh1!", []),
        ("Abcdefg12", ["password_length"]),
        ("abcdefghij", ["password_classes"]),
        ("abcdefgh12", ["password_classes"]),
        ("短", ["password_length", "password_classes"]),
        ("Longshan-123", ["password_username"]),
    ],
)
def test_passwords(password, broken):
    assert [f.rule for f in rules.password_findings(password, "longshan")] == broken
