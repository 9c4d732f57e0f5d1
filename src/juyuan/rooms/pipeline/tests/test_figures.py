"""统计数字:守恒、重演、冲回、分母。条款 3.1c 3.3b 3.3c。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.figures.queries import compute
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.queries.figures import FIGURES, scope_of
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
NAMES = [figure.name for figure in FIGURES]


def figures(as_of=None, actor=None) -> dict[str, object]:
    return {r.name: r for r in compute(as_of=as_of, actor=actor, names=NAMES)}


def values(as_of=None, actor=None) -> dict[str, int | None]:
    return {name: r.value for name, r in figures(as_of, actor).items()}


def parts(result, dimension) -> dict[str, int | None]:
    split = result.split(dimension)
    return {p.key: p.value for p in split.parts} if split else {}


def test_s3_3b_空库各数为零_率为空(db) -> None:
    found = values()
    assert found.pop("landing_rate") is None
    assert set(found.values()) == {0}


def test_s3_3b_申报与认定分开计(cast) -> None:
    f.planning(cast, total_investment=2 * f.YI)
    f.at(cast, Stage.SIGNED, name="签约待认定")
    f.recognised(cast, Stage.SIGNED, name="签约已认定")
    found = values()
    assert (found["planning_projects"], found["planning_total"]) == (1, 2 * f.YI)
    assert (found["signed_projects"], found["signed_recognised"]) == (2, 1)
    assert found["intent_recognised"] == 1
    assert (found["signed_gross"], found["signed_net"]) == (1, 1)
    assert found["committed_investment"] == 6 * f.YI


def test_s3_3b_落地率的分母里有签约后终止的(cast) -> None:
    f.recognised(cast, Stage.LANDED, name="落地的")
    dead = f.recognised(cast, Stage.SIGNED, name="签了又黄的")
    change_standing(actor=cast.actor("longshan"), project=dead, verb="end", reason_code="funding",
                    note="资金不到位", now=cast.NOW)  # fmt: skip
    found = values()
    assert (found["signed_gross"], found["signed_net"]) == (2, 1)
    assert found["landing_rate"] == 5000
    assert found["committed_investment"] == 6 * f.YI
    assert found["signed_recognised"] == 0


def test_s3_3b_撤回自当日起冲回_此前的数不变(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED, now=cast.NOW)
    later = f.later(cast, 10)
    withdraw_recognition(actor=cast.actor("heyan"), project=project, reason="合同不实", now=later)
    day = cast.TODAY
    for as_of, expected in ((day - timedelta(1), 0), (day, 1), (day + timedelta(9), 1),
                            (day + timedelta(10), 0), (day + timedelta(99), 0)):  # fmt: skip
        found = values(as_of)
        assert found["signed_gross"] == expected, as_of
        assert found["committed_investment"] == expected * 6 * f.YI, as_of
    assert values()["signed_gross"] == 0


def test_s3_3b_作废的退出一切计数_此前的重演仍在(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    request = request_void(
        actor=cast.actor("longshan"), project=project, reason="录错", now=f.later(cast, 3)
    )
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=f.later(cast, 3))
    assert values()["signed_gross"] == values()["signed_projects"] == 0
    assert values(cast.TODAY)["signed_gross"] == values(cast.TODAY)["signed_projects"] == 1


def test_s3_1c_跨县区项目_金额按份额_个数各计一次_差额列示(cast) -> None:
    f.planning(
        cast, total_investment=100_000_001,
        hosts=(HostDraft(cast.unit("longshan").pk, 5000), HostDraft(cast.unit("xian").pk, 5000)),
    )  # fmt: skip
    f.planning(cast, name="未定落点的", total_investment=7, hosts=())
    found = figures()
    assert parts(found["planning_total"], "county") == {
        "longshan": 50_000_001, "xian": 50_000_000, "none": 7,
    }  # fmt: skip
    assert found["planning_total"].split("county").difference == 0
    assert parts(found["planning_projects"], "county") == {"longshan": 1, "xian": 1, "none": 1}
    assert (
        found["planning_projects"].value,
        found["planning_projects"].split("county").difference,
    ) == (2, 1)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_s3_3b_各地之和等于全市_今日等于重演今日(cast, data) -> None:
    before = {name: r.value for name, r in figures().items()}
    counties = cast.COUNTIES
    for index in range(data.draw(st.integers(1, 4))):
        chosen = data.draw(st.lists(st.sampled_from(counties), max_size=3, unique=True))
        weights = [data.draw(st.integers(1, 9)) for _ in chosen]
        shares = [w * 10000 // sum(weights) for w in weights]
        if shares:
            shares[0] += 10000 - sum(shares)
        f.planning(
            cast, name=f"性质{data.draw(st.integers(0, 10**9))}-{index}",
            total_investment=data.draw(st.one_of(st.none(), st.integers(0, 10**12))),
            hosts=tuple(HostDraft(cast.unit(c).pk, s) for c, s in zip(chosen, shares, strict=True)),
        )  # fmt: skip
    live, replay = figures(), figures(cast.TODAY)
    for name in NAMES:
        assert live[name].value == replay[name].value, name
        for dimension in ("county", "chain", "lead"):
            assert parts(live[name], dimension) == parts(replay[name], dimension), (name, dimension)
        if live[name].unit == "万元":
            for split in live[name].splits:
                assert split.difference == 0, (name, split.dimension.key)
        elif live[name].unit == "个":
            assert all(s.difference == 0 for s in live[name].splits if s.dimension.key != "county")
            for split in live[name].splits:
                assert split.total - split.difference == live[name].value
    assert live["planning_projects"].value > before["planning_projects"]


def test_数字按看的人裁(cast) -> None:
    f.planning(cast, total_investment=f.YI, confidentiality="internal")
    f.recognised(cast, Stage.SIGNED, name="认定的")
    assert values(actor=cast.actor("longshan"))["planning_projects"] == 1
    outsider = values(actor=cast.actor("dongfeng"))
    assert {v for k, v in outsider.items() if k != "landing_rate"} == {0}
    reader = values(actor=cast.actor("caizheng"))
    assert (reader["planning_projects"], reader["signed_projects"]) == (0, 0)
    assert (reader["signed_recognised"], reader["signed_gross"]) == (1, 1)
    admin = values(actor=cast.actor("sysadmin"))
    assert {v for k, v in admin.items() if k != "landing_rate"} == {0}


@pytest.mark.parametrize(
    ("who", "whole"), [("zongzhaoji", True), ("heyan", True), ("chen", False), ("longshan", False)]
)
def test_数字的范围说得清楚(cast, who, whole) -> None:
    assert scope_of(cast.actor(who)).whole is whole


@pytest.mark.parametrize("day", [date.min, date.max])
def test_离谱的日期不出错(db, day) -> None:
    assert values(day)["planning_projects"] == 0


def test_查询数固定(cast, django_assert_max_num_queries) -> None:
    for i in range(3):
        f.planning(cast, name=f"项目{i}")
    with django_assert_max_num_queries(10):
        figures(actor=cast.actor("longshan"))
