"""写台账:`record` 在动作的事务里,`refuse` 在自己的事务里。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from juyuan.foundation.copying import copy_values
from juyuan.foundation.ledger.models import Event, Result
from juyuan.kernel.actor import Actor


@dataclass(frozen=True)
class Entry:
    """set-based 执行者的一行;与 `record` 的参数同名。"""

    event: str
    obj_type: str
    obj_id: str
    obj_label: str = ""
    before: Any = None
    after: Any = None
    reason: str = ""
    clause: str = ""


def _values(
    actor: Actor, entry: Entry, now: datetime, group: UUID | None, result: str
) -> dict[str, Any]:
    """一行的值;单行与成批写的是同一份。"""
    post = actor.post
    return {
        "at": now,
        "event": entry.event,
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "post_label": post.title if post else "",
        "unit_code": post.unit_code if post else "",
        "unit_name": post.unit_name if post else "",
        "via": actor.via,
        "obj_type": entry.obj_type,
        "obj_id": _storable(str(entry.obj_id)),
        "obj_label": _storable(entry.obj_label)[:200],
        "before": _storable_json(entry.before),
        "after": _storable_json(entry.after),
        "reason": _storable(entry.reason),
        "clause": entry.clause,
        "result": result,
        "request_id": actor.request_id,
        "group": group or actor.group,
    }


def _storable(text: str) -> str:
    """数据库不收空字符与孤立的代理项;被拒绝的网址里什么都可能有,台账仍要记得下。"""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _storable_json(value: Any) -> Any:
    """前后内容里的文字同样处理(例如导出的筛选条件,原样来自网址)。"""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, dict):
        return {_storable_json(name): _storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_json(inner) for inner in value]
    return value


def record(
    *,
    event: str,
    actor: Actor,
    obj_type: str,
    obj_id: object,
    obj_label: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
    clause: str = "",
    now: datetime,
    group: UUID | None = None,
) -> Event:
    """记一件已经做成的事。须在动作的事务内调用:事务回滚,这一行也不存在。

    Raises:
        RuntimeError: 不在事务内(那样台账可能记了没发生的事)。
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("台账须与动作同一事务")
    entry = Entry(event, obj_type, str(obj_id), obj_label, before, after, reason, clause)
    row = Event(**_values(actor, entry, now, group, Result.DONE))
    row.save(force_insert=True)
    return row


def record_many(
    entries: Iterable[Entry], *, actor: Actor, now: datetime, group: UUID | None
) -> int:
    """成批记录(导入、任务);返回行数。"""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("台账须与动作同一事务")
    rows = [_values(actor, entry, now, group, Result.DONE) for entry in entries]
    if rows:
        copy_values(Event, list(rows[0]), (list(row.values()) for row in rows))
    return len(rows)


def refuse(
    *,
    event: str,
    actor: Actor,
    obj_type: str,
    obj_id: object,
    obj_label: str = "",
    message: str = "",
    clause: str = "",
    now: datetime,
) -> None:
    """记一次被拒绝的访问或动作(自己的事务;须在动作事务之外调用)。"""
    entry = Entry(event, obj_type, str(obj_id), obj_label, reason=message, clause=clause)
    with transaction.atomic():
        Event(**_values(actor, entry, now, None, Result.REFUSED)).save(force_insert=True)
