"""写:开、结、重算、移交。都在调用者(房间的动作、任务)的事务里;没有打勾这回事。

开与结不另记台账:引起它的动作已经记了,待办这一行就是它的后果;重算与移交没有别的痕迹,逐件记。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from juyuan.foundation.duties import registry, rules
from juyuan.foundation.duties.models import DueChange, Duty
from juyuan.foundation.duties.rules import DueRule, Key, Opening, Owed
from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people.models import Person
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.workdays import Calendar, Due

BATCH = 2000
RECONCILED = "duties.reconciled"
ONCE = Q(ended_at__isnull=True) | (~Q(period="") & Q(cancelled=False))
FIELDS = ("kind", "object_type", "object_id", "unit_id", "person_id", "period")


def open_duty(
    *,
    kind: str,
    object_type: str,
    object_id: int,
    unit_id: int,
    person_id: int | None = None,
    basis_on: date,
    rule: DueRule,
    period: str = "",
    actor: Actor,
    now: datetime,
) -> Duty:
    """开一件;同一件已经开着(或写了期而该期已办结)就返回那一件,什么也不改。

    Raises: LookupError(种类没有登记)、RuntimeError(不在事务里)。
    """
    owed = Owed(object_type, object_id, unit_id, basis_on, rule, person_id, period)
    opening = Opening(kind, owed)
    open_many([opening], actor=actor, now=now)
    return _all(opening.key).latest("pk")


def open_many(rows: Iterable[Opening], *, actor: Actor, now: datetime) -> int:
    """成批地开;与逐件 `open_duty` 得到同样的行。返回新开的件数。

    Raises: LookupError(种类没有登记)、RuntimeError(不在事务里)。
    """
    _in_transaction()
    wanted: dict[Key, Opening] = {}
    for row in rows:
        wanted.setdefault(row.key, row)  # 同一批写两遍的以先写的为准,与逐件相同
    if not wanted:
        return 0
    clauses = {name: registry.kind_of(name).clause for name in {key[0] for key in wanted}}
    held = _held(wanted)
    known, made = calendar(), []
    dues: dict[tuple[date, DueRule], Due] = {}
    for key, row in wanted.items():
        if key in held:
            continue
        owed = row.owed
        due = dues.setdefault(
            (owed.basis_on, owed.rule), rules.derive(owed.basis_on, owed.rule, known)
        )
        made.append(_row(row, due, clauses[row.kind], now))
    # 别的进程抢先开了同一件:唯一约束使这里什么也不做,不是错
    Duty.objects.bulk_create(made, ignore_conflicts=True, batch_size=BATCH)
    return len(made)


def _row(opening: Opening, due: Due, clause: str, now: datetime) -> Duty:
    owed = opening.owed
    return Duty(
        kind=opening.kind,
        object_type=owed.object_type,
        object_id=owed.object_id,
        unit_id=owed.unit_id,
        person_id=owed.person_id,
        clause=clause,
        basis_on=owed.basis_on,
        rule=owed.rule.as_json(),
        said=rules.derivation(owed.basis_on, owed.rule, due),
        due_on=due.day,
        provisional=due.provisional,
        period=owed.period,
        opened_at=now,
    )


def _all(key: Key) -> QuerySet[Duty]:
    return Duty.objects.filter(**dict(zip(FIELDS, key, strict=True)))


def _held(wanted: dict[Key, Opening]) -> set[Key]:
    """这些里已经在的(开着,或该期已办结)。"""
    found: set[Key] = set()
    keys = list(wanted)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        rows = Duty.objects.filter(
            ONCE,
            kind__in={key[0] for key in part},
            object_type__in={key[1] for key in part},
            object_id__in={key[2] for key in part},
        )
        found |= set(rows.order_by().values_list(*FIELDS))
    return found


def end_duty(
    *,
    kind: str,
    object_type: str,
    object_id: int,
    unit_id: int | None = None,
    person_id: int | None = None,
    period: str | None = None,
    act: str,
    actor: Actor,
    now: datetime,
    cancelled: bool = False,
) -> int:
    """办结(或撤销)开着的;返回件数,已办结的不动。`act` 是办结它的那个台账事件。

    `unit_id`、`person_id`、`period` 为 None 即不限。Raises: RuntimeError(不在事务里)。
    """
    rows = Duty.objects.filter(kind=kind, object_type=object_type, object_id=object_id)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if period is not None:
        rows = rows.filter(period=period)
    return _end(rows, act=act, actor=actor, now=now, cancelled=cancelled)


def _end(rows: QuerySet[Duty], *, act: str, actor: Actor, now: datetime, cancelled: bool) -> int:
    _in_transaction()
    if not act:
        raise ValueError("待办只由动作办结:须写明是哪个动作")
    return rows.filter(ended_at__isnull=True).update(
        ended_at=now, ended_act=act, ended_by=actor.name, cancelled=cancelled
    )


def reconcile_kind(
    kind: registry.DutyKind, *, on: date, actor: Actor, now: datetime
) -> tuple[int, int]:
    """一种待办照 `owed` 核对一遍:缺的开,不再应当开着的撤销。返回(开,撤)。重复执行无妨。"""
    if kind.owed is None:
        return 0, 0
    with transaction.atomic():
        rows = Duty.objects.filter(kind=kind.kind, ended_at__isnull=True).order_by()
        held = {row[:-1]: row[-1] for row in rows.values_list(*FIELDS, "pk")}
        missing, gone = rules.reconcile(kind.owed(on=on), kind.kind, set(held))
        opened = open_many(missing, actor=actor, now=now)
        ids, ended = sorted(held[key] for key in gone), 0
        for start in range(0, len(ids), BATCH):
            ended += _end(
                Duty.objects.filter(pk__in=ids[start : start + BATCH]),
                act=RECONCILED, actor=actor, now=now, cancelled=True,
            )  # fmt: skip
    return opened, ended


def rederive_open(*, actor: Actor, now: datetime) -> int:
    """放假通知变了:开着的照新日历重算,逐件留痕;办结的不动。返回改了的件数。"""
    known, group, changed = calendar(), uuid4(), 0
    with transaction.atomic():
        after = 0
        while True:
            rows = list(
                Duty.objects.select_for_update()
                .filter(ended_at__isnull=True, pk__gt=after)
                .order_by("pk")[:BATCH]
            )
            if not rows:
                return changed
            after = rows[-1].pk
            changed += _rederive(rows, known, actor, now, group)


def _rederive(rows: list[Duty], known: Calendar, actor: Actor, now: datetime, group: UUID) -> int:
    moved, changes, entries = [], [], []
    for row in rows:
        rule = DueRule.from_json(row.rule)
        due = rules.derive(row.basis_on, rule, known)
        if (due.day, due.provisional) == (row.due_on, row.provisional):
            continue
        changes.append(
            DueChange(
                duty=row,
                at=now,
                was_on=row.due_on,
                was_provisional=row.provisional,
                now_on=due.day,
                now_provisional=due.provisional,
            )
        )
        before = str(Due(row.due_on, row.provisional))
        row.due_on, row.provisional = due.day, due.provisional
        row.said = rules.derivation(row.basis_on, rule, due)
        entries.append(_entry("duties.duty.rederived", row, {"due": before}, {"due": str(due)}))
        moved.append(row)
    Duty.objects.bulk_update(moved, ["due_on", "provisional", "said"], batch_size=BATCH)
    DueChange.objects.bulk_create(changes, batch_size=BATCH)
    record_many(entries, actor=actor, now=now, group=group)
    return len(moved)


def rederive_rules(*, actor: Actor, now: datetime) -> int:
    """参数变了:开着的照新的推法重算,逐件留痕;办结的不动。返回改了的件数。

    推法取自各种类的 `owed`:它按起算日的参数算,所以起算日在施行日之前的自然不变。
    """
    today, group, changed = localdate(now), uuid4(), 0
    with transaction.atomic():
        known = calendar()
        for kind in registry.kinds():
            if kind.owed is None:
                continue
            wanted: dict[Key, Owed] = {}
            for owed in kind.owed(on=today):
                wanted.setdefault(Opening(kind.kind, owed).key, owed)
            rows = Duty.objects.select_for_update().filter(
                kind=kind.kind, ended_at__isnull=True
            ).order_by("pk")  # fmt: skip
            moved = []
            for row in rows:
                key = (row.kind, row.object_type, row.object_id, row.unit_id, row.person_id,
                       row.period)  # fmt: skip
                found = wanted.get(key)
                if found is not None and found.rule.as_json() != row.rule:
                    row.rule, row.basis_on = found.rule.as_json(), found.basis_on
                    moved.append(row)
            Duty.objects.bulk_update(moved, ["rule", "basis_on"], batch_size=BATCH)
            changed += _rederive(moved, known, actor, now, group)
    return changed


def _entry(event: str, row: Duty, before: dict[str, Any], after: dict[str, Any]) -> Entry:
    """台账的一行:写种类,不写对象的名称(台账的读者未必看得见对象)。"""
    known = {kind.kind: kind.label for kind in registry.kinds()}
    label = known.get(row.kind, row.kind)
    return Entry(event, "duty", str(row.pk), label, before, after, clause=row.clause)


def hand_over(
    *,
    leaver: Person,
    successor: Person,
    unit_ids: frozenset[int],
    actor: Actor,
    now: datetime,
    group: UUID,
) -> int:
    """人员调离:他在这些单位名下开着的,改归接手人;接手人已有同一件的,原件撤销。返回移交的件数。"""
    rows = list(
        Duty.objects.select_for_update()
        .filter(person=leaver, unit_id__in=unit_ids, ended_at__isnull=True)
        .order_by("pk")
    )
    if not rows:
        return 0
    names = ("kind", "object_type", "object_id", "unit_id", "period")
    has = set(Duty.objects.filter(ONCE, person=successor, unit_id__in=unit_ids).values_list(*names))
    before, after = {"person": leaver.code}, {"person": successor.code}
    doubled = {row.pk for row in rows if tuple(getattr(row, name) for name in names) in has}
    moved = {row.pk for row in rows} - doubled
    Duty.objects.filter(pk__in=moved).update(person=successor)
    _end(
        Duty.objects.filter(pk__in=doubled),
        act="people.person.handed_over", actor=actor, now=now, cancelled=True,
    )  # fmt: skip
    entries = [_entry("duties.duty.handed_over", row, before, after) for row in rows]
    record_many(entries, actor=actor, now=now, group=group)
    return len(rows)


def _in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("待办须与引起它的动作同一事务")
