"""成批写行:与 `bulk_create` 写出的一模一样,怪字符也是;约束照样管用;不在事务里不写。"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from juyuan.foundation.copying import copy_rows, copy_values
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.foundation.search.models import SearchRow
from tests.cast import NOW

ODD = "反斜\\杠\t制表\n换行\r回车\"引号'{花,括}\\N\\.NULL𠀋"
TEXT = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=40
)
WORDS = st.lists(
    st.text(
        st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"),
        min_size=1,
        max_size=4,
    ),
    max_size=6,
)
JSON = st.none() | st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def event(**more: Any) -> Event:
    given = {"at": NOW, "event": "a.b.done", "actor_name": "甲", "via": "web", "obj_type": "thing"}
    return Event(**{**given, "obj_id": "1", "result": "done", **more})


def plain(row: Any) -> dict[str, Any]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name != "id"}


class SameAsBulkCreate(TestCase):
    @given(TEXT, JSON, WORDS)
    def test_any_value_comes_back_as_bulk_create_writes_it(
        self, text: str, document: Any, words: list[str]
    ) -> None:
        row = {"reason": text, "before": document, "after": {"x": document}, "group": uuid4()}
        with transaction.atomic():
            Event.objects.bulk_create([event(**row)])
            copy_rows([event(**row)])
            one, other = Event.objects.order_by("-id")[:2]
            assert plain(one) == plain(other)
            grams = {"object_type": "t", "object_id": 1, "field": "f", "weight": 1, "text": "x"}
            SearchRow.objects.bulk_create([SearchRow(**grams, grams=words)])
            copy_rows([SearchRow(**grams, grams=words)])
            first, second = SearchRow.objects.order_by("-id")[:2]
            assert first.grams == second.grams == words


@pytest.mark.django_db
def test_odd_characters_survive() -> None:
    copy_rows([event(reason=ODD, before={ODD: [ODD]}, actor_id=None)])
    found = Event.objects.get(reason=ODD)
    assert (found.before, found.after, found.actor_id, found.at) == ({ODD: [ODD]}, None, None, NOW)


@pytest.mark.django_db
def test_keys_are_taken_first_and_references_follow() -> None:
    parent = Unit(code="copy-1", path="copy-1.", name="上级", kind="government", order=1)
    child = Unit(
        code="copy-2", path="copy-1.copy-2.", name="下级", kind="government", order=2, parent=parent
    )
    copy_rows([parent], keys=True)
    copy_rows([child], keys=True)
    assert (
        Unit.objects.get(code="copy-2").parent_id == parent.pk == Unit.objects.get(code="copy-1").pk
    )
    Unit.objects.create(code="copy-3", path="copy-3.", name="后来", kind="government", order=3)


@pytest.mark.django_db
def test_a_broken_constraint_is_the_same_error_and_leaves_nothing() -> None:
    rows = [Unit(code="twice", path=name, name=name, kind="government", order=1) for name in "甲乙"]
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(rows)
    with pytest.raises(DataError), transaction.atomic():
        copy_rows([event(), event(obj_type="长" * 41)])
    assert not Unit.objects.filter(code="twice").exists()
    assert not Event.objects.filter(event="a.b.done").exists()


@pytest.mark.django_db(transaction=True)
def test_only_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="事务"):
        copy_rows([event()])
    assert not Event.objects.filter(event="a.b.done").exists()


@pytest.mark.django_db
def test_thousands_of_rows_and_none_at_all() -> None:
    copy_rows([])
    wanted = [("t", i, "f", 1, f"第{i}行", ["第"]) for i in range(1234)]
    names = ("object_type", "object_id", "field", "weight", "text", "grams")
    assert copy_values(SearchRow, names, iter(wanted)) == 1234
    assert SearchRow.objects.filter(object_type="t").count() == 1234
    assert copy_values(SearchRow, names, []) == 0
    assert connection.in_atomic_block
