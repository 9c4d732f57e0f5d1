"""变动:件数等于清单,按看的人裁,只看起始日以后的。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.people.visibility import Confidentiality
from juyuan.kernel.workdays import Calendar
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.queries import changes
from juyuan.rooms.pipeline.queries.changes import KINDS, PAIRS, Wanted
from juyuan.rooms.pipeline.rules.events import EVENTS
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f


def test_每种变动的事件都登记在册_一件只归一种() -> None:
    names = [event for event, _ in PAIRS]
    assert set(names) <= set(EVENTS)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 20), date(2026, 11, 19)),
        (date(2026, 11, 23), date(2026, 11, 20)),  # 星期一看上星期五以来
        (date(2026, 11, 22), date(2026, 11, 20)),
    ],
)
def test_昨日以来_从上一个工作日算起(today: date, since: date) -> None:
    plain = Calendar(off=frozenset(), makeup=frozenset(), years=frozenset({2026}))
    assert changes.since_default(today, plain) == since


def test_s3_3b_件数等于清单_逐种(cast: Any) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    lead = project.lead_unit
    f.planning(cast, name="另一个", lead_unit_id=lead.pk)
    change_standing(
        actor=cast.actor("longshan"), project=project, verb="pause", note="资金未到",
        reason_code="funding", now=cast.NOW + timedelta(hours=3),
    )  # fmt: skip
    actor = cast.actor("zongzhaoji")
    found = changes.tally(actor, cast.TODAY)
    mine = found[lead.pk]
    assert mine["registered"] == 2 and mine["standing"] == 1 and mine["recognised"] >= 1
    for kind in KINDS:
        page, lines = changes.listing(actor, Wanted(cast.TODAY, kind, lead.code), limit=200)
        assert page.total == len(lines) == mine.get(kind, 0)
    page, _ = changes.listing(actor, Wanted(cast.TODAY))
    assert page.total == sum(sum(cell.values()) for cell in found.values())


def test_起始日以前的不算(cast: Any) -> None:
    f.planning(cast)
    assert changes.tally(cast.actor("zongzhaoji"), cast.TODAY + timedelta(days=1)) == {}
    page, lines = changes.listing(cast.actor("zongzhaoji"), Wanted(cast.TODAY + timedelta(days=1)))
    assert (page.total, lines) == (0, [])


def test_看不见的项目_没有一件变动(cast: Any) -> None:
    f.planning(cast, confidentiality=Confidentiality.RESTRICTED, name="限名单的")
    for who in ("dongfeng", "chen"):
        actor = cast.actor(who)
        assert changes.tally(actor, cast.TODAY) == {}
        assert changes.listing(actor, Wanted(cast.TODAY))[1] == []
    assert changes.tally(cast.actor("longshan"), cast.TODAY)


def test_读不懂的条件当没填(cast: Any) -> None:
    fallback = date(2026, 11, 19)
    read = changes.read({"since": "昨天", "kind": "nonsense", "unit": "longshan"}, fallback)
    assert read == Wanted(fallback, "", "longshan")
    assert changes.read({"since": "9999-12-31"}, fallback).since == fallback


def test_查询数与变动多少无关(cast: Any, django_assert_max_num_queries: Any) -> None:
    actor = cast.actor("longshan")
    for number in range(12):
        f.planning(cast, name=f"第{number}个")
    with django_assert_max_num_queries(8):
        changes.listing(actor, Wanted(cast.TODAY))
    with django_assert_max_num_queries(3):
        changes.tally(actor, cast.TODAY)
