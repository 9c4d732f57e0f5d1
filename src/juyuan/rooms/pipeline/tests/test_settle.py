"""台账带来的待核实:补齐本库门槛就算数,留快照与台账;凭据作废又落回去。数字按日重演。"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.invariants import check as invariants
from juyuan.foundation.ledger.models import Event
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.register import Intake, Names, build, insert
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import Project, ProjectState
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import NEEDS
from juyuan.rooms.pipeline.rules.stages import MoveVerb, Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
EVENT = "pipeline.project.gate_met"


def imported(cast: Any, stage: Stage) -> Project:
    f.parameters(cast)
    intake = Intake(f.draft(cast, name="台账带来的"), stage, MoveVerb.IMPORT)
    names = Names.of([intake.draft])
    actor = cast.actor("longshan")
    built = build(intake, actor=actor, now=cast.NOW, names=names)
    return insert([built], actor=actor, now=cast.NOW, names=names, group=None)[0]


def needs_of(stage: Stage) -> list[str]:
    if stage == Stage.PLANNING:
        return [n.fact for n in NEEDS if n.stage == stage]
    return [n.fact for n in NEEDS if n.stage.order in range(1, stage.order + 1)]


@pytest.mark.parametrize("stage", [Stage.PLANNING, Stage.NEGOTIATION, Stage.INTENT])
def test_s3_3b_补齐最后一项就算数_此前一直待核实(cast: Any, stage: Stage) -> None:
    project = imported(cast, stage)
    assert (project.stage_status, project.recognised_stage) == ("claimed", "")
    figure = f"{stage.value}_recognised"
    for fact in needs_of(stage):
        project.refresh_from_db()
        assert project.stage_status == "claimed" and not Event.objects.filter(event=EVENT).exists()
        f.supply(cast, project, fact, now=f.later(cast, 1))
        project.refresh_from_db()
        if project.stage_status == "recognised":
            break
    assert (project.stage_status, project.recognised_stage) == ("recognised", stage.value)
    [event] = Event.objects.filter(event=EVENT)
    assert event.obj_id == project.code and event.after["stage"] == stage.value
    assert all(need["ok"] for need in event.after["needs"])
    assert compute(names=[figure], as_of=cast.TODAY)[0].value == 0, "那一天还没有补齐"
    assert compute(names=[figure], as_of=cast.TODAY + timedelta(days=1))[0].value == 1
    assert compute(names=[figure])[0].value == 1
    assert invariants(cast.TODAY + timedelta(days=1)) == []


def test_s3_3b_签约落地补齐了也待核实_等核验人(cast: Any) -> None:
    project = imported(cast, Stage.SIGNED)
    f.fill(cast, project, Stage.NEGOTIATION)
    f.fill(cast, project, Stage.INTENT)
    f.fill(cast, project, Stage.SIGNED)
    project.refresh_from_db()
    assert (project.stage_status, project.recognised_stage) == ("claimed", "")
    assert not Event.objects.filter(event=EVENT).exists()


def test_没有补齐的编辑_什么也不变(cast: Any) -> None:
    project = imported(cast, Stage.NEGOTIATION)
    states = ProjectState.objects.filter(project=project).count()
    edit_project(
        actor=cast.actor("longshan"), project=project,
        draft=replace(draft_of(project), remark="改一处"), now=cast.NOW,
    )  # fmt: skip
    project.refresh_from_db()
    assert (project.stage_status, project.version) == ("claimed", 2)
    assert ProjectState.objects.filter(project=project).count() == states + 1


def test_s3_3b_所凭的证据作废_落回待核实_到门槛还齐的库(cast: Any) -> None:
    project = f.at(cast, Stage.INTENT)
    assert project.recognised_stage == "intent"
    will = project.evidence.get(fact=FactKey.WRITTEN_WILL)
    request = request_void(
        actor=cast.actor("longshan"), project=project, evidence=will, reason="传错了", now=cast.NOW
    )
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=f.later(cast, 1))
    project.refresh_from_db()
    assert (project.stage, project.stage_status) == ("intent", "claimed")
    assert project.recognised_stage == "negotiation"
    assert Event.objects.filter(event="pipeline.project.gate_lost", obj_id=project.code).exists()
    names = ["intent_recognised", "negotiation_recognised"]
    on = cast.TODAY
    for day, wanted in ((on, (1, 0)), (on + timedelta(days=1), (0, 1))):
        value = {r.name: r.value for r in compute(names=names, as_of=day)}
        assert tuple(value[name] for name in names) == wanted
    f.evidence(cast, project, FactKey.WRITTEN_WILL, now=f.later(cast, 2))
    project.refresh_from_db()
    assert (project.stage_status, project.recognised_stage) == ("recognised", "intent")
