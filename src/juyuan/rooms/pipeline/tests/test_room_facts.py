"""由评价与履约办出的事实:新项目只认房间办结的,此前登记的照旧;撤回、拒绝都不留痕迹。"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale
from juyuan.rooms.pipeline import facts as registry
from juyuan.rooms.pipeline.actions.evidence import add_evidence, state_fact, withdraw_fact
from juyuan.rooms.pipeline.actions.recognise import recognise, withdraw_recognition
from juyuan.rooms.pipeline.actions.void import request_void
from juyuan.rooms.pipeline.models import Evidence, Project, VoidRequest
from juyuan.rooms.pipeline.queries.facts import facts_of, review_since, reviewed_here
from juyuan.rooms.pipeline.rules.evidence import judge_typed, review_here, typed_allowed
from juyuan.rooms.pipeline.rules.facts import ROOM, ROOM_KEYS, Conclusion, FactKey
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests import pages

SINCE = date(2026, 11, 21)
pytestmark = pytest.mark.django_db


def new_at(cast):
    """「须在系统内评审」之后的一个时刻。"""
    found = cast.NOW + timedelta(days=(review_since() - localdate(cast.NOW)).days)
    assert localdate(found) == review_since()
    return found


@pytest.fixture
def fresh(cast, settings):
    """一个新项目,走到意向。"""
    f.parameters(cast)
    now = new_at(cast)
    settings.JUYUAN_NOW = now.isoformat()
    return f.at(cast, Stage.INTENT, name="新项目", now=now), now


@pytest.mark.parametrize(
    ("created", "signed", "here"),
    [
        (SINCE - timedelta(days=1), None, False),
        (SINCE, None, True),
        (SINCE + timedelta(days=1), None, True),
        (SINCE, SINCE - timedelta(days=1), False),
        (SINCE, SINCE, True),
        (SINCE - timedelta(days=1), SINCE, False),
    ],
)
def test_s3_4b_自某日起登记的须在系统内评审_当日含在内(created, signed, here) -> None:
    assert review_here(created, signed, SINCE) is here


@pytest.mark.parametrize("key", list(FactKey))
def test_s3_4b_哪些事实不收人填报的(key) -> None:
    assert typed_allowed(key, False) is (key != FactKey.PROMISE_CHECK)
    assert typed_allowed(key, True) is (key not in ROOM_KEYS)
    said = judge_typed(key, True)
    assert bool(said) is (key in ROOM_KEYS)
    for found in said:
        assert found.clause == "3.4b" and key.label in found.message and "请在" in found.message


def test_s3_4b_签约日期只对台账补录的有意义(cast) -> None:
    f.parameters(cast)
    since = review_since()
    early = since - timedelta(days=1)
    new = f.planning(cast, now=new_at(cast))
    assert reviewed_here(new)
    new.signed_on = early  # 自己登记的写个早的签约日期,不算从前的
    assert reviewed_here(new)
    new.source = "ledger"
    assert not reviewed_here(new)
    new.signed_on = since
    assert reviewed_here(new)


@pytest.mark.parametrize("key", sorted(ROOM_KEYS))
def test_s3_4b_新项目不收人填报的评审与审查_什么也不留(cast, fresh, key) -> None:
    project, now = fresh
    file = f.stored(cast.actor("longshan"), "自己写的", now)
    before = (Evidence.objects.count(), Event.objects.count())
    with pytest.raises(RuleBroken) as error:
        add_evidence(
            actor=cast.actor("longshan"), project=project,
            draft=f.evidence_draft(cast, key, file.pk), now=now,
        )  # fmt: skip
    assert [x.rule for x in error.value.findings] == ["evidence.room"]
    assert (Evidence.objects.count(), Event.objects.count()) == before


def test_s3_4b_此前登记的照旧凭陈述_也不要承诺审查记录(cast) -> None:
    project = f.at(cast, Stage.INTENT, name="老项目")
    lacking = {x.field for x in missing(facts_of(project), Stage.SIGNED, cast.TODAY)}
    assert "promise_check" not in lacking and "legality" in lacking
    f.evidence(cast, project, FactKey.LEGALITY)
    assert "legality" not in {x.field for x in missing(facts_of(project), Stage.SIGNED, cast.TODAY)}


def test_s3_4b_新项目凭房间办结的进得了签约_没有记录不能签约(cast, fresh) -> None:
    project, now = fresh
    f.fill(cast, project, Stage.SIGNED, now=now)
    row = Evidence.objects.get(project=project, fact="promise_check")
    assert (row.source, row.source_ref) == (ROOM, "样例-promise_check")
    event = Event.objects.get(event="pipeline.evidence.stated", after__fact="promise_check")
    assert event.obj_id == project.code and event.clause == "3.4b"
    withdraw_fact(actor=cast.actor("longshan"), evidence=row, reason="条款改了", now=now)
    with pytest.raises(RuleBroken) as error:
        f.advance(cast, project, Stage.SIGNED, now=now)
    assert {x.field for x in error.value.findings} == {"promise_check"}
    f.supply(cast, project, "promise_check", now=now)
    assert f.advance(cast, project, Stage.SIGNED, now=now).stage == "signed"


def test_s3_4b_同一件再记还是那一份_结论不通过的记下但不顶用(cast, fresh) -> None:
    project, now = fresh
    first = f.stated(cast, project, FactKey.LEGALITY, now=now)
    events = Event.objects.count()
    file = f.stored(cast.actor("longshan"), "另一份", now)
    stored_events = Event.objects.count() - events
    again = state_fact(
        actor=cast.actor("longshan"), project=project, source=ROOM,
        source_ref=first.source_ref, draft=f.evidence_draft(cast, FactKey.LEGALITY, file.pk),
        now=now,
    )  # fmt: skip
    assert again.pk == first.pk and Event.objects.count() == events + stored_events
    f.stated(cast, project, FactKey.REVIEW_PASSED, now=now, conclusion=Conclusion.FAILED)
    lacking = {x.field for x in missing(facts_of(project), Stage.SIGNED, localdate(now))}
    assert "review_passed" in lacking and "legality" not in lacking


def test_s3_4b_要素不齐的不记_项目退出计数的不记(cast, fresh) -> None:
    project, now = fresh
    before = Evidence.objects.count()
    with pytest.raises(RuleBroken):
        f.stated(cast, project, FactKey.LEGALITY, now=now, number="")
    Project.objects.filter(pk=project.pk).update(voided_at=now)
    with pytest.raises(NotFound), transaction.atomic():
        f.stated(cast, project, FactKey.LEGALITY, now=now)
    assert Evidence.objects.count() == before


def test_s3_4b_已认定的签约凭着它_不能撤回_撤回认定之后可以(cast, fresh) -> None:
    project, now = fresh
    f.fill(cast, project, Stage.SIGNED, now=now)
    f.advance(cast, project, Stage.SIGNED, now=now)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=now)
    row = Evidence.objects.get(project=project, fact="legality")
    events = Event.objects.count()
    with pytest.raises(RuleBroken) as error:
        withdraw_fact(actor=cast.actor("longshan"), evidence=row, reason="提级", now=now)
    assert error.value.findings[0].rule == "evidence.rests"
    row.refresh_from_db()
    assert row.voided_at is None and Event.objects.count() == events
    # 另有一份同一事项的,撤这一份不动摇认定
    other = f.stated(cast, project, FactKey.LEGALITY, now=now)
    assert other.pk == row.pk
    project.refresh_from_db()
    withdraw_recognition(actor=cast.actor("heyan"), project=project, reason="复核", now=now)
    done = withdraw_fact(actor=cast.actor("longshan"), evidence=row, reason="提级", now=now)
    assert done.voided_at and done.void_reason == "提级" and done.version == 2
    with pytest.raises(Stale):
        withdraw_fact(actor=cast.actor("longshan"), evidence=row, reason="再撤", now=now)


def test_s3_4b_人填报的不能这样撤_房间办出的不能当录入错误作废(cast, fresh) -> None:
    project, now = fresh
    typed = Evidence.objects.filter(project=project, source="").first()
    with pytest.raises(RuleBroken) as error:
        withdraw_fact(actor=cast.actor("longshan"), evidence=typed, reason="撤", now=now)
    assert error.value.findings[0].rule == "evidence.typed"
    row = f.stated(cast, project, FactKey.LEGALITY, now=now)
    with pytest.raises(RuleBroken) as error:
        request_void(
            actor=cast.actor("longshan"), project=project, evidence=row, reason="错", now=now
        )
    assert error.value.findings[0].rule == "void.room"
    assert not VoidRequest.objects.exists()


def test_s3_4b_清单与提交页领到办它的房间(cast, fresh, monkeypatch) -> None:
    project, _ = fresh
    monkeypatch.setattr(registry, "_DOORS", dict(registry._DOORS))
    registry.register_supplier("legality", lambda code: f"/在别处/{code}/", "申请审查")
    html = pages.get(cast, "longshan", pages.url("detail", project.code))
    assert f"/在别处/{project.code}/" in html and "申请审查" in html
    page = pages.get(cast, "longshan", pages.url("evidence", project.code))
    assert "办结自动记上" in page and 'value="legality"' not in page
    assert 'value="formal_contract"' in page
    old = f.at(cast, Stage.INTENT, name="老项目", now=cast.NOW)
    page = pages.get(cast, "longshan", pages.url("evidence", old.code))
    assert 'value="legality"' in page and 'value="promise_check"' not in page
