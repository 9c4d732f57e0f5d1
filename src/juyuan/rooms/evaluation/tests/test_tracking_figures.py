"""履约的统计数字:此刻的数,过去任何一天重算的数,看不见的不计。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.rooms.evaluation.actions.letters import decide_outcome, propose_outcome
from juyuan.rooms.evaluation.queries.trackingfigures import FIGURES, compute
from juyuan.rooms.evaluation.rules.breaches import OutcomeDraft
from juyuan.rooms.evaluation.tests import letters as steps

pytestmark = pytest.mark.django_db
NAMES = frozenset(f.name for f in FIGURES)


def values(day: date, actor: Any = None, *, as_of: bool = True) -> tuple[Any, ...]:
    found = compute(lambda: day, day if as_of else None, actor, NAMES)
    return tuple(
        found[n].value
        for n in ("breaches_confirmed", "letters_sent", "letters_late", "letters_closed_rate")
    )


def test_s3_4c_违约_发函_到期未回复_办结率_过去各天重算(cast: Any) -> None:
    letter = steps.sent(cast)
    sent_on = steps.moment(cast).date()
    late = steps.moment(cast, 61)
    steps.reply(cast, letter, now=late)
    propose_outcome(
        actor=cast.actor("longshan"), letter=letter, now=late,
        draft=OutcomeDraft("exit", "双方同意"),
    )  # fmt: skip
    closed = steps.moment(cast, 63)
    decide_outcome(actor=cast.actor("longshan_head"), letter=letter, agree=True, now=closed)
    day = timedelta(days=1)
    assert values(sent_on - day) == (0, 0, 0, None)
    assert values(sent_on) == (1, 1, 0, 0)
    due = sent_on + 30 * day
    assert values(due) == (1, 1, 0, 0)  # 截止当日不算过期
    assert values(late.date() - day) == (1, 1, 0, 0)
    assert values(late.date()) == (1, 1, 0, 0)  # 当天回复了
    assert values(closed.date()) == (0, 1, 0, 10_000)
    assert values(closed.date(), as_of=False) == (0, 1, 0, 10_000)
    assert values(closed.date(), cast.actor("dongfeng")) == (0, 0, 0, None)
    parts = compute(lambda: sent_on, sent_on, None, NAMES)["letters_sent"].parts
    assert [(p.key, p.value) for p in parts] == [("longshan", 1)]


def test_s3_4c_过了截止日没有回复的才算_打得开清单(cast: Any) -> None:
    steps.sent(cast)
    due = steps.moment(cast).date() + timedelta(days=30)
    assert values(due)[2] == 0
    assert values(due + timedelta(days=1))[2] == 1
    found = compute(lambda: due, None, cast.actor("heyan"), NAMES)
    assert found["letters_late"].rows_url == "/letters/?tab=late"
