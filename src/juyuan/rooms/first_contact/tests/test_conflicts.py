"""撞单:各看各的一边,裁定、提请、终裁、生效、不是同一件;移交有清单、有接收。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.first_contact import jobs
from juyuan.rooms.first_contact.actions.handover import answer_handover, propose_handover
from juyuan.rooms.first_contact.actions.ruling import (
    ProofDraft,
    add_proof,
    appeal,
    decide_appeal,
    dismiss,
    rule_conflict,
)
from juyuan.rooms.first_contact.actions.settle import found_project
from juyuan.rooms.first_contact.models import Claim, Conflict, ConflictEvidence, Handover, Ruling
from juyuan.rooms.first_contact.queries import claims as read
from juyuan.rooms.first_contact.queries import conflicts
from juyuan.rooms.first_contact.rules.rulings import HandoverDraft, RulingDraft
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests.factories import stored

pytestmark = pytest.mark.django_db


def rules_of(broken: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [finding.rule for finding in broken.value.findings]


def clash(cast: Any) -> tuple[Claim, Claim, Conflict]:
    first = f.register(cast).claim
    later = f.register(cast, "dongfeng")
    assert later.conflict is not None
    return first, later.claim, later.conflict


def shares(cast: Any, lead: str, longshan: int = 6000, reason: str = "先有会议记录") -> RulingDraft:
    parts = {cast.unit("longshan").pk: longshan, cast.unit("dongfeng").pk: 10000 - longshan}
    return RulingDraft(cast.unit(lead).pk, parts, reason)


def proof(cast: Any, by: str, conflict: Conflict, text: str) -> ConflictEvidence:
    actor = cast.actor(by)
    file = stored(actor, text, cast.NOW)
    return add_proof(actor=actor, conflict=conflict, now=cast.NOW,
                     draft=ProofDraft(text, cast.TODAY, "原件在办公室", file.pk))  # fmt: skip


def settle(cast: Any, days: int = 10) -> dict[str, Any]:
    now = cast.NOW + timedelta(days=days)
    return jobs.settle_rulings(today=now.date(), now=now)


def fresh(*rows: Any) -> None:
    for row in rows:
        row.refresh_from_db()


def test_s3_2b_各交各的证据_对方看不见(cast: Any) -> None:
    _, _, conflict = clash(cast)
    one, two = proof(cast, "longshan", conflict, "来函"), proof(cast, "dongfeng", conflict, "照片")
    seen = {
        by: [conflicts.evidence_seen(cast.actor(by), str(row.pk)) for row in (one, two)]
        for by in ("longshan", "dongfeng", "chen", "zhaoji", "xian", "caizheng")
    }
    assert seen == {
        "longshan": [True, False], "dongfeng": [False, True], "chen": [True, True],
        "zhaoji": [True, True], "xian": [False, False], "caizheng": [False, False],
    }  # fmt: skip
    with pytest.raises(NotFound):
        proof(cast, "xian", conflict, "无关")
    with pytest.raises(NotFound):
        proof(cast, "chen", conflict, "商务局不是一方")
    with pytest.raises(RuleBroken) as broken:
        add_proof(actor=cast.actor("longshan"), conflict=conflict, now=cast.NOW,
                  draft=ProofDraft(" ", date(2026, 11, 21)))  # fmt: skip
    assert rules_of(broken) == ["proof.title", "proof.date", "proof.file"]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM first_contact_conflictevidence")


def test_s3_2b_裁定由商务局_理由份额齐全_期限过后生效(cast: Any) -> None:
    first, later, conflict = clash(cast)
    for by in ("chen", "longshan", "zhaoji"):
        with pytest.raises(Denied):
            rule_conflict(actor=cast.actor(by), conflict=conflict, draft=shares(cast, "longshan"), now=cast.NOW)  # fmt: skip
    with pytest.raises(RuleBroken) as broken:
        rule_conflict(actor=cast.actor("heyan"), conflict=conflict, now=cast.NOW,
                      draft=RulingDraft(cast.unit("xian").pk, {}, ""))  # fmt: skip
    assert rules_of(broken) == ["ruling.lead", "ruling.total", "ruling.reason"]
    row = rule_conflict(
        actor=cast.actor("heyan"), conflict=conflict, draft=shares(cast, "dongfeng"), now=cast.NOW
    )
    assert (conflict.state, conflict.appeal_by) == ("ruled", date(2026, 11, 25))
    assert row.shares == {str(cast.unit("longshan").pk): 6000, str(cast.unit("dongfeng").pk): 4000}
    assert row.parameters == {"first_contact.ruling_workdays": "2025-07-07", "first_contact.appeal_workdays": "2025-07-07"}  # fmt: skip
    assert not Duty.objects.filter(kind="first_contact.ruling", ended_at__isnull=True).exists()
    fresh(first, later)
    assert (first.state, later.state) == ("protected", "disputed")
    with pytest.raises(Stale):
        rule_conflict(actor=cast.actor("heyan"), conflict=conflict, draft=shares(cast, "longshan"), now=cast.NOW)  # fmt: skip
    with pytest.raises(RuleBroken) as broken:
        proof(cast, "longshan", conflict, "迟了")
    assert rules_of(broken) == ["proof.closed"]
    assert settle(cast, 5) == {"settled": 0}
    assert settle(cast, 6) == {"settled": 1}
    assert settle(cast, 7) == {"settled": 0}
    fresh(first, later, conflict)
    project = Project.objects.get()
    assert (conflict.state, first.state, later.state) == ("final", "ended", "protected")
    assert (later.project, project.lead_unit, project.contested) == (project, cast.unit("dongfeng"), False)  # fmt: skip
    assert [e.verb for e in later.events.all()] == ["contest", "uphold"]
    assert read.rights([later], cast.TODAY)[later.pk].state == "disputed"


def test_s3_2b_裁给先有的一方_保护期不打断(cast: Any) -> None:
    first, later, conflict = clash(cast)
    rule_conflict(actor=cast.actor("heyan"), conflict=conflict, draft=shares(cast, "longshan"), now=cast.NOW)  # fmt: skip
    settle(cast)
    fresh(first, later)
    assert (first.state, later.state) == ("protected", "ended")
    seen = read.rights([first], cast.TODAY + timedelta(days=11))[first.pk].outlook
    assert seen is not None and seen.until == cast.TODAY + timedelta(days=90)
    again = f.register(cast, "dongliao", now=cast.NOW + timedelta(days=12))
    assert again.conflict is not None and again.conflict.pk != conflict.pk


def test_s3_2b_不服的期限内提请召集人_终裁当即生效(cast: Any) -> None:
    first, later, conflict = clash(cast)
    with pytest.raises(RuleBroken) as broken:
        appeal(actor=cast.actor("longshan"), conflict=conflict, reason="不服", now=cast.NOW)
    assert rules_of(broken) == ["appeal.closed"]
    rule_conflict(actor=cast.actor("heyan"), conflict=conflict, draft=shares(cast, "dongfeng"), now=cast.NOW)  # fmt: skip
    late = cast.NOW + timedelta(days=6)
    with pytest.raises(RuleBroken):
        appeal(actor=cast.actor("longshan"), conflict=conflict, reason="迟了", now=late)
    with pytest.raises(NotFound):
        appeal(actor=cast.actor("xian"), conflict=conflict, reason="无关", now=cast.NOW)
    with pytest.raises(RuleBroken):
        appeal(actor=cast.actor("longshan"), conflict=conflict, reason=" ", now=cast.NOW)
    appeal(actor=cast.actor("longshan"), conflict=conflict, reason="我方在先", now=cast.NOW)
    assert conflict.state == "appealed"
    duty = Duty.objects.get(kind="first_contact.appeal")
    assert (duty.person, duty.due_on) == (cast.person("zhaoji"), date(2026, 11, 27))
    assert Notice.objects.get(kind="first_contact.appealed").recipient == cast.person("zhaoji")
    assert settle(cast) == {"settled": 0}
    proof(cast, "dongfeng", conflict, "补充说明")
    final = shares(cast, "longshan", 9000, "证据在先")
    with pytest.raises(Denied):
        decide_appeal(actor=cast.actor("heyan"), conflict=conflict, draft=final, now=cast.NOW)
    decide_appeal(actor=cast.actor("zhaoji"), conflict=conflict, draft=final, now=cast.NOW)
    fresh(first, later)
    assert (conflict.state, first.state, later.state) == ("final", "protected", "ended")
    assert [r.level for r in Ruling.objects.all()] == ["first", "final"]
    with pytest.raises(Stale):
        decide_appeal(actor=cast.actor("zhaoji"), conflict=conflict, draft=final, now=cast.NOW)
    with pytest.raises(RuleBroken):
        appeal(actor=cast.actor("dongfeng"), conflict=conflict, reason="再来", now=cast.NOW)
    assert not Duty.objects.filter(kind="first_contact.appeal", ended_at__isnull=True).exists()


def test_s3_2b_不是同一件_撤销之后各登各的_功劳仍是当初(cast: Any) -> None:
    _, later, conflict = clash(cast)
    with pytest.raises(RuleBroken) as broken:
        found_project(actor=cast.actor("dongfeng"), claim=later, now=cast.NOW)
    assert rules_of(broken) == ["claim.found"]
    with pytest.raises(RuleBroken):
        dismiss(actor=cast.actor("heyan"), conflict=conflict, reason="", now=cast.NOW)
    dismiss(actor=cast.actor("heyan"), conflict=conflict, reason="一个做纱一个做袜", now=cast.NOW)
    assert not Project.objects.get().contested and conflict.state == "closed"
    day = cast.NOW + timedelta(days=3)
    with pytest.raises(Denied):
        found_project(actor=cast.actor("longshan"), claim=later, now=day)
    found_project(actor=cast.actor("dongfeng"), claim=later, now=day)
    fresh(later)
    assert (later.state, later.merit_at) == ("protected", cast.NOW)
    assert later.project is not None and later.project.lead_unit == cast.unit("dongfeng")
    assert Claim.objects.filter(state="protected").count() == Project.objects.count() == 2


def handing(cast: Any, **more: Any) -> HandoverDraft:
    base = {"to_unit_id": cast.unit("dongliao").pk, "materials": "来函、会议纪要", "matters": "待约考察",
            "share_bp": 5000, "reason": "机构改革"}  # fmt: skip
    return HandoverDraft(**(base | more))


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({"materials": " "}, ["handover.materials"]),
        ({"matters": ""}, ["handover.matters"]),
        ({"reason": "长" * 2001}, ["handover.length"]),
        ({"share_bp": 0}, ["handover.share"]),
        ({"share_bp": None}, ["handover.share"]),
        ({"share_bp": 10001}, ["handover.share"]),
        ({"to_unit_id": None}, ["handover.to"]),
        ({"to_unit_id": 10**9}, ["ref.unit"]),
    ],
)
def test_s3_2b_移交要清单与份额(cast: Any, more: dict, rules: list[str]) -> None:
    claim = f.register(cast).claim
    with pytest.raises(RuleBroken) as broken:
        propose_handover(actor=cast.actor("longshan"), claim=claim, draft=handing(cast, **more), now=cast.NOW)  # fmt: skip
    assert rules_of(broken) == rules and not Handover.objects.exists()


def test_s3_2b_移交经接收才算_功劳的时刻随首谈走(cast: Any) -> None:
    claim = f.register(cast).claim
    now = cast.NOW + timedelta(days=5)
    with pytest.raises(Denied):
        propose_handover(actor=cast.actor("dongliao"), claim=claim, draft=handing(cast), now=now)
    row = propose_handover(actor=cast.actor("longshan"), claim=claim, draft=handing(cast), now=now)
    with pytest.raises(Stale):
        propose_handover(actor=cast.actor("longshan"), claim=claim, draft=handing(cast), now=now)
    assert read.visible_to(cast.actor("dongliao")).get() == claim
    assert Duty.objects.get(kind="first_contact.accept").unit == cast.unit("dongliao")
    with pytest.raises(NotFound):
        answer_handover(actor=cast.actor("longshan"), handover=row, accept=True, now=now)
    with pytest.raises(RuleBroken):
        answer_handover(actor=cast.actor("dongliao"), handover=row, accept=False, now=now)
    answer_handover(actor=cast.actor("dongliao"), handover=row, accept=True, now=now)
    fresh(claim, row)
    new = row.successor
    assert new is not None and new.project is not None
    assert (claim.state, new.state, new.merit_at) == ("handed_over", "protected", claim.merit_at)
    assert new.project.lead_unit == cast.unit("dongliao") and row.share_bp == 5000
    with pytest.raises(Stale):
        answer_handover(actor=cast.actor("dongliao"), handover=row, accept=True, now=now)
    with pytest.raises(RuleBroken) as broken:
        propose_handover(actor=cast.actor("longshan"), claim=claim, draft=handing(cast), now=now)
    assert rules_of(broken) == ["handover.state"]


def test_s3_2b_不接收的原样不动_撞单未定不能移交(cast: Any) -> None:
    claim = f.register(cast).claim
    row = propose_handover(
        actor=cast.actor("heyan"), claim=claim, draft=handing(cast), now=cast.NOW
    )
    answer_handover(actor=cast.actor("dongliao"), handover=row, accept=False, answer="不在本县", now=cast.NOW)  # fmt: skip
    fresh(claim)
    assert (claim.state, row.state) == ("protected", "refused")
    assert not read.visible_to(cast.actor("dongliao")).exists()
    f.register(cast, "dongfeng")
    claim = Claim.objects.get(pk=claim.pk)
    with pytest.raises(RuleBroken) as broken:
        propose_handover(actor=cast.actor("longshan"), claim=claim, draft=handing(cast), now=cast.NOW)  # fmt: skip
    assert rules_of(broken) == ["handover.contested"]


def test_s3_2b_到期前十天三天各提醒一次(cast: Any) -> None:
    f.register(cast)
    told = []
    for number in (79, 80, 80, 81, 87, 90):
        now = cast.NOW + timedelta(days=number)
        told.append(jobs.warn(today=now.date(), now=now)["told"])
    assert told == [0, 3, 0, 0, 3, 0]  # 经办、主要负责同志,与身兼两职的
    assert {n.due_on for n in Notice.objects.filter(kind__startswith="first_contact.exp")} == {
        cast.TODAY + timedelta(days=90)
    }
