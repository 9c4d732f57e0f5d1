"""打开、选择、提交:成的与拒的同一套桌子;拒了就什么也没有。"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.models import (
    BatchState,
    ImportBatch,
)
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.ledgers import HEAD, MIXED, business, verdicts
from juyuan.foundation.exchange.tests.toy import store
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import NotFound, RuleBroken
from tests.cast import NOW
from tests.files.dirty import DIRTY, formatted, plain

pytestmark = pytest.mark.django_db


def test_preview_writes_no_business_data_and_says_place_reason_and_mend(desk: Desk) -> None:
    before = business()
    batch = desk.open(MIXED)
    assert verdicts(batch) == ["new", "refused", "doubtful", "refused", "new"]
    assert batch.counts == {
        "new": 2,
        "update": 0,
        "same": 0,
        "doubtful": 1,
        "refused": 2,
        "skipped": 0,
    }
    assert business() == before
    row = batch.rows.get(position=4)
    assert (row.sheet, row.number, row.findings[0]["cell"], row.findings[0]["rule"]) == (
        "台账",
        5,
        "C5",
        "money",
    )
    assert "约三百" in row.findings[0]["reason"]
    assert row.findings[0]["mend"]
    assert batch.rows.get(position=2).findings[0]["cell"] == "D3"


def test_commit_writes_all_good_rows_with_provenance_and_one_group(desk: Desk) -> None:
    batch = desk.commit(desk.open(MIXED))
    assert set(store()) == {"甲项目", "丁项目"}
    assert batch.state == BatchState.COMMITTED
    done = batch.rows.filter(done=True)
    assert [(r.number, r.object_type, r.object_id) for r in done] == [
        (2, "toy", "甲项目"),
        (6, "toy", "丁项目"),
    ]
    groups = set(Event.objects.filter(obj_type="toy").values_list("group", flat=True))
    assert groups == {batch.group}
    committed = Event.objects.get(event="exchange.batch.committed")
    assert committed.after["sha256"] == batch.sha256
    assert (committed.after["new"], committed.after["update"]) == (2, 0)
    origin = queries.provenance_of("toy", ["甲项目"])["甲项目"]
    assert [(o["sheet"], o["number"], o["file"], o["sha256"]) for o in origin] == [
        ("台账", 2, "台账.xlsx", batch.sha256)
    ]


def test_all_or_none_writes_nothing_when_one_row_is_bad(desk: Desk) -> None:
    batch = desk.open(MIXED)
    before = business()
    with pytest.raises(RuleBroken, match="还有 2 行退回、1 行存疑,一行也没有写"):
        desk.commit(batch, all_or_none=True)
    assert business() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.PREVIEW
    assert not batch.rows.filter(done=True).exists()


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    first = desk.commit(desk.open(MIXED))
    before = business()
    again = desk.open(MIXED)
    assert again.repeat_of_id == first.pk
    assert verdicts(again) == ["same", "refused", "doubtful", "refused", "same"]
    again = desk.commit(again)
    assert business() == before
    assert again.state == BatchState.PREVIEW, "没有可写的,不算提交"


def test_the_same_file_again_does_not_undo_later_changes(desk: Desk) -> None:
    desk.commit(desk.open(MIXED))
    desk.commit(desk.open(plain(HEAD, ["甲项目", "甲公司", 2000, 800, "甲县"]), "更正.xlsx"))
    assert store()["甲项目"]["total"] == "20000000"
    desk.commit(desk.open(MIXED))
    assert store()["甲项目"]["total"] == "20000000"


def test_committing_twice_is_the_same_act(desk: Desk) -> None:
    batch = desk.commit(desk.open(MIXED))
    before = business()
    events = Event.objects.count()
    desk.commit(batch)
    assert business() == before
    assert Event.objects.count() == events


def test_update_shows_what_changes_and_same_is_left_alone(desk: Desk) -> None:
    desk.commit(
        desk.open(
            plain(HEAD, ["甲项目", "甲公司", 1000, 800, "甲县"], ["乙项目", "乙公司", 1, 1, "乙区"])
        )
    )
    batch = desk.open(
        plain(HEAD, ["甲项目", "甲公司", 3000, 800, "甲县"], ["乙项目", "乙公司", 1, 1, "乙区"]),
        "二.xlsx",
    )
    assert verdicts(batch) == ["update", "same"]
    assert batch.rows.get(position=1).changes == [["total", "10000000", "30000000"]]
    desk.commit(batch)
    assert store()["甲项目"]["total"] == "30000000"
    assert Event.objects.filter(event="toy.changed").count() == 1


def test_doubtful_pair_waits_for_a_person_and_each_choice_ends_as_chosen(desk: Desk) -> None:
    for choice, verdict, expected in (
        ("new", "new", {"甲项目", "丁项目", "甲项目(一期)"}),
        ("skip", "skipped", {"甲项目", "丁项目"}),
        ("same:台账!2", "same", {"甲项目", "丁项目"}),
    ):
        batch = desk.open(MIXED, f"{choice.partition(':')[0]}.xlsx")
        desk.settle(batch, 3, choice)
        assert verdicts(batch)[2] == verdict
        assert store() == {}
        desk.commit(batch)
        assert set(store()) == expected
        with pytest.raises(NotFound):
            desk.settle(batch, 1, "skip")
        for key in list(store()):
            Event.objects.create(
                event="toy.removed", obj_type="toy", obj_id=key, at=NOW, actor_name="", via="job"
            )
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.REVERSED)


def test_doubtful_row_settled_after_commit_is_written_by_a_second_commit(desk: Desk) -> None:
    batch = desk.commit(desk.open(MIXED))
    desk.settle(batch, 3, "new")
    batch.refresh_from_db()
    desk.commit(batch)
    assert set(store()) == {"甲项目", "丁项目", "甲项目(一期)"}
    assert Event.objects.filter(obj_type="toy").count() == 3


@pytest.mark.parametrize("choice", ["same:不存在", "maybe", "same:"])
def test_a_choice_that_was_not_offered_is_refused(desk: Desk, choice: str) -> None:
    batch = desk.open(MIXED)
    with pytest.raises(RuleBroken, match="没有这个选项"):
        desk.settle(batch, 3, choice)
    assert batch.rows.get(position=3).settled == ""


def test_a_good_row_may_be_skipped_but_not_settled_otherwise(desk: Desk) -> None:
    batch = desk.open(MIXED)
    with pytest.raises(RuleBroken, match="不是存疑行"):
        desk.settle(batch, 1, "new")
    desk.settle(batch, 1, "skip")
    desk.commit(batch)
    assert "甲项目" not in store()


def test_contradicting_unit_is_settled_by_a_reading(desk: Desk) -> None:
    data = next(c for c in DIRTY if c.name == "数字格式与表头打架").build()
    batch = desk.open(data)
    row = batch.rows.get(position=1)
    assert row.verdict == "doubtful"
    assert [r["label"] for r in row.doubts["total"]] == ["按格式:35000 万元", "按表头:3.5 万元"]
    with pytest.raises(RuleBroken, match="没有这种读法"):
        desk.settle(batch, 1, total="guess")
    desk.settle(batch, 1, total="format")
    desk.commit(batch)
    assert store()["甲项目"]["total"] == "350000000"


_NAMES = st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1, max_size=8)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=_NAMES, totals=st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_single_row_and_set_based_executor_give_the_same_rows(
    desk: Desk, names: list[str], totals: list[int]
) -> None:
    from django.db import transaction

    data = plain(
        HEAD, *[[f"{n}项目", "某", t, 0, "甲县"] for n, t in zip(names, totals, strict=False)]
    )
    results = []
    for one_by_one in (False, True):
        with transaction.atomic():
            batch = desk.commit(desk.open(data), one_by_one=one_by_one)
            rows = list(
                batch.rows.values_list(
                    "sheet", "number", "verdict", "done", "object_type", "object_id", "object_label"
                )
            )
            events = list(
                Event.objects.filter(obj_type="toy")
                .order_by("id")
                .values_list("event", "obj_id", "obj_label", "after", "actor_name")
            )
            results.append((rows, events, store()))
            transaction.set_rollback(True)
    assert results[0] == results[1]
    assert results[0][2], "至少写了一个"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_of_any_accepted_encoding_ends_the_same(desk: Desk, encoding: str) -> None:
    text = "项目名称,总投资(万元)\n䶮㛃项目,12\n"
    desk.commit(desk.open(text.encode(encoding), "台账.csv"))
    assert {d["name"]: d["total"] for d in store().values()} == {"䶮㛃项目": "120000"}


def test_progress_is_told(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    data = plain(HEAD, *[[f"{i}号", "某", i, 0, "甲县"] for i in range(1, 1201)])
    batch = desk.open(data, progress=lambda done, total: seen.append((done, total)))
    # 读表占四成,全部办完才是满的
    assert [done for done, _ in seen] == [200, 400, 1200]
    assert desk.commit(batch).counts["new"] == 1200


def test_formatted_cells_survive_into_the_preview(desk: Desk) -> None:
    batch = desk.open(formatted([["项目名称", "总投资"], ["甲项目", 3.5]], {(1, 1): '0.00"亿元"'}))
    desk.commit(batch)
    assert store()["甲项目"]["total"] == "350000000"
