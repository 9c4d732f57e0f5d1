"""审查意见:申请、退回补材料、补齐再送、拟稿、退回重拟、签发、撤回、撤销。

拟稿与签发分由两人;结论为通过、有条件通过的,签发时记作项目的凭据,结论不通过或撤销的,原有的凭据撤回
(已认定的签约正凭着它的除外:那由核验人先撤回认定)。
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_duty
from juyuan.foundation.duties.rules import DueRule
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import FileUse, StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.queries import posts_on
from juyuan.foundation.policy.queries import params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.models import OpinionRequest, OpinionStep, Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import opinions as read
from juyuan.rooms.evaluation.queries.opinion_duty import ANSWER, DAYS, MATERIAL, SIGN
from juyuan.rooms.evaluation.rules.opinions import (
    CLAUSE,
    TEXT_LIMIT,
    AnswerDraft,
    AskDraft,
    OpinionKind,
    OpinionVerb,
    Reviewer,
    answer_due,
    counts,
    judge_answer,
    judge_ask,
    next_state,
)
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.evidence import state_fact, withdraw_fact
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import ROOM, Conclusion

PREFIX = "SC"


def ask(*, actor: Actor, project: Project, draft: AskDraft, now: datetime) -> OpinionRequest:
    """申请审查:附协议文本(没有另附的,用承诺审查里的现行文本)。时限自次日起算。

    Raises:
        Denied: 不是首谈单位、承载地、登记单位或商务主管部门。
        RuleBroken: 没写齐,没有文本,没有可问的单位,或这一种已有一件未了。
        NotFound: 项目刚被作废或并入别的项目。
    """
    require(access.can_ask(actor, project))
    findings = judge_ask(draft)
    stored = _text(actor, project, draft.file_id)
    if stored is None:
        findings.append(_bad("file", "file", "请附上协议文本，或先在「承诺审查」里上传文本"))
    unit, why = _reviewer(actor, draft, localdate(now))
    if unit is None:
        findings.append(_bad("unit", "unit", why))
    if actor.post is None:
        findings.append(_bad("", "post", "须以所在单位的职务申请"))
    if findings or stored is None or unit is None or actor.post is None:
        raise RuleBroken(findings)
    today = localdate(now)
    try:
        with transaction.atomic():
            _live(project)
            row = OpinionRequest(
                code=new_code(PREFIX), project=project, kind=draft.kind.value,
                subject=draft.subject.strip(), question=draft.question.strip(), unit=unit,
                from_unit_id=actor.post.unit_id, asked_by_id=actor.account_id,
                asked_by_name=actor.name, asked_at=now, file_sha256=stored.sha256,
                file_name=stored.name[:200], clock_on=today, due_on=_due(today),
            )  # fmt: skip
            row.save(force_insert=True)
            _use(row, stored, "file_use_id", "协议文本", actor, now)
            _note(row, OpinionVerb.ASK, "", actor, now)
            _clock(row, actor, now)
    except IntegrityError:
        raise RuleBroken.one(
            "kind",
            "opinion.open",
            f"这个项目的{draft.kind.label}已有一件未了，请先看那一件",
            CLAUSE,
        ) from None
    return row


def return_request(
    *, actor: Actor, request: OpinionRequest, reason: str, version: int | None = None, now: datetime
) -> OpinionRequest:
    """退回补材料:写明缺什么;时限停在申请单位那一边,补齐再送重新起算。

    Raises:
        Denied: 不是审查单位的人。
        RuleBroken: 没写缺什么;不在待答复。
        Stale: 他人先行。
    """
    require(access.can_draft(actor, request))
    _reason(reason, "请写明还缺什么材料")
    with transaction.atomic():
        _step(request, OpinionVerb.RETURN, actor, now, reason=reason, version=version)
        end_duty(
            kind=ANSWER, object_type=read.OBJ, object_id=request.pk,
            act="evaluation.opinion.return", actor=actor, now=now,
        )  # fmt: skip
        _open_material(request, actor, now)
        _tell(request, "returned", "asker", "请补齐材料后再送", reason.strip(), now)
    return request


def resubmit(
    *, actor: Actor, request: OpinionRequest, note: str, file_id: int | None = None,
    version: int | None = None, now: datetime,
) -> OpinionRequest:  # fmt: skip
    """补齐再送:写明补了什么,可换协议文本;时限自今日次日起重新算。

    Raises:
        Denied: 不是首谈单位、承载地、登记单位或商务主管部门。
        RuleBroken: 没写补了什么;不在待补材料;文件没有存好。
        Stale: 他人先行。
    """
    require(access.can_ask(actor, request.project))
    _reason(note, "请写明补了什么")
    stored = uploaded(actor, file_id) if file_id is not None else None
    if file_id is not None and stored is None:
        raise RuleBroken.one("file", "opinion.file", "文件没有存好，请重新上传", CLAUSE)
    today = localdate(now)
    with transaction.atomic():
        changes: dict[str, Any] = {
            "round": request.round + 1, "clock_on": today, "due_on": _due(today),
        }  # fmt: skip
        if stored is not None:
            changes |= {"file_sha256": stored.sha256, "file_name": stored.name[:200]}
        _step(request, OpinionVerb.RESUBMIT, actor, now, reason=note, version=version, **changes)
        if stored is not None:
            _use(request, stored, "file_use_id", f"协议文本（第{request.round}次送）", actor, now)
        end_duty(
            kind=MATERIAL, object_type=read.OBJ, object_id=request.pk,
            act="evaluation.opinion.resubmit", actor=actor, now=now,
        )  # fmt: skip
        _clock(request, actor, now)
    return request


def draft_answer(
    *, actor: Actor, request: OpinionRequest, draft: AnswerDraft, now: datetime
) -> OpinionRequest:
    """拟出意见,等本单位另一位同志签发。

    Raises:
        Denied: 不是审查单位的人。
        RuleBroken: 没写齐;没附意见文件;不在待答复。
        Stale: 他人先行。
    """
    require(access.can_draft(actor, request))
    findings = judge_answer(draft, read.asked_on(request), localdate(now))
    stored = uploaded(actor, draft.file_id)
    if stored is None:
        findings.append(_bad("file", "answer_file", "请附上意见的文件"))
    if findings or stored is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        _step(
            request, OpinionVerb.DRAFT, actor, now,
            conclusion=draft.conclusion.value, number=draft.number.strip(),
            dated_on=draft.dated_on, text=draft.text.strip(), answer_sha256=stored.sha256,
            answer_name=stored.name[:200], drafted_by_id=actor.account_id,
            drafted_by_name=actor.name,
        )  # fmt: skip
        _use(request, stored, "answer_use_id", f"意见（第{request.round}次送）", actor, now)
        open_duty(
            kind=SIGN, object_type=read.OBJ, object_id=request.pk, unit_id=request.unit_id,
            basis_on=request.clock_on, rule=_rule(request.clock_on),
            period=_period(request, now), actor=actor, now=now,
        )  # fmt: skip
    return request


def send_back(
    *, actor: Actor, request: OpinionRequest, reason: str, version: int | None = None, now: datetime
) -> OpinionRequest:
    """签发人退回重拟。

    Raises:
        Denied: 不是审查单位的负责、核验人员,或就是拟稿人。
        RuleBroken: 没写理由;不在待签发。
        Stale: 他人先行。
    """
    require(access.can_sign(actor, request))
    _reason(reason, "请写明哪里要改")
    with transaction.atomic():
        _step(request, OpinionVerb.SEND_BACK, actor, now, reason=reason, version=version)
        _end_sign(request, "evaluation.opinion.send_back", actor, now)
    return request


def sign(
    *, actor: Actor, request: OpinionRequest, version: int | None = None, now: datetime
) -> OpinionRequest:
    """签发:意见作出,告知申请人;通过、有条件的记作项目的凭据。

    Raises:
        Denied: 不是审查单位的负责、核验人员,或就是拟稿人、申请人。
        RuleBroken: 不在待签发;项目已作废或并入别的项目。
        Stale: 他人先行。
    """
    require(access.can_sign(actor, request))
    with transaction.atomic():
        try:
            project = _live(request.project)
        except NotFound:
            raise RuleBroken.one(
                "", "opinion.gone", "这个项目已作废或并入别的项目，请退回申请单位撤回", CLAUSE
            ) from None
        _step(
            request, OpinionVerb.SIGN, actor, now, answered_by_id=actor.account_id,
            answered_by_name=actor.name, answered_at=now, version=version,
        )  # fmt: skip
        if counts(Conclusion(request.conclusion)):
            fact = _state(request, project, actor, now)
            OpinionRequest.objects.filter(pk=request.pk).update(evidence=fact)
            request.evidence = fact
        _drop_facts(request, actor=actor, reason=f"另有新的意见 {request.number}", now=now)
        for kind in (ANSWER, SIGN):
            end_duty(
                kind=kind, object_type=read.OBJ, object_id=request.pk,
                act="evaluation.opinion.sign", actor=actor, now=now,
            )  # fmt: skip
        said = Conclusion(request.conclusion).label
        _tell(request, "answered", "asker", f"结论：{said}", f"{request.number}", now)
    return request


def withdraw(
    *, actor: Actor, request: OpinionRequest, reason: str, version: int | None = None, now: datetime
) -> OpinionRequest:
    """申请单位撤回申请(签发之前)。

    Raises:
        Denied: 不是首谈单位、承载地、登记单位或商务主管部门。
        RuleBroken: 没写理由;已答复。
        Stale: 他人先行。
    """
    require(access.can_ask(actor, request.project))
    _reason(reason, "请写明为什么撤回")
    with transaction.atomic():
        _step(request, OpinionVerb.WITHDRAW, actor, now, reason=reason, version=version)
        for kind in (ANSWER, SIGN, MATERIAL):
            end_duty(
                kind=kind, object_type=read.OBJ, object_id=request.pk, cancelled=True,
                act="evaluation.opinion.withdraw", actor=actor, now=now,
            )  # fmt: skip
        _tell(request, "withdrawn", "reviewer", "申请单位已撤回，不必答复", reason.strip(), now)
    return request


def revoke(
    *, actor: Actor, request: OpinionRequest, reason: str, version: int | None = None, now: datetime
) -> OpinionRequest:
    """审查单位撤销自己签发的意见:记在项目上的凭据一并撤回,申请单位可以重新申请。

    Raises:
        Denied: 不是审查单位的负责、核验人员。
        RuleBroken: 没写理由;没有签发;已认定的签约正凭着它。
        Stale: 他人先行。
    """
    require(access.can_revoke(actor, request))
    _reason(reason, "请写明为什么撤销")
    with transaction.atomic():
        _step(request, OpinionVerb.REVOKE, actor, now, reason=reason, version=version)
        fact = request.evidence
        if fact is not None and fact.voided_at is None:
            withdraw_fact(actor=actor, evidence=fact, reason=f"撤销意见：{reason.strip()}", now=now)
        _tell(request, "revoked", "asker", "意见已撤销，签约前须重新申请", reason.strip(), now)
    return request


# ───────── 内部 ─────────


def _bad(field: str, name: str, message: str) -> Finding:
    return Finding(field, f"opinion.{name}", CLAUSE, message)


def _reason(text: str, what: str) -> None:
    if not text.strip():
        raise RuleBroken.one("reason", "opinion.reason", what, CLAUSE)
    if len(text) > TEXT_LIMIT:
        raise RuleBroken.one("reason", "opinion.reason", f"至多{TEXT_LIMIT}字", CLAUSE)


def _live(project: Project) -> Project:
    """锁住还在的项目。

    Raises:
        NotFound: 已作废或并入别的项目。
    """
    row = Project.objects.select_for_update(of=("self",)).filter(
        pk=project.pk, voided_at__isnull=True
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _text(actor: Actor, project: Project, file_id: int | None) -> StoredFile | None:
    """所附的文本;没有另附的,用承诺审查里的现行文本。"""
    if file_id is not None:
        return uploaded(actor, file_id)
    known = Scrutiny.objects.filter(project=project).values_list("text_file_id", flat=True).first()
    return StoredFile.objects.filter(pk=known).first() if known else None


def _reviewer(actor: Actor, draft: AskDraft, today: date) -> tuple[Unit | None, str]:
    """该由哪个单位审;不行的说为什么。"""
    if draft.kind == OpinionKind.FAIR_COMPETITION:
        who = read.reviewer_rule(today)
        if draft.drafter and who == Reviewer.MARKET:
            return None, "公平竞争审查由市场监管部门做，不能由起草单位自己审"
        if who == Reviewer.DRAFTER or (who == Reviewer.EITHER and draft.drafter):
            return _unit(actor), "须以所在单位的职务申请"
    elif draft.drafter:
        return None, "合法性审查不能由起草单位自己做"
    unit = read.reviewing_unit(draft.kind, today)
    return unit, "" if unit else f"没有承办{draft.kind.label}的单位，请系统管理员核对单位的职能"


def _unit(actor: Actor) -> Unit | None:
    return Unit.objects.filter(pk=actor.post.unit_id).first() if actor.post else None


def _due(clock_on: date) -> date:
    return answer_due(clock_on, params(clock_on)[DAYS], calendar()).day


def _rule(clock_on: date) -> DueRule:
    return DueRule(params(clock_on)[DAYS], said=f"参数 {DAYS}，建议值")


def _period(request: OpinionRequest, now: datetime) -> str:
    """同一件可以几次拟稿、几次送:各算一件待办。"""
    return f"{request.round}-{request.steps.count()}"


def _clock(request: OpinionRequest, actor: Actor, now: datetime) -> None:
    """开审查单位的待办,告诉它。"""
    open_duty(
        kind=ANSWER, object_type=read.OBJ, object_id=request.pk, unit_id=request.unit_id,
        basis_on=request.clock_on, rule=_rule(request.clock_on), period=str(request.round),
        actor=actor, now=now,
    )  # fmt: skip
    _tell(
        request, "asked", "reviewer", f"请于 {request.due_on} 前答复",
        f"{request.from_unit.name}申请{request.kind_enum.label}", now,
    )  # fmt: skip


def _open_material(request: OpinionRequest, actor: Actor, now: datetime) -> None:
    open_duty(
        kind=MATERIAL, object_type=read.OBJ, object_id=request.pk, unit_id=request.from_unit_id,
        basis_on=localdate(now), rule=_rule(localdate(now)), period=str(request.round),
        actor=actor, now=now,
    )  # fmt: skip


def _end_sign(request: OpinionRequest, act: str, actor: Actor, now: datetime) -> None:
    end_duty(kind=SIGN, object_type=read.OBJ, object_id=request.pk, act=act, actor=actor, now=now)


def _step(
    request: OpinionRequest, verb: OpinionVerb, actor: Actor, now: datetime, *, reason: str = "",
    version: int | None = None, **changes: Any,
) -> None:  # fmt: skip
    """走一步:状态表准不准,带版本的条件更新,经过与台账。

    Raises:
        RuleBroken: 此刻走不了这一步。
        Stale: 他人先行。
    """
    if version is not None and version != request.version:
        raise Stale(mine={"version": version}, theirs={"version": request.version})
    was = request.state_enum
    to = next_state(was, verb)
    if to is None:
        raise RuleBroken.one(
            "", f"opinion.{verb.value}", f"这件申请「{was.label}」，不能{verb.label}", CLAUSE
        )
    done = OpinionRequest.objects.filter(
        pk=request.pk, version=request.version, state=was.value
    ).update(state=to.value, version=request.version + 1, **changes)
    if not done:
        raise Stale("这件申请已有人先行办理，请核对最新的状态")
    request.state, request.version = to.value, request.version + 1
    for name, value in changes.items():
        setattr(request, name, value)
    _note(request, verb, was.value, actor, now, reason)


def _note(
    request: OpinionRequest, verb: OpinionVerb, was: str, actor: Actor, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    """经过的一行与台账。"""
    OpinionStep(
        request=request, verb=verb.value, from_state=was, to_state=request.state,
        due_on=request.due_on, at=now, by_name=actor.name, unit_name=actor.unit_name,
        reason=reason.strip(),
    ).save(force_insert=True)  # fmt: skip
    after: dict[str, Any] = {
        "kind": request.kind,
        "state": request.state,
        "unit": request.unit.name,
    }
    if verb in (OpinionVerb.DRAFT, OpinionVerb.SIGN):
        after |= {"conclusion": request.conclusion, "number": request.number}
    record(
        event=f"evaluation.opinion.{verb.value}", actor=actor, obj_type=read.OBJ,
        obj_id=request.code, obj_label=str(request), before={"state": was} if was else None,
        after=after, reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip


def _use(
    request: OpinionRequest, stored: StoredFile, column: str, label: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    use = files.use_file(
        actor=actor, file=stored, object_type=read.OBJ, object_id=request.pk, label=label, now=now
    )
    OpinionRequest.objects.filter(pk=request.pk).update(**{column: use.pk})
    setattr(request, column, use.pk)


def _state(request: OpinionRequest, project: Project, actor: Actor, now: datetime) -> Evidence:
    """把意见记作项目的凭据,出具单位即审查单位。"""
    use = FileUse.objects.get(pk=str(request.answer_use_id))
    return state_fact(
        actor=actor, project=project, source=ROOM, source_ref=request.code, now=now,
        draft=EvidenceDraft(
            fact=request.kind_enum.fact, title=f"{request.kind_enum.label}意见",
            dated_on=request.dated_on, issuer=request.unit.name, number=request.number,
            conclusion=Conclusion(request.conclusion), note=request.text[:2000],
            file_id=use.file_id,
        ),
    )  # fmt: skip


def _drop_facts(request: OpinionRequest, *, actor: Actor, reason: str, now: datetime) -> None:
    """有了新的意见,本室先前记的这一种不再作数;已认定的签约正凭着的留着。"""
    rows = Evidence.objects.filter(
        project_id=request.project_id, fact=request.kind_enum.fact, source=ROOM,
        voided_at__isnull=True,
    ).exclude(source_ref=request.code)  # fmt: skip
    for row in rows.order_by("pk"):
        try:
            with transaction.atomic():
                withdraw_fact(actor=actor, evidence=row, reason=reason, now=now)
        except RuleBroken:
            continue


def _people(unit_id: int, roles: Iterable[str], on: date) -> list[int]:
    rows = posts_on(on).filter(unit_id=unit_id, role__in=list(roles))
    return sorted(set(rows.values_list("person_id", flat=True)))


def _tell(
    request: OpinionRequest, kind: str, whom: str, title: str, text: str, now: datetime
) -> None:
    """告诉申请单位(或审查单位)办事的人。"""
    unit = request.from_unit_id if whom == "asker" else request.unit_id
    notify(
        kind=f"evaluation.opinion_{kind}",
        person_ids=_people(unit, access.ANSWERERS, localdate(now)),
        object_type=read.OBJ, object_id=request.pk,
        due_on=request.due_on,  # 同一件逐次送的期限不同,各告诉一次
        title=f"{request.kind_enum.label}：{title}", text=text,
        url=f"/opinions/{request.code}/", now=now,
    )  # fmt: skip
