"""凭证台账要查的一切,集合式地一次取齐(含提交人看不见的项目所占的凭证号)。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.models import CaseState, CollisionCase
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.models import VoucherKey
from juyuan.rooms.pipeline.queries.scope import reach_of, seen_whole
from juyuan.rooms.pipeline.queries.vouchers import apart, cleared, context_on, payers_of
from juyuan.rooms.pipeline.rules.naming import project_key
from juyuan.rooms.pipeline.rules.voucher_sheet import Lookups, Taken, Target
from juyuan.rooms.pipeline.rules.vouchers import KeyKind, VoucherContext, fold_number


def prepare(rows: Sequence[ParsedRow], actor: Actor, today: date) -> Lookups:
    """按编号与名称取项目、出资方、各到账日的比例、占着凭证号的。"""
    keys = {row.key: project_key(row.get("name") or "") for row in rows}
    codes = {(row.get("code") or "").strip() for row in rows} - {""}
    reach = reach_of(actor)
    seen = seen_whole(actor, reach=reach)
    projects = list(
        seen.filter(code__in=codes) | seen.filter(name_key__in=set(keys.values()) - {""})
    )
    payers = payers_of(p.pk for p in projects)
    targets = [
        Target(
            id=p.pk,
            code=p.code,
            name=p.name,
            payers={payer.name: pk for pk, payer in payers.get(p.pk, {}).items()},
            context=VoucherContext(payers.get(p.pk, {})),
            may=bool(access.can_edit(actor, p, reach)),
        )
        for p in projects
    ]
    by_key: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        by_key[project_key(target.name)].append(target)
    numbers = {fold_number(row.get("number") or "") for row in rows} - {""}
    ids = {t.id for t in targets}
    days = {row.get("paid_on") for row in rows} | {today}
    return Lookups(
        today=today,
        by_code={t.code: t for t in targets},
        by_key={key: tuple(found) for key, found in by_key.items()},
        keys=keys,
        shares={day: context_on(day, {}) for day in days if isinstance(day, date)},
        taken=_taken(numbers, ids, actor),
        cleared=frozenset(cleared(ids, numbers)),
        released=frozenset(
            CollisionCase.objects.filter(kind="vouchers", state=CaseState.DIFFERENT).values_list(
                "hidden_id", flat=True
            )
        )
        if any(row.settled for row in rows)
        else frozenset(),
    )


def _taken(numbers: set[str], project_ids: set[int], actor: Actor) -> dict[str, tuple[Taken, ...]]:
    """占着这些凭证号的(核对为「不是同一张」的另一键也算在它名下)。"""
    held = VoucherKey.objects.filter(
        kind=KeyKind.NUMBER, value__in=numbers, project__voided_at__isnull=True
    ).select_related("project", "voucher")
    rows = list(held)
    own = {apart(value, pk) for value in numbers for pk in project_ids}
    rows += list(
        VoucherKey.objects.filter(
            kind=KeyKind.NUMBER, value__in=own, project__voided_at__isnull=True
        ).select_related("project", "voucher")
    )
    visible = set(
        seen_whole(actor)
        .filter(pk__in={row.project_id for row in rows})
        .values_list("pk", flat=True)
    )
    found: dict[str, list[Taken]] = defaultdict(list)
    for row in rows:
        found[row.value.partition("#")[0]].append(
            Taken(
                row.project_id, row.project.code, row.project.name, row.project_id in visible,
                row.voucher.kind, row.voucher.paid_on, row.voucher.amount,
            )
        )  # fmt: skip
    return {key: tuple(items) for key, items in found.items()}
