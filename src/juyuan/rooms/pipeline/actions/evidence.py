"""提交证据。同一份文件用在别的项目上会被发现:看得见的说明在哪,看不见的只说已登记并立案。

上层房间办结的事(评审、审查意见、承诺审查)由它自己的动作调 `state_fact` 记作证据,撤回时调 `withdraw_fact`。
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.recognise import live_stages
from juyuan.rooms.pipeline.actions.settle import lose_claim, settle_claim
from juyuan.rooms.pipeline.actions.voucher_cases import note_shared_file
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.queries.facts import facts_of, reviewed_here
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, judge_evidence, judge_typed
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT, missing


def attach(
    project: Project, draft: EvidenceDraft, *, actor: Actor, source: str = "",
    source_ref: str = "", now: datetime,
) -> Evidence:  # fmt: skip
    """写入一份已判断过的证据(调用者的事务内)。`source` 空即由人填报。"""
    stored = StoredFile.objects.get(pk=draft.file_id or 0)
    row = Evidence(
        project=project,
        fact=draft.fact,
        title=draft.title.strip(),
        issuer=draft.issuer.strip(),
        number=draft.number.strip(),
        dated_on=draft.dated_on or now.date(),
        conclusion=draft.conclusion,
        place=draft.place.strip(),
        two_way=draft.two_way,
        note=draft.note.strip(),
        file_sha256=stored.sha256,
        file_name=stored.name,
        unit_id=actor.post.unit_id if actor.post else None,
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
        source=source,
        source_ref=source_ref,
    )
    row.save(force_insert=True)
    use = files.use_file(
        actor=actor, file=stored, object_type=OBJ, object_id=project.pk,
        label=draft.title.strip(), now=now,
    )  # fmt: skip
    Evidence.objects.filter(pk=row.pk).update(file_use_id=use.pk)
    row.file_use_id = use.pk
    note_shared_file(
        actor=actor, project=project, sha256=stored.sha256, title=row.title,
        dated_on=row.dated_on, now=now,
    )  # fmt: skip
    need = NEEDS_BY_FACT.get(draft.fact)
    record(
        event="pipeline.evidence.stated" if source else "pipeline.evidence.added",
        actor=actor,
        obj_type=OBJ,
        obj_id=project.code,
        obj_label=project.name,
        after={
            "fact": str(draft.fact),
            "title": row.title,
            "dated_on": row.dated_on.isoformat() if row.dated_on else None,
            "sha256": row.file_sha256,
            **({"source": source, "source_ref": source_ref} if source else {}),
        },
        clause=need.clause if need else "3.3b",
        now=now,
    )
    return row


def _lock_live(project: Project) -> None:
    """与合并、作废一个接一个:不把证据留在刚退出计数的项目上。

    Raises:
        NotFound: 项目刚被作废或并入别的项目。
    """
    live = Project.objects.select_for_update().filter(pk=project.pk, voided_at__isnull=True)
    if live.values_list("pk", flat=True).first() is None:
        raise NotFound


def add_evidence(
    *, actor: Actor, project: Project, draft: EvidenceDraft, now: datetime
) -> Evidence:
    """给项目提交一份证据。

    Raises:
        Denied: 不是经办、承载、参与单位或商务主管部门。
        RuleBroken: 该写的没写,同一份文件已用于本项目的同一事项,或这一项须在系统内办。
        NotFound: 项目刚被作废或并入别的项目。
    """
    require(access.can_add_evidence(actor, project))
    findings = judge_typed(draft.fact, reviewed_here(project)) + judge_evidence(draft, now.date())
    if draft.file_id is not None:
        stored = uploaded(actor, draft.file_id)
        if stored is None:
            findings.append(Finding("file", "evidence.file", "", "文件没有存好,请重新上传"))
        elif Evidence.objects.filter(
            project=project, fact=draft.fact, file_sha256=stored.sha256, voided_at__isnull=True
        ).exists():
            findings.append(
                Finding("file", "evidence.twice", "3.3b", "这份文件已作为同一事项的证据提交过")
            )
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        _lock_live(project)
        row = attach(project, draft, actor=actor, now=now)
        settle_claim(project, actor=actor, now=now)
    return row


def state_fact(
    *, actor: Actor, project: Project, draft: EvidenceDraft, source: str, source_ref: str,
    now: datetime,
) -> Evidence:  # fmt: skip
    """上层房间办结一件事,记作项目的证据(调用者的事务内)。同一件再记,还是原来那一份。

    谁能办由那个房间先行判定,这里不再问;文件须已存好(`draft.file_id`),不限由谁上传。

    Raises:
        RuleBroken: 该写的没写(日期、文件、出具单位、文号、结论)。
        NotFound: 项目刚被作废或并入别的项目。
    """
    findings = judge_evidence(draft, localdate(now))
    if findings:
        raise RuleBroken(findings)
    _lock_live(project)
    known = Evidence.objects.filter(
        project=project, fact=draft.fact, source=source, source_ref=source_ref,
        voided_at__isnull=True,
    ).first()  # fmt: skip
    if known is not None:
        return known
    row = attach(project, draft, actor=actor, source=source, source_ref=source_ref, now=now)
    settle_claim(project, actor=actor, now=now)
    return row


def withdraw_fact(*, actor: Actor, evidence: Evidence, reason: str, now: datetime) -> Evidence:
    """撤回房间记作的证据:那个房间的行为(如市里提级审查)就是理由,不须第二人确认。

    Raises:
        RuleBroken: 不是房间记的,或已认定的签约、落地正凭着它。
        Stale: 已经撤回。
    """
    if not evidence.source:
        raise RuleBroken.one(
            "evidence", "evidence.typed", "这份证据由人提交,请在项目页申请作废", "3.3b"
        )
    with transaction.atomic():
        project = Project.objects.select_for_update(of=("self",)).get(pk=evidence.project_id)
        before = facts_of(project)
        changed = Evidence.objects.filter(pk=evidence.pk, voided_at__isnull=True).update(
            voided_at=now, void_reason=reason, version=evidence.version + 1
        )
        if changed == 0:
            raise Stale("这份证据已撤回")
        after = facts_of(project)
        for stage in sorted(live_stages(project), key=lambda s: s.order):
            had = {found.field for found in missing(before, stage, localdate(now))}
            if {found.field for found in missing(after, stage, localdate(now))} - had:
                raise RuleBroken.one(
                    "evidence", "evidence.rests",
                    f"已认定的「{stage.label}」正凭着「{evidence.title}」,不能撤回;"
                    "确有问题的,请核验人先撤回认定", "3.4b",
                )  # fmt: skip
        lose_claim(project, actor=actor, reason=reason, now=now)
        record(
            event="pipeline.evidence.withdrawn",
            actor=actor,
            obj_type=OBJ,
            obj_id=project.code,
            obj_label=project.name,
            before={"fact": evidence.fact, "title": evidence.title},
            after={"source": evidence.source, "source_ref": evidence.source_ref},
            reason=reason,
            clause="3.4b",
            now=now,
        )
    evidence.refresh_from_db()
    return evidence
