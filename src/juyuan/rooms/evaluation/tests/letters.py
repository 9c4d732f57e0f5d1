"""样例的函:一律经真正的动作走到哪一步。

drafted(cast)   起草     approved(cast)   批准     sent(cast)   印发并送达     replied(cast)   已回复
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from juyuan.foundation.papers import actions as papers
from juyuan.foundation.papers.actions.sending import DeliveryDraft
from juyuan.rooms.evaluation.actions.breaches import confirm_breach
from juyuan.rooms.evaluation.actions.letters import deliver_letter, draft_letter, record_reply
from juyuan.rooms.evaluation.models import Breach, Letter
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as f
from tests.replay import replayed

WORDS = {"contact": "何某，0437-1234567"}


def moment(cast: Any, days: int = 30) -> datetime:
    return cast.NOW + timedelta(days=days)


@replayed
def breach(cast: Any, project: Project | None = None, by: str = "longshan_head") -> Breach:
    """签约三十天后看:约定 2026-12-01 开工,逾期,由龙山区主官认定。"""
    row = p.promise(cast, project or p.signed(cast), "start", due_on=date(2026, 12, 1))
    return confirm_breach(
        actor=cast.actor(by), promise=row, test="late_start", reason="现场核对，确未开工",
        now=moment(cast),
    )  # fmt: skip


@replayed
def drafted(
    cast: Any, row: Breach | None = None, by: str = "longshan", now: datetime | None = None
) -> Letter:
    return draft_letter(
        actor=cast.actor(by), breach=row or breach(cast), words=dict(WORDS), now=now or moment(cast)
    )


def _document(letter: Letter) -> Any:
    letter.document.refresh_from_db()
    return letter.document


@replayed
def approved(
    cast: Any, letter: Letter | None = None, *, by: str = "longshan", head: str = "longshan_head",
    now: datetime | None = None,
) -> Letter:  # fmt: skip
    letter, when = letter or drafted(cast), now or moment(cast)
    papers.submit_paper(actor=cast.actor(by), document=_document(letter), now=when)
    papers.approve_paper(actor=cast.actor(head), document=_document(letter), now=when)
    return letter


@replayed
def issued(
    cast: Any, letter: Letter | None = None, *, by: str = "longshan", head: str = "longshan_head",
    now: datetime | None = None,
) -> Letter:  # fmt: skip
    when = now or moment(cast)
    letter = approved(cast, letter, by=by, head=head, now=when)
    papers.issue_paper(actor=cast.actor(by), document=_document(letter), now=when)
    letter.refresh_from_db()
    return letter


def sent(
    cast: Any, letter: Letter | None = None, by: str = "longshan", now: datetime | None = None
) -> Letter:
    when = now or moment(cast)
    letter = issued(cast, letter, by=by, now=when)
    deliver_letter(
        actor=cast.actor(by), letter=letter, now=when,
        draft=DeliveryDraft("hand", "安澜公司 李某", when.date()),
    )  # fmt: skip
    return letter


def reply(cast: Any, letter: Letter, by: str = "longshan", now: datetime | None = None) -> Any:
    when = now or moment(cast, 40)
    file = f.stored(cast.actor(by), f"回执{letter.code}", when)
    return record_reply(
        actor=cast.actor(by), letter=letter, on=when.date(), file_id=file.pk, now=when,
        text="因冬季不能施工，申请延期至2027年4月底开工。",
    )  # fmt: skip
