"""承诺审查各动作共用:锁住记录、重新打开、写下一步、待办与通知。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Account
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale
from juyuan.rooms.evaluation.models import Scrutiny, ScrutinyStep
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.queries.opinion_duty import CLOSE
from juyuan.rooms.evaluation.rules.privileges import CLAUSE, ScrutinyState, ScrutinyVerb
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.evidence import withdraw_fact
from juyuan.rooms.pipeline.models import Project

PREFIX = "CS"
REASON_LIMIT = 2000
COLUMNS = (
    "none_promised", "text_use_id", "text_sha256", "text_name", "text_file_id", "text_at",
    "paragraphs", "maker_ids", "round", "state", "submitted_by_name", "submitted_at",
    "closed_by_id", "closed_by_name", "closed_at", "evidence_id",
)  # fmt: skip


def touched(actor: Actor, project: Project, now: datetime) -> Scrutiny:
    """锁住项目与它的记录(没有的建一份);已送签、已办结的重新打开,凭据撤回。

    Raises:
        NotFound: 项目已作废或并入别的项目。
        RuleBroken: 已认定的签约正凭着这份记录。
    """
    live = Project.objects.select_for_update(of=("self",)).filter(
        pk=project.pk, voided_at__isnull=True
    )
    if live.first() is None:
        raise NotFound
    row = Scrutiny.objects.select_for_update(of=("self",)).filter(project=project).first()
    if row is None:
        row = Scrutiny(code=new_code(PREFIX), project=project, created_at=now)
        row.save(force_insert=True)
    if row.state == ScrutinyState.SUBMITTED:
        row.state = ScrutinyState.OPEN.value
        saved(row, ScrutinyVerb.REOPEN, actor, now, reason="送签核之后又有改动")
        end(row, ScrutinyVerb.REOPEN, actor, now, cancelled=True)
    elif row.state == ScrutinyState.CLOSED:
        _reopen(row, actor, now)
    made_by(row, actor)
    return row


def _reopen(row: Scrutiny, actor: Actor, now: datetime) -> None:
    fact = row.evidence
    if fact is not None and fact.voided_at is None:
        withdraw_fact(actor=actor, evidence=fact, reason="优惠或协议文本有改动，重新审查", now=now)
    row.round += 1
    row.state, row.maker_ids, row.evidence_id = ScrutinyState.OPEN.value, [], None
    row.closed_by_id, row.closed_by_name, row.closed_at = None, "", None
    saved(row, ScrutinyVerb.REOPEN, actor, now, reason="优惠或协议文本有改动，重新审查")


def locked(record_: Scrutiny, version: int | None) -> Scrutiny:
    """锁住,核对版本。

    Raises:
        Stale: 版本已变。
    """
    rows = Scrutiny.objects.select_for_update(of=("self",)).select_related("project")
    row = rows.get(pk=record_.pk)
    seen = record_.version if version is None else version
    if row.version != seen:
        raise Stale(mine={"version": seen}, theirs={"version": row.version})
    if row.project.voided_at is not None:
        raise RuleBroken.one("", "privilege.gone", "这个项目已作废或并入别的项目", CLAUSE)
    return row


def need_state(row: Scrutiny, wanted: ScrutinyState, what: str) -> None:
    if row.state != wanted:
        raise RuleBroken.one(
            "", "privilege.state", f"记录「{row.state_enum.label}」，不能{what}", CLAUSE
        )


def made_by(row: Scrutiny, actor: Actor) -> None:
    if actor.account_id is not None and actor.account_id not in row.maker_ids:
        row.maker_ids = [*row.maker_ids, actor.account_id]


def saved(
    row: Scrutiny, verb: ScrutinyVerb, actor: Actor, now: datetime, *, reason: str = "",
    content: dict[str, Any] | None = None, before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """写下这一步:记录(版本加一)、经过、台账。行已锁住。"""
    row.version += 1
    Scrutiny.objects.filter(pk=row.pk).update(
        version=row.version, **{name: getattr(row, name) for name in COLUMNS}
    )
    ScrutinyStep(
        scrutiny=row, round=row.round, verb=verb.value, to_state=row.state, at=now,
        by_name=actor.name, unit_name=actor.unit_name, reason=reason.strip(),
        content=content or {},
    ).save(force_insert=True)  # fmt: skip
    said = after or (content if verb != ScrutinyVerb.CLOSE else None) or {}
    record(
        event=f"evaluation.scrutiny.{verb.value}", actor=actor, obj_type="project",
        obj_id=row.project.code, obj_label=row.project.name, before=before,
        after={"record": row.code, "round": row.round, "state": row.state, **said},
        reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def end(
    row: Scrutiny, verb: ScrutinyVerb, actor: Actor, now: datetime, *, cancelled: bool = False
) -> None:
    end_duty(
        kind=CLOSE, object_type=read.OBJ, object_id=row.pk,
        act=f"evaluation.scrutiny.{verb.value}", actor=actor, now=now, cancelled=cancelled,
    )  # fmt: skip


def tell(row: Scrutiny, kind: str, title: str, text: str, now: datetime) -> None:
    """告诉这一轮经手的人。"""
    people = Account.objects.filter(pk__in=row.maker_ids, person__isnull=False)
    notify(
        kind=f"evaluation.{kind}", person_ids=sorted(set(people.values_list("person_id", flat=True))),
        object_type=read.OBJ, object_id=row.pk, due_on=localdate(now),
        title=f"{title}：{row.project.name}", text=text, url=read.url_of(row.project.code), now=now,
    )  # fmt: skip


def need_reason(text: str, what: str) -> None:
    if not text.strip():
        raise RuleBroken.one("reason", "privilege.reason", what, CLAUSE)
    if len(text) > REASON_LIMIT:
        raise RuleBroken.one("reason", "privilege.reason", f"至多{REASON_LIMIT}字", CLAUSE)
