"""承诺审查:列优惠、声明没有、换协议文本、答复疑点。办结之后再改,记录重新打开、凭据撤回。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files import storage
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions.refinding import refind
from juyuan.rooms.evaluation.actions.scrutinising import need_reason, saved, touched
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.queries.agreement import read_agreement
from juyuan.rooms.evaluation.rules.privileges import (
    CLAUSE,
    FindingAnswer,
    PrivilegeDraft,
    ScrutinyVerb,
    judge_answer,
    judge_privilege,
)
from juyuan.rooms.pipeline.models import Project


def list_privilege(
    *, actor: Actor, project: Project, draft: PrivilegeDraft, now: datetime
) -> Privilege:
    """列入一条优惠,随即对照。

    Raises:
        Denied: 不是首谈单位、承载地、登记单位或商务主管部门。
        RuleBroken: 没写齐;已认定的签约正凭着这份记录。
        NotFound: 项目刚被作废或并入别的项目。
    """
    require(access.can_keep(actor, project))
    _judge(draft, now)
    with transaction.atomic():
        row = touched(actor, project, now)
        if row.none_promised:  # 列了就不是「没有」了
            row.none_promised = False
        made = Privilege(scrutiny=row, by_name=actor.name, at=now, **_columns(draft))
        made.save(force_insert=True)
        refind(row, actor, now)
        saved(row, ScrutinyVerb.LIST, actor, now, content=_shown(draft))
    return made


def edit_privilege(
    *, actor: Actor, privilege: Privilege, draft: PrivilegeDraft, version: int | None = None,
    now: datetime,
) -> Privilege:  # fmt: skip
    """修改一条优惠,随即重新对照。

    Raises:
        Denied: 同上。
        RuleBroken: 没写齐;已删去;已认定的签约正凭着这份记录。
        Stale: 他人先行。
    """
    project = privilege.scrutiny.project
    require(access.can_keep(actor, project))
    _judge(draft, now)
    with transaction.atomic():
        row = touched(actor, project, now)
        before = _shown(read.draft_of(privilege))
        _change(privilege, version, **_columns(draft))
        refind(row, actor, now)
        saved(row, ScrutinyVerb.EDIT, actor, now, content=_shown(draft), before=before)
    return privilege


def remove_privilege(
    *, actor: Actor, privilege: Privilege, reason: str, version: int | None = None, now: datetime
) -> Privilege:
    """删去一条优惠(留着痕迹,不在清单里)。

    Raises:
        Denied: 同上。
        RuleBroken: 没写理由;已删去;已认定的签约正凭着这份记录。
        Stale: 他人先行。
    """
    project = privilege.scrutiny.project
    require(access.can_keep(actor, project))
    need_reason(reason, "请写明为什么删去")
    with transaction.atomic():
        row = touched(actor, project, now)
        _change(privilege, version, removed_at=now)
        refind(row, actor, now)
        saved(
            row, ScrutinyVerb.REMOVE, actor, now, reason=reason,
            before=_shown(read.draft_of(privilege)),
        )  # fmt: skip
    return privilege


def declare_none(*, actor: Actor, project: Project, now: datetime) -> Scrutiny:
    """声明没有任何优惠承诺(一条也没有列的才可以)。

    Raises:
        Denied: 同上。
        RuleBroken: 已列了优惠;已声明过;已认定的签约正凭着这份记录。
    """
    require(access.can_keep(actor, project))
    known = read.record_of(project)
    if known is not None and read.rows_of(known):
        raise RuleBroken.one(
            "privileges",
            "privilege.both",
            "清单里还有优惠，先删去，才能声明没有任何优惠承诺",
            CLAUSE,
        )
    if known is not None and known.none_promised:
        raise RuleBroken.one("privileges", "privilege.none", "已声明过没有任何优惠承诺", CLAUSE)
    with transaction.atomic():
        row = touched(actor, project, now)
        row.none_promised = True
        saved(row, ScrutinyVerb.NONE, actor, now)
    return row


def set_text(*, actor: Actor, project: Project, file_id: int | None, now: datetime) -> Scrutiny:
    """上传(换)协议文本:读出文字,逐段查找。

    Raises:
        Denied: 同上。
        RuleBroken: 没有文件,读不出文字(扫描件、加密、损坏、太大),或与现行文本相同;
            已认定的签约正凭着这份记录。
    """
    require(access.can_keep(actor, project))
    stored = uploaded(actor, file_id)
    if stored is None:
        raise RuleBroken.one("file", "agreement.file", "请选择协议文本", CLAUSE)
    known = read.record_of(project)
    if known is not None and known.text_sha256 == stored.sha256:
        raise RuleBroken.one("file", "agreement.same", "与现行文本是同一份文件，没有改动", CLAUSE)
    found = read_agreement(storage.path_of(stored.sha256).read_bytes(), stored.name)
    with transaction.atomic():
        row = touched(actor, project, now)
        use = files.use_file(
            actor=actor, file=stored, object_type=read.OBJ, object_id=row.pk,
            label=f"协议文本 {localdate(now)}", now=now,
        )  # fmt: skip
        row.text_use_id, row.text_file_id = use.pk, stored.pk
        row.text_sha256, row.text_name, row.text_at = stored.sha256, stored.name[:200], now
        row.paragraphs = [[p.page, p.text] for p in found]
        refind(row, actor, now)
        saved(
            row, ScrutinyVerb.TEXT, actor, now,
            content={"name": row.text_name, "sha256": row.text_sha256, "paragraphs": len(found)},
        )  # fmt: skip
    return row


def answer_finding(
    *, actor: Actor, finding: PrivilegeFinding, answer: FindingAnswer, basis: str,
    version: int | None = None, now: datetime,
) -> PrivilegeFinding:  # fmt: skip
    """答复一处疑点。答复已改正、已删除的,以改后的清单、文本里没有了为准。

    Raises:
        Denied: 同上。
        RuleBroken: 没选答复、没写说明;已认定的签约正凭着这份记录。
        Stale: 他人先行。
    """
    project = finding.scrutiny.project
    require(access.can_keep(actor, project))
    findings = judge_answer(answer, basis)
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        row = touched(actor, project, now)
        seen = finding.version if version is None else version
        done = PrivilegeFinding.objects.filter(pk=finding.pk, version=seen).update(
            answer=answer.value, basis=basis.strip(), answered_by_name=actor.name,
            answered_at=now, version=seen + 1,
        )  # fmt: skip
        if not done:
            raise Stale("这处疑点已有人先行答复，请核对最新的答复")
        finding.refresh_from_db()
        saved(
            row, ScrutinyVerb.ANSWER, actor, now, reason=basis,
            content={"kind": finding.kind, "answer": finding.answer,
                     "passage": finding.passage[:200]},
        )  # fmt: skip
    return finding


def _judge(draft: PrivilegeDraft, now: datetime) -> None:
    findings = judge_privilege(draft, read.privilege_kinds(localdate(now)))
    if draft.granter_id is not None and not Unit.objects.filter(pk=draft.granter_id).exists():
        findings.append(
            Finding("granter", "privilege.granter", CLAUSE, "没有这个单位，请从列表中选择")
        )
    if findings:
        raise RuleBroken(findings)


def _columns(draft: PrivilegeDraft) -> dict[str, Any]:
    return {
        "kind": draft.kind, "content": draft.content.strip(), "amount": draft.amount,
        "ratio_bp": draft.ratio_bp, "basis": draft.basis.strip(), "granter_id": draft.granter_id,
        "conditions": draft.conditions.strip(), "period": draft.period.strip(),
    }  # fmt: skip


def _shown(draft: PrivilegeDraft) -> dict[str, Any]:
    return {k: v for k, v in _columns(draft).items() if v not in (None, "")}


def _change(privilege: Privilege, version: int | None, **changes: Any) -> None:
    """带版本改一条优惠。

    Raises:
        RuleBroken: 已删去。
        Stale: 他人先行。
    """
    if privilege.removed_at is not None:
        raise RuleBroken.one("", "privilege.removed", "这一条已删去", CLAUSE)
    seen = privilege.version if version is None else version
    done = Privilege.objects.filter(pk=privilege.pk, version=seen, removed_at__isnull=True).update(
        **changes, version=seen + 1
    )
    if not done:
        raise Stale("这一条已有人先行改动，请核对最新的内容")
    privilege.refresh_from_db()
