"""收文件的上限是参数:可以收紧,不能放过本系统的安全上限。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.refusal import CAPS
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.policy import queries as policy
from juyuan.foundation.policy.queries import pack
from juyuan.foundation.policy.timeline import Timeline, from_pack
from juyuan.kernel.verdict import RuleBroken
from tests.cast import TODAY
from tests.files.dirty import plain

pytestmark = pytest.mark.django_db
TEN = plain(["项目名称", "总投资(万元)"], *[[f"{i}号", i] for i in range(1, 11)])


def with_parameters(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    wanted = {f"exchange.{key}": value for key, value in values.items()}
    rows = [from_pack(p) for p in pack().parameters]
    assert wanted.keys() <= {row.key for row in rows}
    timeline = Timeline([replace(r, value=wanted[r.key]) if r.key in wanted else r for r in rows])
    monkeypatch.setattr(policy, "timeline", lambda: timeline)


def test_fewer_rows_by_parameter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with_parameters(monkeypatch, max_rows=10)
    with pytest.raises(RuleBroken, match="10 行"):
        desk.open(TEN)
    assert not ImportBatch.objects.exists()
    with_parameters(monkeypatch, max_rows=11)
    assert desk.open(TEN).counts["new"] == 10


def test_smaller_files_by_parameter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with_parameters(monkeypatch, max_bytes=len(TEN) - 1)
    with pytest.raises(RuleBroken):
        desk.open(TEN)
    assert not ImportBatch.objects.exists()
    with_parameters(monkeypatch, max_bytes=len(TEN))
    assert desk.open(TEN).counts["new"] == 10


def test_a_parameter_does_not_lift_the_safety_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    with_parameters(monkeypatch, max_bytes=10**12, max_rows=10**9)
    assert queries.caps_on(TODAY) == CAPS
