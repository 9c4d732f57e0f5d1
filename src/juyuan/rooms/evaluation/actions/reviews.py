"""评审:送审、撤回、合规意见、补充材料、决定、调取到市级。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from juyuan.foundation.files import actions as files
from juyuan.foundation.files.models import FileUse
from juyuan.foundation.files.queries import uploaded
from juyuan.foundation.papers.actions import record_issue
from juyuan.foundation.papers.models import Document
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.kernel.workdays import add_workdays
from juyuan.rooms.evaluation.actions import reviewsteps as steps
from juyuan.rooms.evaluation.actions.promises import promise_from_condition, release
from juyuan.rooms.evaluation.models import (
    ComplianceOpinion,
    DiligenceItem,
    Promise,
    Review,
    ReviewCondition,
    ReviewDecision,
    ReviewVeto,
)
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewduty as duty
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.queries.reviewpaper import KIND, report_facts
from juyuan.rooms.evaluation.rules.promises import Measure, PromiseDraft, PromiseState, kinds_of
from juyuan.rooms.evaluation.rules.review_material import ReviewDraft, judge_material
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel, route, said_money
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult, Tally
from juyuan.rooms.evaluation.rules.reviews import (
    ANSWER_VERBS,
    APPROVED,
    CLAUSE,
    DECIDED,
    RESULT_VERBS,
    ConditionDraft,
    DecisionDraft,
    OpinionAnswer,
    ReviewState,
    ReviewVerb,
    judge_decision,
    may_call_up,
)
from juyuan.rooms.evaluation.rules.reviews import Standing as Before
from juyuan.rooms.pipeline.access import EDITORS
from juyuan.rooms.pipeline.actions.common import new_code
from juyuan.rooms.pipeline.actions.evidence import state_fact, withdraw_fact
from juyuan.rooms.pipeline.models import Evidence, Project
from juyuan.rooms.pipeline.rules.evidence import EvidenceDraft
from juyuan.rooms.pipeline.rules.facts import Conclusion, FactKey

PREFIX = "PS"
SOURCE = "evaluation"


def send_for_review(*, actor: Actor, project: Project, draft: ReviewDraft, now: datetime) -> Review:
    """送审:材料齐了才收,由总投资等分到哪一级,理由写在送审单上。

    Raises:
        Denied: 不是能改这个项目的单位。
        RuleBroken: 材料不齐;已有开着的、已通过的评审;被否决过而没写改了什么。
    """
    require(access.can_send(actor, project))
    today = localdate(now)
    ready = read.readiness(project, today)
    findings = [*ready.findings, *judge_material(draft, again=ready.again)]
    if findings:
        raise RuleBroken(findings)
    land, energy = draft.land_mu or Decimal(0), draft.energy_tce or Decimal(0)
    funds = draft.city_funds or 0
    way = route(read.scale_of(project, land, energy, funds), read.limits_on(today))
    hosts, _ = read.hosts_of(project)
    book, last = params(today), ready.last
    try:
        with transaction.atomic():
            review = Review.objects.create(
                code=new_code(PREFIX), project=project, round=last.round + 1 if last else 1,
                state=ReviewState.ACCEPTED.value, level=way.level.value, level_reason=way.said,
                county=hosts[0] if len(hosts) == 1 else None,
                unit_id=actor.post.unit_id if actor.post else None,
                total_investment=project.total_investment or 0,
                fixed_investment=project.fixed_investment, cross_county=len(hosts) > 1,
                land_mu=land, energy_tce=energy, city_funds=funds, annual_tax=draft.annual_tax,
                annual_output=draft.annual_output, jobs=draft.jobs,
                build_months=draft.build_months, registered_capital=_capital(project),
                industry_code=project.industry_code, changed=draft.changed.strip(),
                note=draft.note.strip(), card=read.card_entry(project).as_json(),
                parameters={key: book.row(key).effective_from.isoformat() for key in read.KEYS},
                sent_by_id=actor.account_id, sent_by_name=actor.name, sent_at=now,
                due_on=add_workdays(today, book["evaluation.review_workdays"], calendar()).day,
            )  # fmt: skip
            _sheets(review, book)
            steps.first_step(review, actor=actor, now=now)
            unit = read.handling_unit(review)
            due = steps.owe(review, duty.PREPARE, unit, "score_workdays", actor=actor, now=now)
            if unit is not None:
                steps.tell(
                    review, "sent", read.people_of(unit, today, EDITORS),
                    f"项目送审：{project.name}", review.level_reason, now, due_on=due,
                )  # fmt: skip
    except IntegrityError as error:
        text = "这个项目正在评审，办完再说"
        raise RuleBroken.one("", "review.open", text, CLAUSE) from error
    return review


def _capital(project: Project) -> int | None:
    """牵头出资方(占比最大的)的注册资本。"""
    parties = project.parties.select_related("investor").order_by("-share_bp", "order", "id")
    first = parties.first()
    return first.investor.registered_capital if first else None


def _sheets(review: Review, book: Any) -> None:
    """主体核查单、一票否决单,按送审之日的清单;注册资本与投资额之比先填好。"""
    items = [
        DiligenceItem(review=review, code=one["code"], label=one["label"])
        for one in book["evaluation.due_diligence"]
    ]
    for item in items:
        if item.code == "capital":
            item.note = _ratio(review)
    DiligenceItem.objects.bulk_create(items)
    ReviewVeto.objects.bulk_create(
        ReviewVeto(review=review, code=one["code"], label=one["label"])
        for one in book["evaluation.vetoes"]
    )


def _ratio(review: Review) -> str:
    if not review.registered_capital or not review.total_investment:
        return "还没有登记注册资本，请到投资方页补上后核查"
    share = Decimal(review.registered_capital * 100) / review.total_investment
    return (
        f"注册资本 {said_money(review.registered_capital)}，总投资 "
        f"{said_money(review.total_investment)}，比为 {share:.1f}%"
    )


def withdraw_review(*, actor: Actor, review: Review, reason: str, now: datetime) -> Review:
    """撤回送审:还没有到待决定的可以撤。

    Raises:
        Denied: 不是能改这个项目的单位。
        RuleBroken: 没写理由;已到待决定或已决定;已被调取到市级。
        Stale: 他人先行。
    """
    require(access.can_withdraw(actor, review))
    steps.need_reason(reason, "撤回的理由")
    if review.called_up_at is not None:
        text = "已被市级调取的评审不能撤回"
        raise RuleBroken.one("", "review.called_up", text, CLAUSE)
    with transaction.atomic():
        steps.step(review, ReviewVerb.WITHDRAW, actor=actor, now=now, reason=reason)
        steps.drop_all(review, "withdraw", actor=actor, now=now)
    return review


def give_opinion(
    *, actor: Actor, review: Review, answer: OpinionAnswer | None, reason: str, now: datetime
) -> ComplianceOpinion:
    """市级合规意见:合规、不合规(理由)、补充材料(缺什么)。

    Raises:
        Denied: 不是市级商务主管部门负责人、核验人;或就是送审人。
        RuleBroken: 没选结论;不合规、补充材料的没写理由;不在待合规意见。
        Stale: 他人先行。
    """
    require(access.can_give_opinion(actor, review))
    steps.need_state(review, ReviewState.OPINION, what="出合规意见")
    if answer is None:
        raise RuleBroken.one("answer", "review.answer", "请选择合规、不合规或补充材料", CLAUSE)
    if answer != OpinionAnswer.COMPLIANT:
        what = "不合规的理由" if answer == OpinionAnswer.NOT_COMPLIANT else "要补充什么材料"
        steps.need_reason(reason, what)
    elif len(reason) > steps.REASON_LIMIT:
        steps.need_reason(reason, "")
    with transaction.atomic():
        verb = ANSWER_VERBS[answer]
        steps.step(review, verb, actor=actor, now=now, reason=reason)
        row = ComplianceOpinion.objects.create(
            review=review, answer=answer.value, reason=reason.strip(), by_id=actor.account_id,
            by_name=actor.name, unit_name=actor.unit_name, at=now,
        )  # fmt: skip
        steps.settled(review, duty.COMPLIANCE, verb.value, actor=actor, now=now)
        if answer == OpinionAnswer.MORE:
            steps.owe(
                review, duty.SUPPLY, review.county_id, "compliance_workdays", actor=actor, now=now
            )
        else:
            steps.ask_decision(review, actor=actor, now=now)
        if review.county_id is not None:
            people = read.people_of(review.county_id, localdate(now), EDITORS)
            steps.tell(
                review, "opinion", people, f"合规意见「{answer.label}」：{review.project.name}",
                reason.strip(), now,
            )  # fmt: skip
    return row


def supply_material(
    *, actor: Actor, review: Review, note: str, file_id: int | None, now: datetime
) -> Review:
    """按合规意见补充材料,合规意见的期限自次日重新起算。

    Raises:
        Denied: 不是承办单位的人,也改不了这个项目。
        RuleBroken: 没写补充了什么;没有要求补充;文件没有存好。
        Stale: 他人先行。
    """
    require(access.can_keep_diligence(actor, review))
    steps.need_state(review, ReviewState.OPINION, what="补充材料")
    last = review.opinions.order_by("-id").first()
    if last is None or last.answer != OpinionAnswer.MORE or _supplied(review, last.at):
        text = "市级没有要求补充材料，请等合规意见"
        raise RuleBroken.one("", "review.not_asked", text, CLAUSE)
    steps.need_reason(note, "补充了什么", field="note")
    stored = uploaded(actor, file_id)
    if file_id is not None and stored is None:
        raise RuleBroken.one("file", "review.file", "文件没有存好，请重新上传", "")
    with transaction.atomic():
        steps.step(review, ReviewVerb.SUPPLY, actor=actor, now=now, reason=note)
        if stored is not None:
            files.use_file(
                actor=actor, file=stored, object_type=read.OBJ, object_id=review.pk,
                label=f"补充材料：{stored.name}"[:200], now=now,
            )  # fmt: skip
        steps.settled(review, duty.SUPPLY, "supply", actor=actor, now=now)
        ask_compliance(review, actor=actor, now=now)
    return review


def _supplied(review: Review, since: datetime) -> bool:
    return review.steps.filter(verb=ReviewVerb.SUPPLY, at__gte=since).exists()


def ask_compliance(review: Review, *, actor: Actor, now: datetime) -> None:
    """请市级商务主管部门出合规意见(调用者的事务内)。"""
    unit = read.bureau_unit()
    due = steps.owe(review, duty.COMPLIANCE, unit, "compliance_workdays", actor=actor, now=now)
    if unit is not None:
        people = read.people_of(unit, localdate(now), access.OPINERS)
        steps.tell(
            review, "opinion", people, f"请出合规意见：{review.project.name}",
            review.level_reason, now, due_on=due, page="opinion/",
        )  # fmt: skip


def decide_review(
    *,
    actor: Actor,
    review: Review,
    result: ReviewResult | None,
    reasons: str,
    conditions: Sequence[ConditionDraft] = (),
    minutes_number: str = "",
    meeting_ref: str = "",
    now: datetime,
) -> ReviewDecision:
    """作决定:报告存档,通过的递进签约门槛,条件成为承诺,县区的决定同时报市级备案。

    Raises:
        Denied: 不是有权决定的人;就是送审人;已声明有利害关系。
        RuleBroken: 见 `rules.reviews.judge_decision`;不在待决定。
        Stale: 他人先行。
    """
    require(access.can_decide(actor, review))
    steps.need_state(review, ReviewState.DECIDING, what="作决定")
    draft = DecisionDraft(result, reasons, tuple(conditions), minutes_number)
    before, tally = read.standing_of(review)
    findings = judge_decision(draft, before, localdate(now))
    if findings or result is None or before.proposal is None:
        raise RuleBroken(findings)
    with transaction.atomic():
        return _decide(review, draft, before, tally, meeting_ref, actor=actor, now=now)


def _decide(
    review: Review, draft: DecisionDraft, before: Before, tally: Tally, meeting_ref: str, *,
    actor: Actor, now: datetime,
) -> ReviewDecision:  # fmt: skip
    result, today = draft.result or ReviewResult.REJECTED, localdate(now)
    verb = RESULT_VERBS[result]
    changes: dict[str, Any] = {"decided_at": now}
    if not review.at_city:
        changes["filed_at"] = now
    steps.step(
        review, verb, actor=actor, now=now, reason=draft.reasons,
        after={
            "result": result.value, "total": str(tally.total) if tally.total is not None else None,
            "conditions": [one.text.strip() for one in draft.conditions],
            "minutes": draft.minutes_number.strip(), "meeting": meeting_ref,
        },
        **changes,
    )  # fmt: skip
    unit = _issuer(review)
    facts = report_facts(
        review, draft, tally, before.proposal or result, by=actor.name, unit=actor.unit_name,
        on=today,
    )  # fmt: skip
    report = record_issue(
        actor=actor, kind=KIND, object_type=read.OBJ, object_id=review.pk, unit_id=unit.pk,
        title=f"关于「{review.project.name}」的评审报告"[:200], facts=facts, now=now,
    )  # fmt: skip
    proof = _prove(review, result, report, actor=actor, now=now)
    row = ReviewDecision.objects.create(
        review=review, at_city=review.at_city, result=result.value,
        proposal=(before.proposal or result).value, total=tally.total,
        reasons=draft.reasons.strip(), minutes_number=draft.minutes_number.strip(),
        meeting_ref=meeting_ref, paper_code=report.code, file_sha256=report.pdf_sha256,
        evidence_id_at=proof.pk if proof else None, by_id=actor.account_id, by_name=actor.name,
        unit_name=actor.unit_name, on=today, at=now,
    )  # fmt: skip
    ReviewCondition.objects.bulk_create(
        ReviewCondition(
            decision=row, text=one.text.strip(), by_on=one.by_on or today,
            evidence=one.evidence.strip(),
        )
        for one in draft.conditions
    )  # fmt: skip
    _promise(review, draft.conditions, actor=actor, now=now)
    steps.settled(review, duty.DECIDE, verb.value, actor=actor, now=now)
    steps.drop_all(review, verb.value, actor=actor, now=now)
    _tell_decided(review, result, actor, now)
    return row


def _issuer(review: Review) -> Unit:
    """报告由谁出:县区的是承办县区,市级的是商务主管部门。"""
    return Unit.objects.get(pk=read.handling_unit(review) or 0)


def _prove(
    review: Review, result: ReviewResult, report: Document, *, actor: Actor, now: datetime
) -> Evidence | None:
    """通过、有条件通过的,递进签约门槛。"""
    if result == ReviewResult.REJECTED:
        return None
    conclusion = Conclusion.PASSED if result == ReviewResult.PASSED else Conclusion.CONDITIONAL
    file = FileUse.objects.select_related("file").get(pk=report.pdf_use_id or "").file
    return state_fact(
        actor=actor, project=review.project, source=SOURCE, source_ref=condition_ref(review),
        draft=EvidenceDraft(
            fact=FactKey.REVIEW_PASSED, title=f"评审报告（{review.code}）", dated_on=localdate(now),
            issuer=report.unit.name, number=report.number, conclusion=conclusion, file_id=file.pk,
        ),
        now=now,
    )  # fmt: skip


def condition_ref(review: Review) -> str:
    """这一级决定的来源编号:调取之后市级的决定与县区的分开。"""
    return f"{review.code}-C" if review.called_up_at else review.code


def _promise(
    review: Review, conditions: Sequence[ConditionDraft], *, actor: Actor, now: datetime
) -> None:
    """条件成为跟踪的承诺。"""
    if not conditions:
        return
    kinds = kinds_of(params(localdate(now))["tracking.kinds"])
    days = [kind.code for kind in kinds.values() if kind.measure == Measure.DAY]
    kind = "other" if "other" in days else days[-1]
    promise_from_condition(
        actor=actor, project=review.project, review=condition_ref(review), now=now,
        drafts=[
            PromiseDraft(
                kind=kind, text=one.text.strip(), due_on=one.by_on, wanted=one.evidence.strip()
            )
            for one in conditions
        ],
    )  # fmt: skip


def _tell_decided(review: Review, result: ReviewResult, actor: Actor, now: datetime) -> None:
    today, name = localdate(now), review.project.name
    people: set[int] = set()
    if review.unit_id is not None:
        people |= set(read.people_of(review.unit_id, today, EDITORS))
    unit = read.handling_unit(review)
    if unit is not None:
        people |= set(read.people_of(unit, today, EDITORS))
    steps.tell(
        review, "decided", people, f"评审「{result.label}」：{name}", f"{actor.unit_name}决定", now
    )
    bureau = read.bureau_unit()
    if not review.at_city and bureau is not None:
        days = params(today)["evaluation.call_up_workdays"]
        steps.tell(
            review, "filed", read.people_of(bureau, today, EDITORS), f"县区评审备案：{name}",
            f"决定「{result.label}」；{days} 个工作日以内可以调取", now,
        )  # fmt: skip


def call_up(*, actor: Actor, review: Review, reason: str, now: datetime) -> Review:
    """市级调取县区的决定:改由市级评审、决定,签约门槛里的「评审通过」收回,条件转成的承诺解除。

    Raises:
        Denied: 不是市级商务主管部门负责人。
        RuleBroken: 没写理由;还没有决定,本来就是市级的,过了期限;已认定的签约正凭着它;
            项目又有开着的评审。
        Stale: 他人先行。
    """
    require(access.can_call_up(actor))
    steps.need_reason(reason, "调取的理由")
    today = localdate(now)
    if review.state_enum not in DECIDED or review.at_city or review.decided_at is None:
        text = "只调取县区已作出、还没有被调取过的决定"
        raise RuleBroken.one("", "review.call_up", text, CLAUSE)
    decided = localdate(review.decided_at)
    days = params(decided)["evaluation.call_up_workdays"]
    if not may_call_up(decided, today, days, calendar()):
        last = add_workdays(decided, days, calendar()).day
        text = f"调取的期限是备案次日起 {days} 个工作日（到 {last}），已过"
        raise RuleBroken.one("", "review.call_up_late", text, CLAUSE)
    if (
        Review.objects.filter(project=review.project, pk__gt=review.pk)
        .exclude(state=ReviewState.WITHDRAWN)
        .exists()
    ):
        text = "这个项目又送审过，请看最近的一次评审"
        raise RuleBroken.one("", "review.newer", text, CLAUSE)
    with transaction.atomic():
        was = review.state_enum
        steps.step(
            review, ReviewVerb.CALL_UP, actor=actor, now=now, reason=reason,
            level=ReviewLevel.CITY.value, level_reason=f"{review.level_reason}；县区决定后由市级调取",
            called_up_at=now,
            after={"from": was.value},
        )  # fmt: skip
        if was in APPROVED:
            _take_back(review, reason, actor=actor, now=now)
        unit = read.bureau_unit()
        steps.owe(review, duty.PREPARE, unit, "score_workdays", actor=actor, now=now)
        people: set[int] = set()
        for one in {review.county_id, review.unit_id} - {None}:
            people |= set(read.people_of(one or 0, today, EDITORS))
        steps.tell(
            review, "called_up", people, f"评审调取到市级：{review.project.name}", reason.strip(),
            now,
        )  # fmt: skip
    return review


def _take_back(review: Review, reason: str, *, actor: Actor, now: datetime) -> None:
    """收回县区的决定递进门槛的证据,与条件转成的承诺。"""
    said = f"县区评审决定已被市级调取：{reason.strip()}"
    proofs = Evidence.objects.filter(
        project=review.project, source=SOURCE, source_ref=review.code,
        fact=FactKey.REVIEW_PASSED.value, voided_at__isnull=True,
    )  # fmt: skip
    for proof in proofs:
        withdraw_fact(actor=actor, evidence=proof, reason=said, now=now)
    waiting = Promise.objects.filter(
        project=review.project, source="condition", source_ref=review.code,
        state=PromiseState.OPEN.value,
    )  # fmt: skip
    for promise in waiting.order_by("id"):
        release(actor=actor, promise=promise, reason=said[:1000], now=now)
