"""批量:逐个走同一个动作,各过各的权限、版本、门槛;预览不留痕;重交一次还是那一次。"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from juyuan.rooms.pipeline.actions.bulk import preview_bulk, run_bulk, run_of
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.models import BulkLine, BulkRun, Project, ProjectState, StageMove
from juyuan.rooms.pipeline.rules.bulk import BulkAct, Outcome, judge_picks
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f


@pytest.mark.parametrize(
    ("codes", "rules"),
    [([], ["bulk.none"]), (["a"], []), (["a"] * 9, []), (list("abc"), []),
     (list("abcd"), ["bulk.many"])],
)  # fmt: skip
def test_s3_3b_选几个(codes: list[str], rules: list[str]) -> None:
    assert [x.rule for x in judge_picks(codes, 3)] == rules


db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(settings: Any) -> None:
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"


def traces() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Event, StageMove, ProjectState, BulkRun, BulkLine))


def run(
    cast: Any, act: BulkAct, values: dict[str, Any], *projects: Project, **more: Any
) -> BulkRun:
    more = {"actor": cast.actor("longshan"), "run_id": uuid4(), "now": cast.NOW} | more
    seen = {p.code: p.version for p in projects}
    return run_bulk(act=act, values=values, seen=seen, **more)


def outcomes(found: BulkRun) -> dict[str, str]:
    return dict(found.lines.values_list("code", "outcome"))


@db
def test_办成的留下_没办的说明为什么_台账同一组号(cast) -> None:
    mine = f.planning(cast, name="甲项目")
    away = cast.unit("dongfeng").pk
    theirs = f.planning(
        cast, by="dongfeng", name="东丰项目", lead_unit_id=away,
        hosts=(HostDraft(away, 10000, True),), participant_ids=(cast.unit("longshan").pk,),
    )  # fmt: skip
    hidden = f.planning(
        cast, by="dongfeng", name="看不见的", confidentiality="restricted",
        listed_ids=(cast.person("dongfeng").pk,),
    )  # fmt: skip
    values = {"note": "等用地", "reason_code": "site"}
    done = run(cast, BulkAct.PAUSE, values, mine, theirs, hidden)
    got = outcomes(done)
    assert got[mine.code] == "done" and got[hidden.code] == "refused"
    assert got[theirs.code] == "refused"
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.standing, theirs.standing) == ("paused", "active")
    events = Event.objects.filter(group=done.pk)
    assert {e.event for e in events} >= {"pipeline.project.pause", "pipeline.bulk.finished"}
    assert Event.objects.get(event="pipeline.bulk.finished").after == {
        "done": 1, "same": 0, "refused": 2,
    }  # fmt: skip
    denied = BulkLine.objects.get(code=theirs.code).findings[0]
    assert denied["clause"] == "3.2b" and Event.objects.filter(event="access.denied").count() == 1
    line = BulkLine.objects.get(code=hidden.code)
    assert "看不到" in line.findings[0]["message"] and "看不见的" not in str(line.findings)


@db
def test_看不见的与没有的说同一句(cast) -> None:
    hidden = f.planning(
        cast, by="dongfeng", confidentiality="restricted",
        listed_ids=(cast.person("dongfeng").pk,),
    )  # fmt: skip
    done = run_bulk(
        actor=cast.actor("longshan"), run_id=uuid4(), act=BulkAct.ADVANCE, values={},
        seen={hidden.code: 1, "LY-NOSUCH": 1}, now=cast.NOW,
    )  # fmt: skip
    first, second = done.lines.all()
    assert first.findings == second.findings


@db
def test_预览说的与办的一样_预览什么也不留(cast) -> None:
    ready = f.planning(cast, name="齐了的")
    f.fill(cast, ready, Stage.PLANNING)
    f.fill(cast, ready, Stage.NEGOTIATION)
    ready.refresh_from_db()
    lacking = f.planning(cast, name="缺东西的")
    before = traces()
    lines = preview_bulk(
        actor=cast.actor("longshan"), act=BulkAct.ADVANCE, values={},
        codes=[ready.code, lacking.code], now=cast.NOW,
    )  # fmt: skip
    assert traces() == before
    assert [x.outcome for x in lines] == [Outcome.DONE, Outcome.REFUSED]
    assert lines[0].said == "谋划 → 洽谈" and lines[1].findings[0].clause
    ready.refresh_from_db()
    assert ready.stage == "planning"
    done = run(cast, BulkAct.ADVANCE, {}, ready, lacking)
    assert list(done.lines.values_list("outcome", "said")) == [
        (x.outcome.value, x.said) for x in lines
    ]
    assert list(done.lines.values_list("findings", flat=True))[1] == [
        x.as_dict() for x in lines[1].findings
    ]
    ready.refresh_from_db()
    assert ready.stage == "negotiation"


@db
def test_改几栏_逐个与单个改一样(cast) -> None:
    one, two = f.planning(cast, name="甲项目"), f.planning(cast, name="乙项目")
    unit = cast.unit("keji").pk
    done = run(cast, BulkAct.PARTICIPANTS, {"participant_ids": [unit]}, one, two)
    assert set(outcomes(done).values()) == {"done"}
    for project in (one, two):
        project.refresh_from_db()
        assert unit in project.participant_unit_ids
    again = run(cast, BulkAct.PARTICIPANTS, {"participant_ids": [unit]}, one)
    assert outcomes(again) == {one.code: "same"}
    assert Event.objects.filter(event="pipeline.project.edited", group=done.pk).count() == 2


@db
def test_他人先改过的不动(cast) -> None:
    project = f.planning(cast, name="甲项目")
    seen = {project.code: project.version}
    edit_project(
        actor=cast.actor("chen"), project=project, now=cast.NOW,
        draft=replace(draft_of(project), remark="改了"),
    )  # fmt: skip
    done = run_bulk(
        actor=cast.actor("longshan"), run_id=uuid4(), act=BulkAct.PROMISE,
        values={"promised_start_on": cast.TODAY}, seen=seen, now=cast.NOW,
    )  # fmt: skip
    assert outcomes(done) == {project.code: "refused"}
    assert done.lines.get().findings[0]["rule"] == "stale"
    project.refresh_from_db()
    assert project.promised_start_on is None and project.remark == "改了"


@db
def test_重交一次还是那一次_别人的批号是404(cast) -> None:
    project = f.planning(cast, name="甲项目")
    run_id = uuid4()
    values = {"note": "等用地", "reason_code": "site"}
    run(cast, BulkAct.PAUSE, values, project, run_id=run_id)
    before = traces()
    again = run(cast, BulkAct.PAUSE, values, project, run_id=run_id)
    assert again.pk == run_id and traces() == before
    with pytest.raises(NotFound):
        run(cast, BulkAct.PAUSE, values, project, run_id=run_id, actor=cast.actor("chen"))
    with pytest.raises(NotFound):
        run_of(cast.actor("chen"), run_id)
    assert traces() == before


@db
def test_无权的_没选的_太多的_什么也不留(cast) -> None:
    project = f.planning(cast, name="甲项目")
    before = traces()
    for who in ("zhaoji", "caizheng", "kong", "lianzhang"):
        with pytest.raises(Denied):
            run(cast, BulkAct.ADVANCE, {}, project, actor=cast.actor(who))
    with pytest.raises(RuleBroken):
        run(cast, BulkAct.ADVANCE, {})
    many = {f"LY-{n}": 1 for n in range(101)}
    with pytest.raises(RuleBroken, match="最多办 100 个"):
        run_bulk(
            actor=cast.actor("longshan"), run_id=uuid4(), act=BulkAct.ADVANCE, values={},
            seen=many, now=cast.NOW,
        )  # fmt: skip
    assert traces() == before


@db
@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("lead", {"lead_unit": "keji"}),
        ("participants", {"participants": ["keji"]}),
        ("confidentiality", {"confidentiality": "internal"}),
        ("promise", {"promised_start_on": "2027-03-01"}),
        ("pause", {"reason_code": "site", "note": "等用地"}),
    ],
)
def test_网页_勾选_填_先看_办_结果(cast, act, form) -> None:
    client = cast.client("longshan")
    one, two = f.planning(cast, name="甲项目"), f.planning(cast, name="乙项目")
    page = client.get("/projects/?v=all").content.decode()
    assert 'name="pick"' in page and 'form="bulk"' in page and "<noscript>" in page
    picks = {"act": act, "pick": [one.code, two.code]}
    asked = client.post("/projects/bulk/", picks)
    assert asked.status_code == 200 and "先看会怎样" in asked.content.decode()
    empty = client.post("/projects/bulk/", picks | {"step": "preview"})
    assert empty.status_code == 422
    seen = client.post("/projects/bulk/", picks | form | {"step": "preview"})
    text = seen.content.decode()
    assert "会办成 2 个" in text and BulkRun.objects.count() == 0
    ready = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', text)
        for name in ("act", "run", "seen", *form)
    }
    done = client.post("/projects/bulk/", ready | {"step": "do"})
    assert done.status_code == 302
    result = client.get(done["Location"]).content.decode()
    assert "办成 2 个" in result and "甲项目" in result
    twice = client.post("/projects/bulk/", ready | {"step": "do"})
    assert twice["Location"] == done["Location"] and BulkRun.objects.count() == 1
    assert cast.client("chen").get(done["Location"]).status_code == 404


@db
def test_不能办的人没有勾选框_乱交是422(cast) -> None:
    f.planning(cast, name="甲项目")
    assert 'name="pick"' not in cast.client("zhaoji").get("/projects/").content.decode()
    client = cast.client("longshan")
    for data in ({}, {"act": "drop"}, {"act": "lead"}, {"act": "lead", "step": "do", "run": "x"},
                 {"act": "advance", "step": "do", "run": str(uuid4())}):  # fmt: skip
        assert client.post("/projects/bulk/", data).status_code == 422, data
    assert client.get("/projects/bulk/").status_code == 302
