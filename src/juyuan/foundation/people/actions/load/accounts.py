"""成批建账号。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.actions.load.common import Loaded
from juyuan.foundation.people.models import Account, Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, require


@dataclass(frozen=True)
class AccountRow:
    username: str
    person: str


def load_accounts(
    rows: Sequence[AccountRow],
    *,
    actor: Actor,
    password_hash: str,
    must_change: bool,
    now: datetime,
    group: UUID | None = None,
) -> Loaded:
    """成批建账号,共用一个初始口令的散列(散列一次);已有的账号不动。

    Raises: Denied、RuleBroken(账号名不合、人员不存在、此人另有账号)。
    """
    require(access.can_register(actor))
    done = Loaded()
    with transaction.atomic():
        people = {p.code: p for p in Person.objects.filter(code__in=[r.person for r in rows])}
        taken = dict(Account.objects.values_list("username", "person__code"))
        owners = {person: username for username, person in taken.items()}
        fresh, found = [], []
        for row in rows:
            username = rules.fold_username(row.username)
            if taken.get(username) == row.person:
                done.same += 1
                continue
            found += rules.username_findings(username)
            if row.person not in people:
                found.append(Finding("person", "person", "", f"没有人员「{row.person}」"))
            elif username in taken:
                found.append(Finding("username", "username", "", f"账号「{username}」已被使用"))
            elif row.person in owners:
                found.append(Finding("person", "one_account", "", f"「{row.person}」已有账号"))
            else:
                taken[username], owners[row.person] = row.person, username
                fresh.append(
                    Account(
                        username=username,
                        person=people[row.person],
                        password=password_hash,
                        must_change_password=must_change,
                        created_at=now,
                        password_changed_at=now,
                    )
                )
        if found:
            raise RuleBroken(found)
        Account.objects.bulk_create(fresh, batch_size=1000)
        done.created = len(fresh)
        record_many(
            [
                Entry(
                    "people.account.created",
                    "account",
                    account.username,
                    account.person.name,
                    after={"person": account.person.code},
                )
                for account in fresh
            ],
            actor=actor,
            now=now,
            group=group or uuid4(),
        )
    return done
