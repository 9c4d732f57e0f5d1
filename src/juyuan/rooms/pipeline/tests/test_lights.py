"""灯的规则:边界逐个,性质随机。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.rooms.pipeline.rules.lights import (
    Light,
    Promise,
    Thresholds,
    Watched,
    full_months,
    signal,
)
from juyuan.rooms.pipeline.rules.stages import Stage, Standing

LIMITS = Thresholds(2, 3, 6, 1, 30, ("negotiation", "intent"))
DAY = date(2026, 11, 20)
TALKING = Watched(Stage.NEGOTIATION, Standing.ACTIVE, date(2026, 1, 5), None, {}, ())
SIGNED = replace(TALKING, stage=Stage.SIGNED)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("last", "light", "withdraw"),
    [
        (date(2026, 11, 20), Light.GREEN, False),
        (date(2026, 9, 21), Light.GREEN, False),
        (date(2026, 9, 20), Light.YELLOW, False),  # 恰满两个月:「以上」含本数
        (date(2026, 8, 21), Light.YELLOW, False),
        (date(2026, 8, 20), Light.RED, False),
        (date(2026, 5, 21), Light.RED, False),
        (date(2026, 5, 20), Light.RED, True),
    ],
)
def test_s3_3b_洽谈多久没有实质进展(last, light, withdraw) -> None:
    found = signal(replace(TALKING, last_substantive=last), DAY, LIMITS)
    assert (found.light, found.propose_withdrawal) == (light, withdraw)
    assert bool(found.reasons) is (light != Light.GREEN)


def test_s3_3b_从未有进展的_自入库日算起() -> None:
    found = signal(TALKING, DAY, LIMITS)
    assert found.light == Light.RED and found.reasons[0].since == TALKING.since
    assert "10 个月" in found.reasons[0].text


def test_s3_3b_入库之前的进展不使灯更早亮() -> None:
    moved = replace(TALKING, since=date(2026, 11, 1), last_substantive=date(2026, 1, 1))
    assert signal(moved, DAY, LIMITS).light == Light.GREEN


@pytest.mark.parametrize(
    ("promised", "light"),
    [
        (DAY, Light.GREEN),
        (DAY - timedelta(days=1), Light.YELLOW),
        (DAY - timedelta(days=29), Light.YELLOW),
        (DAY - timedelta(days=30), Light.RED),
        (DAY + timedelta(days=1), Light.GREEN),
    ],
)
@pytest.mark.parametrize("promise", list(Promise))
def test_s3_3b_签约之后看承诺的日子(promise, promised, light) -> None:
    late = replace(SIGNED, promised={promise: promised})
    assert signal(late, DAY, LIMITS).light == light
    done = replace(late, done=(promise,))
    assert signal(done, DAY, LIMITS) == signal(SIGNED, DAY, LIMITS)


@pytest.mark.parametrize("standing", [s for s in Standing if s != Standing.ACTIVE])
def test_s3_3b_不在推进的不亮灯(standing) -> None:
    assert signal(replace(TALKING, standing=standing), DAY, LIMITS).light == Light.NONE


def test_s3_3b_谋划的不亮灯() -> None:
    assert signal(replace(TALKING, stage=Stage.PLANNING), DAY, LIMITS).light == Light.NONE


@given(days, days)
def test_满几个月_只增不减_且不早于对应日(start, today) -> None:
    months = full_months(start, today)
    assert months >= 0
    assert full_months(start, today + timedelta(days=1)) >= months
    if today >= start:
        assert months <= (today - start).days // 28


@given(
    st.sampled_from(list(Stage)),
    st.one_of(st.none(), days),
    st.dictionaries(st.sampled_from(list(Promise)), days),
    days,
    st.integers(0, 400),
)
def test_时间只会使灯更重_进展只会使灯更轻(stage, last, promised, today, more) -> None:
    project = replace(TALKING, stage=stage, last_substantive=last, promised=promised)
    now = signal(project, today, LIMITS)
    after = signal(project, today + timedelta(days=more), LIMITS)
    assert after.light.rank >= now.light.rank
    fresh = signal(replace(project, last_substantive=today), today, LIMITS)
    assert fresh.light.rank <= now.light.rank
    kept = signal(replace(project, done=tuple(Promise)), today, LIMITS)
    assert kept.light.rank <= now.light.rank
    assert (now.light in (Light.YELLOW, Light.RED)) is bool(now.reasons)
