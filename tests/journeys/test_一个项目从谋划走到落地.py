"""一个项目走完五个库:每道门槛先被拒一次,补齐再过;认定、冲回、两人同改。两座城市各走一遍。

条款 2.3b 3.2b 3.3b 3.3c 3.4b 3.5b;第二座城市(testcity)的条款编号、单位、数字、产业链都不同。
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy.queries import display, pack, params
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.chains.models import Chain
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.scope import visible_to
from juyuan.rooms.pipeline.rules.amounts import must_escalate
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import STAGES, VERIFIED_STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.journeys.house import City

pytestmark = pytest.mark.django_db

CITIES = {
    "liaoyuan": {"by": "longshan", "lead": "gongxin", "host": "longshan", "verifier": "shangwuju_heyan",
                 "stranger": "dongfeng", "chains": 8, "threshold": 500_000_000},
    "testcity": {"by": "qinghe", "lead": "gongye", "host": "qinghe", "verifier": "touzi_heyan",
                 "stranger": "baishi", "chains": 3, "threshold": 300_000_000},
}  # fmt: skip


@pytest.fixture(params=CITIES)
def story(request, settings, db):
    settings.JUYUAN_PACK = request.param
    facts = CITIES[request.param]
    city = City(lead=facts["lead"], host=facts["host"])
    assert city.pack.id == pack().id == request.param
    return city, facts


def test_拒绝的话说的是本市的商务主管部门_不是别的城市的(story) -> None:
    city, facts = story
    bureau, other = ("市商务局", "市投资促进局")
    if city.pack.id == "testcity":
        bureau, other = other, bureau
    assert city.pack.bureau == bureau
    project = f.planning(city, by=facts["by"])
    acts = (
        lambda: move_project(actor=city.actor(facts["by"]), project=project,
                             to=Stage.INTENT, reason="急", now=city.now),
        lambda: change_standing(actor=city.actor(facts["by"]), project=project, verb="withdraw",
                                reason_code="other", note="不做了", now=city.now),
        lambda: edit_project(actor=city.actor(facts["stranger"]), project=project,
                             draft=replace(draft_of(project), remark="改"), now=city.now),
        lambda: recognise(actor=city.actor(facts["by"]), project=project,
                          stage=Stage.PLANNING, now=city.now),
    )  # fmt: skip
    said = []
    for act in acts:
        with pytest.raises(Denied) as refused:
            act()
        said.append(refused.value.reason)
    assert len(said) == 4
    for reason in said:
        assert bureau in reason and other not in reason


def value(name: str, **more: object) -> int | None:
    return compute(names=[name], **more)[0].value


def test_五道门槛_逐道被拒再通过_认定后进数字_撤回后冲回(story) -> None:
    city, facts = story
    by, verifier = facts["by"], facts["verifier"]
    assert Chain.objects.filter(disabled_on=None).count() == facts["chains"]
    project = f.planning(city, by=by)
    f.fill(city, project, Stage.PLANNING, by)
    for target in STAGES[1:]:
        lacking = missing(facts_of(project), target, city.TODAY)
        assert lacking, target
        assert any(display(x.clause) for x in lacking), "拒绝要说得出本市文件的哪一条"
        with pytest.raises(RuleBroken) as error:
            f.advance(city, project, target, by)
        assert list(error.value.findings) == lacking
        project.refresh_from_db()
        assert project.stage_enum == STAGES[target.order - 1]
        f.fill(city, project, target, by)
        f.advance(city, project, target, by)
        if target in VERIFIED_STAGES:
            assert project.stage_status == "claimed"
            recognise(actor=city.actor(verifier), project=project, stage=target, now=city.now)
        assert (project.stage, project.stage_status) == (target.value, "recognised")

    threshold = params(city.TODAY)["escalation.threshold"]
    assert threshold == facts["threshold"]
    assert must_escalate(project.committed_investment, True, threshold)
    assert (value("signed_gross"), value("landing_rate")) == (1, 10000)
    assert value("committed_investment") == 6 * f.YI
    split = {
        p.key: p.value for p in compute(names=["committed_investment"])[0].split("county").parts
    }
    assert split == {facts["host"]: 6 * f.YI}

    withdraw_recognition(
        actor=city.actor(verifier), project=project, reason="照片不实", now=city.later(5)
    )
    assert (value("landing_rate"), value("landed_projects_recognised")) == (0, 0)
    assert value("landed_projects_recognised", as_of=city.TODAY) == 1
    events = [
        e.event
        for e in Event.objects.filter(obj_type="project", obj_id=project.code).order_by("id")
    ]
    assert events[0] == "pipeline.project.registered"
    assert events[-1] == "pipeline.project.recognition_withdrawn"
    assert events.count("pipeline.project.advance") == 4
    assert not visible_to(city.actor(facts["stranger"])).exists()


def test_两人同改_后来的人看到双方版本_先到的不丢(story) -> None:
    city, facts = story
    project = f.planning(city, by=facts["by"])
    mine, theirs = (Project.objects.get(pk=project.pk) for _ in range(2))
    edit_project(actor=city.actor(facts["by"]), project=mine,
                 draft=replace(draft_of(mine), remark="先到"), version=project.version, now=city.now)  # fmt: skip
    with pytest.raises(Stale) as stale:
        edit_project(actor=city.actor(facts["lead"]), project=theirs,
                     draft=replace(draft_of(theirs), remark="后到"), version=project.version, now=city.now)  # fmt: skip
    assert stale.value.mine["version"] + 1 == stale.value.theirs["version"]
    project.refresh_from_db()
    assert project.remark == "先到"
