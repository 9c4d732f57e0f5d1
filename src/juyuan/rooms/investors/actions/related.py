"""别名与联系人。联系方式在台账里只记掩码。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions.bulk import MAX_KEY
from juyuan.rooms.investors.actions.keys import refresh
from juyuan.rooms.investors.models import Alias, Contact, Investor
from juyuan.rooms.investors.queries.matches import OBJ
from juyuan.rooms.investors.queries.scope import own_units
from juyuan.rooms.investors.rules.drafts import (
    CLAUSE,
    ContactDraft,
    judge_alias,
    judge_contact,
)
from juyuan.rooms.investors.rules.keys import mask_email, mask_phone


def add_alias(*, actor: Actor, investor: Investor, name: str, kind: str, now: datetime) -> Alias:
    """加一个别名;与名称同样参与查重与检索。

    Raises:
        Denied: 既不是登记单位也不是商务主管部门。
        RuleBroken: 别名不成名称,或已有。
    """
    require(access.can_edit(actor, investor, own_units(actor)))
    name = name.strip()
    findings = judge_alias(name, kind)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        alias, created = Alias.objects.get_or_create(
            investor=investor,
            name=name,
            defaults={"key": key_text(name)[:MAX_KEY], "kind": kind, "created_at": now},
        )
        if not created or name == investor.name:
            raise RuleBroken.one("name", "alias.twice", "这个名称已经有了,不必再加", CLAUSE)
        refresh([investor])
        _record("investors.alias.added", actor, investor, now, after={"name": name, "kind": kind})
    return alias


def remove_alias(*, actor: Actor, investor: Investor, alias_id: int, now: datetime) -> None:
    """去掉一个别名。

    Raises:
        Denied: 无权修改。
        NotFound: 不是这一家的别名。
    """
    require(access.can_edit(actor, investor, own_units(actor)))
    with transaction.atomic():
        alias = Alias.objects.filter(pk=alias_id, investor=investor).first()
        if alias is None:
            raise NotFound
        alias.delete()
        refresh([investor])
        _record("investors.alias.removed", actor, investor, now, before={"name": alias.name})


def add_contact(*, actor: Actor, investor: Investor, draft: ContactDraft, now: datetime) -> Contact:
    """登记一位联系人;只有登记的单位和商务主管部门看得见。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 没有姓名,或电话、邮箱不对。
    """
    require(access.can_add_contact(actor))
    findings = judge_contact(draft)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        contact = Contact.objects.create(
            investor=investor,
            name=draft.name.strip(),
            title=draft.title.strip(),
            phone=draft.phone.strip(),
            email=draft.email.strip(),
            unit_id=actor.post.unit_id if actor.post else None,
            created_at=now,
        )
        refresh([investor])
        _record("investors.contact.added", actor, investor, now, after=masked(contact))
    return contact


def remove_contact(*, actor: Actor, investor: Investor, contact_id: int, now: datetime) -> None:
    """去掉一位联系人。

    Raises:
        Denied: 职务只能查阅。
        NotFound: 没有,或不是本单位登记的(看不见)。
    """
    require(access.can_add_contact(actor))
    with transaction.atomic():
        contact = Contact.objects.filter(pk=contact_id, investor=investor).first()
        if contact is None or not access.can_read_contact(actor, contact, own_units(actor)):
            raise NotFound
        before = masked(contact)
        contact.delete()
        refresh([investor])
        _record("investors.contact.removed", actor, investor, now, before=before)


def masked(contact: Contact) -> dict[str, str]:
    """联系人在台账里的样子:只有掩码。"""
    return {
        "name": contact.name[:1] + "*",
        "phone": mask_phone(contact.phone),
        "email": mask_email(contact.email),
    }


def _record(event: str, actor: Actor, investor: Investor, now: datetime, **changes: Any) -> None:
    record(
        event=event,
        actor=actor,
        obj_type=OBJ,
        obj_id=investor.code,
        obj_label=investor.name,
        clause=CLAUSE,
        now=now,
        **changes,
    )
