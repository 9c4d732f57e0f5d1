"""打开、选择、提交:成的与拒的同一套桌子;拒了就什么也没有。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.exchange import actions, queries
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.layout import Choice
from juyuan.foundation.exchange.models import (
    BatchState,
    CollisionCase,
    HeaderMemory,
    ImportBatch,
    ImportRow,
)
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.toy import TOY, store
from juyuan.foundation.ledger.models import Event, Result
from juyuan.kernel.verdict import Denial, Denied, NotFound, RuleBroken, Stale
from tests.cast import NOW, TODAY
from tests.files.dirty import DIRTY, formatted, plain
from tests.files.hostile import HOSTILE

pytestmark = pytest.mark.django_db
HEAD = ["项目名称", "投资方", "总投资(万元)", "固定资产投资(万元)", "承载地"]
MIXED = plain(
    HEAD,
    ["甲项目", "甲公司", 1000, 800, "甲县"],
    ["乙项目", "乙公司", 500, 900, "乙区"],
    ["甲 项目(一期)", "甲公司", 1000, 800, "甲县"],
    ["丙项目", "丙公司", "约三百", None, "乙区"],
    ["丁项目", "丁公司", 200, 100, "乙区"],
)


def verdicts(batch: ImportBatch) -> list[str]:
    return list(batch.rows.order_by("position").values_list("verdict", flat=True))


def business() -> tuple[Any, ...]:
    """一切业务痕迹:对象、批次之外的台账。"""
    return (store(), Event.objects.filter(obj_type="toy").count())


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


def test_collision_with_something_hidden_tells_nothing_and_opens_a_case(
    desk: Desk, cast: Any
) -> None:
    cast.add("mi", "xian", "clerk")
    other = Desk(cast.actor("mi"))
    other.commit(other.open(plain(HEAD, ["绝活项目", "神秘集团", 9999, 1, "密县"])))
    for same in (True, False):
        batch = desk.open(
            plain(
                HEAD, ["绝活 工程", "某公司", 1, 1, "甲县"], ["绝活项目", "某公司", 1, 1, "甲县"]
            ),
            f"{same}.xlsx",
        )
        row = batch.rows.get(position=1)
        assert row.verdict == "doubtful"
        assert row.held
        told = str(
            (row.findings, row.candidates, row.shown, row.changes, row.object_id, row.object_label)
        )
        assert "已登记,由市商务局核对" in told
        for secret in ("神秘集团", "9999", "密县", "绝活项目", "xian"):
            assert secret not in told
        case = row.cases.get()
        assert (case.hidden_type, case.hidden_id) == ("toy", "绝活项目")
        with pytest.raises(RuleBroken, match="核对之前不能新增"):
            desk.settle(batch, 1, "new")
        with pytest.raises(NotFound):
            actions.resolve_case(actor=desk.actor, case_id=case.pk, same=same, note="x", now=NOW)
        verifier = cast.actor("heyan")
        assert [
            c.pk for c in queries.visible_cases(verifier).filter(row__batch=batch, row__position=1)
        ] == [case.pk]
        with pytest.raises(RuleBroken, match="请写明核对的依据"):
            actions.resolve_case(actor=verifier, case_id=case.pk, same=same, note=" ", now=NOW)
        actions.resolve_case(actor=verifier, case_id=case.pk, same=same, note="已核合同", now=NOW)
        with pytest.raises(Stale):
            actions.resolve_case(
                actor=verifier, case_id=case.pk, same=not same, note="再改", now=NOW
            )
        assert "绝活工程" not in store()
        desk.commit(batch)
        assert ("绝活工程" in store()) is (not same)


def test_looking_again_does_not_open_the_same_case_twice_nor_wipe_it(desk: Desk, cast: Any) -> None:
    cast.add("mi", "xian", "clerk")
    other = Desk(cast.actor("mi"))
    other.commit(other.open(plain(HEAD, ["绝活项目", "神秘集团", 9999, 1, "密县"])))
    batch = desk.open(plain(HEAD, ["绝活工程", "某公司", 1, 1, "甲县"]))
    actions.remap(
        actor=desk.actor, batch_id=batch.pk, choices={"台账": {1: Choice("")}}, now=NOW, today=TODAY
    )
    desk.settle(batch, 1, "skip")
    assert CollisionCase.objects.count() == 1


def test_what_changed_since_the_preview_is_shown_again_before_it_is_written(desk: Desk) -> None:
    late = desk.open(plain(HEAD, ["甲项目", "甲公司", 1, 1, "甲县"]), "迟.xlsx")
    desk.commit(desk.open(plain(HEAD, ["甲项目", "甲公司", 7, 1, "甲县"]), "早.xlsx"))
    before = business()
    with pytest.raises(Stale, match="预览之后情况有变:1 行的结论不同了"):
        desk.commit(late)
    assert business() == before
    assert late.rows.get().verdict == "update"
    desk.commit(late)
    assert store()["甲项目"]["total"] == "10000"


def test_columns_chosen_by_hand_are_remembered_for_the_unit_only(desk: Desk, cast: Any) -> None:
    data = plain(["名头", "盘子"], ["甲项目", 5])
    batch = desk.open(data)
    assert batch.state == BatchState.MAPPING
    with pytest.raises(RuleBroken):
        desk.commit(batch)
    data = plain(["项目名称", "盘子"], ["甲项目", 5], ["乙项目", 6])
    batch = desk.open(data, "二.xlsx")
    assert batch.rows.get(position=1).shown == {"name": "甲项目"}
    actions.remap(
        actor=desk.actor,
        batch_id=batch.pk,
        choices={"台账": {1: Choice("total", "亿元")}},
        now=NOW,
        today=TODAY,
    )
    desk.commit(batch)
    assert store()["甲项目"]["total"] == "500000000"
    memory = HeaderMemory.objects.get(key="盘子")
    assert (memory.field, memory.money_unit, memory.unit.code) == ("total", "亿元", "longshan")
    again = desk.open(plain(["项目名称", "盘子"], ["丙项目", 7]), "三.xlsx")
    desk.commit(again)
    assert store()["丙项目"]["total"] == "700000000"
    stranger = Desk(cast.actor("xian"))
    other = stranger.open(plain(["项目名称", "盘子"], ["丁项目", 7]), "四.xlsx")
    assert other.rows.get().shown == {"name": "丁项目"}


def test_what_the_unit_remembers_later_does_not_change_an_open_preview(desk: Desk) -> None:
    batch = desk.open(plain(["项目名称", "总投资"], ["甲项目", "5万元"], ["乙项目", 5]))
    assert verdicts(batch) == ["new", "refused"]
    HeaderMemory.objects.create(
        unit=batch.unit, kind="toys", key="总投资", field="total", money_unit="亿元", at=NOW
    )
    desk.commit(batch)
    assert set(store()) == {"甲项目"}


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"台账": {0: Choice("name"), 1: Choice("name")}}, "有两列都选了“项目名称”"),
        ({"台账": {0: Choice("nothing")}}, "没有“nothing”这一列"),
    ],
)
def test_a_wrong_mapping_is_refused(desk: Desk, choices: Any, message: str) -> None:
    batch = desk.open(MIXED)
    with pytest.raises(RuleBroken, match=message):
        actions.remap(actor=desk.actor, batch_id=batch.pk, choices=choices, now=NOW, today=TODAY)


def test_a_batch_of_someone_else_does_not_exist(desk: Desk, cast: Any) -> None:
    batch = desk.open(MIXED)
    for name in ("xian", "longshan_head", "sysadmin", "chen", "kong"):
        stranger = cast.actor(name)
        if TOY.oversee(stranger):
            continue
        with pytest.raises(NotFound):
            queries.batch_door(stranger, batch.pk)
    overseer = Desk(cast.actor("heyan"))
    assert queries.batch_door(overseer.actor, batch.pk) == batch
    with pytest.raises(Denied, match="只有导入人自己"):
        overseer.commit(batch)


def test_who_may_not_import_a_kind_is_denied_and_nothing_is_kept(desk: Desk) -> None:
    registry.register(replace(TOY, may=lambda actor: Denial("玩具只许店长导入")))
    with pytest.raises(Denied, match="玩具只许店长导入"):
        desk.open(MIXED)
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("name", ["宏", "实体炸弹", "维度炸弹", "空文件", "PDF冒充"])
def test_a_hostile_file_is_refused_and_only_the_refusal_is_kept(desk: Desk, name: str) -> None:
    case = next(c for c in HOSTILE if c.name == name)
    with pytest.raises(RuleBroken) as refusal:
        desk.open(case.build(), case.filename)
    assert refusal.value.findings[0].rule == f"exchange.{case.code}"
    assert refusal.value.findings[0].message.startswith(case.message)
    assert not ImportBatch.objects.exists()
    event = Event.objects.exclude(event__startswith="people.").get()
    assert (event.event, event.result) == ("exchange.file.refused", Result.REFUSED)


def test_personal_data_does_not_stay_in_the_import_records(desk: Desk) -> None:
    batch = desk.commit(
        desk.open(
            plain(
                [*HEAD, "联系电话"],
                ["甲项目", "甲", 1, 1, "甲县", "13812345678"],
                ["乙项目", "乙", 1, 1, "甲县", 1.5],
            )
        )
    )
    kept = str(list(ImportRow.objects.values())) + str(list(Event.objects.values()))
    assert "13812345678" not in kept
    assert batch.rows.get(position=1).shown["phone"] == "******"


def test_abandoned_batch_cannot_be_committed(desk: Desk) -> None:
    batch = desk.open(MIXED)
    actions.abandon(actor=desk.actor, batch_id=batch.pk, now=NOW)
    with pytest.raises(Stale, match="已放弃"):
        desk.commit(batch)
    with pytest.raises(Stale):
        actions.abandon(actor=desk.actor, batch_id=batch.pk, now=NOW)
    assert store() == {}


PAPER = actions.OpeningPaper(
    "市商务局〔2026〕1号", date(2026, 1, 5), "批复.csv", BytesIO("依据,1\n".encode())
)


def paper() -> actions.OpeningPaper:
    PAPER.stream.seek(0)  # type: ignore[union-attr]
    return PAPER


def test_opening_batch_carries_its_paper_and_is_reversible_as_one(desk: Desk) -> None:
    batch = desk.commit(desk.open(MIXED, paper=paper()))
    assert (batch.opening, batch.paper_number, batch.paper_date) == (
        True,
        "市商务局〔2026〕1号",
        date(2026, 1, 5),
    )
    assert batch.paper_file.name == "批复.csv"
    with pytest.raises(RuleBroken, match="请写明撤回的理由"):
        actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason=" ", now=NOW)
    actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="交错了表", now=NOW)
    assert store() == {}
    batch.refresh_from_db()
    assert (batch.state, batch.reversed_reason) == (BatchState.REVERSED, "交错了表")
    with pytest.raises(Stale):
        actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="再来", now=NOW)
    with pytest.raises(Stale):
        desk.commit(batch)
    redone = desk.open(MIXED, paper=paper())
    assert redone.repeat_of is None
    desk.commit(redone)
    assert set(store()) == {"甲项目", "丁项目"}


def test_a_batch_already_built_upon_is_not_reversed_at_all(desk: Desk) -> None:
    batch = desk.commit(
        desk.open(
            plain(
                [*HEAD, "阶段"],
                ["甲项目", "甲", 1, 1, "甲县", "在建"],
                ["乙项目", "乙", 1, 1, "甲县", "在谈"],
            ),
            paper=paper(),
        )
    )
    before = business()
    with pytest.raises(RuleBroken, match="甲项目已落地,不能整批撤回"):
        actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="交错了表", now=NOW)
    assert business() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTED


def test_reversing_also_undoes_what_the_batch_changed(desk: Desk) -> None:
    desk.commit(desk.open(plain(HEAD, ["甲项目", "甲公司", 1000, 800, "甲县"])))
    before = store()
    batch = desk.open(
        plain(HEAD, ["甲项目", "甲公司", 5000, 800, "甲县"], ["乙项目", "乙", 1, 1, "乙区"]),
        "期初.xlsx",
        paper=paper(),
    )
    assert verdicts(desk.commit(batch)) == ["update", "new"]
    assert store() != before
    registry.register(replace(TOY, undo_updates=None))
    with pytest.raises(RuleBroken, match="本批还改动了 1 个原有的对象"):
        actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="交错了表", now=NOW)
    registry.register(TOY)
    actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="交错了表", now=NOW)
    assert store() == before


def test_ordinary_batch_is_not_reversible(desk: Desk) -> None:
    batch = desk.commit(desk.open(MIXED))
    with pytest.raises(RuleBroken, match="只有期初批次可以整批撤回"):
        actions.reverse_batch(actor=desk.actor, batch_id=batch.pk, reason="想撤", now=NOW)
    assert store()


def test_closing_the_opening_ends_opening_and_reversing(desk: Desk, cast: Any) -> None:
    committed = desk.commit(desk.open(MIXED, paper=paper()))
    waiting = desk.open(plain(HEAD, ["戊项目", "戊", 1, 1, "甲县"]), "戊.xlsx", paper=paper())
    with pytest.raises(Denied):
        actions.close_opening(actor=desk.actor, reason="已核", now=NOW)
    verifier = cast.actor("heyan")
    actions.close_opening(actor=verifier, reason="期初核对完毕", now=NOW)
    with pytest.raises(Stale):
        actions.close_opening(actor=verifier, reason="再关", now=NOW)
    before = business()
    with pytest.raises(RuleBroken, match="期初已经关闭"):
        actions.reverse_batch(actor=desk.actor, batch_id=committed.pk, reason="想撤", now=NOW)
    with pytest.raises(RuleBroken, match="期初已经关闭"):
        desk.commit(waiting)
    with pytest.raises(RuleBroken, match="期初已经关闭"):
        desk.open(MIXED, paper=paper())
    assert business() == before


@pytest.mark.parametrize(
    ("change", "paper_given", "message"),
    [
        ({"opening_allowed": False}, PAPER, "不能作为期初批次"),
        ({"paper_required": True}, None, "必须写明依据文件"),
        ({}, actions.OpeningPaper("", None), "要写明依据文件的文号和日期"),
    ],
)
def test_opening_conditions(desk: Desk, change: Any, paper_given: Any, message: str) -> None:
    registry.register(replace(TOY, **change))
    with pytest.raises(RuleBroken, match=message):
        desk.open(MIXED, paper=paper_given)
    assert not ImportBatch.objects.exists()


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
    assert [done for done, _ in seen] == [500, 1000]
    assert desk.commit(batch).counts["new"] == 1200


def test_formatted_cells_survive_into_the_preview(desk: Desk) -> None:
    batch = desk.open(formatted([["项目名称", "总投资"], ["甲项目", 3.5]], {(1, 1): '0.00"亿元"'}))
    desk.commit(batch)
    assert store()["甲项目"]["total"] == "350000000"
