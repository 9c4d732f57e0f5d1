"""成批装载人员。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.actions.load.common import Judged, Loaded, refuse_if_any
from juyuan.foundation.people.models import Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, require


@dataclass(frozen=True)
class PersonRow:
    code: str
    name: str


def judge_people(rows: Sequence[PersonRow]) -> Judged:
    seen: set[str] = set()
    judged = []
    for row in rows:
        found = rules.name_findings(row.name)
        if rules.username_findings(row.code):
            found.append(
                Finding("code", "person_code", "", "人员代码只用小写字母、数字、连字符、下划线")
            )
        if row.code in seen:
            found.append(Finding("code", "person_code", "", f"同一批里人员代码「{row.code}」重复"))
        seen.add(row.code)
        judged.append(found)
    return judged


def load_people(
    rows: Sequence[PersonRow], *, actor: Actor, now: datetime, group: UUID | None = None
) -> Loaded:
    """装载人员;按代码认同一人,姓名不同则更新。Raises: 同 `load_units`。"""
    require(access.can_register(actor))
    refuse_if_any(judge_people(rows))
    done = Loaded()
    entries = []
    with transaction.atomic():
        existing = {
            p.code: p
            for p in Person.objects.select_for_update()
            .filter(code__in=[row.code for row in rows])
            .order_by("pk")
        }
        fresh, changed = [], []
        for row in rows:
            person = existing.get(row.code)
            name = row.name.strip()
            if person is None:
                fresh.append(Person(code=row.code, name=name))
                entries.append(
                    Entry(
                        "people.person.registered",
                        "person",
                        row.code,
                        name,
                        after={"name": name, "code": row.code},
                    )
                )
            elif person.name != name:
                entries.append(
                    Entry(
                        "people.person.edited",
                        "person",
                        row.code,
                        name,
                        before={"name": person.name},
                        after={"name": name},
                    )
                )
                person.name = name
                changed.append(person)
            else:
                done.same += 1
        done.created, done.updated = len(fresh), len(changed)
        Person.objects.bulk_create(fresh, batch_size=1000)
        Person.objects.bulk_update(changed, ["name"], batch_size=1000)
        record_many(entries, actor=actor, now=now, group=group or uuid4())
    return done
