"""城市包与参数真的管用:换一座城市、换一个值,判断与数字随之而变。"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.invariants import check
from juyuan.foundation.policy import queries as policy
from juyuan.foundation.policy.queries import pack
from juyuan.foundation.policy.timeline import Timeline, from_pack
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.actions.register import entry_stages, register_project
from juyuan.rooms.pipeline.models import Project, Recognition
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.queries.facts import assemble
from juyuan.rooms.pipeline.queries.recognised import facts_listing
from juyuan.rooms.pipeline.queries.scope import visible_to
from juyuan.rooms.pipeline.queries.verifying import verified_stages, verifiers
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.recognition import Entry, on_entry
from juyuan.rooms.pipeline.rules.stages import Stage, StageStatus
from juyuan.rooms.pipeline.tests import factories as f

N, I, S, L = Stage.NEGOTIATION, Stage.INTENT, Stage.SIGNED, Stage.LANDED  # noqa: E741
CLAIMED, KNOWN = StageStatus.CLAIMED, StageStatus.RECOGNISED


@contextmanager
def parameters(**values: Any) -> Iterator[None]:
    """这一段里这些参数取这些值(键里的点写成两条下划线)。"""
    wanted = {key.replace("__", "."): value for key, value in values.items()}
    rows = [from_pack(p) for p in pack().parameters]
    assert wanted.keys() <= {row.key for row in rows}
    changed = [replace(r, value=wanted[r.key]) if r.key in wanted else r for r in rows]
    token = policy._pinned.set(Timeline(changed))
    try:
        yield
    finally:
        policy._pinned.reset(token)


@pytest.mark.parametrize(
    ("city", "day"), [("liaoyuan", date(2025, 7, 7)), ("testcity", date(2026, 1, 1))]
)
def test_s3_3b_门槛自本市文件施行之日起(settings, city, day) -> None:
    settings.JUYUAN_PACK = city
    assert pack().document.effective_from == day
    created = datetime.combine(day, time(), tzinfo=SHANGHAI)
    facts = assemble(Project(name="空项目", created_at=created), [], [], day)
    before = date.fromordinal(day.toordinal() - 1)
    assert missing(facts, Stage.NEGOTIATION, before) == []
    assert {f.field for f in missing(facts, Stage.NEGOTIATION, day)} == {
        "investor", "contact", "lead_unit",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("to", "held", "verified", "entry"),
    [
        (N, None, {S, L}, Entry(KNOWN, N)),
        (I, N, {S, L}, Entry(KNOWN, I)),
        (I, None, {S, L}, Entry(KNOWN, I)),
        (S, I, {S, L}, Entry(CLAIMED, I)),
        (S, None, {S, L}, Entry(CLAIMED, I)),
        (L, S, {S, L}, Entry(CLAIMED, S)),
        (L, I, {S, L}, Entry(CLAIMED, I)),
        (S, I, {I, S}, Entry(CLAIMED, I)),
        (S, N, {I, S}, Entry(CLAIMED, N)),
        (I, N, {I}, Entry(CLAIMED, N)),
        (S, I, {L}, Entry(KNOWN, S, (S,))),
        (L, S, {L}, Entry(CLAIMED, S)),
        (L, S, {S}, Entry(KNOWN, L, (L,))),
        (L, I, {S}, Entry(CLAIMED, I)),
        (L, I, (), Entry(KNOWN, L, (S, L))),
        (N, None, {N}, Entry(CLAIMED, None)),
    ],
)
def test_s3_3b_哪些库须认定是参数_移入的后果随之而变(to, held, verified, entry) -> None:
    assert on_entry(to, held, verified) == entry


@pytest.mark.django_db
def test_s3_3b_签约不须认定时_移入当时冻结数字(cast) -> None:
    project = f.at(cast, I)
    f.fill(cast, project, S)
    with parameters(recognition__stages=["landed"]):
        assert verified_stages(cast.TODAY) == {L}
        f.advance(cast, project, S)
        assert (project.stage_status, project.recognised_stage) == ("recognised", "signed")
        row = Recognition.objects.get(project=project)
        assert (row.stage, row.live, row.committed_investment) == ("signed", True, 6 * f.YI)
        assert row.gate_report
        assert compute(names=["signed_gross"])[0].value == 1
        assert compute(names=["signed_gross"], as_of=cast.TODAY)[0].value == 1


@pytest.mark.django_db
def test_s3_3b_意向也须认定时_移入待核实_由核验人认定(cast) -> None:
    project = f.at(cast, N)
    f.fill(cast, project, I)
    with parameters(recognition__stages=["intent", "signed", "landed"]):
        f.advance(cast, project, I)
        assert (project.stage_status, project.recognised_stage) == ("claimed", "negotiation")
        f.evidence(cast, project, FactKey.CONTACT, by="gongxin")
        project.refresh_from_db()
        assert project.stage_status == "claimed", "补齐不等于认定"
        recognise(actor=cast.actor("heyan"), project=project, stage=I, now=cast.NOW)
        assert (project.stage_status, project.recognised_stage) == ("recognised", "intent")


@pytest.mark.django_db
def test_s3_3b_由哪个职能认定_看得见也认定得了(cast) -> None:
    project = f.at(cast, S)
    with parameters(
        recognition__verifier_function="development",
        recognition__own_verifier_function="commerce",
    ):
        who = verifiers(cast.TODAY)
        assert (who.general, who.own) == ("development", "commerce")
        with pytest.raises(Denied) as refused:
            recognise(actor=cast.actor("heyan"), project=project, stage=S, now=cast.NOW)
        assert who.names["development"] in refused.value.reason
        verifier = cast.actor("fagai_heyan")
        assert visible_to(verifier).filter(pk=project.pk).exists()
        recognise(actor=verifier, project=project, stage=S, now=cast.NOW)
        assert project.recognised_stage == "signed"


@pytest.mark.django_db
def test_s3_3b_线索直接进哪个库是参数_两扇门都照办(cast) -> None:
    f.parameters(cast)
    page = cast.client("longshan").get("/projects/new/").content.decode()
    assert "?stage=negotiation" in page
    with parameters(pipeline__lead_enters="planning"):
        assert entry_stages(cast.TODAY) == (Stage.PLANNING,)
        assert (
            "?stage=negotiation"
            not in cast.client("longshan").get("/projects/new/").content.decode()
        )
        with pytest.raises(RuleBroken) as refused:
            register_project(
                actor=cast.actor("longshan"), draft=f.draft(cast), stage=N, now=cast.NOW
            )
        assert [x.message for x in refused.value.findings] == [
            "新项目只能登记到「谋划」,其余按门槛前移"
        ]
    assert entry_stages(cast.TODAY) == (Stage.PLANNING, N)


@pytest.mark.django_db
def test_s3_3b_落地率的分母是参数_打开的清单随之而变(cast) -> None:
    f.recognised(cast, L, name="落地的")
    ended = f.recognised(cast, S, name="签了又黄的")
    change_standing(
        actor=cast.actor("longshan"), project=ended, verb="end", reason_code="funding",
        note="资金断了", now=cast.NOW,
    )  # fmt: skip
    for base, rate, rows in (
        ("gross_signed", 5000, "signed_gross"),
        ("net_signed", 10000, "signed_net"),
    ):
        with parameters(counting__landing_rate_denominator=base):
            for as_of in (None, cast.TODAY):
                [found] = compute(names=["landing_rate"], as_of=as_of)
                assert (found.value, f"result={rows}" in found.rows_url) == (rate, True)


@pytest.mark.django_db
def test_s3_3b_认定清单按归期的日期排(cast) -> None:
    early = f.recognised(cast, S, name="事实早、认定晚")
    late = f.recognised(cast, S, name="事实晚、认定早")
    rows = Recognition.objects
    rows.filter(project=early).update(fact_on=cast.TODAY - timedelta(days=9), recorded_at=cast.NOW)
    rows.filter(project=late).update(
        fact_on=cast.TODAY - timedelta(days=2), recorded_at=cast.NOW - timedelta(days=1)
    )
    for value, first in (("recognised_on", early), ("fact_on", late)):
        with parameters(recognition__count_by=value):
            found = facts_listing(cast.actor("caizheng"), Criteria())
            assert found.rows[0].code == first.code
            assert found.rows[0].fact_on and found.rows[0].recorded_at


@pytest.mark.django_db
def test_每页行数是参数(cast) -> None:
    for n in range(3):
        f.planning(cast, name=f"第{n}个项目")
    client = cast.client("longshan")

    def shown(query: str = "") -> int:
        page = client.get(f"/projects/{query}").content.decode()
        return sum(f"第{n}个项目" in page for n in range(3))

    assert shown() == 3
    with parameters(ui__page_size=2, ui__page_size_max=2):
        assert shown() == shown("?limit=100") == 2
        assert shown("?limit=1") == 1


@pytest.mark.django_db
def test_门槛的理由写在清单上(cast) -> None:
    project = f.planning(cast)
    with parameters(gates__rationale={"negotiation": "先谈起来再说"}):
        page = cast.client("longshan").get(f"/projects/{project.code}/").content.decode()
    assert "先谈起来再说" in page


@pytest.mark.django_db
def test_s3_3b_五个库的名称须与文件所列一致(cast) -> None:
    f.parameters(cast)
    assert check(cast.TODAY) == []
    with parameters(pipeline__libraries=["谋划", "洽谈", "意向", "签约"]):
        assert [x.rule for x in check(cast.TODAY)] == ["libraries"]
