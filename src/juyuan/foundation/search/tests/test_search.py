"""检索:名称任一部分、编号、拼音首字母;只出看得见的;写法刁钻也不出错。"""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from juyuan.foundation.search import actions, frequency, queries, registry
from juyuan.foundation.search.actions import delete, put, put_many
from juyuan.foundation.search.models import SearchRow
from juyuan.foundation.search.registry import Hit
from juyuan.kernel.actor import Actor

ACTOR = Actor(account_id=1, username="a", name="甲")
pytestmark = pytest.mark.django_db


def ids(q, limit=20):
    return [hit.object_id for group in queries.find(q, ACTOR, limit).groups for hit in group.hits]


@pytest.fixture
def shelf(things):
    put("thing", 2, [("name", 100, "北方袜业(集團)有限公司"), ("code", 90, "XM-AB23CD45")])
    put("thing", 4, [("name", 100, "南方袜业有限公司")])
    put("thing", 6, [("name", 100, "袜业")])
    put("thing", 3, [("name", 100, "北方袜业秘密项目")])
    return things


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("北方袜业", [2]),
        ("方袜", [4, 2]),
        ("袜业", [6, 4, 2]),
        ("北方袜业集团有限", [2]),
        ("北方襪業(集团)", [2]),
        ("北方 袜业", [2]),
        ("bfwy", [2]),
        ("BFWY", [2]),
        ("fwy", [4, 2]),
        ("xm-ab23", [2]),
        ("AB23CD45", [2]),
        ("23cd", [2]),
        ("秘密", []),
        ("毛巾", []),
        ("北", [2]),
        ("方", []),
        ("b", [2]),
        ("", []),
        ("   ", []),
        ("()%_", []),
    ],
)
def test_finds_by_any_part_by_code_and_by_initials(shelf, q, found):
    assert ids(q) == found


def test_what_is_invisible_takes_no_place_and_leaves_no_trace(things):
    put_many([("thing", i, [("name", 100, f"新能源{i}号")]) for i in range(1, 800, 2)])
    put("thing", 900, [("name", 100, "某地新能源")])
    assert ids("新能源", 5) == [900]
    assert queries.find("新能源1号", ACTOR).count == 0


def test_exact_then_prefix_then_inside(things):
    put("thing", 2, [("name", 100, "东方新能源")])
    put("thing", 4, [("name", 100, "新能源科技")])
    put("thing", 6, [("name", 100, "新能源")])
    assert ids("新能源") == [6, 4, 2]


def test_limit_is_kept_and_said(things):
    put_many([("thing", i, [("name", 100, f"汽车零部件{i}")]) for i in range(2, 602, 2)])
    found = queries.find("汽车", ACTOR, 10)
    assert (found.count, found.more) == (10, True)


def test_common_words_take_the_recent_road_with_the_same_answer(shelf, monkeypatch):
    rare = {q: ids(q) for q in ("袜业", "方袜", "bfwy", "集团")}
    monkeypatch.setattr(frequency, "rarest_count", lambda grams: 1e9)
    assert {q: ids(q) for q in rare} == rare


def test_frequency_comes_from_the_database_statistics(things, as_owner):
    put_many([("thing", i, [("name", 100, f"常见词{i:04d}")]) for i in range(2, 1002, 2)])
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {SearchRow._meta.db_table}")
    frequency.forget()
    assert frequency.rarest_count(["常见"]) == pytest.approx(500, rel=0.2)
    assert frequency.rarest_count(["常见", "罕有"]) == 0


def test_put_replaces_and_delete_removes(things):
    put("thing", 2, [("name", 100, "旧名称")])
    put("thing", 2, [("name", 100, "新名称")])
    assert (ids("旧名"), ids("新名")) == ([], [2])
    delete("thing", 2)
    assert ids("新名") == []
    assert not SearchRow.objects.exists()


def rows():
    return sorted(
        SearchRow.objects.values_list("object_type", "object_id", "field", "weight", "text")
    )


def test_single_and_set_based_writing_give_the_same_rows(things):
    items = [
        ("thing", 2, [("name", 100, "北方袜业"), ("alias", 60, "北方襪業"), ("code", 90, "")]),
        ("thing", 4, [("name", 100, "重庆ABC")]),
    ]
    for item in items:
        put(*item)
    single = rows()
    SearchRow.objects.all().delete()
    assert put_many(items) == len(single)
    assert rows() == single
    assert ("thing", 4, "name~", 50, "cqabc") in single


def test_rows_go_with_the_act(things):
    class Undone(Exception):
        pass

    def act_that_fails():
        with transaction.atomic():
            put("thing", 2, [("name", 100, "北方袜业")])
            raise Undone

    with pytest.raises(Undone):
        act_that_fails()
    assert ids("北方") == []


@pytest.mark.django_db(transaction=True)
def test_writing_outside_an_act_is_refused(things):
    with pytest.raises(RuntimeError, match="同一事务"):
        put("thing", 2, [("name", 100, "北方袜业")])
    assert not SearchRow.objects.exists()


HOSTILE = [
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "%%%%%%%%",
    "{毛巾}",
    '{"a"',
    "\x00",
    "\ud800",
    "袜" * 5000,
    "a" * 5000,
    "🧦🧦",
    "<script>",
    "(((((",
]


@pytest.mark.parametrize("q", HOSTILE)
def test_hostile_input_is_only_text(shelf, q):
    assert ids(q) == []


def test_wildcards_are_letters_not_patterns(things):
    put("thing", 2, [("name", 100, "甲乙丙")])
    assert ids("甲%丙") == ids("甲_丙") == []


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(q=st.text(max_size=30))
def test_any_text_is_answered(shelf, q):
    assert set(ids(q)) <= {2, 4, 6}


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(name=st.text("北方袜业集团有限公司长春", min_size=2, max_size=12), data=st.data())
def test_every_part_of_a_name_finds_it(things, name, data):
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    with transaction.atomic():
        put("thing", 2, [("name", 100, name)])
        assert ids(name[start:end]) == [2]


def test_groups_follow_their_order_and_unknown_types_are_silent(shelf):
    registry.register(
        "other",
        visible_ids=lambda actor, wanted: set(wanted),
        present=lambda actor, wanted: [Hit(i, "别的", "", "/o/") for i in wanted],
        label="别的",
        order=-1,
    )
    put("other", 1, [("name", 100, "别的袜业")])
    put("stranger", 1, [("name", 100, "没有登记的袜业")])
    assert [g.label for g in queries.find("袜业", ACTOR).groups] == ["别的", "物"]


@pytest.mark.parametrize("cap", [2000, 2])
@pytest.mark.parametrize(
    ("q", "found"), [("袜业", {2, 3, 4, 6}), ("方袜", {2, 3, 4}), ("北", {2, 3})]
)
def test_matching_serves_the_list_page_for_rare_and_common_words(shelf, cap, q, found):
    condition = queries.matching("thing", q, cap)
    for pk in range(2, 7):
        SearchRow.objects.create(
            pk=pk, object_type="row", object_id=pk, field="name", weight=1, text="无关", grams=[]
        )
    rows = SearchRow.objects.filter(object_type="row").filter(condition)
    assert set(rows.values_list("pk", flat=True)) == found


def test_matching_of_another_type_or_of_nothing_is_empty(shelf):
    for object_type, q in (("other", "袜业"), ("thing", "  ")):
        assert not SearchRow.objects.filter(queries.matching(object_type, q)).exists()


def test_number_of_statements_does_not_grow_with_hits(things, django_assert_num_queries):
    put_many([("thing", i, [("name", 100, f"汽车零部件{i}")]) for i in range(2, 102, 2)])
    queries.find("汽车", ACTOR)
    with django_assert_num_queries(2):
        queries.find("汽车", ACTOR)


def test_a_row_needs_an_object(things):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.put_many([("thing", None, [("name", 100, "北方")])])
