"""键集分页:前后翻遍、空值在末尾、坏游标当首页、一条查询。"""

import base64
import json
from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.people.models import Unit
from juyuan.foundation.ui import keyset
from juyuan.foundation.ui.keyset import Order, choose_order, clamp_limit, decode, paginate

ALLOWED = {
    "name": Order("name"),
    "order": Order("order"),
    "closed": Order("disabled_on", nullable=True),
}


@pytest.fixture
def units(cast, as_owner):
    """一半单位写上停用日(有重复),好让空值与并列都出现。"""
    ids = list(Unit.objects.order_by("id").values_list("id", flat=True))
    with as_owner():
        for index, pk in enumerate(ids[::2]):
            Unit.objects.filter(pk=pk).update(disabled_on=date(2026, 1, 1 + index // 3))
    return ids


def walk(order, limit):
    """从头翻到尾,再翻回来;返回两趟看到的 id。"""
    forth, pages, cursor = [], [], ""
    while True:
        page = paginate(Unit.objects.all(), order, cursor, limit)
        forth.append([u.pk for u in page])
        pages.append(page)
        if not page.next:
            break
        cursor = page.next
    back, page = [forth[-1]], pages[-1]
    while page.prev:
        page = paginate(Unit.objects.all(), order, page.prev, limit)
        back.append([u.pk for u in page])
    return forth, back


@pytest.mark.parametrize("desc", [False, True])
@pytest.mark.parametrize("limit", [1, 4, 7, 200])
@pytest.mark.parametrize("name", ["name", "order", "closed"])
def test_every_row_is_seen_once_forth_and_the_same_pages_back(units, name, limit, desc):
    order = Order(ALLOWED[name].field, desc, ALLOWED[name].nullable)
    forth, back = walk(order, limit)
    seen = [pk for page in forth for pk in page]
    assert sorted(seen) == units
    assert list(reversed(back)) == forth


@pytest.mark.parametrize("desc", [False, True])
def test_nulls_stay_last_both_ways(units, desc):
    page = paginate(Unit.objects.all(), Order("disabled_on", desc, True), "", 200)
    dates = [u.disabled_on for u in page]
    cut = dates.index(None)
    assert cut > 5
    assert set(dates[cut:]) == {None}
    assert dates[:cut] == sorted(dates[:cut], reverse=desc)


def test_a_page_is_one_query(units, django_assert_num_queries):
    page = paginate(Unit.objects.all(), Order("name"), "", 5)
    with django_assert_num_queries(1):
        paginate(Unit.objects.all(), Order("name"), page.next, 5)


def test_a_row_inserted_before_does_not_shift_the_next_page(units, cast):
    first = paginate(Unit.objects.all(), Order("order"), "", 3)
    expected = [u.pk for u in paginate(Unit.objects.all(), Order("order"), first.next, 3)]
    Unit.objects.filter(pk=first.items[0].pk).update(order=-5)
    assert [u.pk for u in paginate(Unit.objects.all(), Order("order"), first.next, 3)] == expected


def _pack(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "=" * 8,
        "a" * 5000,
        "游标",
        _pack([]),
        _pack([0, "name", "s", "甲"]),
        _pack([0, "-name", "s", "甲", 1]),
        _pack([2, "name", "s", "甲", 1]),
        _pack([True, "name", "s", "甲", 1]),
        _pack([0, "name", "s", "甲", "1 OR 1=1"]),
        _pack([0, "name", "s", "甲\x00", 1]),
        _pack([0, "name", "s", "\ud800", 1]),
        _pack([0, "name", "i", 2**70, 1]),
        _pack([0, "name", "s", "甲", 2**63]),
        _pack([0, "name", "n", None, 1]),
        _pack([0, "name", "d", "2026-13-40", 1]),
        _pack([0, "name", "t", "2026-01-01T00:00:00", 1]),
        _pack([0, "name", {"a": 1}, "甲", 1]),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_a_hostile_cursor_is_the_first_page_and_says_so(units, cursor):
    page = paginate(Unit.objects.all(), Order("name"), cursor, 3)
    assert page.bad_cursor
    assert [u.pk for u in page] == [
        u.pk for u in paginate(Unit.objects.all(), Order("name"), "", 3)
    ]
    assert page.prev == ""


@given(st.text(max_size=500))
def test_no_text_breaks_the_cursor(text):
    assert decode(text, Order("name")) is None or isinstance(
        decode(text, Order("name")), keyset.Mark
    )


@given(
    st.one_of(
        st.text().filter(lambda s: "\x00" not in s),
        st.integers(-(2**63) + 1, 2**63 - 1),
        st.dates(),
        st.none(),
    ),
    st.integers(0, 2**63 - 1),
    st.booleans(),
)
def test_what_is_encoded_comes_back(value, pk, back):
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return
    row = type("Row", (), {"f": value, "id": pk})()
    order = Order("f", nullable=True)
    cursor = keyset.encode(order, row, back=back)
    if len(cursor) <= keyset.MAX_CURSOR:
        assert decode(cursor, order) == keyset.Mark(back, value, pk)


def test_sort_takes_only_known_names():
    assert choose_order("-order", ALLOWED, "name") == Order("order", True)
    assert choose_order("closed", ALLOWED, "-name").nullable
    for hostile in ("password", "--name", "name; drop", "name__x", ""):
        assert choose_order(hostile, ALLOWED, "-name") == Order("name", True)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("20", 20), ("0", 1), ("-5", 1), ("9999", 200), ("x", 50), (None, 50), ("１２", 12)],
)
def test_limit_is_clamped(wanted, got):
    assert clamp_limit(wanted) == got


def test_walking_queries_do_not_use_offset(units):
    from django.db import connection

    first = paginate(Unit.objects.all(), Order("name"), "", 2)
    with CaptureQueriesContext(connection) as seen:
        paginate(Unit.objects.all(), Order("name"), first.next, 2)
    assert "OFFSET" not in seen[0]["sql"].upper()
