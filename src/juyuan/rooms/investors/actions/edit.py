"""修改:带版本;改出来的代码或名称撞上别家,与登记时同样回答。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions import bulk
from juyuan.rooms.investors.actions.keys import lock_keys
from juyuan.rooms.investors.actions.register import already, lock_names, open_case
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.queries.matches import known_by_id, register_for
from juyuan.rooms.investors.queries.scope import own_units
from juyuan.rooms.investors.rules.drafts import FIELDS, InvestorDraft, judge_fields
from juyuan.rooms.investors.rules.matching import Judged, Verdict, judge_investor


def draft_of(investor: Investor) -> InvestorDraft:
    """现有内容。"""
    values: dict[str, Any] = {name: getattr(investor, name) for name in FIELDS if name != "group"}
    values["group"] = investor.group.name if investor.group else ""
    values["honours"] = tuple(investor.honours)
    return InvestorDraft(**values)


def edit_investor(
    *, actor: Actor, investor: Investor, draft: InvestorDraft, version: int, now: datetime
) -> Investor:
    """改成 `draft` 的样子(整份,清空的就是清空)。`version` 是打开表单时的版本。

    Raises:
        Denied: 既不是登记单位也不是商务主管部门。
        RuleBroken: 内容不合理;改出来的代码或名称与别家相同。
        Stale: 他人已先行修改,带双方版本。
    """
    require(access.can_edit(actor, investor, own_units(actor)))
    findings = judge_fields(draft, now.date())
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        before = draft_of(investor)
        changes = {
            name: getattr(draft, name)
            for name in FIELDS
            if getattr(draft, name) != getattr(before, name)
        }
        judged = Judged(Verdict.NEW)
        if {"name", "uscc", "foreign_id"} & changes.keys():
            lock_keys(lock_names([draft]))
            judged = _clash(draft, investor, actor, now)
        if judged.verdict == Verdict.NEW:
            if not changes:
                return investor
            return bulk.change([(investor.pk, version, changes)], actor=actor, now=now)[0]
    if judged.verdict == Verdict.HIDDEN:
        with transaction.atomic():
            open_case(judged, draft, actor=actor, now=now, pending=investor)
    raise RuleBroken(judged.findings or already(judged))


def _clash(draft: InvestorDraft, investor: Investor, actor: Actor, now: datetime) -> Judged:
    """除自己以外是否撞上别家。名称键没变的,同名而早已并存者不再计较。"""
    book = register_for([draft], actor, exclude=investor.pk)
    near = book.near(draft)
    kept = {key for known in known_by_id([investor.pk], actor) for key in known.keys}
    near = [k for k in near if not (k.keys & kept) or (draft.uscc and k.uscc == draft.uscc)]
    return judge_investor(draft, near, now.date(), bureau=bureau())
