"""企业台账的写入:成批与单行两个执行者,写出的行相同。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from juyuan.foundation.exchange.kinds import ObjectRef, Opening
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions import bulk
from juyuan.rooms.investors.actions.keys import lock_keys, refresh
from juyuan.rooms.investors.actions.register import lock_names
from juyuan.rooms.investors.actions.related import masked
from juyuan.rooms.investors.models import Contact, Investor
from juyuan.rooms.investors.queries.ledger import EnterpriseCommand
from juyuan.rooms.investors.queries.matches import OBJ, register_for
from juyuan.rooms.investors.rules.drafts import CLAUSE
from juyuan.rooms.investors.rules.matching import Verdict, judge_investor


def commit_many(
    commands: Sequence[EnterpriseCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> list[ObjectRef]:
    """成批写入,返回与 `commands` 一一对应的对象。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 预览之后有人登记了其中一家的代码。
        Stale: 预览之后有人改了其中一家。
    """
    require(access.can_register(actor))
    fresh = [c for c in commands if c.target is None]
    updates = [c for c in commands if c.target is not None]
    with transaction.atomic():
        lock_keys(lock_names(c.draft for c in commands))
        _still_free(fresh, actor, now)
        made = iter(
            bulk.insert(
                [c.draft for c in fresh],
                actor=actor,
                now=now,
                group=group,
                batch_id=opening.batch_id,
            )
        )
        changes = [(c.target, c.version, dict(c.changes)) for c in updates if c.changes]
        if changes:
            bulk.change(changes, actor=actor, now=now, group=group, reason="台账导入")  # type: ignore[arg-type]
        kept = Investor.objects.in_bulk([c.target for c in updates if c.target])
        rows = [next(made) if c.target is None else kept[c.target] for c in commands]
        _contacts(rows, commands, actor=actor, now=now, group=group)
    return [ObjectRef(OBJ, r.code, r.name, f"/investors/{r.code}/") for r in rows]


def commit_one(
    command: EnterpriseCommand,
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
    opening: Opening,
) -> ObjectRef:
    """单行写入;结果与成批相同。"""
    return commit_many([command], actor=actor, now=now, group=group, opening=opening)[0]


def _still_free(fresh: Sequence[EnterpriseCommand], actor: Actor, now: datetime) -> None:
    """加锁之后再看一遍代码:预览与提交之间可能有人登记了同一代码。"""
    drafts = [c.draft for c in fresh if c.draft.uscc]
    book = register_for(drafts, actor)
    for draft in drafts:
        judged = judge_investor(draft, book.near(draft), now.date(), bureau=bureau())
        if judged.verdict != Verdict.NEW and judged.matched_on != "name":
            raise RuleBroken.one(
                "uscc",
                "investor.row",
                f"「{draft.name}」的统一社会信用代码在预览之后已被登记,请重新预览",
                CLAUSE,
            )


def _contacts(
    rows: Sequence[Investor],
    commands: Sequence[EnterpriseCommand],
    *,
    actor: Actor,
    now: datetime,
    group: UUID,
) -> None:
    built = [
        Contact(
            investor=row,
            name=command.contact.name.strip(),
            title=command.contact.title.strip(),
            phone=command.contact.phone.strip(),
            email=command.contact.email.strip(),
            unit_id=actor.post.unit_id if actor.post else None,
            created_at=now,
        )
        for row, command in zip(rows, commands, strict=True)
        if command.contact is not None
    ]
    if not built:
        return
    Contact.objects.bulk_create(built, batch_size=1000)
    refresh([contact.investor for contact in built])
    record_many(
        [
            Entry(
                event="investors.contact.added",
                obj_type=OBJ,
                obj_id=contact.investor.code,
                obj_label=contact.investor.name,
                after=masked(contact),
                clause=CLAUSE,
            )
            for contact in built
        ],
        actor=actor,
        now=now,
        group=group,
    )
