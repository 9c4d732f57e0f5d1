"""补充协议:申报随之改,认定的数等核验;任何一天的数不变,签约个数不翻倍。条款 3.3b、3.3c。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.queries import compute
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.supplements import add_supplement, check_supplement
from juyuan.rooms.pipeline.models import Project, Recognition, Supplement
from juyuan.rooms.pipeline.queries import invariants, listing
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.queries.supplements import KIND, supplements_of
from juyuan.rooms.pipeline.rules.drafts import HostDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import Subject, SupplementDraft, judge_supplement
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_escalation import YI5, signed, states

DAY = date(2026, 11, 20)
CURRENT = {"total_investment": 10, "contract_amount": 8, "promised_start_on": None}
DRAFT = SupplementDraft(
    title="补充协议一", signed_on=DAY, reason="追加", changes={"contract_amount": 9}, file_id=1
)
SUBJECT = Subject(Stage.SIGNED, date(2026, 1, 1), CURRENT)


@pytest.mark.parametrize(
    ("change", "subject", "fields"),
    [
        ({}, {}, []),
        ({"changes": {"contract_amount": 8}}, {}, ["total_investment"]),
        ({"changes": {"promised_start_on": DAY}}, {}, []),
        ({"changes": {"contract_amount": -1}}, {}, ["contract_amount"]),
        ({"title": " "}, {}, ["title"]),
        ({"reason": ""}, {}, ["reason"]),
        ({"file_id": None}, {}, ["file"]),
        ({"signed_on": None}, {}, ["signed_on"]),
        ({"signed_on": DAY + timedelta(1)}, {}, ["signed_on"]),
        ({"signed_on": date(2025, 12, 31)}, {}, ["signed_on"]),
        ({}, {"stage": Stage.INTENT}, ["title"]),
    ],
)
def test_s3_3b_补充协议_合不合理(change, subject, fields) -> None:
    found = judge_supplement(replace(DRAFT, **change), replace(SUBJECT, **subject), DAY)
    assert [x.field for x in found] == fields


def add(cast: Any, project: Project, *, by: str = "longshan", now: Any = None,
        **changes: Any) -> Supplement:  # fmt: skip
    now = now or cast.NOW
    project.refresh_from_db()
    file = f.stored(cast.actor(by), f"补充{sorted(changes.items())}", now)
    return add_supplement(
        actor=cast.actor(by), project=project, now=now,
        draft=replace(DRAFT, changes=changes, file_id=file.pk, signed_on=now.date()),
    )  # fmt: skip


@pytest.fixture
def project(cast: Any) -> Project:
    """认定签约的:合同四亿,两地分。"""
    hosts = (HostDraft(cast.unit("longshan").pk, 3333), HostDraft(cast.unit("xian").pk, 6667))
    made = signed(cast, 4 * f.YI, hosts=hosts)
    recognise(actor=cast.actor("heyan"), project=made, stage=Stage.SIGNED, now=cast.NOW)
    return made


def numbers(cast: Any, day: date | None = None) -> tuple[Any, ...]:
    names = ["signed_gross", "signed_net", "committed_investment"]
    found = {r.name: r for r in compute(as_of=day, names=names)}
    county = [p.value for p in found["committed_investment"].parts if p.dimension == "county"]
    assert sum(county) == found["committed_investment"].value
    return tuple(found[name].value for name in names)


@pytest.mark.django_db
def test_s3_3b_认可之日起按新金额_个数不变_此前各日不变(cast, project) -> None:
    row = add(cast, project, now=f.later(cast, 3), contract_amount=YI5 + 1,
              promised_start_on=date(2027, 3, 1))  # fmt: skip
    project.refresh_from_db()
    assert project.contract_amount == YI5 + 1
    assert project.promised_start_on == date(2027, 3, 1)
    assert numbers(cast, f.later(cast, 4).date()) == (1, 1, 4 * f.YI)
    duty = Duty.objects.get(kind=KIND, object_id=project.pk)
    assert duty.ended_at is None
    made = check_supplement(actor=cast.actor("heyan"), supplement=row, now=f.later(cast, 5))
    assert made.fact_on == f.later(cast, 3).date()
    assert made.paper["supplement"] == row.pk
    for ahead, wanted in {0: 4 * f.YI, 4: 4 * f.YI, 5: YI5 + 1, 90: YI5 + 1}.items():
        assert numbers(cast, f.later(cast, ahead).date()) == (1, 1, wanted), ahead
    assert numbers(cast) == (1, 1, YI5 + 1)
    duty.refresh_from_db()
    assert duty.ended_act == "pipeline.supplement.checked"
    line = supplements_of(project)[0]
    assert (line.state, [(c.label, c.before, c.after) for c in line.changes]) == (
        "已认可",
        [("合同金额", 4 * f.YI, YI5 + 1), ("承诺开工日期", None, "2027-03-01")],
    )
    assert [x for x in invariants.find(f.later(cast, 5).date()) if x.rule != "libraries"] == []


@pytest.mark.django_db
def test_s3_3b_补充协议待核验_清单的表尾另列认定金额_认可之后不再列(cast, project) -> None:
    url = "/projects/?stage=signed"
    said = "已认定金额(改动待核验的按认定当日)"
    client = cast.client("heyan")
    assert said not in client.get(url).content.decode()
    row = add(cast, project, now=f.later(cast, 3), contract_amount=YI5)
    found = listing.listing(cast.actor("heyan"), Criteria(stage="signed"), on=cast.TODAY).tally
    assert found.frozen is not None
    assert (found.recognised.contract, found.frozen.contract) == (YI5, 4 * f.YI)
    assert said in client.get(url).content.decode()
    check_supplement(actor=cast.actor("heyan"), supplement=row, now=f.later(cast, 5))
    assert said not in client.get(url).content.decode()


@pytest.mark.django_db
def test_s3_3c_补充协议增到门槛即打开_认可即确认_减到以下认可才撤(cast, project) -> None:
    assert states(project) == []
    row = add(cast, project, contract_amount=YI5)
    assert states(project) == ["pending"]
    check_supplement(actor=cast.actor("heyan"), supplement=row, now=f.later(cast, 1))
    assert states(project) == ["confirmed"]
    down = add(cast, project, now=f.later(cast, 2), contract_amount=YI5 - 1)
    assert states(project) == ["confirmed"]
    check_supplement(actor=cast.actor("heyan"), supplement=down, now=f.later(cast, 3))
    assert states(project) == ["lapsed"]


@pytest.mark.django_db
def test_s3_3b_登记的人不能自己核验_别处的核验人不行(cast, project) -> None:
    row = add(cast, project, by="heyan", contract_amount=YI5)
    for who in ("heyan", "fagai_heyan", "longshan"):
        with pytest.raises(Denied):
            check_supplement(actor=cast.actor(who), supplement=row, now=cast.NOW)
    assert Recognition.objects.filter(sign=-1).count() == 0


@pytest.mark.django_db
def test_s3_3b_后一份并入前一份_核验过的不能再核验(cast, project) -> None:
    first = add(cast, project, contract_amount=YI5)
    second = add(cast, project, now=f.later(cast, 1), total_investment=11 * f.YI)
    with pytest.raises(Stale):
        check_supplement(actor=cast.actor("heyan"), supplement=first, now=f.later(cast, 2))
    check_supplement(actor=cast.actor("heyan"), supplement=second, now=f.later(cast, 2))
    assert numbers(cast) == (1, 1, YI5)
    with pytest.raises(Stale):
        check_supplement(actor=cast.actor("heyan"), supplement=second, now=f.later(cast, 2))
    assert [line.state for line in supplements_of(project)] == ["并入下一份", "已认可"]


@pytest.mark.django_db
def test_s3_3b_撤回认定之后不再等核验_只改承诺的不必核验(cast, project) -> None:
    promise = add(cast, project, promised_start_on=date(2027, 5, 1))
    with pytest.raises(Stale):
        check_supplement(actor=cast.actor("heyan"), supplement=promise, now=cast.NOW)
    row = add(cast, project, contract_amount=YI5)
    project.refresh_from_db()
    withdraw_recognition(actor=cast.actor("heyan"), project=project, reason="假", now=cast.NOW)
    with pytest.raises(Stale):
        check_supplement(actor=cast.actor("heyan"), supplement=row, now=cast.NOW)
    assert [line.state for line in supplements_of(project)] == ["不改金额", "随签约认定"]


@pytest.mark.django_db
def test_s3_3b_没有签约的不收(cast) -> None:
    project = f.planning(cast)
    with pytest.raises(RuleBroken):
        add(cast, project, contract_amount=YI5)
    assert Supplement.objects.count() == 0


@pytest.mark.django_db
def test_s3_3b_网页登记与核验(cast, project) -> None:
    base = f"/projects/{project.code}/supplements"
    client = cast.client("longshan")
    assert client.get(f"{base}/new/").status_code == 200
    assert client.post(f"{base}/new/", {}).status_code == 422
    file = SimpleUploadedFile("补充协议.pdf", f.pdf("补充协议"), "application/pdf")
    done = client.post(f"{base}/new/", {
        "title": "补充协议一", "signed_on": "2026-11-20", "reason": "追加", "file": file,
        "contract_amount": "50000", "total_investment": "100000",
    })  # fmt: skip
    assert done.status_code == 302, done.content.decode()[:3000]
    row = Supplement.objects.get()
    assert list(row.changes) == ["contract_amount"]
    page = client.get(f"/projects/{project.code}/").content.decode()
    assert "补充协议一" in page
    assert "待核验" in page
    assert client.get(f"{base}/{row.pk}/check/").status_code == 403
    verifier = cast.client("heyan")
    assert verifier.get(f"{base}/{row.pk}/check/").status_code == 200
    assert verifier.post(f"{base}/{row.pk}/check/", {}).status_code == 422
    assert verifier.post(f"{base}/{row.pk}/check/", {"agree": "on"}).status_code == 302
    assert numbers(cast)[2] == YI5


RECOGNISED_TOTAL = [f"{stage}_recognised_total" for stage in ("signed", "landed")]


def known(cast: Any, day: date | None = None) -> tuple[Any, ...]:
    """签约、落地库的已认定总投资:数字、按落点之和、页签、明细冻结的,都要一致。"""
    found = {r.name: r for r in compute(as_of=day, names=RECOGNISED_TOTAL)}
    for figure in found.values():
        assert all(s.difference == 0 for s in figure.splits), figure.name
    tabs = listing.listing(cast.actor("heyan"), Criteria(as_of=day), on=cast.TODAY).libraries
    by_stage = {t.stage.value: t.known.total for t in tabs}
    values = tuple(found[name].value for name in RECOGNISED_TOTAL)
    assert values == (by_stage["signed"], by_stage["landed"])
    return values


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["signed", "landed"])
def test_s3_3b_没有核验的补充协议不动已认定的总投资(cast, project, stage) -> None:
    was = project.total_investment
    if stage == "landed":
        project.refresh_from_db()
        f.fill(cast, project, Stage.LANDED)
        f.advance(cast, project, Stage.LANDED)
        project.refresh_from_db()
        recognise(actor=cast.actor("heyan"), project=project, stage=Stage.LANDED, now=cast.NOW)

    def held(amount: int) -> tuple[int, int]:
        return (amount, 0) if stage == "signed" else (0, amount)

    row = add(cast, project, now=f.later(cast, 3), total_investment=was + 5 * f.YI)
    project.refresh_from_db()
    assert project.total_investment == was + 5 * f.YI
    assert known(cast) == known(cast, f.later(cast, 4).date()) == held(was)
    check_supplement(actor=cast.actor("heyan"), supplement=row, now=f.later(cast, 5))
    assert known(cast) == held(was + 5 * f.YI)
    assert known(cast, f.later(cast, 4).date()) == held(was)
    live = Recognition.objects.filter(project=project, live=True, sign=1)
    assert {r.total_investment for r in live} == {was + 5 * f.YI}
    assert {r.stage for r in live} == ({"signed"} if stage == "signed" else {"signed", "landed"})
    assert [x for x in invariants.find(f.later(cast, 5).date()) if x.rule != "libraries"] == []


@pytest.mark.django_db
def test_s3_3b_认定落地时_等核验的补充协议不混进冻结的金额(cast, project) -> None:
    was = project.total_investment
    add(cast, project, total_investment=was + 5 * f.YI)
    project.refresh_from_db()
    f.fill(cast, project, Stage.LANDED)
    f.advance(cast, project, Stage.LANDED)
    project.refresh_from_db()
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.LANDED, now=cast.NOW)
    assert known(cast) == (0, was)


@pytest.mark.django_db
def test_s3_3b_认定后改了产业链与首谈单位_认定数的分法与明细都按认定当日(cast, project) -> None:
    chain, lead = project.chain.code, project.lead_unit.code
    project.refresh_from_db()
    f.edit(cast, project, f.EDITOR, cast.NOW, chain_id=None, node_id=None,
           lead_unit_id=cast.unit("keji").pk)  # fmt: skip
    [figure] = compute(names=["signed_recognised"])
    for dimension, code, name in (("chain", chain, "chain"), ("lead", lead, "lead_unit")):
        assert [(p.key, p.value) for p in figure.split(dimension).parts] == [(code, 1)]
        for as_of in (None, cast.TODAY):
            found = Criteria(recognised_stage="signed", as_of=as_of, **{name: code})
            assert listing.filtered(cast.actor("heyan"), found).count() == 1
            gone = replace(found, **{name: "none"})
            assert listing.filtered(cast.actor("heyan"), gone).count() == 0
