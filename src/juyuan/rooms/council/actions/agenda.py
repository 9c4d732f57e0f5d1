"""议程:添加、排次序、本次不议、恢复。开会之后写定,只能本次不议。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.council import access
from juyuan.rooms.council.actions.common import change, log_meeting, new_code
from juyuan.rooms.council.models import AgendaItem, Meeting
from juyuan.rooms.council.queries import agenda as read
from juyuan.rooms.council.rules.agenda import AgendaKind, Candidate, ItemStatus, Origin
from juyuan.rooms.council.rules.meetings import CLAUSE, OPEN, UPCOMING

TITLE_LIMIT = 200


@dataclass(frozen=True)
class ItemDraft:
    """人工添加的一个议题。"""

    title: str
    why: str = ""
    unit_id: int | None = None
    minutes: int = 10


def _expect_open(meeting: Meeting, *, frozen_ok: bool = False) -> None:
    allowed = OPEN if frozen_ok else UPCOMING
    if meeting.state_enum not in allowed:
        raise RuleBroken.one(
            "", "agenda.frozen",
            f"会议「{meeting.state_enum.label}」，议程已经写定，不能再改；要议的事留到下一次", CLAUSE,
        )  # fmt: skip


def add_item(*, actor: Actor, meeting: Meeting, draft: ItemDraft, now: datetime) -> AgendaItem:
    """人工添加一个议题。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 没写题目;议程已经写定。
    """
    require(access.can_prepare(actor))
    _expect_open(meeting)
    if not 0 < len(draft.title.strip()) <= TITLE_LIMIT:
        raise RuleBroken.one("title", "agenda.title", f"请写议题（至多{TITLE_LIMIT}字）", CLAUSE)
    if not 1 <= draft.minutes <= 240:
        raise RuleBroken.one("minutes", "agenda.minutes", "预计时间请写 1 至 240 分钟", CLAUSE)
    with transaction.atomic():
        row = AgendaItem.objects.create(
            meeting=meeting, kind=AgendaKind.OTHER.value, ref=new_code("YT"),
            unit_id=draft.unit_id, title=draft.title.strip(), why=draft.why.strip()[:300],
            clause=CLAUSE, since=localdate(now), minutes=draft.minutes, origin=Origin.HAND.value,
            added_by_name=actor.name,
        )  # fmt: skip
        change(meeting, "会议")
        log_meeting(meeting, "council.agenda.added", actor, now, after={"title": row.title})
    return row


def _write(meeting: Meeting, item: Candidate, **more: object) -> AgendaItem:
    """把还没有写下的一件写下来。"""
    return AgendaItem.objects.create(
        meeting=meeting, kind=item.kind.value, ref=item.ref, project_id=item.project_id,
        unit_id=item.unit_id, title=item.title[:200], why=item.why[:300], clause=item.clause,
        since=item.since, due_on=item.due_on, amount=item.amount, origin=Origin.AUTO.value,
        **more,
    )  # fmt: skip


def reorder(
    *, actor: Actor, meeting: Meeting, keys: Sequence[str], version: int | None = None,
    now: datetime,
) -> Meeting:  # fmt: skip
    """手排次序:`keys` 是看得见的各议题(`类别:编号`)的新次序;没有提到的照原来的先后排在后面。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 议程已经写定;提到的议题不在议程里。
        Stale: 他人先行。
    """
    require(access.can_prepare(actor))
    _expect_open(meeting)
    pairs = read.agenda(meeting, localdate(now))
    known = {f"{item.kind.value}:{item.ref}": (item, row) for item, row in pairs}
    if len(set(keys)) != len(keys) or any(key not in known for key in keys):
        raise RuleBroken.one(
            "order", "agenda.order", "议程刚有变化，请按最新的议程重新排次序", CLAUSE
        )
    full = [*keys, *(key for key in known if key not in set(keys))]
    try:
        with transaction.atomic():
            change(meeting, "会议", version)
            for position, key in enumerate(full, start=1):
                item, row = known[key]
                if row is None:
                    _write(meeting, item, position=position, added_by_name=actor.name)
                else:
                    AgendaItem.objects.filter(pk=row.pk).update(position=position)
            log_meeting(
                meeting, "council.agenda.reordered", actor, now,
                before={"order": [item.title for item, _ in pairs]},
                after={"order": [known[key][0].title for key in full]},
            )  # fmt: skip
    except IntegrityError:
        raise Stale("议题已排在别的会上，请看最新的议程") from None
    return meeting


def postpone_item(
    *, actor: Actor, meeting: Meeting, key: str, reason: str, now: datetime
) -> AgendaItem:
    """本次不议:写理由;下一次会照样自动列入(人工添加的就此不议)。

    Raises:
        Denied: 不是商务主管部门。
        NotFound: 议程里没有这一件。
        RuleBroken: 没写理由;会议已经结束;已经议定。
        Stale: 他人先行。
    """
    require(access.can_run(actor, meeting))
    _expect_open(meeting, frozen_ok=True)
    if not reason.strip():
        raise RuleBroken.one("reason", "agenda.reason", "请写明本次不议的理由", CLAUSE)
    pairs = {
        f"{item.kind.value}:{item.ref}": (item, row)
        for item, row in read.agenda(meeting, localdate(now))
    }
    if key not in pairs:
        raise NotFound
    item, row = pairs[key]
    if row is not None and row.status != ItemStatus.LISTED:
        raise RuleBroken.one(
            "", "agenda.done", f"这一项已经「{ItemStatus(row.status).label}」", CLAUSE
        )
    try:
        with transaction.atomic():
            if row is None:
                row = _write(meeting, item, added_by_name=actor.name)
            change(
                row,
                "议题",
                status=ItemStatus.POSTPONED.value,
                reason=reason.strip()[:500],
                draft={},
            )
            log_meeting(
                meeting, "council.agenda.postponed", actor, now, reason=reason.strip(),
                after={"title": row.title},
            )  # fmt: skip
    except IntegrityError:
        raise Stale("议题已排在别的会上，请看最新的议程") from None
    return row


def restore_item(*, actor: Actor, meeting: Meeting, item: AgendaItem, now: datetime) -> AgendaItem:
    """把「本次不议」的放回来:开会之前。

    Raises:
        Denied: 不是商务主管部门。
        RuleBroken: 议程已经写定;不是本次不议的。
        Stale: 他人先行,或已排在别的会上。
    """
    require(access.can_prepare(actor))
    _expect_open(meeting)
    if item.status != ItemStatus.POSTPONED:
        raise RuleBroken.one("", "agenda.restore", "只有「本次不议」的可以放回来", CLAUSE)
    try:
        with transaction.atomic():
            change(item, "议题", status=ItemStatus.LISTED.value, reason="")
            log_meeting(meeting, "council.agenda.restored", actor, now, after={"title": item.title})
    except IntegrityError:
        raise Stale("议题已排在别的会上，请看最新的议程") from None
    return item
