"""承诺:登记、由评审条件转入、以补充协议改约、解除、填实况、认可兑现;政府先行事项的登记与办结。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.evaluation.models import GovernmentDebt, Promise, PromiseActual
from juyuan.rooms.evaluation.queries import promises as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.promises import (
    CLAUSE,
    REASON_LIMIT,
    ActualDraft,
    ActualSource,
    DebtDraft,
    PromiseDraft,
    PromiseSource,
    PromiseState,
    judge_actual,
    judge_debt,
    judge_promise,
    reached,
)
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.models import Project, Supplement
from juyuan.rooms.pipeline.rules.stages import Stage

PREFIX = "CN"


def add_promise(*, actor: Actor, project: Project, draft: PromiseDraft, now: datetime) -> Promise:
    """登记一项承诺(合同的、会议定的)。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 项目还没有签约;约定不清。
    """
    require(access.can_keep(actor, project))
    if project.stage_enum.order < Stage.SIGNED.order:
        raise RuleBroken.one(
            "text", "promise.stage",
            f"项目还在「{project.stage_enum.label}」，签约之后再登记承诺", CLAUSE,
        )  # fmt: skip
    _judge(project, draft, now)
    with transaction.atomic():
        return _write(project, draft, actor=actor, now=now)


def promise_from_condition(
    *, actor: Actor, project: Project, review: str, drafts: Sequence[PromiseDraft], now: datetime
) -> list[Promise]:
    """评审有条件通过:每个条件成一项承诺,随项目跟踪。谁能定评审由调用者判,须在它的事务里。

    `review` 是评审的编号;同一评审的条件只转一次。

    Raises:
        RuleBroken: 条件写得不清(没有期限、不知凭什么算做到)。
    """
    known = list(
        Promise.objects.filter(source=PromiseSource.CONDITION, source_ref=review).order_by("id")
    )
    if known:
        return known
    wanted = [replace(d, source=PromiseSource.CONDITION, source_ref=review) for d in drafts]
    for draft in wanted:
        _judge(project, draft, now)
    with transaction.atomic():
        return [_write(project, draft, actor=actor, now=now) for draft in wanted]


def change_by_supplement(
    *,
    actor: Actor,
    promise: Promise,
    supplement: Supplement,
    target: int | None,
    due_on: date | None,
    reason: str,
    version: int | None = None,
    now: datetime,
) -> Promise:
    """以补充协议改约:原行记「已改约」,新的一行接着跟踪。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 不是这个项目的补充协议;没有改;已了结;没写理由。
        Stale: 他人先行。
    """
    require(access.can_keep(actor, promise.project))
    _fresh(promise, version)
    _reason(reason, "改约")
    if supplement.project_id != promise.project_id:
        raise RuleBroken.one("supplement", "promise.supplement", "请选择这个项目的补充协议", CLAUSE)
    if (target, due_on) == (promise.target, promise.due_on):
        raise RuleBroken.one("due_on", "promise.same", "没有改动：约定值与期限都与现在相同", CLAUSE)
    draft = PromiseDraft(
        kind=promise.kind, text=promise.text, due_on=due_on, target=target, wanted=promise.wanted,
        quote=promise.quote, place=promise.place,
        contract_number=supplement.number or promise.contract_number,
        source=PromiseSource.SUPPLEMENT, source_ref=str(supplement.pk),
    )  # fmt: skip
    _judge(promise.project, draft, now)
    with transaction.atomic():
        _close(promise, PromiseState.CHANGED, reason, actor, now)
        fresh = _write(promise.project, draft, actor=actor, now=now, replaces=promise)
        GovernmentDebt.objects.filter(promise=promise).update(promise=fresh)
        _record(
            "changed", promise, actor, now, reason=f"「{supplement.title}」：{reason.strip()}",
            before=_shown(promise), after={**_shown(fresh), "code": fresh.code},
        )  # fmt: skip
    return fresh


def release(
    *, actor: Actor, promise: Promise, reason: str, version: int | None = None, now: datetime
) -> Promise:
    """解除承诺(不再要求兑现):写明理由,由有权认定的人办,不是登记人自己。

    Raises:
        Denied: 无权认定,或就是登记人。
        RuleBroken: 没写理由;已了结。
        Stale: 他人先行。
    """
    require(access.can_judge(actor, promise.project))
    if promise.by_id is not None and promise.by_id == actor.account_id:
        raise RuleBroken.one(
            "reason", "promise.second", "登记人不能自己解除，请另一位同志办理", CLAUSE
        )
    _fresh(promise, version)
    _reason(reason, "解除")
    with transaction.atomic():
        _close(promise, PromiseState.RELEASED, reason, actor, now)
        _record("released", promise, actor, now, reason=reason, before={"state": "open"})
    return promise


def report_actual(
    *, actor: Actor, promise: Promise, draft: ActualDraft, now: datetime
) -> PromiseActual:
    """填一条实况,附凭据。

    Raises:
        Denied: 不能提交证据的单位。
        RuleBroken: 日期、数值、凭据不合;承诺已了结。
    """
    require(access.can_report(actor, promise.project))
    if promise.state != PromiseState.OPEN:
        raise RuleBroken.one(
            "on", "promise.over", f"这项承诺{promise.state_enum.label}，不再填实况", CLAUSE
        )
    today = localdate(now)
    kind = read.kinds(today)[promise.kind]
    findings = judge_actual(draft, kind.measure, today)
    stored = uploaded(actor, draft.file_id)
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "actual.file", CLAUSE, "文件没有存好，请重新上传"))
    if findings or stored is None or draft.on is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        use = files.use_file(
            actor=actor, file=stored, object_type=read.OBJ, object_id=promise.pk,
            label=f"{kind.label}{draft.on}", now=now,
        )  # fmt: skip
        row = PromiseActual(
            promise=promise, source=ActualSource.TYPED.value, on=draft.on, value=draft.value,
            note=draft.note.strip(), file_use_id=use.pk, file_sha256=stored.sha256,
            file_name=stored.name[:200], by_id=actor.account_id, by_name=actor.name, at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        _record(
            "actual_added", promise, actor, now, reason=row.note,
            after={"on": row.on.isoformat(), "value": row.value, "file": row.file_name},
        )  # fmt: skip
    return row


def mark_met(
    *, actor: Actor, promise: Promise, actual: PromiseActual, reason: str = "",
    version: int | None = None, now: datetime,
) -> Promise:  # fmt: skip
    """认可兑现:凭一条实况,由填报人之外的第二人。

    Raises:
        Denied: 无权认定,或就是填报人。
        RuleBroken: 实况不是这项承诺的;没有达到约定值;已了结。
        Stale: 他人先行。
    """
    require(access.can_accept(actor, actual))
    _fresh(promise, version)
    if actual.promise_id != promise.pk:
        raise RuleBroken.one("actual", "promise.actual", "请选择这项承诺的实况", CLAUSE)
    kind = read.kinds(localdate(now))[promise.kind]
    if not reached(kind.measure, promise.target, actual.value):
        raise RuleBroken.one(
            "actual", "promise.short",
            "这条实况没有达到约定值，不能认可兑现；确要调整的，先以补充协议改约", CLAUSE,
        )  # fmt: skip
    with transaction.atomic():
        _close(promise, PromiseState.MET, reason, actor, now, on=actual.on)
        _record(
            "met", promise, actor, now, reason=reason,
            after={"on": actual.on.isoformat(), "value": actual.value, "by": actual.by_name},
        )  # fmt: skip
    return promise


def add_debt(*, actor: Actor, promise: Promise, draft: DebtDraft, now: datetime) -> GovernmentDebt:
    """登记政府先要做的一件。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 填得不全;承诺已了结。
    """
    require(access.can_keep(actor, promise.project))
    if promise.state != PromiseState.OPEN:
        raise RuleBroken.one(
            "debt_text",
            "promise.over",
            f"这项承诺{promise.state_enum.label}，不再添先行事项",
            CLAUSE,
        )
    unit_ids = [draft.unit_id] if draft.unit_id else []
    findings = judge_debt(draft, read.frame(promise.project, localdate(now), unit_ids))
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        row = _debt(promise, draft)
        row.save(force_insert=True)
        record(
            event="evaluation.debt.added", actor=actor, obj_type=read.OBJ, obj_id=promise.code,
            obj_label=promise.project.name, after=_debt_shown(row), clause=CLAUSE, now=now,
        )  # fmt: skip
    return row


def settle_debt(
    *,
    actor: Actor,
    debt: GovernmentDebt,
    done_on: date | None,
    note: str,
    file_id: int | None,
    version: int | None = None,
    now: datetime,
) -> GovernmentDebt:
    """政府先行事项办到了:哪天、凭据。

    Raises:
        Denied: 不是责任单位,也不能提交证据。
        RuleBroken: 没有日子、凭据;已办到。
        Stale: 他人先行。
    """
    require(access.can_settle_debt(actor, debt))
    findings: list[Finding] = []
    today = localdate(now)
    if debt.done_on is not None:
        findings.append(Finding("done_on", "debt.done", CLAUSE, f"这件已于 {debt.done_on} 办到"))
    if done_on is None or done_on > today:
        findings.append(
            Finding("done_on", "debt.done_on", CLAUSE, f"请写明哪天办到，不晚于今天（{today}）")
        )
    if not note.strip() or len(note) > REASON_LIMIT:
        findings.append(
            Finding("note", "debt.note", CLAUSE, f"请写明办到的情况，至多 {REASON_LIMIT} 字")
        )
    stored = uploaded(actor, file_id)
    if stored is None:
        findings.append(Finding("file", "debt.file", CLAUSE, "请上传办到的凭据，如交地确认书"))
    if findings or stored is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        use = files.use_file(
            actor=actor, file=stored, object_type=read.OBJ, object_id=debt.promise_id,
            label=debt.text[:60], now=now,
        )  # fmt: skip
        was = version if version is not None else debt.version
        done = GovernmentDebt.objects.filter(pk=debt.pk, version=was, done_on__isnull=True).update(
            done_on=done_on, done_note=note.strip(), done_by_name=actor.name, version=was + 1,
            file_use_id=use.pk, file_name=stored.name[:200],
        )  # fmt: skip
        if not done:
            raise Stale
        debt.refresh_from_db()
        record(
            event="evaluation.debt.done", actor=actor, obj_type=read.OBJ,
            obj_id=debt.promise.code, obj_label=debt.promise.project.name,
            after=_debt_shown(debt), reason=note.strip(), clause=CLAUSE, now=now,
        )  # fmt: skip
    return debt


# ───────── 共用 ─────────


def _judge(project: Project, draft: PromiseDraft, now: datetime) -> None:
    units = [d.unit_id for d in draft.debts if d.unit_id]
    findings = judge_promise(draft, read.frame(project, localdate(now), units))
    if findings:
        raise RuleBroken(findings)


def _reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise RuleBroken.one("reason", "promise.reason", f"请写明{what}的理由", CLAUSE)
    if len(reason) > REASON_LIMIT:
        raise RuleBroken.one("reason", "promise.length", f"理由至多 {REASON_LIMIT} 字", CLAUSE)


def _fresh(promise: Promise, version: int | None) -> None:
    if version is not None and version != promise.version:
        raise Stale
    if promise.state != PromiseState.OPEN:
        raise RuleBroken.one(
            "", "promise.over", f"这项承诺{promise.state_enum.label}，不能再办", CLAUSE
        )


def _close(
    promise: Promise, to: PromiseState, reason: str, actor: Actor, now: datetime,
    on: date | None = None,
) -> None:  # fmt: skip
    changes: dict[str, Any] = {
        "state": to.value, "closed_on": on or localdate(now), "closed_by_name": actor.name,
        "reason": reason.strip(), "version": promise.version + 1,
    }  # fmt: skip
    rows = Promise.objects.filter(
        pk=promise.pk, version=promise.version, state=PromiseState.OPEN.value
    )
    if not rows.update(**changes):
        raise Stale
    for name, value in changes.items():
        setattr(promise, name, value)


def _debt(promise: Promise, draft: DebtDraft) -> GovernmentDebt:
    if draft.unit_id is None or draft.due_on is None:
        raise ValueError("草稿须先判过")
    return GovernmentDebt(
        promise=promise, kind=draft.kind, text=draft.text.strip(), unit_id=draft.unit_id,
        due_on=draft.due_on,
    )  # fmt: skip


def _write(
    project: Project, draft: PromiseDraft, *, actor: Actor, now: datetime,
    replaces: Promise | None = None,
) -> Promise:  # fmt: skip
    if draft.due_on is None:
        raise ValueError("草稿须先判过")
    row = Promise(
        code=new_code(PREFIX), project=project, kind=draft.kind, text=draft.text.strip(),
        quote=draft.quote.strip(), place=draft.place.strip(), target=draft.target,
        contract_number=draft.contract_number.strip(), due_on=draft.due_on,
        wanted=draft.wanted.strip(), source=draft.source.value, source_ref=draft.source_ref,
        replaces=replaces, unit_id=actor.post.unit_id if actor.post else None,
        by_id=actor.account_id, by_name=actor.name, at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    for debt in draft.debts:
        _debt(row, debt).save(force_insert=True)
    _record(
        "added", row, actor, now,
        after={**_shown(row), "debts": [{"kind": d.kind, "text": d.text} for d in draft.debts]},
    )  # fmt: skip
    return row


def _shown(row: Promise) -> dict[str, Any]:
    return {
        "kind": row.kind, "text": row.text, "target": row.target, "source": row.source,
        "due_on": row.due_on.isoformat(), "state": row.state, "project": row.project.code,
    }  # fmt: skip


def _debt_shown(row: GovernmentDebt) -> dict[str, Any]:
    return {
        "kind": row.kind, "text": row.text, "unit": row.unit.name,
        "due_on": row.due_on.isoformat(),
        "done_on": row.done_on.isoformat() if row.done_on else None,
    }  # fmt: skip


def _record(
    verb: str, row: Promise, actor: Actor, now: datetime, *, reason: str = "",
    before: Any = None, after: Any = None,
) -> None:  # fmt: skip
    record(
        event=f"evaluation.promise.{verb}", actor=actor, obj_type=read.OBJ, obj_id=row.code,
        obj_label=row.project.name, before=before, after=after, reason=reason.strip(),
        clause=CLAUSE, now=now,
    )  # fmt: skip
