"""期初:整批撤回、关闭。"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.exchange import queries
from juyuan.foundation.exchange.kinds import NEW, UPDATE, ObjectRef
from juyuan.foundation.exchange.models import BatchState, ImportBatch, OpeningClosure
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken, Stale


def reverse_batch(*, actor: Actor, batch_id: uuid.UUID, reason: str, now: datetime) -> ImportBatch:
    """把一个期初批次整批撤回(期初关闭之前)。记录与来历都留着。

    Raises:
        NotFound Denied: 看不见、不是导入人也不是监督人。
        Stale: 已撤回或没有提交。
        RuleBroken: 没写理由、不是期初批次、期初已关闭、这一种不能撤、已被后续使用。
    """
    batch = queries.batch_door(actor, batch_id)
    kind = queries.kind_named(batch.kind)
    if not (queries.owns(actor, batch) or kind.oversee(actor)):
        raise Denied("只有导入人或监督单位可以撤回这个批次。")
    if not reason.strip():
        raise RuleBroken.one("reason", "exchange.reason", "请写明撤回的理由。")
    if not batch.opening:
        raise RuleBroken.one(
            "batch", "exchange.not_opening", "只有期初批次可以整批撤回;日常批次请逐个改正或作废。"
        )
    if kind.reverse is None:
        raise RuleBroken.one("batch", "exchange.no_reverse", f"{kind.label}不能整批撤回。")
    group = uuid.uuid4()
    with transaction.atomic():
        # 与关闭期初互斥:先锁批次,再看期初关了没有
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        barred = queries.opening_barred(localdate(now))
        if barred:
            raise RuleBroken.one(
                "batch", "exchange.opening_closed", f"{barred},不能再撤回期初批次。"
            )
        if batch.state != BatchState.COMMITTED:
            raise Stale(f"这个批次{batch.get_state_display()},没有可撤回的。")
        written = list(batch.rows.filter(done=True).order_by("-position"))
        refs = {
            verdict: [
                ObjectRef(r.object_type, r.object_id, r.object_label, r.object_url)
                for r in written
                if r.verdict == verdict
            ]
            for verdict in (NEW, UPDATE)
        }
        if refs[UPDATE]:
            if kind.undo_updates is None:
                raise RuleBroken.one(
                    "batch",
                    "exchange.updates",
                    f"本批还改动了 {len(refs[UPDATE])} 个原有的对象(如{refs[UPDATE][0].label}),"
                    "不能整批撤回;请先把它们改回。",
                )
            kind.undo_updates(
                refs[UPDATE],
                batch_group=batch.group,
                actor=actor,
                now=now,
                group=group,
                reason=reason.strip(),
            )
        kind.reverse(refs[NEW], actor=actor, now=now, group=group, reason=reason.strip())
        batch.state = BatchState.REVERSED
        batch.reversed_at = now
        batch.reversed_by = actor.name
        batch.reversed_reason = reason.strip()
        batch.version += 1
        batch.save(
            update_fields=["state", "reversed_at", "reversed_by", "reversed_reason", "version"]
        )
        record(
            event="exchange.batch.reversed",
            actor=actor,
            obj_type="import_batch",
            obj_id=batch.pk,
            obj_label=str(batch),
            after={"created": len(refs[NEW]), "updated": len(refs[UPDATE])},
            reason=reason.strip(),
            now=now,
            group=group,
        )
    return batch


def close_opening(*, actor: Actor, reason: str, now: datetime) -> OpeningClosure:
    """关闭期初:此后期初批次不能再开、再提交、再撤回。只能关一次。

    Raises: Denied Stale RuleBroken。
    """
    if not queries.overseen_kinds(actor):
        raise Denied("期初由监督导入的单位关闭。")
    if not reason.strip():
        raise RuleBroken.one("reason", "exchange.reason", "请写明关闭期初的依据。")
    with transaction.atomic():
        # 锁住全部期初批次,免得正在提交或撤回的与关闭交错
        list(ImportBatch.objects.select_for_update().filter(opening=True).values_list("pk"))
        _, created = OpeningClosure.objects.get_or_create(
            only=True,
            defaults={"closed_at": now, "closed_by": actor.name, "reason": reason.strip()},
        )
        if not created:
            raise Stale("期初已经关闭。")
        record(
            event="exchange.opening.closed",
            actor=actor,
            obj_type="opening",
            obj_id="1",
            obj_label="期初",
            reason=reason.strip(),
            now=now,
        )
    return OpeningClosure.objects.get()
