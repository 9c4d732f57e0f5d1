"""本房间的待办:门槛齐了才开,认定即结;作废一提出就开,确认或不同意即结;经手人看不到自己不能办的。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties import queries as duties
from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.policy.queries import params
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import VoidRequest
from juyuan.rooms.pipeline.queries.duties import RECOGNISE, VOID
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
SIGNED = RECOGNISE[Stage.SIGNED]


def run(cast: Any, days: int = 0) -> dict[str, Any]:
    return reconcile(today=cast.TODAY + timedelta(days=days), now=cast.NOW + timedelta(days=days))


def test_s3_3b_门槛齐了开一件认定待办_五个工作日_认定即办结(cast: Any) -> None:
    project = f.at(cast, Stage.SIGNED)
    assert run(cast)[SIGNED] == [1, 0]
    duty = Duty.objects.get(kind=SIGNED)
    assert duty.unit.function == "commerce" and duty.clause == "3.3b"
    assert duty.basis_on == cast.TODAY and duty.due_on == date(2026, 11, 27)
    assert params(cast.TODAY)["recognition.due_workdays"] == 5
    assert "recognition.due_workdays,建议值" in duty.said
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    duty.refresh_from_db()
    assert (duty.ended_act, duty.ended_by) == ("pipeline.project.recognised", "何核验")
    assert not duty.cancelled and run(cast)[SIGNED] == [0, 0]


def test_s3_3b_门槛不齐没有待办_证据作废之后撤销(cast: Any) -> None:
    project = f.at(cast, Stage.SIGNED)
    run(cast)
    contract = project.evidence.get(fact="formal_contract")
    asked = request_void(
        actor=cast.actor("longshan"), project=project, evidence=contract, reason="传错了",
        now=cast.NOW,
    )  # fmt: skip
    settle_void(actor=cast.actor("heyan"), request=asked, agree=True, now=cast.NOW)
    assert run(cast)[SIGNED] == [0, 1]
    assert Duty.objects.get(kind=SIGNED).cancelled


def test_s3_3b_冲回之后重新起算(cast: Any) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    run(cast)
    later = cast.NOW + timedelta(days=14)
    withdraw_recognition(actor=cast.actor("heyan"), project=project, reason="合同要复核", now=later)
    assert run(cast, 14)[SIGNED] == [1, 0]
    assert Duty.objects.get(kind=SIGNED, ended_at=None).basis_on == later.date()


def mine(cast: Any, who: str) -> list[Any]:
    """此人在项目库里的待办(别室另有自己的,如每月开一次促进会议)。"""
    return [r for r in duties.mine(cast.actor(who), cast.TODAY) if r.kind.startswith("pipeline.")]


def test_s3_3b_核验人看得到一步到认定页_经手的核验人与经办看不到(cast: Any) -> None:
    project = f.at(cast, Stage.SIGNED)
    cast.add("heyan2", "shangwuju", "verifier", "另一核验人")
    f.evidence(cast, project, f.FactKey.CONTACT, by="heyan2")
    run(cast)
    rows = mine(cast, "heyan")
    assert [(r.kind, r.title) for r in rows] == [(SIGNED, project.name)]
    url = duties.url_of(rows[0])
    assert url == f"/projects/{project.code}/recognise/signed/"
    assert cast.client("heyan").get(url).status_code == 200
    assert not mine(cast, "heyan2")
    assert not mine(cast, "chen")
    assert not mine(cast, "longshan")


def test_s3_3b_商务主管部门自己的项目由另一职能认定(cast: Any) -> None:
    cast.LEAD = "shangwuju"
    f.at(cast, Stage.SIGNED)
    run(cast)
    assert Duty.objects.get(kind=SIGNED).unit.code == "fagai"
    assert mine(cast, "fagai_heyan")
    assert not mine(cast, "heyan")


@pytest.mark.parametrize(("agree", "event"), [(True, "confirmed"), (False, "rejected")])
def test_s3_3b_作废一提出就开_了结即办结(cast: Any, agree: bool, event: str) -> None:
    project = f.planning(cast)
    asked = request_void(
        actor=cast.actor("longshan"), project=project, reason="录重了", now=cast.NOW
    )
    duty = Duty.objects.get(kind=VOID)
    assert duty.due_on == date(2026, 11, 25)
    row = mine(cast, "heyan")[0]
    assert duties.url_of(row) == f"/projects/voids/{asked.pk}/"
    assert run(cast)[VOID] == [0, 0]
    settle_void(actor=cast.actor("heyan"), request=asked, agree=agree, now=cast.NOW)
    duty.refresh_from_db()
    assert duty.ended_act == f"pipeline.void.{event}"
    assert run(cast)[VOID] == [0, 0]


def test_s3_3b_自己提出的作废不是自己的待办(cast: Any) -> None:
    project = f.planning(cast)
    request_void(actor=cast.actor("heyan"), project=project, reason="录重了", now=cast.NOW)
    assert not mine(cast, "heyan")
    assert mine(cast, "shangwuju_head")


def test_s3_3b_早先提出的作废由每日核对补开(cast: Any) -> None:
    project = f.planning(cast)
    request_void(actor=cast.actor("longshan"), project=project, reason="录重了", now=cast.NOW)
    before = Duty.objects.values_list("due_on", "said", "period").get(kind=VOID)
    Duty.objects.all().delete()
    assert VoidRequest.objects.count() == 1 and run(cast, 3)[VOID] == [1, 0]
    assert Duty.objects.values_list("due_on", "said", "period").get(kind=VOID) == before


@pytest.mark.parametrize("who", ["longshan", "dongfeng", "chen", "heyan", "shenji", "sysadmin"])
def test_待办看不看得见_只问这几件与拿全部来比_答案相同(cast: Any, who: str) -> None:
    f.at(cast, Stage.SIGNED, name="看得见的")
    f.at(cast, Stage.SIGNED, name="限名单的", confidentiality="restricted")
    run(cast)
    rows, actor = Duty.objects.all(), cast.actor(who)
    assert rows.count() >= 2
    seen = {few: set(duties.visible(actor, rows, few=few)) for few in (True, False)}
    assert seen[True] == seen[False]
    assert bool(seen[True]) or who in ("dongfeng", "shenji", "sysadmin")
