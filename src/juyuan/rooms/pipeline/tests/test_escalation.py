"""提级:恰好五亿元算、少一元不算;自己开、自己定、自己撤;召集人、专班、方案、报告、办结。条款 3.3c。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.figures.queries import compute
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.actions import make_token
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.pipeline.actions import escalating, escalation
from juyuan.rooms.pipeline.actions.edit import draft_of, edit_project
from juyuan.rooms.pipeline.actions.move import move_project
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void, settle_void
from juyuan.rooms.pipeline.models import Escalation, Project
from juyuan.rooms.pipeline.queries.escalation_figures import FIGURES
from juyuan.rooms.pipeline.queries.escalations import (
    PLAN,
    REPORT,
    due_lines,
    matching,
    open_of,
    read,
)
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.rules.escalation import (
    EscalationState,
    Filing,
    Held,
    ReportDraft,
    Signing,
    Turn,
    due_reports,
    judge_escalation,
    next_due,
)
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

YI5 = 5 * f.YI
PENDING, CONFIRMED = EscalationState.PENDING, EscalationState.CONFIRMED
NAMES = [figure.name for figure in FIGURES]


# ───────── 规则 ─────────


def signing(claimed: int | None, recognised: int | None = None, **more: Any) -> Signing:
    return replace(Signing(True, True, claimed, recognised, YI5), **more)


@pytest.mark.parametrize(
    ("now", "held", "settled", "turn", "state"),
    [
        (signing(YI5), None, False, Turn.OPEN, PENDING),
        (signing(YI5 - 1), None, False, None, None),
        (signing(None), None, False, None, None),
        (signing(YI5, YI5), None, False, Turn.OPEN, CONFIRMED),
        (signing(YI5, YI5 - 1), None, False, Turn.OPEN, PENDING),
        (signing(YI5), None, True, None, None),
        (signing(YI5, registered=False), None, False, None, None),
        (signing(YI5, newly=False), None, False, None, None),
        (signing(YI5), Held(PENDING, YI5), False, None, None),
        (signing(YI5 + 1), Held(PENDING, YI5), False, Turn.AMEND, PENDING),
        (signing(YI5, YI5), Held(PENDING, YI5), False, Turn.CONFIRM, CONFIRMED),
        (signing(YI5 - 1), Held(PENDING, YI5), False, Turn.LAPSE, EscalationState.LAPSED),
        (signing(YI5, registered=False), Held(CONFIRMED, YI5), False, Turn.LAPSE,
         EscalationState.LAPSED),
        (signing(1, YI5), Held(CONFIRMED, YI5), False, None, None),
        (signing(1, 1), Held(CONFIRMED, YI5), False, Turn.LAPSE, EscalationState.LAPSED),
    ],
)  # fmt: skip
def test_s3_3c_何时打开_确认_更正_撤回(now, held, settled, turn, state) -> None:
    found = judge_escalation(now, held, settled=settled)
    assert (found.turn if found else None, found.state if found else None) == (turn, state)


amounts = st.one_of(st.none(), st.integers(0, 2 * YI5), st.sampled_from([YI5, YI5 - 1, YI5 + 1]))


@given(amounts, amounts, st.booleans(), st.booleans())
def test_s3_3c_判过一遍_再判就没有要做的(claimed, recognised, registered, newly) -> None:
    now = Signing(registered, newly, claimed, recognised, YI5)
    first = judge_escalation(now, None, settled=False)
    counts = registered and newly and max(claimed or 0, recognised or 0) >= YI5
    assert (first is not None) == counts
    if first is not None:
        held = Held(first.state, first.amount)
        assert judge_escalation(now, held, settled=False) is None
        gone = judge_escalation(replace(now, registered=False), held, settled=False)
        assert gone is not None
        assert gone.turn == Turn.LAPSE


OPENED = date(2026, 11, 1)


@given(st.lists(st.integers(0, 90), max_size=6), st.integers(1, 30), st.integers(0, 120))
def test_s3_3c_各期应报_一期接一期_未报至多一期且在最后(offsets, days, ahead) -> None:
    told: list[tuple[date, date]] = []
    for offset in sorted(offsets):
        on = OPENED + timedelta(offset)
        told.append((next_due(OPENED, [d for _, d in told], days), on))
    day = OPENED + timedelta(ahead)
    found = due_reports(OPENED, told, days, day=day, ended_on=None)
    missing = [due for due in found if due.filing == Filing.MISSING]
    assert missing == found[len(found) - len(missing) :]
    assert len(missing) <= 1
    assert all(due.due_on < day for due in missing)
    assert len(found) - len(missing) == sum(on <= day for _, on in told)
    for due in found:
        if due.reported_on is not None:
            assert (due.filing == Filing.ON_TIME) == (due.reported_on <= due.due_on)


@pytest.mark.parametrize(("ended", "filings"), [(None, 1), (15, 0), (16, 1)])
def test_s3_3c_结束之前过期的仍是未报_结束之后不再要报(ended, filings) -> None:
    ended_on = OPENED + timedelta(ended) if ended else None
    found = due_reports(OPENED, [], 15, day=OPENED + timedelta(60), ended_on=ended_on)
    assert len(found) == filings


# ───────── 动作 ─────────


def signed(cast: Any, amount: int = YI5, **more: Any) -> Project:
    """走到签约(待认定),正式合同金额 `amount`,全部省外出资。"""
    party = PartyDraft(f.investor(cast), 10000, Origin.OUTSIDE_PROVINCE)
    return f.at(cast, Stage.SIGNED, contract_amount=amount, total_investment=2 * YI5,
                parties=(party,), **more)  # fmt: skip


def states(project: Project) -> list[str]:
    return list(
        Escalation.objects.filter(project=project).order_by("pk").values_list("state", flat=True)
    )


def events(project: Project) -> list[str]:
    rows = Event.objects.filter(obj_id=project.code, event__startswith="pipeline.escalation.")
    return [name.rsplit(".", 1)[1] for name in rows.order_by("id").values_list("event", flat=True)]


def edit(cast: Any, project: Project, **changes: Any) -> None:
    project.refresh_from_db()
    edit_project(
        actor=cast.actor("longshan"), project=project,
        draft=replace(draft_of(project), **changes), now=cast.NOW,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "opens"), [(YI5, True), (YI5 - 1, False)])
def test_s3_3c_登记签约恰好五亿元打开_少一元不开(cast, amount, opens) -> None:
    project = signed(cast, amount)
    assert states(project) == (["pending"] if opens else [])
    assert Duty.objects.filter(object_id=project.pk, kind=REPORT).exists() == opens
    assert Notice.objects.filter(kind="pipeline.escalation_opened").exists() == opens


@pytest.mark.django_db
def test_s3_3c_市内财政出资不算合同引资额_按口径不开(cast) -> None:
    local = PartyDraft(f.investor(cast), 1, Origin.LOCAL)
    rest = PartyDraft(f.investor(cast, "外地甲有限公司"), 9999, Origin.OUTSIDE_PROVINCE)
    project = f.at(cast, Stage.SIGNED, contract_amount=YI5, total_investment=2 * YI5,
                   parties=(local, rest))  # fmt: skip
    assert states(project) == []


@pytest.mark.django_db
def test_s3_3c_提级不是签约的条件_签约认定即确认(cast) -> None:
    project = signed(cast)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    assert states(project) == ["confirmed"]
    row = open_of(project)
    assert row.recognition is not None
    assert row.recognition.stage == Stage.SIGNED
    assert events(project) == ["opened", "confirmed"]


@pytest.mark.django_db
def test_s3_3c_撤回认定即提级撤回_重新认定另开一次(cast) -> None:
    project = signed(cast)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=cast.NOW)
    project.refresh_from_db()
    withdraw_recognition(
        actor=cast.actor("heyan"), project=project, reason="合同有假", now=cast.NOW
    )
    assert states(project) == ["lapsed"]
    assert Escalation.objects.get(project=project).close_reason == "合同有假"
    assert not Duty.objects.filter(
        object_id=project.pk, kind__in=(REPORT, PLAN), ended_at=None
    ).exists()
    edit(cast, project, remark="改了别的")
    assert states(project) == ["lapsed"]
    project.refresh_from_db()
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=f.later(cast, 1))
    assert states(project) == ["lapsed", "confirmed"]


@pytest.mark.django_db
def test_s3_3c_退回即撤回(cast) -> None:
    project = signed(cast)
    move_project(
        actor=cast.actor("longshan"), project=project, to=Stage.INTENT, reason="没签成",
        now=cast.NOW,
    )  # fmt: skip
    assert states(project) == ["lapsed"]


@pytest.mark.django_db
def test_s3_3c_更正到门槛以下撤回_再更正上来另开(cast) -> None:
    project = signed(cast)
    edit(cast, project, contract_amount=YI5 + 7)
    assert open_of(project).amount == YI5 + 7
    edit(cast, project, contract_amount=YI5 - 1)
    edit(cast, project, contract_amount=YI5)
    assert states(project) == ["lapsed", "pending"]
    assert events(project) == ["opened", "amended", "lapsed", "opened"]


@pytest.mark.django_db
def test_s3_3c_作废项目即撤回(cast) -> None:
    project = signed(cast)
    asked = request_void(
        actor=cast.actor("longshan"), project=project, reason="录重了", now=cast.NOW
    )
    settle_void(actor=cast.actor("heyan"), request=asked, agree=True, now=cast.NOW)
    assert states(project) == ["lapsed"]


@pytest.mark.django_db
def test_s3_3c_规定施行之前签的不是新签约(cast) -> None:
    project = signed(cast, signed_on=date(2025, 7, 6))
    assert states(project) == []
    edit(cast, project, signed_on=date(2025, 7, 7))
    assert states(project) == ["pending"]


@pytest.mark.django_db
def test_s3_3c_成批核对与逐个相同_重复无变化(cast) -> None:
    projects = [signed(cast, YI5 + n, name=f"成批{n}") for n in (-1, 0, 1)]
    before = [states(p) for p in projects]
    assert before == [[], ["pending"], ["pending"]]
    from django.db import transaction

    with transaction.atomic():
        Escalation.objects.all().delete()
        changed = escalation.refresh(
            [p.pk for p in projects], actor=cast.actor("heyan"), now=cast.NOW
        )
        again = escalation.refresh(
            [p.pk for p in projects], actor=cast.actor("heyan"), now=cast.NOW
        )
    assert (changed, again) == (2, 0)
    assert [states(p) for p in projects] == before


@pytest.mark.django_db
def test_s3_3c_召集人_专班_方案_报告_办结(cast) -> None:
    project = signed(cast)
    row, longshan = open_of(project), cast.actor("longshan")
    with pytest.raises(Denied):
        escalating.assign_convener(
            actor=longshan, escalation=row, person_id=cast.person("zhaoji2").pk, now=cast.NOW
        )
    with pytest.raises(RuleBroken):
        escalating.assign_convener(
            actor=cast.actor("chen"), escalation=row, person_id=cast.person("chen").pk,
            now=cast.NOW,
        )  # fmt: skip
    escalating.assign_convener(
        actor=cast.actor("chen"), escalation=row, person_id=cast.person("zhaoji2").pk, now=cast.NOW
    )
    assert Notice.objects.get(kind="pipeline.escalation_convener").recipient.code == "zhaoji2"
    keji = cast.actor("keji")
    with pytest.raises(Denied):
        escalating.report(actor=keji, escalation=row, draft=ReportDraft("进展"), now=cast.NOW)
    member = escalating.MemberDraft(cast.unit("keji").pk, None, "技术")
    escalating.set_team(actor=longshan, escalation=row, members=[member], now=cast.NOW)
    escalating.hand_in_plan(actor=longshan, escalation=row, text="三个月开工", now=cast.NOW)
    plan = Duty.objects.get(object_id=project.pk, kind=PLAN)
    assert plan.ended_act == "pipeline.escalation.planned"
    with pytest.raises(RuleBroken):
        escalating.report(actor=keji, escalation=row, draft=ReportDraft(" "), now=cast.NOW)
    made = escalating.report(
        actor=keji, escalation=row, draft=ReportDraft("拿地"), now=f.later(cast, 14)
    )
    assert made.due_on == cast.TODAY + timedelta(14)
    waiting = Duty.objects.get(object_id=project.pk, kind=REPORT, ended_at=None)
    assert waiting.due_on == cast.TODAY + timedelta(28)
    with pytest.raises(Denied):
        escalating.close_escalation(actor=longshan, escalation=row, reason="办完", now=cast.NOW)
    escalating.close_escalation(
        actor=cast.actor("zhaoji2"), escalation=row, reason="已开工", now=f.later(cast, 20)
    )
    assert not Duty.objects.filter(object_id=project.pk, kind=REPORT, ended_at=None).exists()
    with pytest.raises(Stale):
        escalating.report(actor=longshan, escalation=row, draft=ReportDraft("又"), now=cast.NOW)
    edit(cast, project, contract_amount=YI5 + 9)
    assert states(project) == ["closed"]


@pytest.mark.django_db
def test_s3_3c_换在任的商务局负责人办结也可以(cast) -> None:
    project = signed(cast)
    escalating.close_escalation(
        actor=cast.actor("shangwuju_head"), escalation=open_of(project), reason="终止了",
        now=cast.NOW,
    )  # fmt: skip
    assert states(project) == ["closed"]


# ───────── 数字与清单 ─────────


def figures(cast: Any, as_of: date | None = None, who: str = "heyan") -> dict[str, Any]:
    return {r.name: r for r in compute(as_of=as_of, actor=cast.actor(who), names=NAMES)}


@pytest.mark.django_db
def test_s3_3c_数字任何一天重演_清单行数等于数字(cast) -> None:
    day = cast.TODAY
    one, two = signed(cast, name="甲"), signed(cast, name="乙")
    recognise(actor=cast.actor("heyan"), project=two, stage=Stage.SIGNED, now=f.later(cast, 1))
    escalating.report(
        actor=cast.actor("longshan"), escalation=open_of(one), draft=ReportDraft("进展"),
        now=f.later(cast, 20),
    )  # fmt: skip
    escalating.close_escalation(
        actor=cast.actor("shangwuju_head"), escalation=open_of(two), reason="已开工",
        now=f.later(cast, 21),
    )  # fmt: skip
    wanted = {
        -1: (0, 0, None), 0: (2, 0, None), 1: (1, 1, None), 14: (1, 1, None), 15: (1, 1, 0),
        20: (1, 1, 0), 21: (1, 0, 0), 60: (1, 0, 0),
    }  # fmt: skip
    for ahead, numbers in wanted.items():
        found = figures(cast, day + timedelta(ahead))
        assert tuple(found[name].value for name in NAMES) == numbers, ahead
        for name in NAMES[:2]:
            for value, url in [
                (found[name].value, found[name].rows_url),
                *((part.value, part.rows_url) for part in found[name].parts),
            ]:
                query = dict(parse_qsl(urlsplit(url).query))
                assert len(matching(cast.actor("heyan"), read(query), day)) == value, url
        query = dict(parse_qsl(urlsplit(found[NAMES[2]].rows_url).query))
        rows = due_lines(matching(cast.actor("heyan"), read(query), day), "due")
        on_time = sum(row.due.filing == Filing.ON_TIME for row in rows)
        assert found[NAMES[2]].value == (on_time * 10000 // len(rows) if rows else None)


@pytest.mark.django_db
def test_s3_3c_限名单项目的提级_看不见的人不列不计(cast) -> None:
    signed(cast, confidentiality="restricted", listed_ids=(cast.person("longshan").pk,))
    assert figures(cast, who="heyan")["escalations_pending"].value == 1
    assert figures(cast, who="dongfeng")["escalations_pending"].value == 0
    assert matching(cast.actor("dongfeng"), read({}), cast.TODAY) == []
    page = cast.client("dongfeng").get("/projects/escalations/").content.decode()
    assert "没有符合条件的提级项目" in page


@pytest.mark.django_db
def test_s3_3c_网页与接口_报告办结各一遍(cast) -> None:
    project = signed(cast)
    client = cast.client("longshan")
    page = client.get("/projects/escalations/").content.decode()
    assert project.name in page
    base = f"/projects/{project.code}/escalation"
    assert client.get(f"{base}/report/").status_code == 200
    assert client.post(f"{base}/report/", {}).status_code == 422
    done = client.post(f"{base}/report/", {"progress": "已完成勘界"})
    assert done.status_code == 302
    assert "已完成勘界" in client.get(f"/projects/{project.code}/").content.decode()
    assert client.post(f"{base}/plan/", {"plan": "方案一"}).status_code == 302
    added = client.post(f"{base}/team/", {"unit": "keji", "task": "技术"})
    assert added.status_code == 302
    member = open_of(project).team.get()
    assert client.post(f"{base}/team/", {"remove": [str(member.pk)]}).status_code == 302
    assert open_of(project).team.count() == 0
    assert client.get(f"{base}/close/").status_code == 403
    head = cast.client("shangwuju_head")
    assert head.post(f"{base}/close/", {"reason": "已开工"}).status_code == 302
    assert client.get(f"{base}/report/").status_code == 404


def test_s3_3c_接口交工作方案_附的文件收到了_不附也可以(cast, settings) -> None:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    project = signed(cast)
    token = make_token(actor=Actor.console(), username="longshan", now=cast.NOW)
    url = f"/api/v1/projects/{project.code}/escalation/plan"
    headers = {"Authorization": f"Bearer {token}"}
    file = SimpleUploadedFile("方案.pdf", f.pdf("工作方案"), "application/pdf")
    made = Client().post(url, {"plan": "先交地", "file": file}, headers=headers)
    assert made.status_code == 200, made.content
    assert open_of(project).plan_file_name == "方案.pdf"
    assert Client().post(url, {"plan": "再开工"}, headers=headers).status_code == 200
    assert (open_of(project).plan, open_of(project).plan_file_name) == ("再开工", "方案.pdf")
