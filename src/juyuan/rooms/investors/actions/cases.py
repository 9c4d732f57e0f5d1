"""核对重合:商务主管部门看两边,认定同一家或不是同一家;认定之前申报单位只看得见自己填的。"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions import bulk
from juyuan.rooms.investors.actions.merge import merge
from juyuan.rooms.investors.models import Case, CaseState, Grant, Investor
from juyuan.rooms.investors.rules.drafts import CLAUSE, FIELDS, InvestorDraft


def settle_case(*, actor: Actor, case: Case, same: bool, reason: str, now: datetime) -> Investor:
    """核对一件重合,返回申报单位今后所用的那一家。

    同一家:待核对的一行并入已登记的一家;只是登记被拒的,准申报单位使用已登记的一家。
    不是同一家:待核对的一行转正;登记被拒的,按所填另立一家(登记单位为申报单位)。

    Raises:
        Denied: 不是商务主管部门;认定同一家须合并而不是负责人或核验人。
        RuleBroken: 没写理由;已经核对过;代码相同却说不是同一家。
    """
    require(access.can_settle(actor))
    if not reason.strip():
        raise RuleBroken.one("reason", "case.reason", "请写明核对的依据", CLAUSE)
    with transaction.atomic():
        live = (
            Case.objects.select_for_update(of=("self",))
            .select_related("investor", "pending")
            .filter(pk=case.pk)
            .first()
        )
        if live is None:
            raise NotFound
        if live.state != CaseState.OPEN:
            raise RuleBroken.one("", "case.settled", "这件重合已经核对过", CLAUSE)
        if same:
            found = _same(live, actor, reason, now)
        elif live.matched_on == "uscc":
            raise RuleBroken.one(
                "same",
                "case.code",
                "统一社会信用代码相同就是同一家;代码填错的,请申报单位改正后另行登记",
                CLAUSE,
            )
        else:
            found = _different(live, actor, now)
        Case.objects.filter(pk=live.pk).update(
            state=CaseState.SAME if same else CaseState.DIFFERENT,
            settled_at=now,
            settled_by_id=actor.account_id,
            reason=reason.strip(),
        )
        record(
            event="investors.case.settled",
            actor=actor,
            obj_type="investor_case",
            obj_id=live.pk,
            obj_label=live.investor.name,
            after={"same": same, "investor": found.code},
            reason=reason.strip(),
            clause=CLAUSE,
            now=now,
        )
    return found


def _same(case: Case, actor: Actor, reason: str, now: datetime) -> Investor:
    kept = _live(case.investor)
    pending = _live(case.pending) if case.pending else None
    if pending is not None and pending.pk != kept.pk:
        merge(
            actor=actor,
            source=pending,
            target=kept,
            versions=(pending.version, kept.version),
            reason=reason,
            now=now,
        )
    if case.unit_id:
        Grant.objects.get_or_create(
            investor=kept, unit_id=case.unit_id, defaults={"granted_at": now}
        )
    return kept


def _different(case: Case, actor: Actor, now: datetime) -> Investor:
    if case.pending is not None:
        row = _live(case.pending)
        if row.pending:
            Investor.objects.filter(pk=row.pk).update(
                pending=False, version=row.version + 1, updated_at=now
            )
            row.refresh_from_db()
        return row
    made = bulk.insert([_draft(case.typed)], actor=actor, now=now)[0]
    Investor.objects.filter(pk=made.pk).update(
        owner_unit_id=case.unit_id, created_by_id=case.asked_by_id
    )
    made.refresh_from_db()
    return made


def _live(row: Investor) -> Investor:
    """沿指针找到留下的一家。"""
    while row.merged_into_id:
        row = Investor.objects.get(pk=row.merged_into_id)
    return row


def _draft(typed: dict[str, Any]) -> InvestorDraft:
    """台账式的所填内容 → 草稿。"""
    values = {name: typed[name] for name in FIELDS if name in typed}
    values["honours"] = tuple(values.get("honours", ()))
    if values.get("founded_on"):
        values["founded_on"] = date.fromisoformat(values["founded_on"])
    return InvestorDraft(**values)
