"""违约:规则提出的由人认定、不认定,人提出的由人认定,办完了结;政府欠着的转成交办事项。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Role
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken, Stale, require
from juyuan.rooms.evaluation.hooks import debt_opener
from juyuan.rooms.evaluation.models import Breach, GovernmentDebt, Promise
from juyuan.rooms.evaluation.queries import breaches as read
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.queries.cases import tracked
from juyuan.rooms.evaluation.queries.promises import url_of
from juyuan.rooms.evaluation.rules.breaches import REASON_LIMIT, BreachState, government_first
from juyuan.rooms.evaluation.rules.deviation import MANUAL, BreachTest, Light
from juyuan.rooms.evaluation.rules.promises import CLAUSE, PromiseState
from juyuan.rooms.pipeline.actions.common import new_code

PREFIX = "WY"
DEBT_NOTICE = "evaluation.debt_owed"
SOURCE = "debt"


@dataclass(frozen=True)
class ManualDraft:
    """人提出的一条:检验、查到的事实、证据的名称。"""

    test: str
    fact: str
    evidence: str
    on: date | None


def confirm_breach(
    *, actor: Actor, promise: Promise, test: str, reason: str, now: datetime
) -> Breach:
    """认定规则提出的一条。政府欠着的不认定,先把欠的转成交办事项。

    Raises:
        Denied: 无权认定。
        RuleBroken: 规则此刻没有提出;政府一侧欠着;没写理由;承诺已了结。
    """
    require(access.can_judge(actor, promise.project))
    _open(promise)
    _reason(reason)
    today = localdate(now)
    found = read.proposal_of(promise, test, today)
    if found is None:
        raise RuleBroken.one(
            "test",
            "breach.none",
            "规则此刻没有提出这一条：偏差已消除、已认定，或还在宽限之内",
            CLAUSE,
        )
    if found.debt:
        raise RuleBroken.one(
            "test", "breach.government",
            f"政府一侧先欠着：{found.debt}。先办政府的事，不能认定企业违约；请转为交办事项督办", CLAUSE,
        )  # fmt: skip
    facts = {
        "promised": found.said.promised, "actual": found.said.actual,
        "deviation": found.said.deviation, "days": found.hit.days, "gap_bp": found.hit.gap_bp,
        "value": found.tracked.case.value, "on": today.isoformat(),
        "fair_due": found.tracked.judged.fair_due.isoformat(),
        "evidence": _evidence(found),
    }  # fmt: skip
    return _write(promise, test, found.hit.light, BreachState.CONFIRMED, facts, reason, actor, now)


def _evidence(found: read.Proposal) -> list[str]:
    """事实从哪里来的,逐条。"""
    row, lines = found.tracked, []
    if row.promise.contract_number or row.promise.place:
        place = f"{row.promise.contract_number} {row.promise.place}".strip()
        lines.append(f"合同约定：{place}")
    if row.actual is not None:
        lines.append(f"填报的实况：{row.actual.on}（{row.actual.file_name}）")
    elif row.kind.code == "paid_in":
        lines.append("到位资金：本系统认可的凭证")
    elif row.kind.code == "fixed_investment":
        lines.append("完成投资：项目逐月报送的月度更新")
    else:
        lines.append("项目进展：本系统登记的进展事件")
    return lines


def confirm_manual(
    *, actor: Actor, promise: Promise, draft: ManualDraft, reason: str, now: datetime
) -> Breach:
    """认定规则算不出的一条(改变用途、主体变更、失信、凭证异常):写明事实与证据。

    Raises:
        Denied: 无权认定。
        RuleBroken: 不在其列;没写事实、证据;政府一侧欠着;已认定未了结。
    """
    require(access.can_judge(actor, promise.project))
    _open(promise)
    _reason(reason)
    findings = []
    if draft.test not in {t.value for t in MANUAL}:
        findings.append(Finding("test", "breach.manual", CLAUSE, "请选择一条由人提出的检验"))
    for name, label, text in (("fact", "事实", draft.fact), ("evidence", "证据", draft.evidence)):
        if not text.strip() or len(text) > REASON_LIMIT:
            findings.append(
                Finding(name, f"breach.{name}", CLAUSE, f"请写明{label}，至多 {REASON_LIMIT} 字")
            )
    today = localdate(now)
    if draft.on is None or draft.on > today:
        findings.append(
            Finding("on", "breach.on", CLAUSE, f"请写明事实的日期，不晚于今天（{today}）")
        )
    row = tracked([promise], today)[0]
    debt = government_first(row.judged, _units(row.debts), today)
    if debt:
        findings.append(
            Finding(
                "test", "breach.government", CLAUSE, f"政府一侧先欠着：{debt}，不能认定企业违约"
            )
        )
    if findings or draft.on is None:
        raise RuleBroken(findings)
    facts = {
        "promised": promise.text, "actual": draft.fact.strip(),
        "deviation": BreachTest(draft.test).label, "days": 0, "gap_bp": 0, "value": None,
        "on": draft.on.isoformat(), "fair_due": row.judged.fair_due.isoformat(),
        "evidence": [line.strip() for line in draft.evidence.splitlines() if line.strip()],
    }  # fmt: skip
    return _write(promise, draft.test, Light.RED, BreachState.CONFIRMED, facts, reason, actor, now)


def dismiss_breach(
    *, actor: Actor, promise: Promise, test: str, reason: str, now: datetime
) -> Breach:
    """规则提出的,核对下来不算违约:写明理由,不再提,除非更重。

    Raises:
        Denied: 无权认定。
        RuleBroken: 规则此刻没有提出;没写理由。
    """
    require(access.can_judge(actor, promise.project))
    _open(promise)
    _reason(reason)
    today = localdate(now)
    found = read.proposal_of(promise, test, today)
    if found is None:
        raise RuleBroken.one("test", "breach.none", "规则此刻没有提出这一条", CLAUSE)
    facts = {
        "promised": found.said.promised, "actual": found.said.actual,
        "deviation": found.said.deviation, "on": today.isoformat(),
    }  # fmt: skip
    return _write(promise, test, found.hit.light, BreachState.DISMISSED, facts, reason, actor, now)


def close_breach(
    *,
    actor: Actor,
    breach: Breach,
    reason: str,
    quiet_until: date | None = None,
    version: int | None = None,
    now: datetime,
) -> Breach:
    """了结:整改到位,或由函的结果带来。宽限到哪天之前规则不再提。

    Raises:
        Denied: 无权认定。
        RuleBroken: 没写理由;已了结。
        Stale: 他人先行。
    """
    require(access.can_judge(actor, breach.promise.project))
    _reason(reason)
    with transaction.atomic():
        return finish_breach(
            actor=actor, breach=breach, reason=reason, quiet_until=quiet_until, version=version,
            now=now,
        )  # fmt: skip


def finish_breach(
    *, actor: Actor, breach: Breach, reason: str, quiet_until: date | None,
    version: int | None = None, now: datetime,
) -> Breach:  # fmt: skip
    """了结的一步,由调用者判权、开事务。

    Raises:
        RuleBroken: 已了结。
        Stale: 他人先行。
    """
    if breach.state != BreachState.CONFIRMED:
        raise RuleBroken.one(
            "", "breach.over", f"这项违约{BreachState(breach.state).label}", CLAUSE
        )
    was = version if version is not None else breach.version
    changes: dict[str, Any] = {
        "state": BreachState.CLOSED.value, "closed_on": localdate(now),
        "closed_by_name": actor.name, "close_reason": reason.strip(), "quiet_until": quiet_until,
        "version": was + 1,
    }  # fmt: skip
    rows = Breach.objects.filter(pk=breach.pk, version=was, state=BreachState.CONFIRMED.value)
    if not rows.update(**changes):
        raise Stale
    for name, value in changes.items():
        setattr(breach, name, value)
    record(
        event="evaluation.breach.closed", actor=actor, obj_type=read.OBJ, obj_id=breach.code,
        obj_label=breach.promise.project.name, before={"state": "confirmed"},
        after={"state": "closed", "quiet_until": quiet_until.isoformat() if quiet_until else None},
        reason=reason.strip(), clause=CLAUSE, now=now,
    )  # fmt: skip
    return breach


def press_debts(*, actor: Actor, promise: Promise, now: datetime) -> list[GovernmentDebt]:
    """政府欠着的逐件转成交办事项(登记了促进会议的),并告诉责任单位;转过的不再转。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 政府一侧没有欠着的。
    """
    if not actor.is_system:
        require(access.can_keep(actor, promise.project))
    today = localdate(now)
    row = tracked([promise], today)[0]
    owed = {d.pk for d in row.judged.owed}
    if not owed:
        raise RuleBroken.one("", "debt.none", "政府一侧没有欠着的事", CLAUSE)
    with transaction.atomic():
        fresh = GovernmentDebt.objects.select_for_update(of=("self",)).filter(
            pk__in=owed, item_ref="", done_on__isnull=True
        )
        done = [_press(d, promise, actor, now) for d in fresh.select_related("unit").order_by("id")]
    return done


def _press(debt: GovernmentDebt, promise: Promise, actor: Actor, now: datetime) -> GovernmentDebt:
    opener, ref = debt_opener(), f"debt-{debt.pk}"
    text = f"「{promise.project.name}」政府先行事项：{debt.text}（应于{debt.due_on}前办到）"
    if opener is not None:
        item = opener(
            source=SOURCE, source_ref=ref, project=promise.project, unit=debt.unit, text=text,
            due_on=max(debt.due_on, localdate(now)), actor=actor, now=now,
        )  # fmt: skip
        ref = str(getattr(item, "code", item) or ref)
    GovernmentDebt.objects.filter(pk=debt.pk).update(item_ref=ref[:60], version=debt.version + 1)
    debt.refresh_from_db()
    record(
        event="evaluation.debt.pressed", actor=actor, obj_type="evaluation_promise",
        obj_id=promise.code, obj_label=promise.project.name,
        after={"item": debt.item_ref, "unit": debt.unit.name, "text": debt.text}, clause=CLAUSE,
        now=now,
    )  # fmt: skip
    people = posts_on(localdate(now)).filter(unit_id=debt.unit_id, role__in=(Role.CLERK, Role.HEAD))
    notify(
        kind=DEBT_NOTICE, person_ids=sorted(set(people.values_list("person_id", flat=True))),
        object_type="evaluation_promise", object_id=promise.pk, due_on=debt.due_on,
        title="政府先行事项未办到", text=text, url=url_of(promise), now=now,
    )  # fmt: skip
    return debt


# ───────── 共用 ─────────


def _units(debts: Any) -> dict[int, str]:
    return {d.unit_id: d.unit.name for d in debts}


def _open(promise: Promise) -> None:
    if promise.state != PromiseState.OPEN:
        raise RuleBroken.one(
            "", "promise.over", f"这项承诺{promise.state_enum.label}，不再检验", CLAUSE
        )


def _reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken.one("reason", "breach.reason", "请写明理由", CLAUSE)
    if len(reason) > REASON_LIMIT:
        raise RuleBroken.one("reason", "breach.length", f"理由至多 {REASON_LIMIT} 字", CLAUSE)


def _write(
    promise: Promise, test: str, light: Light, state: BreachState, facts: dict[str, Any],
    reason: str, actor: Actor, now: datetime,
) -> Breach:  # fmt: skip
    row = Breach(
        code=new_code(PREFIX), promise=promise, test=test, light=light.value, state=state.value,
        found_on=localdate(now), facts=facts, reason=reason.strip(),
        unit_id=actor.post.unit_id if actor.post else None, by_id=actor.account_id,
        by_name=actor.name, at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(
                event=f"evaluation.breach.{state.value}", actor=actor, obj_type=read.OBJ,
                obj_id=row.code, obj_label=promise.project.name,
                after={"test": test, "light": light.value, "promise": promise.code, **facts},
                reason=reason.strip(), clause=CLAUSE, now=now,
            )  # fmt: skip
    except IntegrityError as error:
        if "breach_one_open" in str(error):
            raise RuleBroken.one(
                "test", "breach.open", "这一条已认定，还没有了结", CLAUSE
            ) from error
        raise
    return row
