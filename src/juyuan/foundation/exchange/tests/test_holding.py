"""看不见的重合、情况有变、对列与记忆、谁的批次、收不收:拒了就什么也没有。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

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
from juyuan.foundation.exchange.tests.ledgers import HEAD, MIXED, business, verdicts
from juyuan.foundation.exchange.tests.toy import TOY, store
from juyuan.foundation.ledger.models import Event, Result
from juyuan.kernel.verdict import Denial, Denied, NotFound, RuleBroken, Stale
from tests.cast import NOW, TODAY
from tests.files.dirty import plain
from tests.files.hostile import HOSTILE

pytestmark = pytest.mark.django_db


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
