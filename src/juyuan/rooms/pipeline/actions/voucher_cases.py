"""凭证、证据文件、项目名称重合:撞上看不见的项目只答「已登记,由商务主管部门核对」,并在那里立一件。

凭证的登记被拒,这一件留下;证据照收。
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import bureau
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import (
    Access,
    Allowed,
    Denial,
    Finding,
    RuleBroken,
    Stale,
    held_answer,
    require,
)
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.models import Project, VoucherCase
from juyuan.rooms.pipeline.models.vouchers import SAME_NAME
from juyuan.rooms.pipeline.queries import vouchers as read
from juyuan.rooms.pipeline.rules.vouchers import (
    CLAUSE,
    KeyKind,
    VoucherCaseState,
    VoucherDraft,
    repeated,
)

CASE = "voucher_case"


def refuse_repeated(project: Project, keys: list[read.Key], actor: Actor) -> None:
    """有相撞的即拒绝,逐条说明。

    Raises:
        RuleBroken: 见 `rules.vouchers.repeated`。
    """
    found = read.clashes(project, keys, actor)
    findings = repeated([holder for holder, _ in found], held_answer(bureau()))
    if findings:
        raise RuleBroken(findings)


def note_collision(*, actor: Actor, project: Project, draft: VoucherDraft, now: datetime) -> None:
    """登记被拒而外层事务回滚时,补立核对事项(已立的不重复)。"""
    stored = uploaded(actor, draft.file_id)
    keys = read.keys_for(draft.number, stored.sha256 if stored else "")
    with transaction.atomic():
        open_cases(project, draft, keys, actor=actor, now=now)


def open_cases(
    project: Project, draft: VoucherDraft, keys: list[read.Key], *, actor: Actor, now: datetime
) -> None:
    """一张凭证撞上看不见的项目:在商务主管部门立一件(同一项目、同一键、同一方只留一件未结的)。"""
    typed = {
        "kind": draft.kind, "number": draft.number, "amount": draft.yuan,
        "paid_on": draft.paid_on.isoformat() if draft.paid_on else None,
        "payer": draft.payer_name,
    }  # fmt: skip
    _open(project, keys, typed, actor=actor, now=now)


def note_shared_file(
    *, actor: Actor, project: Project, sha256: str, title: str, dated_on: date, now: datetime
) -> None:
    """证据文件已用在看不见的项目上:证据照收,在商务主管部门立一件(动作的事务内)。"""
    typed = {"evidence": title, "paid_on": dated_on.isoformat()}
    _open(project, [(KeyKind.FILE.value, sha256)], typed, actor=actor, now=now)


def note_same_name(*, actor: Actor, project: Project, now: datetime) -> None:
    """新登记的项目与看不见的同名:照样登记,在商务主管部门立一件(动作的事务内)。"""
    for other in read.hidden_namesakes(actor, project):
        case, created = VoucherCase.objects.get_or_create(
            project=project, kind=SAME_NAME[0], value=project.name_key[:120], held=other,
            state=VoucherCaseState.OPEN.value,
            defaults={
                "typed": {"project_name": project.name},
                "unit_id": actor.post.unit_id if actor.post else None,
                "asked_by_id": actor.account_id,
                "opened_at": now,
            },
        )  # fmt: skip
        if created:
            record(
                event="pipeline.voucher_case.opened", actor=actor, obj_type=CASE, obj_id=case.pk,
                obj_label=str(case), after={"project": project.code}, clause=CLAUSE, now=now,
            )  # fmt: skip


def _open(
    project: Project, keys: list[read.Key], typed: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    values = dict(keys)
    for holder, other in read.clashes(project, keys, actor):
        told = {
            "project": project, "kind": holder.kind.value,
            "value": values[holder.kind.value], "held": other,
        }  # fmt: skip
        if holder.own or holder.visible:
            continue
        if VoucherCase.objects.filter(**told, state=VoucherCaseState.SAME).exists():
            continue  # 已核对为同一张,不再立
        case, created = VoucherCase.objects.get_or_create(
            **told,
            state=VoucherCaseState.OPEN.value,
            defaults={
                "typed": typed,
                "unit_id": actor.post.unit_id if actor.post else None,
                "asked_by_id": actor.account_id,
                "opened_at": now,
            },
        )  # fmt: skip
        if created:
            record(
                event="pipeline.voucher_case.opened", actor=actor, obj_type=CASE, obj_id=case.pk,
                obj_label=str(case), after={"project": project.code}, clause=CLAUSE, now=now,
            )  # fmt: skip


def may_settle(actor: Actor) -> Access:
    """核对重合要看得见两边(可能是限名单项目):商务主管部门核验人。"""
    if access.oversees_imports(actor):
        return Allowed()
    return Denial(f"与看不见的项目重合的,由{bureau()}核验人核对", CLAUSE)


def settle_case(
    *, actor: Actor, case: VoucherCase, same: bool, reason: str, now: datetime
) -> VoucherCase:
    """核对一件重合:是同一张(份、个),或不是。凭证核为不是同一张的,申报单位可以再次登记。

    Raises:
        Denied: 不是商务主管部门的核验人。
        RuleBroken: 没写理由;文件逐字节相同却说不是同一张。
        Stale: 已经核对过。
    """
    require(may_settle(actor))
    findings = []
    if not reason.strip():
        findings.append(Finding("reason", "voucher_case.reason", CLAUSE, "请写明核对的依据"))
    if not same and case.kind == KeyKind.FILE:
        findings.append(
            Finding(
                "same",
                "voucher_case.file",
                CLAUSE,
                f"文件逐字节相同，就是同一份；请申报单位另附{'证据' if case.typed.get('evidence') else '凭证'}",
            )
        )
    if findings:
        raise RuleBroken(findings)
    state = VoucherCaseState.SAME if same else VoucherCaseState.DIFFERENT
    with transaction.atomic():
        changed = VoucherCase.objects.filter(pk=case.pk, state=VoucherCaseState.OPEN).update(
            state=state.value, settled_at=now, settled_by_id=actor.account_id, reason=reason.strip()
        )
        if not changed:
            raise Stale("这一件已经核对过")
        record(
            event="pipeline.voucher_case.settled", actor=actor, obj_type=CASE, obj_id=case.pk,
            obj_label=str(case), after={"state": state.value}, reason=reason.strip(),
            clause=CLAUSE, now=now,
        )  # fmt: skip
    case.refresh_from_db()
    return case
