"""登记:屏幕与接口逐个,导入与项目登记成批;判定是同一个 `judge_investor`。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.names import lookup_keys
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.kernel.verdict import Finding, RuleBroken, require
from juyuan.rooms.investors import access
from juyuan.rooms.investors.actions import bulk
from juyuan.rooms.investors.actions.keys import lock_keys
from juyuan.rooms.investors.models import Case, Investor
from juyuan.rooms.investors.queries.matches import register_for
from juyuan.rooms.investors.rules.drafts import CLAUSE, InvestorDraft, judge_fields
from juyuan.rooms.investors.rules.matching import Judged, Known, Verdict, judge_investor


def register_investor(*, actor: Actor, draft: InvestorDraft, now: datetime) -> Investor:
    """登记一家。

    Raises:
        Denied: 职务只能查阅。
        RuleBroken: 内容不合理;或已登记(看得见的说是哪一家;看不见的只说「已登记,由商务主管部门核对」,
            并在商务主管部门立一件核对事项)。
    """
    require(access.can_register(actor))
    findings = judge_fields(draft, now.date())
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        lock_keys(lock_names([draft]))
        judged = judge_investor(
            draft, register_for([draft], actor).near(draft), now.date(), bureau=bureau()
        )
        if judged.verdict == Verdict.NEW:
            return bulk.insert([draft], actor=actor, now=now)[0]
    if judged.verdict == Verdict.HIDDEN:
        # 登记被拒,核对事项却要留下:在另一个事务里立
        with transaction.atomic():
            open_case(judged, draft, actor=actor, now=now)
    raise RuleBroken(judged.findings or already(judged))


def note_collision(*, actor: Actor, draft: InvestorDraft, now: datetime) -> None:
    """登记被拒而外层事务回滚时,补立核对事项(已立的不重复)。"""
    with transaction.atomic():
        judged = judge_investor(
            draft, register_for([draft], actor).near(draft), now.date(), bureau=bureau()
        )
        if judged.verdict == Verdict.HIDDEN:
            open_case(judged, draft, actor=actor, now=now)


def already(judged: Judged) -> list[Finding]:
    """看得见的重复:说是哪一家,请直接使用。"""
    assert judged.target is not None
    field = "name" if judged.matched_on == "name" else judged.matched_on
    return [
        Finding(
            field,
            "investor.registered",
            CLAUSE,
            f"「{judged.target.name}」({judged.target.code})已经登记,请直接使用;内容有变请修改它",
        )
    ]


def ensure_investors(
    *,
    actor: Actor,
    rows: Sequence[tuple[str, str]],
    now: datetime,
    group: UUID | None = None,
    batch_id: str = "",
) -> list[int]:
    """按(名称, 统一社会信用代码)取投资方编号,没有的登记;返回与 `rows` 一一对应。

    供项目登记、台账导入使用。看得见的同一家直接用(空着的代码顺手补上);撞上看不见的一家,
    先按所填另立一行「待核对」,并为商务主管部门立一件核对事项:谁也看不见谁,项目也不必等。

    Raises:
        RuleBroken: 名称或代码不对(逐条说明是哪一家)。
    """
    drafts = [InvestorDraft(name=name, uscc=compact_uscc(code)) for name, code in rows]
    findings = [
        Finding("investors", f.rule, f.clause, f"投资方「{d.name[:40]}」:{f.message}")
        for d in dict.fromkeys(drafts)
        for f in judge_fields(d, now.date())
    ]
    if findings:
        raise RuleBroken(findings)
    if not drafts:
        return []
    with transaction.atomic():
        lock_keys(lock_names(drafts))
        return _ensure(drafts, actor=actor, now=now, group=group, batch_id=batch_id)


def _ensure(
    drafts: Sequence[InvestorDraft],
    *,
    actor: Actor,
    now: datetime,
    group: UUID | None,
    batch_id: str,
) -> list[int]:
    book = register_for(drafts, actor)
    fresh: list[InvestorDraft] = []
    collided: dict[int, Judged] = {}
    answers: list[int] = []  # 已有的为编号;新立的为 -(下标+1)
    fills: dict[int, tuple[int, int, dict[str, Any]]] = {}
    for draft in drafts:
        judged = judge_investor(draft, book.near(draft), now.date(), bureau=bureau())
        target = judged.target
        if judged.verdict == Verdict.DOUBTFUL:
            # 同名几家都看得见而又没给代码:取最早登记的一家,项目页上可改
            target = min(judged.candidates, key=lambda k: k.id if k.id > 0 else 1 << 62)
        if judged.verdict in (Verdict.NEW, Verdict.HIDDEN) or target is None:
            if judged.verdict == Verdict.HIDDEN:
                collided[len(fresh)] = judged
            fresh.append(draft)
            temporary = -len(fresh)
            book.add(_just_typed(temporary, draft))
            answers.append(temporary)
            continue
        if draft.uscc and not target.uscc and target.id > 0 and target.id not in fills:
            fills[target.id] = (target.id, target.version, {"uscc": draft.uscc})
        answers.append(target.id)
    made = bulk.insert(
        fresh,
        actor=actor,
        now=now,
        group=group,
        batch_id=batch_id,
        pending=frozenset(collided),
    )
    if fills:
        bulk.change(list(fills.values()), actor=actor, now=now, group=group, reason="补填代码")
    for index, judged in collided.items():
        open_case(judged, fresh[index], actor=actor, now=now, pending=made[index], group=group)
    return [answer if answer > 0 else made[-answer - 1].pk for answer in answers]


def _just_typed(temporary: int, draft: InvestorDraft) -> Known:
    """同一批里在前、尚未入库的一家,供后面的行认出。"""
    return Known(
        id=temporary,
        code="",
        name=draft.name,
        uscc=draft.uscc,
        foreign_id="",
        keys=frozenset(lookup_keys(draft.name)[:1]),
        visible=True,
        values={"name": draft.name, "uscc": draft.uscc},
    )


def open_case(
    judged: Judged,
    draft: InvestorDraft,
    *,
    actor: Actor,
    now: datetime,
    pending: Investor | None = None,
    group: UUID | None = None,
) -> None:
    """在商务主管部门立一件核对事项(同一单位对同一家只留一件未结的)。须在事务内。"""
    assert judged.target is not None
    unit_id: Any = actor.post.unit_id if actor.post else None
    fields = {
        "asked_by_id": actor.account_id,
        "typed": bulk.shown(draft),
        "matched_on": judged.matched_on,
        "opened_at": now,
    }
    if pending is None:
        case, created = Case.objects.get_or_create(
            investor_id=judged.target.id,
            unit_id=unit_id,
            state="open",
            pending=None,
            defaults=fields,
        )
        if not created:
            return
    else:
        case = Case.objects.create(
            investor_id=judged.target.id, unit_id=unit_id, pending=pending, **fields
        )
    record(
        event="investors.case.opened",
        actor=actor,
        obj_type="investor_case",
        obj_id=case.pk,
        obj_label=draft.name,
        after=fields["typed"],
        clause=CLAUSE,
        now=now,
        group=group,
    )


def lock_names(drafts: Iterable[InvestorDraft]) -> set[str]:
    found: set[str] = set()
    for draft in drafts:
        found |= {f"name:{key}" for key in lookup_keys(draft.name)}
        if draft.uscc:
            found.add(f"uscc:{compact_uscc(draft.uscc)}")
        if draft.foreign_id:
            found.add(f"foreign:{draft.foreign_id.strip()}")
    return found
