"""承诺审查:送签核、退回再办、签核办结。办结的记录排成文件存档,记作项目的凭据。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import open_duty
from juyuan.foundation.duties.rules import DueRule
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.papers.actions import record_issue
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, RuleBroken, require
from juyuan.rooms.evaluation.actions.scrutinising import (
    end,
    locked,
    made_by,
    need_reason,
    need_state,
    saved,
    tell,
)
from juyuan.rooms.evaluation.models import Scrutiny
from juyuan.rooms.evaluation.queries import opinion_access as access
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.queries.opinion_duty import CLOSE, CLOSE_DAYS
from juyuan.rooms.evaluation.queries.scrutiny_paper import KIND, facts_of
from juyuan.rooms.evaluation.rules.privileges import (
    CLAUSE,
    ScrutinyState,
    ScrutinyVerb,
    judge_submit,
    may_close,
)
from juyuan.rooms.pipeline.actions.evidence import state_fact
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import ROOM, FactKey


def submit(
    *, actor: Actor, record_: Scrutiny, version: int | None = None, now: datetime
) -> Scrutiny:
    """送签核:优惠列明(或声明没有)、交了文本、疑点逐条答复。

    Raises:
        Denied: 同上。
        RuleBroken: 还差什么(逐项);不在填报中。
        Stale: 他人先行。
    """
    require(access.can_keep(actor, record_.project))
    today = localdate(now)
    labels = {kind.code: kind.label for kind in read.forbidden(today)}
    with transaction.atomic():
        row = locked(record_, version)
        need_state(row, ScrutinyState.OPEN, "送签核")
        doubts = [read.standing_of(one, labels) for one in read.findings_of(row)]
        rows = len(read.rows_of(row))
        findings = judge_submit(rows, row.none_promised, bool(row.text_sha256), doubts)
        if actor.post is None:
            findings.append(Finding("", "privilege.post", CLAUSE, "须以所在单位的职务送签核"))
        if findings or actor.post is None:
            raise RuleBroken(findings)
        made_by(row, actor)
        row.state = ScrutinyState.SUBMITTED.value
        row.submitted_by_name, row.submitted_at = actor.name, now
        saved(row, ScrutinyVerb.SUBMIT, actor, now)
        open_duty(
            kind=CLOSE, object_type=read.OBJ, object_id=row.pk, unit_id=actor.post.unit_id,
            basis_on=today,
            rule=DueRule(params(today)[CLOSE_DAYS], said=f"参数 {CLOSE_DAYS}，建议值"),
            period=f"{row.round}-{row.version}", actor=actor, now=now,
        )  # fmt: skip
    return row


def send_back(
    *, actor: Actor, record_: Scrutiny, reason: str, version: int | None = None, now: datetime
) -> Scrutiny:
    """签核人退回再办。

    Raises:
        Denied: 不是项目本方单位、商务主管部门的负责、核验人员。
        RuleBroken: 没写理由;不在待签核。
        Stale: 他人先行。
    """
    require(access.can_close(actor, record_.project))
    need_reason(reason, "请写明哪里要再办")
    with transaction.atomic():
        row = locked(record_, version)
        need_state(row, ScrutinyState.SUBMITTED, "退回")
        row.state = ScrutinyState.OPEN.value
        saved(row, ScrutinyVerb.RETURN, actor, now, reason=reason)
        end(row, ScrutinyVerb.RETURN, actor, now)
        tell(row, "scrutiny_returned", "承诺审查退回再办", reason.strip(), now)
    return row


def close(
    *, actor: Actor, record_: Scrutiny, version: int | None = None, now: datetime
) -> Scrutiny:
    """签核办结:记录排成文件存档,记作项目的凭据。

    Raises:
        Denied: 无权签核,或就是经手人。
        RuleBroken: 不在待签核;又有了没答复的疑点;项目已作废或并入别的项目。
        Stale: 他人先行。
    """
    require(access.can_close(actor, record_.project))
    today = localdate(now)
    kinds = read.forbidden(today)
    labels = {kind.code: kind.label for kind in kinds}
    with transaction.atomic():
        row = locked(record_, version)
        why = may_close(row.maker_ids, actor.account_id)
        if why:
            raise Denied(why, CLAUSE)
        need_state(row, ScrutinyState.SUBMITTED, "签核办结")
        doubts = [read.standing_of(one, labels) for one in read.findings_of(row)]
        rows = read.rows_of(row)
        findings = judge_submit(len(rows), row.none_promised, bool(row.text_sha256), doubts)
        if findings or actor.post is None:
            raise RuleBroken(
                findings or [Finding("", "privilege.post", CLAUSE, "须以所在单位的职务签核")]
            )
        facts = facts_of(row, actor, today)
        paper = record_issue(
            actor=actor, kind=KIND, object_type=read.OBJ, object_id=row.pk,
            unit_id=actor.post.unit_id, title="优惠承诺审查记录", facts=facts, now=now,
        )  # fmt: skip
        issued = FileUse.objects.get(pk=str(paper.pdf_use_id))
        fact = state_fact(
            actor=actor, project=row.project, source=ROOM, source_ref=f"{row.code}-{row.round}",
            draft=EvidenceDraft(
                fact=FactKey.PROMISE_CHECK, title=f"优惠承诺审查记录（第{row.round}轮）",
                dated_on=today, issuer=actor.unit_name, number=paper.number,
                file_id=issued.file_id,
            ),
            now=now,
        )  # fmt: skip
        row.state, row.evidence_id = ScrutinyState.CLOSED.value, fact.pk
        row.closed_by_id, row.closed_by_name, row.closed_at = actor.account_id, actor.name, now
        saved(row, ScrutinyVerb.CLOSE, actor, now, content=facts, after={"number": paper.number})
        end(row, ScrutinyVerb.CLOSE, actor, now)
        tell(
            row, "scrutiny_closed", "承诺审查已办结", f"记录 {paper.number}，已记作签约的凭据", now
        )
    return row
