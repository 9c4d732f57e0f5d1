"""项目的动作:每个成功旁边有它的拒绝;拒绝必须什么也没留下。条款 3.2b 3.3b 3.3c 3.4b。"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.actions.move import change_standing, move_project
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.register import register_project
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import (
    Evidence,
    Project,
    ProjectHost,
    ProjectState,
    Recognition,
    StageMove,
)
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import NEEDS, missing
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
TRACES = (Project, StageMove, ProjectState, Recognition, Evidence, SearchRow, ProjectHost)


def counts() -> dict[str, int]:
    done = Event.objects.filter(result="done").count()
    return {m.__name__: m.objects.count() for m in TRACES} | {"Event": done}


def rules(error: pytest.ExceptionInfo[RuleBroken]) -> set[str]:
    return {item.rule for item in error.value.findings}


def test_s2_3b_登记进谋划_各行齐备(cast) -> None:
    project = f.planning(cast)
    assert (project.stage, project.stage_status) == ("planning", "claimed")
    assert project.code.startswith("LY-") and len(project.code) == 11
    assert set(project.unit_ids) == {cast.unit("gongxin").pk, cast.unit("longshan").pk}
    move = StageMove.objects.get(project=project)
    assert (move.verb, move.actor_name) == ("enter", cast.actor("longshan").name)
    assert ProjectState.objects.get(project=project).stage == "planning"
    event = Event.objects.get(event="pipeline.project.registered")
    assert (event.obj_id, event.clause, event.unit_code) == (project.code, "3.3b", "longshan")
    assert SearchRow.objects.filter(object_type="project", object_id=project.pk).exists()


@pytest.mark.parametrize("who", ["zuzhi", "guwen", "sysadmin", "kong", "zongzhaoji"])
def test_s2_3b_只能查阅的职务不得登记(cast, who) -> None:
    f.parameters(cast)
    before = counts()
    with pytest.raises(Denied):
        register_project(actor=cast.actor(who), draft=f.draft(cast), now=cast.NOW)
    assert counts() == before


def test_s3_3b_不合理的登记逐项拒绝_什么也不留(cast) -> None:
    f.parameters(cast)
    before = counts()
    bad = f.draft(cast, name="", lead_unit_id=999_999, hosts=(HostDraft(cast.unit("gongxin").pk),))
    with pytest.raises(RuleBroken) as error:
        register_project(actor=cast.actor("longshan"), draft=bad, now=cast.NOW)
    assert rules(error) == {"text.empty", "ref.unit", "ref.host"}
    assert counts() == before


def test_s3_2b_带着投资方和接触记录来的直接进洽谈(cast) -> None:
    f.parameters(cast)
    file = f.stored(cast.actor("longshan"), "来访记录", cast.NOW)
    draft = f.draft(cast, parties=(PartyDraft(f.investor(cast), 10000, Origin.OUTSIDE_PROVINCE),))
    before = counts()
    with pytest.raises(RuleBroken) as error:
        register_project(
            actor=cast.actor("longshan"), draft=draft, stage=Stage.NEGOTIATION, now=cast.NOW
        )
    assert rules(error) == {"gate.negotiation.contact"}
    assert counts() == before
    contact = f.evidence_draft(cast, FactKey.CONTACT, file.pk)
    project = register_project(
        actor=cast.actor("longshan"), draft=draft, stage=Stage.NEGOTIATION,
        evidence=[contact], now=cast.NOW,
    )  # fmt: skip
    assert (project.stage, project.stage_status, project.recognised_stage) == (
        "negotiation", "recognised", "negotiation",
    )  # fmt: skip
    assert not StageMove.objects.get(project=project).override
    assert Evidence.objects.get(project=project).fact == "contact"


@pytest.mark.parametrize("stage", STAGES[1:], ids=lambda s: s.value)
def test_s3_3b_每道门槛先被拒_补齐后通过(cast, stage) -> None:
    project = f.at(cast, STAGES[stage.order - 1])
    wanted = [n.fact for n in NEEDS if n.stage == stage]
    lacking = {x.field for x in missing(facts_of(project), stage, cast.TODAY)}
    assert lacking <= set(wanted) and lacking
    before = counts()
    with pytest.raises(RuleBroken) as error:
        f.advance(cast, project, stage)
    assert {x.field for x in error.value.findings} == lacking
    assert all(x.clause for x in error.value.findings)
    assert counts() == before
    project.refresh_from_db()
    f.fill(cast, project, stage)
    f.advance(cast, project, stage)
    project.refresh_from_db()
    assert project.stage == stage
    move = project.moves.last()
    assert move.gate_report and all(line["ok"] for line in move.gate_report)
    assert move.parameters["pipeline.committed_strategy"] == "2025-07-07"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["up", "jump", "back", "fill"]), max_size=8), st.data())
def test_s3_3b_任何走法都到不了门槛未满足的库(cast, steps, data) -> None:
    project = f.planning(cast, name=f"随机走法{data.draw(st.integers(0, 10**9))}")
    for step in steps:
        current = project.stage_enum
        targets = {
            "up": [current.next] if current.next else [],
            "jump": list(STAGES[current.order + 2 :]),
            "back": list(STAGES[: current.order]),
            "fill": [],
        }[step]
        if step == "fill":
            f.fill(cast, project, data.draw(st.sampled_from(STAGES)))
            continue
        if not targets:
            continue
        to = data.draw(st.sampled_from(targets))
        try:
            move_project(
                actor=cast.actor("shangwuju_head"),
                project=project,
                to=to,
                reason="试",
                now=cast.NOW,
            )
        except RuleBroken:
            project.refresh_from_db()
            assert project.stage_enum == current
        else:
            if to.order > current.order:
                assert missing(facts_of(project), to, cast.TODAY) == []


def test_s3_3b_越级要权限_要理由_留标记(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    f.fill(cast, project, Stage.INTENT)
    f.fill(cast, project, Stage.SIGNED)
    before = counts()
    with pytest.raises(Denied):
        move_project(
            actor=cast.actor("longshan"),
            project=project,
            to=Stage.SIGNED,
            reason="急",
            now=cast.NOW,
        )
    with pytest.raises(RuleBroken) as error:
        move_project(
            actor=cast.actor("shangwuju_head"), project=project, to=Stage.SIGNED, now=cast.NOW
        )
    assert rules(error) == {"move.reason"}
    assert counts() == before
    move_project(
        actor=cast.actor("shangwuju_head"),
        project=project,
        to=Stage.SIGNED,
        reason="会议决定",
        now=cast.NOW,
    )
    move = project.moves.last()
    assert (move.verb, move.override, move.reason) == ("jump", True, "会议决定")


def test_s3_3b_退回要理由_数据如实(cast) -> None:
    project = f.at(cast, Stage.INTENT)
    with pytest.raises(RuleBroken) as error:
        f.advance(cast, project, Stage.NEGOTIATION)
    assert rules(error) == {"move.reason"}
    move_project(
        actor=cast.actor("longshan"),
        project=project,
        to=Stage.NEGOTIATION,
        reason="投资方重议",
        now=cast.NOW,
    )
    project.refresh_from_db()
    assert (project.stage, project.stage_status, project.recognised_stage) == (
        "negotiation", "recognised", "negotiation",
    )  # fmt: skip


def test_s3_3b_外单位不得移动_陈旧版本不得覆盖(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    f.fill(cast, project, Stage.INTENT)
    before = counts()
    with pytest.raises(Denied):
        move_project(actor=cast.actor("dongfeng"), project=project, to=Stage.INTENT, now=cast.NOW)
    with pytest.raises(Stale) as stale:
        move_project(
            actor=cast.actor("longshan"),
            project=project,
            to=Stage.INTENT,
            version=project.version - 1,
            now=cast.NOW,
        )
    assert stale.value.mine == {"version": project.version - 1}
    assert stale.value.theirs["version"] == project.version
    twin = Project.objects.get(pk=project.pk)
    f.advance(cast, project, Stage.INTENT)
    after = counts()
    with pytest.raises(Stale):
        f.advance(cast, twin, Stage.INTENT)
    assert counts() == after and after != before


def test_s3_3b_签约由核验人认定_制单人不得自认(cast) -> None:
    project = f.at(cast, Stage.SIGNED)
    assert (project.stage, project.stage_status, project.recognised_stage) == (
        "signed",
        "claimed",
        "intent",
    )
    before = counts()
    for who in ("longshan", "chen", "shangwuju_head", "fagai_heyan"):
        with pytest.raises(Denied):
            recognise(actor=cast.actor(who), project=project, stage=Stage.SIGNED, now=cast.NOW)
    assert counts() == before
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    row = Recognition.objects.get(project=project)
    assert (row.committed_investment, row.contract_amount) == (6 * f.YI, 6 * f.YI)
    assert row.hosts == [
        {"unit": cast.unit("longshan").pk, "share_bp": 10000, "total": 6 * f.YI,
         "contract": 6 * f.YI, "committed": 6 * f.YI}
    ]  # fmt: skip
    assert cast.account("longshan").pk in row.makers
    with pytest.raises(RuleBroken) as error:
        recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    assert rules(error) == {"recognise.order"}


def test_s3_3b_核验人自己登记的项目要换人认定(cast) -> None:
    project = f.at(cast, Stage.SIGNED, by="heyan")
    with pytest.raises(Denied):
        recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    cast.add("heyan2", "shangwuju", "verifier")
    recognise(actor=cast.actor("heyan2"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    assert Recognition.objects.filter(project=project, live=True).count() == 1


def test_s3_3b_商务局牵头的项目由发展改革委认定(cast) -> None:
    project = f.planning(cast, by="chen", lead_unit_id=cast.unit("shangwuju").pk)
    for target in STAGES[1:4]:
        f.fill(cast, project, target, by="chen")
        f.advance(cast, project, target, by="chen")
    with pytest.raises(Denied):
        recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    recognise(actor=cast.actor("fagai_heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    project.refresh_from_db()
    assert project.recognised_stage == "signed"


def test_s3_3b_撤回认定_库不变_状态落回_另起一行冲回(cast) -> None:
    project = f.recognised(cast, Stage.LANDED)
    assert (project.recognised_stage, project.stage_status) == ("landed", "recognised")
    with pytest.raises(RuleBroken) as error:
        withdraw_recognition(actor=cast.actor("heyan"), project=project, reason=" ", now=cast.NOW)
    assert rules(error) == {"withdraw.reason"}
    withdraw_recognition(
        actor=cast.actor("heyan"), project=project, reason="照片不实", now=cast.NOW
    )
    project.refresh_from_db()
    assert (project.stage, project.stage_status, project.recognised_stage) == (
        "landed",
        "claimed",
        "signed",
    )
    rows = list(Recognition.objects.filter(project=project, stage="landed").order_by("id"))
    assert [r.sign for r in rows] == [1, -1] and not any(r.live for r in rows)
    assert rows[1].reverses_id == rows[0].pk
    assert rows[1].committed_investment == rows[0].committed_investment
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.LANDED, now=cast.NOW)
    assert Recognition.objects.filter(project=project, stage="landed", live=True).count() == 1


def test_s3_3b_认定后冻结的数字不能就地改_别的可以改(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    before = counts()
    with pytest.raises(RuleBroken) as error:
        edit_project(actor=cast.actor("longshan"), project=project,
                     draft=replace(draft_of(project), contract_amount=9 * f.YI), now=cast.NOW)  # fmt: skip
    assert rules(error) == {"frozen"}
    assert counts() == before
    edited = edit_project(actor=cast.actor("longshan"), project=project,
                          draft=replace(draft_of(project), remark="已开协调会"), now=cast.NOW)  # fmt: skip
    assert edited.remark == "已开协调会"


def test_s3_3b_编辑不得弄坏现在的库_但不为难改别处的人(cast) -> None:
    project = f.at(cast, Stage.SIGNED)
    with pytest.raises(RuleBroken) as error:
        edit_project(actor=cast.actor("longshan"), project=project,
                     draft=replace(draft_of(project), contract_amount=None), now=cast.NOW)  # fmt: skip
    assert rules(error) == {"gate.signed.contract_amount"}
    # 台账带来的缺项:改备注不被拒
    Project.objects.filter(pk=project.pk).update(contract_amount=None)
    project.refresh_from_db()
    edited = edit_project(actor=cast.actor("longshan"), project=project,
                          draft=replace(draft_of(project), remark="补记"), now=cast.NOW)  # fmt: skip
    assert edited.remark == "补记"
    event = Event.objects.filter(event="pipeline.project.edited").first()
    assert (event.before, event.after) == ({"remark": ""}, {"remark": "补记"})


def test_s3_3b_没有变化的编辑什么也不写(cast) -> None:
    project = f.planning(cast)
    before = counts()
    edit_project(
        actor=cast.actor("longshan"), project=project, draft=draft_of(project), now=cast.NOW
    )
    assert counts() == before


def test_s3_1c_改承载地份额_各地金额随之分到元(cast) -> None:
    project = f.planning(cast, total_investment=100_000_001)
    hosts = (HostDraft(cast.unit("longshan").pk, 3333), HostDraft(cast.unit("xian").pk, 6667))
    edit_project(actor=cast.actor("longshan"), project=project,
                 draft=replace(draft_of(project), hosts=hosts), now=cast.NOW)  # fmt: skip
    parts = dict(
        ProjectHost.objects.filter(project=project).values_list("unit__code", "total_part")
    )
    assert sum(parts.values()) == 100_000_001
    assert parts == {"longshan": 33_330_000, "xian": 66_670_001}


def test_s3_4b_证据缺要素被拒_同一文件不得重复作证(cast) -> None:
    project = f.planning(cast)
    file = f.stored(cast.actor("longshan"), "合法性", cast.NOW)
    draft = f.evidence_draft(cast, FactKey.LEGALITY, file.pk)
    before = counts()
    with pytest.raises(RuleBroken) as error:
        add_evidence(
            actor=cast.actor("longshan"),
            project=project,
            draft=replace(draft, number=""),
            now=cast.NOW,
        )
    assert rules(error) == {"evidence.number"}
    with pytest.raises(Denied):
        add_evidence(actor=cast.actor("dongfeng"), project=project, draft=draft, now=cast.NOW)
    assert counts() == before
    row = add_evidence(actor=cast.actor("longshan"), project=project, draft=draft, now=cast.NOW)
    assert row.file_use_id and row.file_sha256 == file.sha256
    with pytest.raises(RuleBroken) as error:
        add_evidence(actor=cast.actor("longshan"), project=project, draft=draft, now=cast.NOW)
    assert rules(error) == {"evidence.twice"}


@pytest.mark.parametrize("verb", ["pause", "end"])
def test_s3_3b_暂缓终止要事由_恢复后可再前移(cast, verb) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    f.fill(cast, project, Stage.INTENT)
    before = counts()
    with pytest.raises(RuleBroken) as error:
        change_standing(actor=cast.actor("longshan"), project=project, verb=verb, now=cast.NOW)
    assert rules(error) == {"standing.reason", "standing.note"}
    assert counts() == before
    change_standing(
        actor=cast.actor("longshan"),
        project=project,
        verb=verb,
        reason_code="market",
        note="市场变化",
        now=cast.NOW,
    )
    with pytest.raises(RuleBroken) as error:
        f.advance(cast, project, Stage.INTENT)
    assert rules(error) == {"move.standing"}
    change_standing(
        actor=cast.actor("longshan"), project=project, verb="resume", note="重启", now=cast.NOW
    )
    f.advance(cast, project, Stage.INTENT)
    assert project.stage == "intent"


def test_s3_3b_退库只由商务局确认(cast) -> None:
    project = f.planning(cast)
    with pytest.raises(Denied):
        change_standing(
            actor=cast.actor("longshan"),
            project=project,
            verb="withdraw",
            reason_code="stalled",
            note="半年无进展",
            now=cast.NOW,
        )
    change_standing(
        actor=cast.actor("chen"),
        project=project,
        verb="withdraw",
        reason_code="stalled",
        note="半年无进展",
        now=cast.NOW,
    )
    assert project.standing == "withdrawn"


def test_s3_3b_作废要第二人_作废后退出检索与可见范围(cast) -> None:
    project = f.recognised(cast, Stage.SIGNED)
    request = request_void(
        actor=cast.actor("longshan"), project=project, reason="重复录入", now=cast.NOW
    )
    with pytest.raises(RuleBroken):
        request_void(actor=cast.actor("longshan"), project=project, reason="再提", now=cast.NOW)
    with pytest.raises(Denied):
        settle_void(actor=cast.actor("longshan"), request=request, agree=True, now=cast.NOW)
    settle_void(actor=cast.actor("heyan"), request=request, agree=True, now=cast.NOW)
    project.refresh_from_db()
    assert project.is_voided and project.recognised_stage == ""
    assert sum(r.sign for r in Recognition.objects.filter(project=project)) == 0
    assert not SearchRow.objects.filter(object_type="project", object_id=project.pk).exists()
    with pytest.raises(Stale):
        settle_void(actor=cast.actor("heyan"), request=request, agree=False, now=cast.NOW)


def test_s3_3b_关键证据作废_认定随之冲回(cast) -> None:
    project = f.recognised(cast, Stage.LANDED)
    contract = Evidence.objects.get(project=project, fact="formal_contract")
    request = request_void(
        actor=cast.actor("longshan"),
        project=project,
        evidence=contract,
        reason="传错合同",
        now=cast.NOW,
    )
    settle_void(actor=cast.actor("shangwuju_head"), request=request, agree=True, now=cast.NOW)
    project.refresh_from_db()
    assert (project.stage, project.stage_status, project.recognised_stage) == (
        "landed",
        "claimed",
        "intent",
    )
    assert sum(r.sign for r in Recognition.objects.filter(project=project)) == 0


def test_台账写不进去_动作就不成立(cast, as_owner) -> None:
    project = f.planning(cast)
    with as_owner() as cursor:
        cursor.execute(
            "ALTER TABLE ledger_event ADD CONSTRAINT closed CHECK (event <> 'pipeline.project.pause')"
        )
    with pytest.raises(Exception, match="closed"):
        change_standing(
            actor=cast.actor("longshan"),
            project=project,
            verb="pause",
            reason_code="market",
            note="停",
            now=cast.NOW,
        )


def test_别人上传的文件_由编号用不到(cast) -> None:
    project = f.planning(cast)
    theirs = f.stored(cast.actor("dongfeng"), "东丰县的合同", cast.NOW)
    before = Event.objects.count()
    with pytest.raises(RuleBroken) as refused:
        add_evidence(
            actor=cast.actor("longshan"), project=project,
            draft=f.evidence_draft(cast, FactKey.FORMAL_CONTRACT, theirs.pk), now=cast.NOW,
        )  # fmt: skip
    assert [x.rule for x in refused.value.findings] == ["evidence.file"]
    assert not Evidence.objects.exists()
    assert Event.objects.count() == before
