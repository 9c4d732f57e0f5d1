"""任命链长、服务秘书:现任自动任至新任前一日,每链各一名。"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Person, Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, require
from juyuan.rooms.chains import access
from juyuan.rooms.chains.models import Chain, ChainPost
from juyuan.rooms.chains.queries.lookup import keepers_of
from juyuan.rooms.chains.rules import PostKind, Term, appointment_findings


def appoint(
    *,
    actor: Actor,
    chain_code: str,
    kind: PostKind,
    person: Person,
    unit: Unit,
    starts_on: date,
    now: datetime,
) -> ChainPost:
    """任命一名链长或服务秘书。

    Raises:
        NotFound: 没有这条链。
        Denied: 既不是牵头单位主要负责同志,也不是市级商务主管部门。
        RuleBroken: 任期重叠、此人已在任、人员离任、单位停用。
    """
    with transaction.atomic():
        # 链行的锁使两次任命先后进行;部分唯一约束是最后一道
        chain = Chain.objects.select_for_update().filter(code=chain_code).first()
        if chain is None:
            raise NotFound()
        require(access.can_appoint(actor, keepers_of(chain.pk, now.date())))
        held = list(ChainPost.objects.filter(chain=chain, kind=kind.value).select_related("person"))
        incumbent = next((post for post in held if post.ends_on is None), None)
        findings = appointment_findings(
            kind,
            [Term(post.person.code, post.starts_on, post.ends_on) for post in held],
            Term(person.code, starts_on),
            incumbent.person.code if incumbent else "",
        )
        if person.disabled_on is not None and person.disabled_on <= starts_on:
            findings.append(Finding("person", "person_left", "4.0c", f"{person.name} 已离任"))
        if unit.disabled_on is not None and unit.disabled_on <= starts_on:
            findings.append(Finding("unit", "unit_disabled", "4.0c", f"「{unit.name}」已停用"))
        if findings:
            raise RuleBroken(findings)
        if incumbent is not None:
            incumbent.ends_on = starts_on - timedelta(days=1)
            incumbent.save(update_fields=["ends_on"])
        post = ChainPost.objects.create(
            chain=chain, kind=kind.value, person=person, unit=unit, starts_on=starts_on
        )
        record(
            event="chains.post.appointed",
            actor=actor,
            obj_type="chain",
            obj_id=chain.code,
            obj_label=chain.name,
            before={"person": incumbent.person.name} if incumbent else None,
            after={
                "kind": kind.value,
                "person": person.name,
                "unit": unit.code,
                "starts_on": starts_on.isoformat(),
            },
            clause="4.0c",
            now=now,
        )
    return post
