"""登记、修改人员。"""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people import access, rules
from juyuan.foundation.people.models import Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, require


def register_person(*, actor: Actor, name: str, code: str = "", now: datetime) -> Person:
    """登记一名人员;不给代码时自造一个随机代码。

    Raises: Denied、RuleBroken(姓名为空、代码重复)。
    """
    require(access.can_register(actor))
    code = code.strip() or f"p-{secrets.token_hex(4)}"
    found = rules.name_findings(name)
    if rules.username_findings(code):
        found.append(
            Finding("code", "person_code", "", "人员代码只用小写字母、数字、连字符、下划线")
        )
    if found:
        raise RuleBroken(found)
    try:
        with transaction.atomic():
            person = Person.objects.create(name=name.strip(), code=code)
            record(
                event="people.person.registered",
                actor=actor,
                obj_type="person",
                obj_id=person.code,
                obj_label=person.name,
                after={"name": person.name, "code": person.code},
                now=now,
            )
    except IntegrityError:
        raise RuleBroken.one("code", "person_code", f"人员代码「{code}」已被使用") from None
    return person


def edit_person(
    *, actor: Actor, code: str, name: str, disabled_on: date | None, now: datetime
) -> Person:
    """改姓名,或记离任日(离任后账号不能登录,任职仍须由安全管理员收回)。

    Raises: Denied、NotFound、RuleBroken。
    """
    require(access.can_register(actor))
    found = rules.name_findings(name)
    if found:
        raise RuleBroken(found)
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(code=code).first()
        if person is None:
            raise NotFound()
        before = {"name": person.name, "disabled_on": str(person.disabled_on or "")}
        person.name = name.strip()
        person.disabled_on = disabled_on
        person.save()
        record(
            event="people.person.edited",
            actor=actor,
            obj_type="person",
            obj_id=person.code,
            obj_label=person.name,
            before=before,
            after={"name": person.name, "disabled_on": str(disabled_on or "")},
            now=now,
        )
    return person
