"""逾期的阶梯:本人 → 单位负责人 → 召集人,各在到期日之后几个工作日(参数 notices.ladder)。

只升不降:每一级各是一种通知,(种类、收件人、待办、到期日)唯一,多做几遍也只有一条;
到期日改了(放假通知变了),照新的到期日重新起算。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from juyuan.foundation.duties import queries as duties
from juyuan.foundation.duties import registry as kinds
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.rules import level
from juyuan.foundation.notices.actions.notify import Message
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.workdays import Calendar

DUTY = "duty"
STEPS = ("duties.due", "duties.late_unit", "duties.late_convenor")
CONVENORS = (Role.CONVENOR, Role.LEAD_CONVENOR)


def owed_messages(on: date, ladder: Sequence[int], calendar: Calendar) -> list[Message]:
    """到 `on` 为止该说而还没有说过的。查询数不随件数增加。"""
    known = [kind.kind for kind in kinds.kinds()]
    rows = Duty.objects.filter(ended_at__isnull=True, due_on__lte=on, kind__in=known)
    days = list(rows.order_by().values_list("due_on", flat=True).distinct())
    reached = {day: level(day, on, ladder, calendar) for day in days}
    found: list[Message] = []
    for step, kind in enumerate(STEPS[: len(ladder)], start=1):
        at = [day for day, got in reached.items() if got >= step]
        if at:
            waiting = _unsaid(rows.filter(due_on__in=at), kind)
            found += _messages(step, kind, list(waiting), on)
    return found


def _unsaid(rows: QuerySet[Duty], kind: str) -> QuerySet[Duty]:
    said = Notice.objects.filter(
        kind=kind, object_type=DUTY, object_id=OuterRef("pk"), due_on=OuterRef("due_on")
    )
    return rows.filter(~Exists(said)).select_related("unit").order_by("id")


def _messages(step: int, kind: str, rows: list[Duty], on: date) -> list[Message]:
    told = (_selves, _heads, _convenors)[step - 1](rows, on)
    labels = {known.kind: known for known in kinds.kinds()}
    return [
        Message(
            kind=kind,
            person_ids=tuple(told.get(duty.pk, ())),
            object_type=DUTY,
            object_id=duty.pk,
            due_on=duty.due_on,
            title=f"{labels[duty.kind].label}:{duty.due_on.isoformat()} 到期",
            text=f"{duty.unit.short_name or duty.unit.name}·{labels[duty.kind].ends_by}",
            url=f"/duties/{duty.pk}/",
        )
        for duty in rows
    ]


def _selves(rows: list[Duty], on: date) -> dict[int, list[int]]:
    """指名的本人;没有指名的,该单位任相应角色的人。"""
    roles = {kind.kind: kind.roles for kind in kinds.kinds()}
    loose = {(duty.unit_id, roles[duty.kind]) for duty in rows if duty.person_id is None}
    held = duties.holders(loose, on) if loose else {}
    return {
        duty.pk: [duty.person_id] if duty.person_id else held[duty.unit_id, roles[duty.kind]]
        for duty in rows
    }


def _heads(rows: list[Duty], on: date) -> dict[int, list[int]]:
    """单位的主要负责同志;本单位没有的,最近的上级单位的。"""
    codes = {code for duty in rows for code in duty.unit.path.strip("/").split("/")}
    heads: dict[str, list[int]] = {}
    posts = posts_on(on).filter(unit__code__in=codes, role=Role.HEAD)
    for code, person in posts.order_by("id").values_list("unit__code", "person_id"):
        heads.setdefault(code, []).append(person)
    return {duty.pk: _nearest(duty.unit, heads) for duty in rows}


def _nearest(unit: Unit, heads: dict[str, list[int]]) -> list[int]:
    for code in reversed(unit.path.strip("/").split("/")):
        if code in heads:
            return heads[code]
    return []


def _convenors(rows: Iterable[Duty], on: date) -> dict[int, list[int]]:
    found = list(
        posts_on(on)
        .filter(Q(role__in=CONVENORS))
        .order_by("id")
        .values_list("person_id", flat=True)
    )
    everyone = list(dict.fromkeys(found))
    return {duty.pk: everyone for duty in rows}
