"""到位资金:登记凭证、冲回、核验、补交文件。只增不改;同一收据、发票、文件全库只用一次。

凭据键与凭证在同一事务里写:几个人同时登记同一张,唯一约束只让一个成。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import (
    Finding,
    NotFound,
    RuleBroken,
    Stale,
    require,
)
from juyuan.rooms.pipeline import access
from juyuan.rooms.pipeline.actions.common import OBJ
from juyuan.rooms.pipeline.actions.voucher_cases import open_cases, refuse_repeated
from juyuan.rooms.pipeline.models import (
    Project,
    Voucher,
    VoucherCheck,
    VoucherFile,
    VoucherKey,
)
from juyuan.rooms.pipeline.queries import voucher_duties
from juyuan.rooms.pipeline.queries import vouchers as read
from juyuan.rooms.pipeline.rules.vouchers import (
    CLAUSE,
    HOME,
    CheckVerdict,
    KeyKind,
    VoucherDraft,
    VoucherState,
    fold_number,
    judge_voucher,
    recognised_amount,
    recognised_share,
)

TAKEN = "同一张凭证刚刚被登记，请核对后再试"


@dataclass(frozen=True)
class Intake:
    """要写入的一张:草稿,加上怎么来的。`project` 须已加锁或由 `insert` 加锁。"""

    project: Project
    draft: VoucherDraft
    file: StoredFile | None = None
    batch_id: str = ""
    historical: bool = False
    paper: str = ""
    reason: str = ""
    apart: bool = False  # 导入时商务主管部门已核对为另一张


def build(item: Intake, *, actor: Actor, now: datetime, use_id: UUID | None = None) -> Voucher:
    """由草稿装配一行(未存)。认可比例按到账日的参数在此算定。"""
    draft = item.draft
    day = draft.paid_on or now.date()
    row = params(day).row("paid_in.recognised_bp")
    amount = draft.yuan or 0
    foreign = draft.currency != HOME
    return Voucher(
        project=item.project,
        kind=draft.kind,
        paid_on=day,
        amount=amount,
        currency=draft.currency,
        foreign_amount=draft.foreign_amount if foreign else None,
        rate=draft.rate if foreign else None,
        rate_on=draft.rate_on if foreign else None,
        rate_source=draft.rate_source.strip() if foreign else "",
        payer_id=draft.payer_id,
        payer_name=draft.payer_name.strip(),
        origin=draft.origin,
        fiscal=draft.fiscal,
        number=draft.number.strip(),
        recognised_bp=recognised_share(draft.kind, draft.fiscal, row.value),
        recognised=recognised_amount(amount, draft.kind, draft.fiscal, row.value),
        parameters={row.key: row.effective_from.isoformat()},
        file_use_id=use_id,
        file_sha256=item.file.sha256 if item.file else "",
        file_name=item.file.name if item.file else "",
        note=draft.note.strip(),
        batch_id=item.batch_id,
        historical=item.historical,
        paper=item.paper[:100],
        unit_id=actor.post.unit_id if actor.post else None,
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
    )


def insert(
    items: Sequence[Intake], *, actor: Actor, now: datetime, group: UUID | None
) -> list[Voucher]:
    """写入几张已判断过的凭证:凭证、凭据键、台账,同一事务(调用者的)。

    Raises:
        IntegrityError: 凭据键已被占(他人刚刚登记)。
        NotFound: 项目刚被作废。
    """
    locked = lock([item.project.pk for item in items])
    if any(item.project.pk not in locked for item in items):
        raise NotFound
    rows = []
    for item in items:
        use = None
        if item.file is not None:
            use = files.use_file(
                actor=actor, file=item.file, object_type=OBJ, object_id=item.project.pk,
                label=f"到位资金凭证 {item.draft.number.strip()}", now=now,
            )  # fmt: skip
        rows.append(build(item, actor=actor, now=now, use_id=use.pk if use else None))
    Voucher.objects.bulk_create(rows, batch_size=500)
    _take_keys(rows, {i for i, item in enumerate(items) if item.apart})
    record_many(
        [
            Entry(
                event="pipeline.voucher.recorded",
                obj_type=OBJ,
                obj_id=row.project.code,
                obj_label=row.project.name,
                after=shown(row),
                reason=item.reason,
                clause=CLAUSE,
            )
            for row, item in zip(rows, items, strict=True)
        ],
        actor=actor,
        now=now,
        group=group,
    )
    open_many(voucher_duties.openings(rows, now.date()), actor=actor, now=now)
    return rows


def _end_duty(voucher: Voucher, act: str, *, actor: Actor, now: datetime) -> None:
    """这张凭证的核验待办办结。"""
    end_duty(
        kind=voucher_duties.KIND, object_type=voucher_duties.OBJECT,
        object_id=voucher.project_id, period=voucher_duties.period(voucher.pk),
        act=f"pipeline.voucher.{act}", actor=actor, now=now,
    )  # fmt: skip


def shown(row: Voucher) -> dict[str, Any]:
    """台账里写的:编号、种类、到账日、金额、可认可金额、凭证号。"""
    return {
        "voucher": row.pk,
        "kind": row.kind,
        "paid_on": row.paid_on.isoformat(),
        "amount": row.sign * row.amount,
        "recognised": row.sign * row.recognised,
        "number": row.number,
        "sha256": row.file_sha256,
    }


def lock(project_ids: Sequence[int]) -> set[int]:
    """按编号次序锁住项目(凭证的改动在一个项目里一个接一个);返回没有作废的。"""
    rows = Project.objects.select_for_update().filter(pk__in=set(project_ids)).order_by("pk")
    return set(rows.filter(voided_at__isnull=True).values_list("pk", flat=True))


def _take_keys(rows: Sequence[Voucher], apart: set[int]) -> None:
    """占住凭据键,按键的次序(各事务次序相同,不会互等)。作废项目留下的键先释放。"""
    wanted: dict[read.Key, Voucher] = {}
    numbers = {fold_number(row.number) for row in rows}
    free = read.cleared({row.project_id for row in rows}, numbers)
    for index, row in enumerate(rows):
        for kind, value in read.keys_for(row.number, row.file_sha256):
            key = value
            settled = index in apart or (row.project_id, value) in free
            if settled and kind == KeyKind.NUMBER:
                key = read.apart(value, row.project_id)
            wanted.setdefault((kind, key), row)
    values = {value for _, value in wanted}
    VoucherKey.objects.filter(
        value__in=values, project__voided_at__isnull=False, project__merged_into__isnull=True
    ).delete()
    shared = {
        (kind, value, project)
        for kind, value, project in VoucherKey.objects.filter(
            kind=KeyKind.FILE, value__in=values
        ).values_list("kind", "value", "project_id")
    }
    VoucherKey.objects.bulk_create(
        [
            VoucherKey(kind=kind, value=value, project_id=row.project_id, voucher=row)
            for (kind, value), row in sorted(wanted.items(), key=lambda item: item[0])
            if (kind, value, row.project_id) not in shared
        ],
        batch_size=500,
    )


def _release_keys(voucher: Voucher) -> None:
    """冲回生效:释放凭据键;文件还被本项目别的凭证用着的,转给那一张。"""
    for key in VoucherKey.objects.filter(voucher=voucher):
        heir = None
        if key.kind == KeyKind.FILE:
            heir = read.live_file_owner(voucher.project_id, key.value, voucher.pk)
        if heir is None:
            VoucherKey.objects.filter(pk=key.pk).delete()
        else:
            VoucherKey.objects.filter(pk=key.pk).update(voucher_id=heir)


def judge(project: Project, draft: VoucherDraft, today: date) -> list[Finding]:
    """要素齐不齐(取好背景交给纯规则)。"""
    payers = read.payers_of([project.pk]).get(project.pk, {})
    return judge_voucher(draft, read.context_on(draft.paid_on or today, payers), today)


def record_voucher(
    *, actor: Actor, project: Project, draft: VoucherDraft, now: datetime
) -> Voucher:
    """登记一张凭证,待核验。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 要素不齐,或这张凭证已经用过(看得见的说明用在哪里,看不见的只说已登记)。
        Stale: 他人刚刚登记了同一张又冲回。
    """
    require(access.can_edit(actor, project))
    findings = judge(project, draft, now.date())
    stored = uploaded(actor, draft.file_id)
    if draft.file_id is not None and stored is None:
        findings.append(Finding("file", "voucher.file", "", "文件没有存好，请重新上传"))
    if findings:
        raise RuleBroken(findings)
    keys = read.keys_for(draft.number, stored.sha256 if stored else "")
    try:
        with transaction.atomic():
            lock([project.pk])
            if not read.clashes(project, keys, actor):
                return insert([Intake(project, draft, stored)], actor=actor, now=now, group=None)[0]
    except IntegrityError:
        pass  # 他人先占了键:下面照现状说明
    with transaction.atomic():
        open_cases(project, draft, keys, actor=actor, now=now)
    refuse_repeated(project, keys, actor)
    raise Stale(TAKEN)


def attach_file(*, actor: Actor, voucher: Voucher, file_id: int, now: datetime) -> VoucherFile:
    """给台账导入的、还没有文件的凭证补交文件(核验之前)。

    Raises:
        Denied: 不能改这个项目。
        RuleBroken: 已核验、已冲回,或这份文件在别处用过。
    """
    project = voucher.project
    require(access.can_edit(actor, project))
    stored = uploaded(actor, file_id)
    if stored is None:
        raise RuleBroken.one("file", "voucher.file", "请选择凭证文件", CLAUSE)
    keys = [(KeyKind.FILE.value, stored.sha256)]
    refuse_repeated(project, keys, actor)
    try:
        with transaction.atomic():
            lock([project.pk])
            if voucher.sign < 0 or read.state_now(voucher) != VoucherState.WAITING:
                raise RuleBroken.one("file", "voucher.closed", "这张凭证已核验或已冲回", CLAUSE)
            use = files.use_file(
                actor=actor, file=stored, object_type=OBJ, object_id=project.pk,
                label=f"到位资金凭证 {voucher.number}", now=now,
            )  # fmt: skip
            row = VoucherFile(
                voucher=voucher, file_use_id=use.pk, file_sha256=stored.sha256,
                file_name=stored.name, by_id=actor.account_id, by_name=actor.name, at=now,
            )  # fmt: skip
            row.save(force_insert=True)
            own = {"kind": KeyKind.FILE.value, "value": stored.sha256, "project": project}
            if not VoucherKey.objects.filter(**own).exists():
                VoucherKey(**own, voucher=voucher).save(force_insert=True)
            _note("filed", voucher, actor=actor, now=now)
    except IntegrityError:
        refuse_repeated(project, keys, actor)
        raise Stale(TAKEN) from None
    return row


def reverse_voucher(*, actor: Actor, voucher: Voucher, reason: str, now: datetime) -> Voucher:
    """冲回一张凭证(另起一行,金额相反)。没有认可过的即刻生效;认可过的要核验人认可冲回才生效。

    Raises:
        Denied: 既不能改这个项目,也不是它的核验人。
        RuleBroken: 没写理由,已冲回,或冲回正待核验。
    """
    project = voucher.project
    may = access.can_edit(actor, project)
    if not may and not read.checks(actor, project, (), now.date()):
        require(may)
    findings = []
    if not reason.strip():
        findings.append(Finding("reason", "voucher.reason", CLAUSE, "冲回须写明理由"))
    if voucher.sign < 0:
        findings.append(
            Finding("", "voucher.reversal", CLAUSE, "冲回本身不能再冲回；请重新登记凭证")
        )
    if findings:
        raise RuleBroken(findings)
    with transaction.atomic():
        lock([project.pk])
        state = read.state_now(voucher)
        if state in (VoucherState.REVERSED, VoucherState.REVERSING):
            raise RuleBroken.one("", "voucher.reversed", f"这张凭证{state.label}", CLAUSE)
        row = _mirror(voucher, reason.strip(), actor=actor, now=now)
        row.save(force_insert=True)
        if state == VoucherState.ACCEPTED:
            _note("reversal_requested", row, actor=actor, now=now, reason=row.reason)
            open_many(voucher_duties.openings([row], now.date()), actor=actor, now=now)
        else:
            _release_keys(voucher)
            _note("reversed", row, actor=actor, now=now, reason=row.reason)
            _end_duty(voucher, "reversed", actor=actor, now=now)
    return row


def _mirror(voucher: Voucher, reason: str, *, actor: Actor, now: datetime) -> Voucher:
    """冲回行:内容同原行,正负相反。"""
    same = ("kind", "paid_on", "amount", "currency", "foreign_amount", "rate", "rate_on",
            "rate_source", "payer_id", "payer_name", "origin", "fiscal", "number",
            "recognised_bp", "recognised", "parameters")  # fmt: skip
    return Voucher(
        project=voucher.project,
        sign=-1,
        reverses=voucher,
        **{name: getattr(voucher, name) for name in same},
        reason=reason,
        unit_id=actor.post.unit_id if actor.post else None,
        by_id=actor.account_id,
        by_name=actor.name,
        at=now,
    )


def check_voucher(
    *, actor: Actor, voucher: Voucher, verdict: CheckVerdict, reason: str = "", now: datetime
) -> VoucherCheck:
    """核验一张凭证,或认可过的凭证的冲回:认可即计数(冲回认可即减去),退回须写理由。

    Raises:
        Denied: 不是这个项目的核验人,或是经手人。
        RuleBroken: 退回没写理由;认可而没有凭证文件;没有什么可核验的。
        Stale: 他人已先行核验或冲回。
    """
    project = voucher.project
    require(read.checks(actor, project, read.makers_of(voucher), now.date()))
    findings = []
    if verdict == CheckVerdict.RETURNED and not reason.strip():
        findings.append(Finding("reason", "voucher.reason", CLAUSE, "退回须写明理由"))
    proved = voucher.sign < 0 or (voucher.historical and voucher.paper)
    if verdict == CheckVerdict.ACCEPTED and not proved and not read.files_exist([voucher.pk]):
        findings.append(
            Finding(
                "verdict",
                "voucher.file",
                CLAUSE,
                "还没有凭证文件，不能认可；请提交单位补交，或退回",
            )
        )
    if findings:
        raise RuleBroken(findings)
    wanted = VoucherState.REVERSING if voucher.sign < 0 else VoucherState.WAITING
    with transaction.atomic():
        lock([project.pk])
        if read.state_now(voucher) != wanted:
            raise Stale("这张凭证已由他人核验或冲回，请看最新情况")
        row = VoucherCheck(
            voucher=voucher,
            verdict=verdict.value,
            recognised=voucher.recognised if verdict == CheckVerdict.ACCEPTED else 0,
            reason=reason.strip(),
            by_id=actor.account_id,
            by_name=actor.name,
            recorded_at=now,
        )
        row.save(force_insert=True)
        if voucher.sign < 0 and voucher.reverses and verdict == CheckVerdict.ACCEPTED:
            _release_keys(voucher.reverses)
        verb = verdict.value if voucher.sign > 0 else f"reversal_{verdict.value}"
        _note(verb, voucher, actor=actor, now=now, reason=row.reason)
        _end_duty(voucher, verb, actor=actor, now=now)
    return row


def _note(verb: str, row: Voucher, *, actor: Actor, now: datetime, reason: str = "") -> None:
    record(
        event=f"pipeline.voucher.{verb}",
        actor=actor,
        obj_type=OBJ,
        obj_id=row.project.code,
        obj_label=row.project.name,
        after=shown(row),
        reason=reason,
        clause=CLAUSE,
        now=now,
    )
