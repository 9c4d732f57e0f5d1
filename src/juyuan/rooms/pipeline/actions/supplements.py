"""补充协议:登记(改申报的金额与承诺,旧的仍可读);核验(原签约认定冲回,按新金额另记一行)。"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions import escalation
from juyuan.rooms.pipeline.actions.common import (
    OBJ,
    derive,
    expect_version,
    save_state,
    shares_of,
    update_if_current,
)
from juyuan.rooms.pipeline.actions.edit import draft_of
from juyuan.rooms.pipeline.actions.recognise import (
    money_as_signed,
    recognition_row,
    require_verifier,
    reverse_rows,
)
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectHost,
    Recognition,
    Supplement,
    SupplementCheck,
)
from juyuan.rooms.pipeline.queries import supplements as read
from juyuan.rooms.pipeline.rules.amounts import Unknown, committed_investment
from juyuan.rooms.pipeline.rules.drafts import judge
from juyuan.rooms.pipeline.rules.recognition import host_parts
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import (
    AMOUNTS,
    CLAUSE,
    FIELDS,
    Subject,
    SupplementDraft,
    as_json,
    changed,
    judge_supplement,
)


def add_supplement(
    *,
    actor: Actor,
    project: Project,
    draft: SupplementDraft,
    version: int | None = None,
    now: datetime,
) -> Supplement:
    """登记一份补充协议:申报的金额与承诺随之改,冻结的认定数字不动,等核验人认可。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 还没有签约、没有改动、值不合理、缺文件。
        Stale: 版本已变。
    """
    require(access.can_edit(actor, project))
    expect_version(project, version)
    current = {name: getattr(project, name) for name in FIELDS}
    changes = changed(draft, current)
    findings = judge_supplement(
        draft, Subject(project.stage_enum, project.signed_on, current), now.date()
    )
    stored = uploaded(actor, draft.file_id)
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "supplement.file", "", "文件没有存好，请重新上传"))
    new: dict[str, Any] = {name: after for name, (_, after) in changes.items()}
    told: dict[str, Any] = {f"{name}_unknown": Unknown.GIVEN for name in new if name in AMOUNTS}
    if not findings:
        findings = judge(replace(draft_of(project), **new, **told), now.date())
    if findings or stored is None or draft.signed_on is None:
        raise RuleBroken(findings)
    after = Project.objects.get(pk=project.pk)
    for name, value in new.items():
        setattr(after, name, value)
    hosts = list(project.hosts.all())
    derive(after, list(project.parties.all()), hosts, now)
    with transaction.atomic():
        update_if_current(
            project, now=now, **new, **{name: said.value for name, said in told.items()},
            committed_investment=after.committed_investment,
            committed_outside_province=after.committed_outside_province,
        )  # fmt: skip
        ProjectHost.objects.bulk_update(hosts, ["total_part", "contract_part", "committed_part"])
        use = files.use_file(
            actor=actor, file=stored, object_type=OBJ, object_id=project.pk,
            label=draft.title.strip(), now=now,
        )  # fmt: skip
        row = Supplement(
            project=project, number=draft.number.strip(), title=draft.title.strip(),
            signed_on=draft.signed_on, changes=as_json(changes), reason=draft.reason.strip(),
            file_use_id=use.pk, file_sha256=stored.sha256, file_name=stored.name[:200],
            unit_id=actor.post.unit_id if actor.post else None, by_id=actor.account_id,
            by_name=actor.name, at=now,
        )  # fmt: skip
        row.save(force_insert=True)
        save_state(Project.objects.select_related("chain").get(pk=project.pk), now)
        record(
            event="pipeline.supplement.added", actor=actor, obj_type=OBJ, obj_id=project.code,
            obj_label=project.name,
            before={name: side["before"] for name, side in row.changes.items()},
            after={name: side["after"] for name, side in row.changes.items()},
            reason=f"{row.title}：{row.reason}", clause=CLAUSE, now=now,
        )  # fmt: skip
        _open_duty(project, actor=actor, now=now)
        escalation.refresh([project.pk], actor=actor, now=now, reason=f"补充协议「{row.title}」")
    return row


def _open_duty(project: Project, *, actor: Actor, now: datetime) -> None:
    """等核验的只有最后一份;前面没有核验的并入它。"""
    row = read.pending_of([project.pk]).get(project.pk)
    if row is None:
        return
    end_duty(
        kind=read.KIND, object_type=OBJ, object_id=project.pk, act="pipeline.supplement.added",
        actor=actor, now=now, cancelled=True,
    )  # fmt: skip
    owed = read.owed_check(row, now.date())
    if owed is not None:
        open_many([Opening(read.KIND, owed)], actor=actor, now=now)


def check_supplement(*, actor: Actor, supplement: Supplement, now: datetime) -> Recognition:
    """核验人认可:现行的签约认定冲回,按新金额另记一行,事实日是补充协议的签订日期。

    落地也已认定的,落地那一行同样换成新金额,事实日照旧(落地的日子没有变)。

    新的一行记着它是补充协议换来的(`paper.supplement`),不算又签了一个;此前各日的数字不变。

    Raises:
        Denied: 不是该项目的核验人,或就是登记补充协议的人。
        Stale: 已经核验、后来又有一份,或签约认定已撤回。
    """
    project = supplement.project
    makers = {supplement.by_id} if supplement.by_id else set()
    require_verifier(actor, project, makers, now)
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        waiting = read.pending_of([project.pk]).get(project.pk)
        if waiting is None or waiting.pk != supplement.pk:
            raise Stale("这份补充协议不在等核验：已经核验，后来另有一份，或签约认定已撤回")
        known = Recognition.objects.filter(project=locked, live=True, sign=1)
        was = known.get(stage=Stage.SIGNED)
        landed = known.filter(stage=Stage.LANDED).first()
        reason = f"补充协议「{supplement.title}」"
        reverse_rows(locked, {Stage.SIGNED, Stage.LANDED}, actor=actor, reason=reason, now=now)
        row = _renewed(locked, was, supplement, actor, now)
        renewed = [(was, row)]
        if landed is not None:
            renewed.append((landed, _landed_again(landed, row, locked, actor, now)))
        for old, new in renewed:
            new.reason = reason
            new.makers = sorted({*old.makers, *makers})
            new.save(force_insert=True)
        update_if_current(locked, now=now)
        SupplementCheck(
            supplement=supplement, recognition=row, by_id=actor.account_id, by_name=actor.name,
            recorded_at=now,
        ).save(force_insert=True)  # fmt: skip
        save_state(locked, now)
        record(
            event="pipeline.supplement.checked", actor=actor, obj_type=OBJ, obj_id=locked.code,
            obj_label=locked.name,
            before={"committed_investment": was.committed_investment,
                    "contract_amount": was.contract_amount},
            after={"committed_investment": row.committed_investment,
                   "contract_amount": row.contract_amount},
            reason=reason, clause=CLAUSE, now=now,
        )  # fmt: skip
        end_duty(
            kind=read.KIND, object_type=OBJ, object_id=locked.pk,
            act="pipeline.supplement.checked", actor=actor, now=now,
        )  # fmt: skip
        escalation.refresh([locked.pk], actor=actor, now=now, reason=reason)
    return row


def _renewed(
    project: Project, was: Recognition, supplement: Supplement, actor: Actor, now: datetime
) -> Recognition:
    """新的认定行(未存):口径仍按签约之日;承载地份额按新金额分。"""
    signed_on = was.paper.get("signed_on") or was.fact_on.isoformat()
    strategy = was.strategy or params(was.fact_on)["pipeline.committed_strategy"]
    row = recognition_row(project, Stage.SIGNED, supplement.signed_on, actor, now, strategy)
    row.committed_investment = committed_investment(
        project.contract_amount, shares_of(project.parties.all()), strategy
    )
    hosts = [h for h in project.hosts.all() if h.actual]
    parts = host_parts(
        [(h.unit_id, h.share_bp) for h in hosts],
        project.total_investment, project.contract_amount, row.committed_investment,
    )  # fmt: skip
    row.hosts = [
        {"unit": p.unit_id, "share_bp": p.share_bp, "total": p.total, "contract": p.contract,
         "committed": p.committed}
        for p in parts
    ]  # fmt: skip
    row.gate_report = was.gate_report
    row.paper = {
        "supplement": supplement.pk, "number": supplement.number,
        "date": supplement.signed_on.isoformat(), "signed_on": signed_on,
    }  # fmt: skip
    return row


def _landed_again(
    was: Recognition, signed: Recognition, project: Project, actor: Actor, now: datetime
) -> Recognition:
    """落地认定的新一行(未存):日子、门槛照旧,金额同认可过的签约。"""
    row = recognition_row(project, Stage.LANDED, was.fact_on, actor, now, was.strategy)
    row.historical, row.gate_report = was.historical, was.gate_report
    row.paper = {**was.paper, "supplement": signed.paper["supplement"]}
    return money_as_signed(row, signed)
