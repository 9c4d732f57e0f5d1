"""由名称(和信用代码)得到投资方:看得见的已有就用,没有就登记;撞上看不见的,另立一家并请商务核对。

项目登记、接口、台账导入都从这里得到投资方编号;集合式,查询数与行数无关。
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.search import actions as search
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import key_text
from juyuan.kernel.uscc import UsccError, parse_uscc
from juyuan.kernel.verdict import Finding, RuleBroken
from juyuan.rooms.investors.models import Alias, Case, Investor, KeyKind, MatchKey
from juyuan.rooms.investors.queries import visible_to

OBJ = "investor"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_KEY = 300


def new_code() -> str:
    return "T-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def _checked(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """去空白、核校验位。

    Raises:
        RuleBroken: 名称为空或过长,或信用代码不对(说明是第几位)。
    """
    findings = []
    out = []
    for name, code in rows:
        name, code = name.strip(), code.strip()
        if not name:
            findings.append(Finding("investors", "investor.name", "", "投资方名称不能为空"))
        if len(name) > 200:
            findings.append(Finding("investors", "investor.name", "", "投资方名称最多200个字"))
        if code:
            try:
                code = parse_uscc(code).code
            except UsccError as error:
                findings.append(
                    Finding("investors", "investor.uscc", "", f"{name}:{error.message}")
                )
        out.append((name, code))
    if findings:
        raise RuleBroken(findings)
    return out


def ensure_investors(
    *,
    actor: Actor,
    rows: Sequence[tuple[str, str]],
    now: datetime,
    group: UUID | None = None,
    batch_id: str = "",
) -> list[int]:
    """逐对(名称, 信用代码)给出投资方编号,次序与 `rows` 一致。

    同一信用代码、或名称键(含别名)相等而行动者看得见的,用已有的一家;
    撞上行动者看不见的,不透露任何内容:另立一家(不带相同的信用代码),并为商务主管部门立核对事项。

    Raises:
        RuleBroken: 名称或信用代码不合规。
    """
    pairs = _checked(rows)
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        return []
    codes = {code for _, code in wanted if code}
    keys = {key_text(name)[:MAX_KEY] for name, _ in wanted}
    live = Investor.objects.filter(merged_into__isnull=True)
    by_code = {i.uscc: i for i in live.filter(uscc__in=codes)} if codes else {}
    by_key: dict[str, list[Investor]] = {}
    for investor in live.filter(key__in=keys).order_by("id"):
        by_key.setdefault(investor.key, []).append(investor)
    aliased = Alias.objects.filter(key__in=keys, investor__merged_into__isnull=True)
    for alias in aliased.select_related("investor").order_by("id"):
        by_key.setdefault(alias.key, []).append(alias.investor)
    near = {i.pk for i in by_code.values()} | {i.pk for found in by_key.values() for i in found}
    visible = (
        set(visible_to(actor).filter(pk__in=near).values_list("pk", flat=True)) if near else set()
    )
    answer: dict[tuple[str, str], Investor] = {}
    made: list[Investor] = []
    collisions: list[tuple[Investor, Investor, str]] = []
    fresh: dict[str, Investor] = {}
    for name, code in wanted:
        key = key_text(name)[:MAX_KEY]
        same_code = by_code.get(code) if code else None
        if same_code is not None and same_code.pk in visible:
            answer[name, code] = same_code
            continue
        named = [i for i in by_key.get(key, ()) if not (code and i.uscc and i.uscc != code)]
        seen = next((i for i in named if i.pk in visible), None)
        if seen is not None and same_code is None:
            answer[name, code] = seen
            continue
        handle = code or key
        if handle in fresh:
            answer[name, code] = fresh[handle]
            continue
        new = Investor(
            code=new_code(),
            name=name,
            key=key,
            uscc="" if same_code is not None else code,
            owner_unit_id=actor.post.unit_id if actor.post else None,
            created_by_id=actor.account_id,
            created_at=now,
            updated_at=now,
            batch_id=batch_id,
        )
        made.append(new)
        fresh[handle] = fresh[key] = new
        answer[name, code] = new
        if same_code is not None:
            collisions.append((same_code, new, KeyKind.USCC))
        elif named:
            collisions.append((named[0], new, KeyKind.NAME))
    with transaction.atomic():
        Investor.objects.bulk_create(made, batch_size=500)
        MatchKey.objects.bulk_create(
            [
                MatchKey(kind=kind, value=value, object_type=OBJ, object_id=i.pk)
                for i in made
                for kind, value in ((KeyKind.NAME, i.key), (KeyKind.USCC, i.uscc))
                if value
            ],
            batch_size=1000,
            ignore_conflicts=True,
        )
        search.put_many(
            [
                (OBJ, i.pk, [("name", 80, i.name), ("code", 60, i.code), ("uscc", 60, i.uscc)])
                for i in made
            ]
        )
        unit_id = actor.post.unit_id if actor.post else None
        for theirs, mine, matched in collisions:
            Case.objects.get_or_create(
                investor=theirs,
                unit_id=unit_id,
                state="open",
                defaults={
                    "asked_by_id": actor.account_id,
                    "typed": {"investor": mine.code, "name": mine.name},
                    "matched_on": matched,
                    "opened_at": now,
                },
            )
        record_many(
            [
                Entry("investors.investor.registered", OBJ, i.code, i.name, clause="2.5b")
                for i in made
            ],
            actor=actor,
            now=now,
            group=group,
        )
    return [answer[pair].pk for pair in pairs]
