"""写:装载城市包的参数;提议、确认、驳回一条参数的新版。旧版从不改写。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.files.actions import use_file
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.policy import access, duty, queries, registry
from juyuan.foundation.policy.models import ParameterProposal, ParameterVersion, ProposalStatus
from juyuan.foundation.policy.pack_types import Pack
from juyuan.foundation.policy.papers import Paper, paper_findings
from juyuan.foundation.policy.timeline import ParameterRow, UnknownParameter, from_pack
from juyuan.foundation.policy.values import BadValue, read, shown
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound, RuleBroken, Stale, require

LOCK = "SELECT pg_advisory_xact_lock(hashtext('policy.parameters'))"
OBJECT = "parameter"


@dataclass(frozen=True)
class Loaded:
    """装载结果:新增的键、另记一版的键、因有人确认过而保留的键、没有变的条数。"""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]
    same: int


def _lock() -> None:
    """参数表一次只有一个写者(装载与确认都很少)。"""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(LOCK)


def _terms(row: ParameterRow) -> dict[str, Any]:
    """一版的内容;两版内容相同就不必再记。"""
    return {
        "label": row.label,
        "type": row.type,
        "value": row.value,
        "unit": row.unit,
        "op": row.op,
        "choices": list(row.choices),
        "labels": row.labels,
        "clause": row.clause,
        "effective_from": row.effective_from,
        "origin": row.origin,
        "text_q": row.text_q,
        "note": row.note,
    }


def load_pack(*, now: datetime, actor: Actor | None = None, pack: Pack | None = None) -> Loaded:
    """把城市包的参数装进库:没有的新增,改了的另记一版,没变的不动;可重复执行。

    同一键、同一施行日在包里改了值,即补记一行(后记的为准),旧行仍在,台账留痕;
    那一行若已由人确认或改过,以人为准,包里的改动不装,列在 `kept`。

    Raises:
        PackError: 城市包有错(什么也不写)。
    """
    actor = actor or Actor.system("城市包")
    pack = pack or queries.pack()
    version = f"{pack.id} {pack.version}"
    group = uuid4()
    with transaction.atomic():
        _lock()
        latest: dict[tuple[str, date], ParameterVersion] = {}
        confirmed: set[tuple[str, date]] = set()
        for stored in ParameterVersion.objects.filter(pack=pack.id).order_by("id"):
            place = (stored.key, stored.effective_from)
            if stored.confirmed_by:
                confirmed.add(place)
            else:
                latest[place] = stored
        known = {key for key, _ in latest}
        fresh, entries, same = [], [], 0
        added: list[str] = []
        changed: list[str] = []
        kept: list[str] = []
        for parameter in pack.parameters:
            row = from_pack(parameter)
            old = latest.get((row.key, row.effective_from))
            if old is not None and _terms(queries.from_version(old)) == _terms(row):
                same += 1
                continue
            if (row.key, row.effective_from) in confirmed:
                kept.append(row.key)
                continue
            (changed if row.key in known else added).append(row.key)
            fresh.append(
                ParameterVersion(
                    pack=pack.id, key=row.key, pack_version=version, recorded_at=now, **_terms(row)
                )
            )
            entries.append(
                Entry(
                    event="policy.parameter.loaded",
                    obj_type=OBJECT,
                    obj_id=row.key[:60],
                    obj_label=row.label,
                    before=None if old is None else _said(queries.from_version(old)),
                    after=_said(row),
                    reason=f"装载城市包 {version}",
                    clause=row.clause,
                )
            )
        ParameterVersion.objects.bulk_create(fresh)
        record_many(entries, actor=actor, now=now, group=group)
    return Loaded(tuple(added), tuple(changed), tuple(kept), same)


def _said(row: ParameterRow) -> dict[str, Any]:
    return {
        "value": row.value,
        "effective_from": row.effective_from.isoformat(),
        "origin": row.origin,
    }


@dataclass(frozen=True)
class Proposed:
    """读懂了的提议:现行的一版、新的值。"""

    row: ParameterRow
    value: Any

    @property
    def same(self) -> bool:
        return bool(self.row.value == self.value)


def read_proposal(
    *, actor: Actor, key: str, text: str, effective_from: date, now: datetime
) -> Proposed:
    """提议的值与施行日读得懂、提得了;预览与提交都先过这里。

    Raises:
        NotFound: 没有这个参数。
        Denied: 不是商务主管部门,或是文件明定的数字。
        RuleBroken: 值的写法不对,施行日早于文件。
    """
    pack = queries.pack()
    try:
        row = queries.params(max(effective_from, now.date())).row(key)
    except UnknownParameter as error:
        raise NotFound from error
    require(access.can_propose(actor, row, pack.bureau))
    try:
        value = read(row, text)
    except BadValue as error:
        raise RuleBroken.one("text", "parameter.value", str(error), row.clause) from error
    first = pack.document.effective_from
    if effective_from < first:
        text = f"施行日不得早于文件施行日 {first}"
        raise RuleBroken.one("effective_from", "parameter.effective_from", text, row.clause)
    return Proposed(row, value)


def propose_parameter(
    *,
    actor: Actor,
    key: str,
    text: str,
    effective_from: date,
    reason: str,
    now: datetime,
    paper: Paper | None = None,
) -> ParameterProposal:
    """提议一条建议值的新版(值、施行日、理由,可附依据文件);另一人确认之前不生效。

    值与现行相同即「确认现值」,必须附写明它的文件。同一事务开「确认参数」的待办。

    Raises:
        NotFound: 没有这个参数。
        Denied: 不是商务主管部门,或是文件明定的数字。
        RuleBroken: 值的写法不对、没有理由、文件不齐、施行日早于文件,或已有一条待确认。
    """
    known = read_proposal(actor=actor, key=key, text=text, effective_from=effective_from, now=now)
    row, paper = known.row, paper or Paper()
    findings = paper_findings(
        paper, same=known.same and row.suggested, clause=row.clause, today=now.date()
    )
    if not reason.strip():
        why = Finding("reason", "parameter.reason", row.clause, "请写明为什么改")
        findings.insert(0, why)
    file = uploaded(actor, paper.file_id)
    if paper.file_id is not None and file is None:
        lost = Finding("paper_file", "parameter.paper", "", "文件没有存好，请重新上传")
        findings.append(lost)
    if findings:
        raise RuleBroken(findings)
    try:
        with transaction.atomic():
            proposal = _proposed(actor, known, effective_from, reason, paper, file, now)
    except IntegrityError as error:
        raise RuleBroken.one(
            "text", "parameter.open", "这一条已有一个提议等待确认,请先办结", row.clause
        ) from error
    return proposal


def _proposed(
    actor: Actor,
    known: Proposed,
    effective_from: date,
    reason: str,
    paper: Paper,
    file: StoredFile | None,
    now: datetime,
) -> ParameterProposal:
    """写下提议、依据文件、台账、待办(调用者的事务)。"""
    row, number = known.row, paper.number.strip()
    use = None
    if file is not None:
        use = use_file(
            actor=actor, file=file, object_type=OBJECT, object_id=row.key[:60],
            label=f"依据文件 {number}", now=now,
        )  # fmt: skip
    proposal = ParameterProposal.objects.create(
        pack=queries.pack().id,
        key=row.key,
        value=known.value,
        effective_from=effective_from,
        reason=reason.strip(),
        paper_number=number,
        paper_on=paper.on,
        paper_use_id=use.pk if use else None,
        proposed_by_id_at=actor.account_id or 0,
        proposed_by=actor.name,
        proposed_at=now,
    )
    after = {"value": known.value, "effective_from": effective_from.isoformat()}
    record(
        event="policy.parameter.proposed",
        actor=actor,
        obj_type=OBJECT,
        obj_id=row.key[:60],
        obj_label=row.label,
        before=_said(row),
        after=after | ({"paper": number} if number else {}),
        reason=reason,
        clause=row.clause,
        now=now,
    )
    owed = duty.owed_for([proposal], now.date())
    open_many([Opening(duty.KIND, one) for one in owed], actor=actor, now=now)
    return proposal


def confirm_parameter(
    *, actor: Actor, proposal_id: int, note: str = "", now: datetime
) -> ParameterVersion:
    """确认提议,成为新的一版;此后同一施行日起按新值。

    Raises:
        NotFound: 没有这个提议。
        Denied: 不是核验人或负责人,或正是提议人。
        Stale: 他人已先确认或驳回。
    """
    with transaction.atomic():
        _lock()
        proposal = _settle(actor, proposal_id, ProposalStatus.CONFIRMED, note, now)
        row = queries.params(proposal.effective_from).row(proposal.key)
        terms = _terms(row) | {"value": proposal.value, "effective_from": proposal.effective_from}
        version = ParameterVersion.objects.create(
            pack=proposal.pack,
            key=proposal.key,
            reason=proposal.reason,
            proposed_by=proposal.proposed_by,
            confirmed_by=actor.name,
            paper_number=proposal.paper_number,
            paper_on=proposal.paper_on,
            paper_use_id=proposal.paper_use_id,
            recorded_at=now,
            **terms,
        )
        record(
            event="policy.parameter.confirmed",
            actor=actor,
            obj_type=OBJECT,
            obj_id=proposal.key[:60],
            obj_label=row.label,
            before=_said(row),
            after=_said(queries.from_version(version)),
            reason=proposal.reason,
            clause=row.clause,
            now=now,
        )
        for tell in registry.listeners():
            tell(actor=actor, now=now)
    return version


def reject_parameter(
    *, actor: Actor, proposal_id: int, note: str, now: datetime
) -> ParameterProposal:
    """不同意提议(写明理由);参数不变。

    Raises:
        NotFound, Denied, Stale: 同 `confirm_parameter`。
        RuleBroken: 没有写理由。
    """
    with transaction.atomic():
        proposal = _settle(actor, proposal_id, ProposalStatus.REJECTED, note, now)
        if not note.strip():  # 先问准不准,再问写没写
            raise RuleBroken.one("note", "parameter.note", "请写明不同意的理由")
        row = queries.params(proposal.effective_from).row(proposal.key)
        record(
            event="policy.parameter.rejected",
            actor=actor,
            obj_type=OBJECT,
            obj_id=proposal.key[:60],
            obj_label=f"{row.label}:{shown(row)}",
            after={"value": proposal.value},
            reason=note,
            clause=row.clause,
            now=now,
        )
    return proposal


def _settle(
    actor: Actor, proposal_id: int, status: ProposalStatus, note: str, now: datetime
) -> ParameterProposal:
    pack = queries.pack()
    proposal = queries.proposal(proposal_id)
    require(access.can_settle(actor, proposal.proposed_by_id_at, pack.bureau))
    done = ParameterProposal.objects.filter(pk=proposal_id, status=ProposalStatus.OPEN).update(
        status=status, settled_by=actor.name, settled_at=now, settled_note=note.strip()
    )
    if not done:
        raise Stale("这个提议已由他人办结", theirs={"status": proposal.get_status_display()})
    end_duty(
        kind=duty.KIND, object_type=duty.OBJECT, object_id=proposal_id,
        act=f"policy.parameter.{status.value}", actor=actor, now=now,
    )  # fmt: skip
    proposal.refresh_from_db()
    return proposal
