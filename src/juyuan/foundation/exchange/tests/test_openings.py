"""期初:依据文件、整批撤回、关闭、窗口。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from juyuan.foundation.exchange import actions
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.models import (
    BatchState,
    ImportBatch,
)
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.ledgers import HEAD, MIXED, business, verdicts
from juyuan.foundation.exchange.tests.toy import TOY, store
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from tests.cast import NOW
from tests.files.dirty import plain

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("today", "message"),
    [
        (date(2025, 12, 31), "2026-01-01至2026-12-31"),
        (date(2026, 1, 1), ""),
        (date(2026, 12, 31), ""),
        (date(2027, 1, 1), "2026-01-01至2026-12-31"),
    ],
)
def test_opening_only_within_the_window_both_ends_included(
    desk: Desk, settings: Any, today: date, message: str
) -> None:
    settings.JUYUAN_PACK = "testcity"
    moment = NOW.replace(year=today.year, month=today.month, day=today.day)

    def go() -> ImportBatch:
        return actions.open_batch(
            actor=desk.actor, kind="toys", name="台账.xlsx", stream=BytesIO(MIXED), now=moment,
            today=today, paper=paper(),
        )  # fmt: skip

    if not message:
        assert go().opening
        return
    with pytest.raises(RuleBroken, match=message):
        go()
    assert not ImportBatch.objects.exists()


def test_after_the_window_nothing_of_the_opening_is_committed_or_reversed(
    desk: Desk, settings: Any
) -> None:
    settings.JUYUAN_PACK = "testcity"
    done, waiting = desk.open(MIXED, paper=paper()), desk.open(MIXED, paper=paper())
    desk.commit(done)
    late = NOW.replace(year=2027)
    before = business()
    with pytest.raises(RuleBroken, match="不在开账窗口"):
        actions.commit(actor=desk.actor, batch_id=waiting.pk, now=late, today=late.date())
    with pytest.raises(RuleBroken, match="不在开账窗口"):
        actions.reverse_batch(actor=desk.actor, batch_id=done.pk, reason="撤", now=late)
    assert business() == before
