"""预览:同一批读取换一份参数表;看不见的不列;没有人读的参数老实说。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy import effects, queries
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.policy.effects import Effect, preview
from juyuan.foundation.policy.models import ParameterVersion
from juyuan.foundation.policy.timeline import ParameterRow, Timeline, UnknownParameter

KEY = "lights.red_months"


def row(day: date, value: int, key: str = "a.b", pk: int = 1) -> ParameterRow:
    return ParameterRow(key, "甲", "int", value, "天", "3.3b", day, "建议值", id=pk)


DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=6), DAYS, DAYS)
def test_supposed_version_holds_from_its_day_and_changes_nothing_before(
    days: list[date], start: date, asked: date
) -> None:
    line = Timeline(row(day, n, pk=n + 1) for n, day in enumerate(days))
    then = line.plus(row(start, 999))
    before, after = line.on(asked)["a.b"], then.on(asked)["a.b"]
    later = [day for day in days if start < day <= asked]
    if asked >= start and not later:
        assert after == 999
    elif asked >= min(days):
        assert after == before
    assert line.on(asked)["a.b"] == before  # 原来的一份不变


@pytest.fixture
def effect(cast: Any) -> Iterator[list[date]]:
    load_pack(now=cast.NOW)
    seen: list[date] = []

    def read(actor: Any, on: date) -> dict[str, str]:
        seen.append(on)
        months = queries.params(on)[KEY]
        return {"a": f"{months} 个月", "b": "不变", "hidden": f"{months}"} | (
            {"c": "新"} if months == 4 else {}
        )

    def present(actor: Any, keys: Any) -> dict[str, tuple[str, str]]:
        return {key: (f"项目{key}", "/x/") for key in keys if key != "hidden"}

    effects.register(Effect("test", "测试", (KEY,), read, present))
    yield seen
    effects.unregister("test")


@pytest.mark.django_db
def test_differences_are_listed_old_to_new_and_hidden_ones_not_even_counted(
    cast: Any, effect: list[date]
) -> None:
    before = (ParameterVersion.objects.count(), Event.objects.count())
    found = preview(
        actor=cast.actor("chen"), key=KEY, value=4, effective_from=cast.TODAY, today=cast.TODAY
    )
    group = next(g for g in found.groups if g.label == "测试")
    assert [(c.title, c.before, c.after) for c in group.changes] == [
        ("项目a", "3 个月", "4 个月"),
        ("项目c", "—", "新"),
    ]
    assert (group.found, group.looked) == (2, 4)
    assert queries.params(cast.TODAY)[KEY] == 3  # 只是预览
    assert before == (ParameterVersion.objects.count(), Event.objects.count())


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [-30, 0, 30])
def test_it_is_computed_for_the_day_asked_or_today_when_that_is_past(
    cast: Any, effect: list[date], shift: int
) -> None:
    day = cast.TODAY + timedelta(days=shift)
    found = preview(
        actor=cast.actor("chen"), key=KEY, value=4, effective_from=day, today=cast.TODAY
    )
    assert found.on == max(day, cast.TODAY) and set(effect) == {found.on}


@pytest.mark.django_db
def test_parameter_nobody_reads_says_so(cast: Any) -> None:
    load_pack(now=cast.NOW)
    found = preview(
        actor=cast.actor("chen"), key="fund.recurrence", value="once", effective_from=cast.TODAY,
        today=cast.TODAY,
    )  # fmt: skip
    assert found.groups == () and "还没有功能读取" in found.sentence


@pytest.mark.django_db
def test_parameter_with_a_hint_says_what_it_touches(cast: Any) -> None:
    load_pack(now=cast.NOW)
    found = preview(
        actor=cast.actor("chen"), key="files.max_bytes", value=1, effective_from=cast.TODAY,
        today=cast.TODAY,
    )  # fmt: skip
    assert found.groups == () and found.sentence == "只影响以后上传的文件；已收下的不变。"


@pytest.mark.django_db
def test_unknown_parameter(cast: Any) -> None:
    load_pack(now=cast.NOW)
    with pytest.raises(UnknownParameter):
        preview(
            actor=cast.actor("chen"), key="no.such", value=1, effective_from=cast.TODAY,
            today=cast.TODAY,
        )  # fmt: skip
