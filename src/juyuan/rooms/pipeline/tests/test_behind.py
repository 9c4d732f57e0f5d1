"""与上月比:每个数字的各项目之和等于数字,进出变动之和等于差额,任何两天、任何人。条款 3.3b。"""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from juyuan.foundation.figures import registry
from juyuan.foundation.figures.comparing import compare, every_line
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.figures.registry import RATE
from juyuan.foundation.figures.rules import difference_of, explain
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import withdraw_recognition
from juyuan.rooms.pipeline.actions.relations import confirm_relation
from juyuan.rooms.pipeline.actions.supplements import check_supplement
from juyuan.rooms.pipeline.rules.relations import RelationKind
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller
from juyuan.rooms.pipeline.tests.test_relations import find, part
from juyuan.rooms.pipeline.tests.test_supplements import add
from juyuan.rooms.pipeline.tests.vouchers import accepted, paid

pytestmark = pytest.mark.django_db
DAYS = (0, 3, 7, 15)  # 看哪几天(自样例的今天起)
WHO = ("heyan", "longshan", "dongfeng", "caizheng")


@pytest.fixture
def month(cast: Any, settings: Any) -> dict[str, Any]:
    """十几天里各样的事:新来、前移、改额、终止、撤回认定、补充协议、到位资金、只计一次的关系。"""
    settings.JUYUAN_NOW = f.later(cast, 15).isoformat()
    editor = cast.actor("longshan")
    found: dict[str, Any] = {
        "stays": f.at(cast, Stage.NEGOTIATION, name="不动的", total_investment=f.YI),
        "moves": f.at(cast, Stage.NEGOTIATION, name="前移的", total_investment=2 * f.YI),
        "grows": f.planning(cast, name="改额的", total_investment=3 * f.YI),
        "ends": f.at(cast, Stage.INTENT, name="终止的"),
        "dies": f.recognised(cast, Stage.SIGNED, name="撤回的"),
        "lands": f.recognised(cast, Stage.LANDED, name="落地的"),
        "adds": f.recognised(cast, Stage.SIGNED, name="补充的"),
    }
    accepted(cast, found["lands"], "票一", 500 * f.WAN)
    f.fill(cast, found["moves"], Stage.INTENT, now=f.later(cast, 2))
    move_project(actor=editor, project=found["moves"], to=Stage.INTENT, now=f.later(cast, 2))
    f.edit(cast, found["grows"], f.EDITOR, f.later(cast, 2), total_investment=9 * f.YI)
    found["comes"] = f.planning(cast, name="新来的", now=f.later(cast, 5), total_investment=7)
    change_standing(actor=editor, project=found["ends"], verb="end", reason_code="funding",
                    note="断了", now=f.later(cast, 5))  # fmt: skip
    accepted(cast, found["lands"], "票二", 300 * f.WAN, now=f.later(cast, 5))
    paid(cast, found["adds"], "票三", 200 * f.WAN, now=f.later(cast, 5))
    row = add(cast, found["adds"], now=f.later(cast, 4), total_investment=88 * f.YI,
              contract_amount=80 * f.YI)  # fmt: skip
    check_supplement(actor=cast.actor("heyan"), supplement=row, now=f.later(cast, 9))
    found["dies"].refresh_from_db()
    withdraw_recognition(actor=cast.actor("heyan"), project=found["dies"], reason="假",
                         now=f.later(cast, 10))  # fmt: skip
    for n in range(2):
        part(cast, n, now=f.later(cast, 6))
    pair = find(cast, 7)
    for relation in pair:
        confirm_relation(actor=cast.actor("heyan"), relation=relation, kind=RelationKind.SPLIT,
                         now=f.later(cast, 8))  # fmt: skip
    return found


def day_of(cast: Any, ahead: int) -> date:
    return f.later(cast, ahead).date()


def explained() -> list[Any]:
    return [x for x in registry.figures() if registry.explainer_of(x.name) is not None]


def test_s3_3b_各项目之和等于数字_进出变动之和等于差额(cast: Any, month: Any) -> None:
    names = [figure.name for figure in explained()]
    assert len(names) >= 46
    moved = set()
    for who in WHO:
        actor = cast.actor(who)
        before: dict[str, Any] = {}
        for ahead in DAYS:
            as_of = None if ahead == DAYS[-1] else day_of(cast, ahead)
            values = {r.name: r.value for r in compute(as_of=as_of, actor=actor, names=names)}
            rows = {n: registry.explainer_of(n).rows(n, as_of, actor) for n in names}
            for figure in explained():
                name, found = figure.name, rows[figure.name]
                top, base = sum(found.top.values()), sum((found.base or {}).values())
                rate = top * 10000 // base if base else None
                assert values[name] == (rate if figure.unit == RATE else top), (name, who, as_of)
                if name in before:
                    was, earlier = before[name]
                    changes = explain(earlier.top, found.top)
                    if figure.unit != RATE:
                        assert difference_of(changes) == values[name] - was
                    if changes or explain(earlier.base or {}, found.base or {}):
                        moved.add(name)
            before = {n: (values[n], rows[n]) for n in names}
    # 样例里真有进出的,不是一片零
    assert {
        "negotiation_projects", "planning_total", "intent_projects", "signed_recognised_total",
        "signed_gross", "signed_net", "committed_investment", "landing_rate", "paid_in_month",
        "paid_in_total", "paid_in_pending", "escalations_confirmed", "negotiation_conversion",
    } <= moved  # fmt: skip


@pytest.mark.parametrize("name", ["signed_total", "landing_rate", "committed_investment"])
def test_s3_3b_列不下的合计在其余里_一分不差(cast: Any, month: Any, name: str) -> None:
    figure = next(x for x in registry.figures() if x.name == name)
    found = compare(figure, None, day_of(cast, -1), cast.actor("heyan"), shown=1)
    assert found.sides
    for side in found.sides:
        assert sum(p.difference for p in side.parts) == side.difference
        for p in side.parts:
            listed = sum(line.change.difference for line in p.lines)
            assert listed + p.rest_difference == p.difference
            assert p.rest == p.count - 1 == p.count - len(p.lines)
    if figure.unit != RATE:
        assert found.sides[0].difference == found.pair.difference
    assert any(p.rest for side in found.sides for p in side.parts)


def lines(cast: Any, name: str, early: int, late: int, who: str = "heyan") -> dict[str, tuple]:
    figure = next(x for x in registry.figures() if x.name == name)
    found = every_line(figure, day_of(cast, late), day_of(cast, early), cast.actor(who))
    return {
        line.told.label: (line.change.kind.value, line.change.before, line.change.after,
                          line.told.was, line.told.now)
        for _, _, line in found
    }  # fmt: skip


def test_s3_3b_转化率由进过的与转走的项目说明(cast: Any, month: Any) -> None:
    figure = next(x for x in registry.figures() if x.name == "negotiation_conversion")
    found = compare(figure, day_of(cast, 3), day_of(cast, 0), cast.actor("heyan"), shown=50)
    top, base = found.sides
    assert [line.told.label for part_ in top.parts for line in part_.lines] == ["前移的"]
    assert (top.label, base.label, base.difference) == ("分子", "分母", 0)
    assert found.pair.after.value == top.after * 10000 // base.after


def test_s3_3b_说得出谁来了谁走了谁变了(cast: Any, month: Any) -> None:
    assert lines(cast, "negotiation_projects", 0, 3) == {
        "前移的": ("went", 1, 0, "洽谈库、已认定", "意向库、已认定")
    }
    assert lines(cast, "planning_total", 0, 7) == {
        "改额的": ("changed", 3 * f.YI, 9 * f.YI, "谋划库、待核实", "谋划库、待核实"),
        "新来的": ("came", 0, 7, "还没有登记", "谋划库、待核实"),
    }
    assert lines(cast, "intent_projects", 3, 7)["终止的"][0] == "went"
    assert lines(cast, "intent_projects", 3, 7)["终止的"][4].endswith("终止")
    assert lines(cast, "signed_recognised_total", 3, 7).keys() == {"甲车间", "乙车间"}
    checked = lines(cast, "signed_recognised_total", 8, 9)
    assert checked.keys() == {"补充的"}
    assert checked["补充的"][2] == 88 * f.YI
    assert lines(cast, "signed_gross", 9, 10)["撤回的"][0] == "went"
    once = lines(cast, "signed_gross", 7, 8)
    assert [kind for kind, *_ in once.values()] == ["went"]
    assert once.keys() < {"甲车间", "乙车间"}


def test_s3_3b_看不见的不在说明里_查阅的人只见认定(cast: Any, month: Any) -> None:
    assert lines(cast, "planning_total", 0, 7, "dongfeng") == {}
    reader = lines(cast, "signed_recognised", 0, 7, "caizheng")
    assert reader.keys() == {"甲车间", "乙车间"}
    assert {x[3:] for x in reader.values()} == {("没有认定", "签约已认定")}
    secret = {"前移的", "改额的", "新来的", "终止的", "不动的", "洽谈", "意向", "谋划库、"}
    caller = cast.client("caizheng")
    for name in ("planning_total", "signed_recognised_total", "signed_net"):
        html = caller.get(f"/figures/{name}/compare/?against={day_of(cast, 0)}")
        html = html.content.decode().split("<h1")[1]
        shown = html.split("fg-why")[1] if "fg-why" in html else ""
        assert not [word for word in secret if word in shown]


def test_s3_3b_网页_接口_导出同一份(cast: Any, month: Any) -> None:
    against, as_of = day_of(cast, 0), day_of(cast, 7)
    query = f"against={against}&as_of={as_of}"
    html = cast.client("heyan").get(f"/figures/planning_total/compare/?{query}").content.decode()
    assert f'href="/projects/{month["grows"].code}/"' in html
    assert "新来的" in html
    assert "还没有登记" in html
    body = Caller(cast, "heyan").get(f"/api/v1/figures/planning_total/compare?{query}")
    assert body.status_code == 200, body.content.decode()
    found = json.loads(body.content)
    assert (found["against"], found["as_of"]) == (str(against), str(as_of))
    assert found["difference"] == found["sides"][0]["difference"]
    changes = {
        c["label"]: (c["kind"], c["before"], c["after"]) for c in found["sides"][0]["changes"]
    }
    assert changes == {"改额的": ("changed", "30000", "90000"), "新来的": ("came", "0", "0.0007")}
    sheet = cast.client("heyan").get(f"/exports/figure_changes/?name=planning_total&{query}")
    book = load_workbook(BytesIO(b"".join(sheet.streaming_content)))
    told = {cell.value for row in book.active.iter_rows() for cell in row}
    assert {"改额的", "新来的", "还没有登记", "进来", "变动"} <= told
    every = cast.client("heyan").get(f"/figures/compare/?{query}")
    assert every.status_code == 200
    assert "谋划库总投资" in every.content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [("as_of=2199-01-01", "as_of"), ("against=2199-01-01", "against"),
     ("as_of=2026-03-01&against=2026-03-01", "against")],
)  # fmt: skip
def test_日子不对说明白_什么也不算(cast: Any, query: str, field: str) -> None:
    for url in ("/figures/compare/", "/figures/planning_total/compare/"):
        page = cast.client("heyan").get(f"{url}?{query}")
        assert page.status_code == 422
        assert "fg-cmp" not in page.content.decode()
    answer = Caller(cast, "heyan").get(f"/api/v1/figures/planning_total/compare?{query}")
    assert answer.status_code == 422
    assert [x["field"] for x in answer.json()["findings"]] == [field]


def test_没有的数字_与三员(cast: Any) -> None:
    heyan = cast.client("heyan")
    assert heyan.get("/figures/nosuch/compare/").status_code == 404
    assert Caller(cast, "heyan").get("/api/v1/figures/nosuch/compare").status_code == 404
    assert Caller(cast, "sysadmin").get("/api/v1/figures/signed_net/compare").status_code == 403
    page = cast.client("sysadmin").get("/figures/signed_net/compare/")
    assert page.status_code == 200
    assert "三员只看口径" in page.content.decode()
    assert heyan.get("/exports/figure_changes/?name=nosuch").status_code == 404
    assert cast.client("sysadmin").get("/exports/figure_changes/?name=signed_net").status_code in (
        403,
        404,
    )


def test_查询数与变动的行数无关(cast: Any, settings: Any) -> None:
    settings.JUYUAN_NOW = f.later(cast, 40).isoformat()
    client = cast.client("heyan")

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/figures/planning_total/compare/").status_code == 200
        return len(seen)

    f.planning(cast, name="一", now=f.later(cast, 20))
    count()
    few = count()
    for i in range(6):
        f.planning(cast, name=f"又{i}", now=f.later(cast, 20))
    assert count() == few
