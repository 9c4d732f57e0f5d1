"""材料汇编按人裁;纪要锁定事实、由主持的批准、编号印发。"""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.papers import docx, pdf
from juyuan.foundation.papers.actions import approve_paper, issue_paper, submit_paper
from juyuan.foundation.papers.queries import door as paper_door
from juyuan.foundation.papers.rules import Form, lines_of
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from juyuan.rooms.council.actions import deciding, meetings, minutes
from juyuan.rooms.council.models import Meeting
from juyuan.rooms.council.queries import duty
from juyuan.rooms.council.queries.papers import minutes_facts, minutes_paper, pack
from juyuan.rooms.council.rules.agenda import DecisionDraft, DecisionResult
from juyuan.rooms.council.rules.meetings import Attendance, SeatKind
from juyuan.rooms.council.tests import factories as c
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
R = DecisionResult
GOLDEN = Path(__file__).parent / "goldens" / "minutes.txt"


def ended(cast: Any) -> Meeting:
    """开过的一次会:结束一个提级,交办一件难题,一家请假,一项没议。"""
    big = {"contract_amount": 8 * f.YI, "total_investment": 8 * f.YI}
    f.at(cast, Stage.SIGNED, name="八亿高端装备项目", **big)
    f.at(cast, Stage.SIGNED, name="没有议到的项目", **big)
    trouble = c.problem(cast, f.planning(cast, name="缺地的项目"))
    row = c.running(cast)
    absent = row.seats.filter(kind=SeatKind.MEMBER).last()
    meetings.mark_attendance(
        actor=cast.actor("chen"), meeting=row, now=cast.NOW,
        marks={absent.pk: meetings.Mark(Attendance.LEAVE, note="出差")},
        observers=(meetings.ObserverDraft("刘某", title="企业代表"),),
    )  # fmt: skip
    item = row.agenda.get(title="八亿高端装备项目")
    item.meeting = Meeting.objects.select_related("chair").get(pk=row.pk)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=item, now=cast.NOW,
        draft=DecisionDraft(R.END, "项目已落地,转入常态服务", actions=(c.handed(cast, "常态跟踪"),)),
    )  # fmt: skip
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=c.item_of(row, "problem", trouble.code), now=cast.NOW,
        draft=DecisionDraft(R.ASSIGNED, "调剂解决", actions=(c.handed(cast, unit="ziran"),)),
    )  # fmt: skip
    fresh = Meeting.objects.select_related("chair", "secretary").get(pk=row.pk)
    meetings.end_meeting(actor=cast.actor("zhaoji"), meeting=fresh, now=cast.NOW)
    return fresh


def test_s1e_纪要的字同存样(cast: Any) -> None:
    row = ended(cast)
    made = minutes_paper(minutes_facts(row), {}, "〔2026〕1号", row.held_on)
    assert made.form == Form.MINUTES
    said = "\n".join(lines_of(made)) + "\n"
    if not GOLDEN.exists():  # pragma: no cover
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(said, encoding="utf-8")
    assert said == GOLDEN.read_text(encoding="utf-8")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(made))).pages)
    assert "八亿高端装备项目" in text.replace("\n", "")
    assert docx.render(made).startswith(b"PK")


def test_s1e_纪要_起草_主持的批准_编号印发_待办办结(cast: Any) -> None:
    row = ended(cast)
    document = minutes.draft_minutes(actor=cast.actor("chen"), meeting=row, now=cast.NOW)
    assert minutes.draft_minutes(actor=cast.actor("chen"), meeting=row, now=cast.NOW) == document
    submit_paper(actor=cast.actor("chen"), document=document, now=cast.NOW)
    for who in ("zongzhaoji", "shangwuju_head", "chen"):
        with pytest.raises(Denied):
            approve_paper(actor=cast.actor(who), document=document, now=cast.NOW)
    approve_paper(actor=cast.actor("zhaoji"), document=document, now=cast.NOW)
    issue_paper(actor=cast.actor("chen"), document=document, now=cast.NOW)
    row.refresh_from_db()
    assert row.minutes_code == document.code
    assert not Duty.objects.filter(kind=duty.MINUTES, ended_at=None).exists()
    assert paper_door(cast.actor("longshan_head"), document.code) == document
    for who in ("longshan", "guwen", "caizheng"):
        with pytest.raises(NotFound):
            paper_door(cast.actor(who), document.code)


def test_s1e_没散会不能起草纪要_别的单位不能(cast: Any) -> None:
    row = c.running(cast)
    with pytest.raises(RuleBroken, match="散会之后"):
        minutes.draft_minutes(actor=cast.actor("chen"), meeting=row, now=cast.NOW)
    with pytest.raises(Denied):
        minutes.draft_minutes(actor=cast.actor("longshan"), meeting=row, now=cast.NOW)


def test_s1e_限名单项目的决定不写进纪要(cast: Any) -> None:
    f.at(
        cast, Stage.SIGNED, name="机密项目", contract_amount=8 * f.YI, confidentiality="restricted"
    )
    row = c.running(cast)
    deciding.decide_item(
        actor=cast.actor("zhaoji"), item=c.item_of(row, "escalation"), now=cast.NOW,
        draft=DecisionDraft(R.GO_ON, "保密的话", actions=(c.handed(cast, "保密的事"),)),
    )  # fmt: skip
    said = "".join(lines_of(minutes_paper(minutes_facts(row), {}, "", row.held_on)))
    assert "机密" not in said and "保密的" not in said and "另行通知" in said


def test_s1e_材料按人裁_只有看得见的议题(cast: Any) -> None:
    f.at(
        cast, Stage.SIGNED, name="机密项目", contract_amount=8 * f.YI, confidentiality="restricted"
    )
    c.problem(cast, f.planning(cast, name="缺地的项目"))
    row = c.call(cast, c.meeting(cast, cast.TODAY + timedelta(1)))
    row = Meeting.objects.select_related("chair").get(pk=row.pk)
    said = {
        w: "".join(lines_of(pack(cast.actor(w), row, cast.TODAY)))
        for w in ("zhaoji", "chen", "dongfeng")
    }
    assert "机密项目" in said["zhaoji"] and "用地指标缺 40 亩" in said["zhaoji"]
    assert "机密" not in said["chen"] and "缺地的项目" in said["chen"]
    assert "机密" not in said["dongfeng"] and "缺地" not in said["dongfeng"]
