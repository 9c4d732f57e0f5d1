"""函的动作:起草到了结,每一步旁边是它的拒绝;拒绝什么也不留。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.papers import actions as papers
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.foundation.papers.models import Document
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation.actions.breaches import dismiss_breach
from juyuan.rooms.evaluation.actions.letters import (
    decide_outcome,
    deliver_letter,
    draft_letter,
    propose_outcome,
    record_reply,
    record_talk,
)
from juyuan.rooms.evaluation.actions.promises import add_debt, change_by_supplement
from juyuan.rooms.evaluation.models import Letter, LetterReply, Talk
from juyuan.rooms.evaluation.queries import breaches as breach_read
from juyuan.rooms.evaluation.queries import letters as read
from juyuan.rooms.evaluation.rules.breaches import LetterLevel, OutcomeDraft
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.evaluation.tests.test_promises import supplement
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def traces() -> tuple[int, ...]:
    return (
        Letter.objects.count(), Document.objects.count(), LetterReply.objects.count(),
        Talk.objects.count(), Notice.objects.count(), Duty.objects.filter(ended_at=None).count(),
        Event.objects.filter(event__startswith="evaluation.letter").count(),
    )  # fmt: skip


def open_duties(letter: Letter) -> list[str]:
    rows = Duty.objects.filter(object_type=read.OBJ, object_id=letter.pk, ended_at=None)
    return sorted(rows.values_list("kind", flat=True))


def test_s3_4c_起草_事实锁定_话可以改(cast: Any) -> None:
    letter = steps.drafted(cast)
    document = letter.document
    assert (letter.level, letter.state, letter.days) == ("remind", "preparing", 30)
    assert document.title == "关于高性能纱线智能制造项目的履约提醒函"
    assert document.facts["addressee"] == "浙江安澜纺织科技有限公司"
    assert document.facts["deviation"] == "逾期19天" and document.words["contact"]
    with pytest.raises(RuleBroken):
        papers.revise_paper(
            actor=cast.actor("longshan"), document=document, words={"actual": "早已开工"},
            version=document.version, now=steps.moment(cast),
        )  # fmt: skip
    for who in ("dongfeng", "caizheng"):
        with pytest.raises(NotFound):
            read.door(cast.actor(who), letter.code)


def test_s3_4c_起草的拒绝不留痕迹(cast: Any) -> None:
    breach = steps.breach(cast)
    now = steps.moment(cast)
    before = traces()
    with pytest.raises(Denied):
        draft_letter(actor=cast.actor("dongfeng"), breach=breach, now=now)
    with pytest.raises(RuleBroken):  # 没有这一段可改
        draft_letter(actor=cast.actor("longshan"), breach=breach, words={"actual": "x"}, now=now)
    assert traces() == before
    steps.drafted(cast, breach)
    before = traces()
    with pytest.raises(RuleBroken, match="还在办"):
        draft_letter(actor=cast.actor("heyan"), breach=breach, now=now)
    assert traces() == before


def test_s3_4c_政府欠着不能起草_不认定的不能起草(cast: Any) -> None:
    breach = steps.breach(cast)
    now = steps.moment(cast)
    add_debt(actor=cast.actor("longshan"), promise=breach.promise, draft=p.debt(cast), now=now)
    before = traces()
    with pytest.raises(RuleBroken, match="政府一侧先欠着"):
        draft_letter(actor=cast.actor("longshan"), breach=breach, now=now)
    other = p.promise(cast, breach.promise.project, "production", due_on=date(2026, 12, 1))
    dismissed = dismiss_breach(
        actor=cast.actor("heyan"), promise=other, test="late_production", reason="改产线", now=now
    )
    with pytest.raises(RuleBroken, match="不认定"):
        draft_letter(actor=cast.actor("longshan"), breach=dismissed, now=now)
    assert traces() == before


def test_s3_4c_批准者不是起草人_印发取号_函已印发(cast: Any) -> None:
    letter = steps.drafted(cast)
    now = steps.moment(cast)
    papers.submit_paper(actor=cast.actor("longshan"), document=letter.document, now=now)
    for who in ("longshan", "heyan", "dongfeng_head"):
        letter.document.refresh_from_db()
        with pytest.raises(Denied):
            papers.approve_paper(actor=cast.actor(who), document=letter.document, now=now)
    papers.approve_paper(actor=cast.actor("longshan_head"), document=letter.document, now=now)
    with pytest.raises(Denied):
        papers.issue_paper(actor=cast.actor("heyan"), document=letter.document, now=now)
    papers.issue_paper(actor=cast.actor("longshan"), document=letter.document, now=now)
    letter.refresh_from_db()
    assert letter.state == "sent" and letter.issued_on == now.date()
    assert letter.reply_by == now.date() + timedelta(days=30)
    assert letter.document.number == "龙山区履约函〔2026〕1号"
    assert open_duties(letter) == ["evaluation.deliver_letter"]
    told = Notice.objects.filter(kind="evaluation.letter_issued")
    assert cast.person("longshan").pk in {n.recipient_id for n in told}


def test_s3_4c_送达之日起算三十日_作废的函不再用(cast: Any) -> None:
    letter = steps.issued(cast)
    later = steps.moment(cast, 33)
    with pytest.raises(Denied):
        deliver_letter(
            actor=cast.actor("dongfeng"), letter=letter, now=later,
            draft=DeliveryDraft("post", "李某", later.date()),
        )  # fmt: skip
    deliver_letter(
        actor=cast.actor("longshan"), letter=letter, now=later,
        draft=DeliveryDraft("post", "李某", later.date()),
    )  # fmt: skip
    letter.refresh_from_db()
    assert letter.reply_by == later.date() + timedelta(days=30)
    assert open_duties(letter) == ["evaluation.letter_reply"]
    assert not read.overdue(letter, letter.reply_by)
    assert read.overdue(letter, letter.reply_by + timedelta(days=1))
    letter.document.refresh_from_db()
    papers.void_paper(
        actor=cast.actor("longshan_head"), document=letter.document, reason="错发", now=later
    )
    letter.refresh_from_db()
    assert letter.state == "voided" and open_duties(letter) == []
    assert read.level_for(letter.breach) == LetterLevel.REMIND


def test_s3_4c_到期没有回复_再起草即督办函_前一封了结(cast: Any) -> None:
    letter = steps.sent(cast)
    due = letter.reply_by
    assert due is not None
    last = steps.moment(cast, 60)
    assert last.date() == due
    with pytest.raises(RuleBroken, match="还在办"):
        draft_letter(actor=cast.actor("longshan"), breach=letter.breach, now=last)
    urge = draft_letter(
        actor=cast.actor("longshan"), breach=letter.breach, words=dict(steps.WORDS),
        now=last + timedelta(days=1),
    )  # fmt: skip
    letter.refresh_from_db()
    assert (urge.level, letter.state) == ("urge", "closed")
    assert urge.document.facts["before"][0]["number"] == "龙山区履约函〔2026〕1号"
    assert Event.objects.filter(event="evaluation.letter.lapsed").count() == 1


def test_s3_4c_回复_延期_批准者不是提出人_宽限之内不再提(cast: Any) -> None:
    letter = steps.sent(cast)
    now = steps.moment(cast, 41)
    before = traces()
    with pytest.raises(RuleBroken):
        record_reply(
            actor=cast.actor("longshan"), letter=letter, on=now.date(), text=" ", file_id=None,
            now=now,
        )  # fmt: skip
    with pytest.raises(Denied):
        steps.reply(cast, letter, by="dongfeng")
    with pytest.raises(RuleBroken, match="不能提出结果"):
        propose_outcome(
            actor=cast.actor("longshan"), letter=letter,
            draft=OutcomeDraft("extend", "x", date(2027, 4, 30)), now=now,
        )  # fmt: skip
    assert traces()[:4] == before[:4] and traces()[6] == before[6]
    steps.reply(cast, letter)
    assert letter.state == "replied" and open_duties(letter) == ["evaluation.propose_outcome"]
    until = date(2027, 4, 30)
    with pytest.raises(Stale):
        propose_outcome(
            actor=cast.actor("longshan"), letter=letter, version=1, now=now,
            draft=OutcomeDraft("extend", "冬季不能施工", until),
        )  # fmt: skip
    letter.refresh_from_db()
    propose_outcome(
        actor=cast.actor("longshan"), letter=letter, now=now,
        draft=OutcomeDraft("extend", "冬季不能施工", until),
    )  # fmt: skip
    assert open_duties(letter) == ["evaluation.decide_outcome"]
    for who in ("longshan", "heyan"):
        with pytest.raises(Denied):
            decide_outcome(actor=cast.actor(who), letter=letter, agree=True, now=now)
    decide_outcome(actor=cast.actor("longshan_head"), letter=letter, agree=True, now=now)
    letter.refresh_from_db()
    breach = letter.breach
    breach.refresh_from_db()
    assert (letter.state, breach.state, breach.quiet_until) == ("closed", "closed", until)
    assert open_duties(letter) == []
    assert breach_read.proposal_of(breach.promise, "late_start", until) is None
    again = breach_read.proposal_of(breach.promise, "late_start", until + timedelta(days=1))
    assert again is not None and read.level_for(breach) == LetterLevel.URGE


def test_s3_4c_不同意结果要理由_退回再提(cast: Any) -> None:
    letter = steps.sent(cast)
    steps.reply(cast, letter)
    now = steps.moment(cast, 41)
    propose_outcome(
        actor=cast.actor("longshan"), letter=letter, now=now,
        draft=OutcomeDraft("speed_up", "承诺抢工", date(2027, 3, 1)),
    )  # fmt: skip
    with pytest.raises(RuleBroken):
        decide_outcome(actor=cast.actor("longshan_head"), letter=letter, agree=False, now=now)
    decide_outcome(
        actor=cast.actor("longshan_head"), letter=letter, agree=False, reason="太久", now=now
    )
    letter.refresh_from_db()
    assert (letter.state, letter.outcome, letter.until) == ("replied", "", None)
    assert letter.breach.state == "confirmed"


def test_s3_4c_调整投资计划须先凭补充协议改约(cast: Any) -> None:
    letter = steps.sent(cast)
    steps.reply(cast, letter)
    now = steps.moment(cast, 41)
    draft = OutcomeDraft("adjust", "双方同意改期")
    with pytest.raises(RuleBroken, match="先登记补充协议"):
        propose_outcome(actor=cast.actor("longshan"), letter=letter, draft=draft, now=now)
    promise = letter.breach.promise
    paper = supplement(cast, promise.project)
    change_by_supplement(
        actor=cast.actor("longshan"), promise=promise, supplement=paper, target=None,
        due_on=date(2027, 6, 1), reason="改期", now=now,
    )  # fmt: skip
    propose_outcome(actor=cast.actor("longshan"), letter=letter, draft=draft, now=now)
    assert letter.supplement_id == paper.pk
    decide_outcome(actor=cast.actor("longshan_head"), letter=letter, agree=True, now=now)
    assert letter.state == "closed"


def test_s3_4c_约谈通知书才记约谈_须有人员与结果(cast: Any) -> None:
    breach = steps.breach(cast)
    now = steps.moment(cast)
    letter = steps.sent(cast, steps.drafted(cast, breach))
    for _ in ("urge", "talk"):
        now += timedelta(days=31)
        letter = steps.sent(cast, steps.drafted(cast, breach, now=now), now=now)
    assert letter.level == "talk" and letter.document.title.endswith("履约约谈通知书")
    file = f.stored(cast.actor("longshan"), "约谈记录", now)
    good = {
        "on": now.date(), "place": "区政府三楼会议室", "people": "张某、李某", "result": "承诺三月开工",
        "file_id": file.pk,
    }  # fmt: skip
    before = traces()
    for bad in ({"people": ""}, {"result": " "}, {"file_id": None}, {"on": None}, {"place": ""}):
        with pytest.raises(RuleBroken):
            record_talk(actor=cast.actor("longshan"), letter=letter, now=now, **(good | bad))
    assert traces() == before
    record_talk(actor=cast.actor("longshan"), letter=letter, now=now, **good)
    assert letter.state == "replied" and letter.talks.get().result == "承诺三月开工"
    exits = steps.sent(cast)
    with pytest.raises(RuleBroken, match="约谈通知书才记约谈"):
        record_talk(actor=cast.actor("longshan"), letter=exits, now=now, **good)
