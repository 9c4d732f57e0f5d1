"""提交证据。同一份文件用在别的项目上会被发现:看得见的说明在哪,看不见的只说已登记并立案。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.settle import settle_claim
from juyuan.rooms.pipeline.actions.voucher_cases import note_shared_file
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft, judge_evidence
from juyuan.rooms.pipeline.rules.gates import NEEDS_BY_FACT


def attach(project: Project, draft: EvidenceDraft, *, actor: Actor, now: datetime) -> Evidence:
    """写入一份已判断过的证据(调用者的事务内)。"""
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
        event="pipeline.evidence.added",
        actor=actor,
        obj_type=OBJ,
        obj_id=project.code,
        obj_label=project.name,
        after={
            "fact": str(draft.fact),
            "title": row.title,
            "dated_on": row.dated_on.isoformat() if row.dated_on else None,
            "sha256": row.file_sha256,
        },
        clause=need.clause if need else "3.3b",
        now=now,
    )
    return row


def add_evidence(
    *, actor: Actor, project: Project, draft: EvidenceDraft, now: datetime
) -> Evidence:
    """给项目提交一份证据。

    Raises:
        Denied: 不是经办、承载、参与单位或商务主管部门。
        RuleBroken: 该写的没写,或同一份文件已用于本项目的同一事项。
        NotFound: 项目刚被作废或并入别的项目。
    """
    require(access.can_add_evidence(actor, project))
    findings = judge_evidence(draft, now.date())
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
        # 与合并、作废一个接一个:不把证据留在刚退出计数的项目上
        live = Project.objects.select_for_update().filter(pk=project.pk, voided_at__isnull=True)
        if live.values_list("pk", flat=True).first() is None:
            raise NotFound
        row = attach(project, draft, actor=actor, now=now)
        settle_claim(project, actor=actor, now=now)
    return row
