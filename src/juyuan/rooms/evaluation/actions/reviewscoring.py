"""评审的评分:指定评审人、利害关系声明、评分、复核、结束评分。"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, Finding, NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions import reviewsteps as steps
from juyuan.rooms.evaluation.actions.reviews import ask_compliance
from juyuan.rooms.evaluation.actions.reviewsheets import EARLY, sheets_left
from juyuan.rooms.evaluation.models import Review, Reviewer, ReviewScore
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewduty as duty
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_routing import ReviewLevel
from juyuan.rooms.evaluation.rules.review_scoring import judge_mark
from juyuan.rooms.evaluation.rules.reviews import (
    CLAUSE,
    Declaration,
    ReviewState,
    ReviewVerb,
    Sheet,
    judge_before_scoring,
    judge_finish,
)


@dataclass(frozen=True)
class MarkDraft:
    """一项评分(或复核分)所填。"""

    indicator: str
    score: Decimal | None
    evidence: str = ""
    note: str = ""


def appoint(
    *, actor: Actor, review: Review, person_ids: Collection[int], now: datetime
) -> list[Reviewer]:
    """指定评审人;第一次指定即开始评审。先填完主体核查单、核对完一票否决。

    Raises:
        Denied: 不是承办单位的人。
        RuleBroken: 还没有核查完;没选人;选的人不在决定这一级的各单位,或就是送审人。
        Stale: 他人先行。
    """
    require(access.can_handle(actor, review))
    steps.need_state(review, *EARLY, what="指定评审人")
    findings = judge_before_scoring(*sheets_left(review), read.vetoed(review))
    today = localdate(now)
    known = {post.person_id: post for post in read.appointable(review, today)}
    if not person_ids:
        findings.append(Finding("people", "review.people", CLAUSE, "请选择评审人"))
    elif set(person_ids) - known.keys():
        text = "评审人须在决定这一级的各单位中选，不能是送审人，也不能重复指定"
        findings.append(Finding("people", "review.people", CLAUSE, text))
    if findings:
        raise RuleBroken(findings)
    made = []
    with transaction.atomic():
        if review.state_enum == ReviewState.ACCEPTED:
            steps.step(review, ReviewVerb.START, actor=actor, now=now)
        else:
            steps.touch(review)
        for person in sorted(set(person_ids)):
            post = known[person]
            row = Reviewer.objects.create(
                review=review, person_id=person, unit_id=post.unit_id, at_city=review.at_city,
                appointed_by_name=actor.name, appointed_at=now,
            )  # fmt: skip
            due = steps.owe(
                review, duty.SCORE, post.unit_id, "score_workdays", actor=actor, now=now,
                person_id=person,
            )  # fmt: skip
            steps.tell(
                review, "appointed", [person], f"请您评审：{review.project.name}",
                "请先声明有没有利害关系，再打分", now, due_on=due, page="score/",
            )  # fmt: skip
            made.append(row)
        steps.settled(review, duty.PREPARE, "reviewer_appointed", actor=actor, now=now)
        steps.settled(review, duty.RECHECK, "reviewer_appointed", actor=actor, now=now, cancelled=True)  # fmt: skip
        steps.note(
            review, "reviewer_appointed", actor, now,
            after={"reviewers": [f"{known[p].unit.name} {known[p].person.name}" for p in sorted(set(person_ids))]},
        )  # fmt: skip
    return made


def seat_in(review: Review, reviewer_id: int) -> Reviewer:
    """现在这一级在席的评审人。

    Raises:
        NotFound: 没有。
    """
    row = next((seat for seat in read.seats(review) if seat.pk == reviewer_id), None)
    if row is None:
        raise NotFound
    return row


def dismiss(
    *, actor: Actor, review: Review, reviewer: Reviewer, reason: str, now: datetime
) -> Reviewer:
    """撤换评审人:写明理由,他的分不再计。

    Raises:
        Denied: 不是承办单位的人。
        RuleBroken: 没写理由;已过评分。
        Stale: 他人先行。
    """
    require(access.can_handle(actor, review))
    steps.need_state(review, ReviewState.REVIEWING, what="撤换评审人")
    steps.need_reason(reason, "撤换的理由")
    with transaction.atomic():
        steps.touch(review)
        done = Reviewer.objects.filter(pk=reviewer.pk, dismissed_at__isnull=True).update(
            dismissed_at=now, dismissed_reason=reason.strip(), version=reviewer.version + 1
        )
        if not done:
            raise Stale
        steps.settled(
            review, duty.SCORE, "reviewer_dismissed", actor=actor, now=now,
            person_id=reviewer.person_id, cancelled=True,
        )  # fmt: skip
        steps.note(
            review, "reviewer_dismissed", actor, now, reason=reason,
            before={"reviewer": reviewer.person.name},
        )  # fmt: skip
        _all_scored(review, actor, now)
    reviewer.refresh_from_db()
    return reviewer


def own_seat(actor: Actor, review: Review) -> Reviewer:
    """行动者自己的席位。

    Raises:
        Denied: 不是这次评审的评审人。
    """
    row = access.seat_of(actor, review)
    if row is None:
        raise Denied("您不是这次评审的评审人", CLAUSE)
    return row


def declare(
    *, actor: Actor, review: Review, interest: bool | None, reason: str, now: datetime
) -> Reviewer:
    """声明利害关系:没有的才能打分;有的回避,此前打的分一概不计。没有的日后发现有,可以改为有;反过来不行。

    Raises:
        Denied: 不是评审人。
        RuleBroken: 没选;有利害关系而没写说明;已声明回避;已过评分。
        Stale: 他人先行。
    """
    row = own_seat(actor, review)
    steps.need_state(review, ReviewState.REVIEWING, what="声明利害关系")
    if interest is None:
        raise RuleBroken.one("interest", "review.interest", "请选择有没有利害关系", CLAUSE)
    if row.recused:
        text = "您已声明有利害关系，回避之后不再参加"
        raise RuleBroken.one("interest", "review.recused", text, CLAUSE)
    if interest:
        steps.need_reason(reason, "是什么利害关系")
    elif len(reason) > steps.REASON_LIMIT:
        steps.need_reason(reason, "")
    said = Declaration.INTEREST if interest else Declaration.CLEAR
    with transaction.atomic():
        done = Reviewer.objects.filter(pk=row.pk, version=row.version).update(
            declaration=said.value, declared_reason=reason.strip(), declared_at=now,
            version=row.version + 1,
        )  # fmt: skip
        if not done:
            raise Stale
        row.refresh_from_db()
        steps.note(
            review, "declared", actor, now, reason=reason,
            after={"reviewer": actor.name, "declaration": said.label},
        )  # fmt: skip
        if interest:
            steps.settled(
                review, duty.SCORE, "declared", actor=actor, now=now, person_id=row.person_id
            )
            unit = read.handling_unit(review)
            if unit is not None:
                steps.tell(
                    review, "appointed", read.people_of(unit, localdate(now), duty.STAFF),
                    f"评审人回避：{review.project.name}",
                    f"{actor.name}声明有利害关系，人数不够的请再指定评审人", now,
                )  # fmt: skip
            _all_scored(review, actor, now)
    return row


def score(
    *, actor: Actor, review: Review, marks: Sequence[MarkDraft], version: int | None = None,
    now: datetime,
) -> Reviewer:  # fmt: skip
    """打分:声明没有利害关系之后,一次可以打几项,评分结束之前可以改;改了的,原来的复核分作废。

    Raises:
        Denied: 不是评审人。
        RuleBroken: 还没有声明,或已回避;分数不合;已过评分。
        Stale: 他人先行。
    """
    row = own_seat(actor, review)
    steps.need_state(review, ReviewState.REVIEWING, what="打分")
    if row.declaration != Declaration.CLEAR:
        text = (
            "您已声明有利害关系，回避这次评审，不打分"
            if row.recused
            else "请先声明有没有利害关系，再打分"
        )
        raise RuleBroken.one("", "review.undeclared", text, CLAUSE)
    if version is not None and version != row.version:
        raise Stale
    card = read.card_of(review)
    ready = read.prefills(review, card)
    found: list[Finding] = []
    for mark in marks:
        found += judge_mark(
            card.find(mark.indicator), mark.score, evidence=mark.evidence, note=mark.note,
            prefilled=ready.get(mark.indicator), code=mark.indicator,
        )  # fmt: skip
    if not marks:
        found.append(Finding("", "review.score", CLAUSE, "请至少打一项的分"))
    if found:
        raise RuleBroken(found)
    with transaction.atomic():
        done = Reviewer.objects.filter(pk=row.pk, version=row.version).update(
            version=row.version + 1
        )
        if not done:
            raise Stale
        row.version += 1
        kept = {one.indicator: one for one in row.scores.all()}
        for mark in marks:
            _write(row, kept.get(mark.indicator), mark, now)
        steps.note(
            review, "scored", actor, now,
            after={"reviewer": actor.name, "marks": {m.indicator: str(m.score) for m in marks}},
        )  # fmt: skip
        if set(card_codes(review)) <= set(row.scores.values_list("indicator", flat=True)):
            steps.settled(
                review, duty.SCORE, "scored", actor=actor, now=now, person_id=row.person_id
            )
        _all_scored(review, actor, now)
    return row


def _write(row: Reviewer, kept: ReviewScore | None, mark: MarkDraft, now: datetime) -> None:
    values = {
        "score": mark.score, "evidence": mark.evidence.strip(), "note": mark.note.strip(),
        "scored_at": now,
    }  # fmt: skip
    if kept is None:
        ReviewScore.objects.create(reviewer=row, indicator=mark.indicator, **values)
        return
    if kept.score != mark.score:
        values |= {
            "rechecked": None, "recheck_note": "", "rechecked_by_id": None,
            "rechecked_by_name": "", "rechecked_at": None,
        }  # fmt: skip
    ReviewScore.objects.filter(pk=kept.pk).update(**values)


def card_codes(review: Review) -> list[str]:
    """评分卡的各项指标。"""
    return [one["code"] for one in review.card["indicators"]]


def _all_scored(review: Review, actor: Actor, now: datetime) -> None:
    """人人打完了:请承办单位复核、结束评分。"""
    seats = [seat for seat in read.seats(review) if not seat.recused]
    scores = read.scores_of(seats)
    wanted = len(card_codes(review)) * len(seats)
    if seats and len(scores) == wanted:
        unit = read.handling_unit(review)
        steps.owe(review, duty.RECHECK, unit, "recheck_workdays", actor=actor, now=now)


def recheck(
    *, actor: Actor, review: Review, reviewer: Reviewer, marks: Sequence[MarkDraft], now: datetime
) -> Reviewer:
    """复核一个评审人的分:另一个人办,写在复核分一列,原来的分不动;与原分不同的说明理由。

    Raises:
        Denied: 是评审人本人、送审人、回避的人,或不是承办单位与评审人。
        RuleBroken: 那一项还没有打分;分数不合;那人已回避;已过评分。
        Stale: 他人先行。
    """
    require(access.can_recheck(actor, review, reviewer))
    steps.need_state(review, ReviewState.REVIEWING, what="复核")
    if reviewer.recused:
        text = "这位评审人已回避，分数不计，不必复核"
        raise RuleBroken.one("", "review.recused", text, CLAUSE)
    card, kept = read.card_of(review), {one.indicator: one for one in reviewer.scores.all()}
    found: list[Finding] = []
    for mark in marks:
        given = kept.get(mark.indicator)
        if card.find(mark.indicator) is not None and given is None:
            text = "评审人还没有打这一项，不能复核"
            found.append(Finding(f"recheck_{mark.indicator}", "review.unscored", CLAUSE, text))
            continue
        found += judge_mark(
            card.find(mark.indicator), mark.score, evidence="", note=mark.note,
            prefilled=given.score if given else None, code=mark.indicator, rechecking=True,
        )  # fmt: skip
    if not marks:
        found.append(Finding("", "review.score", CLAUSE, "请至少复核一项"))
    if found:
        raise RuleBroken(found)
    with transaction.atomic():
        done = Reviewer.objects.filter(pk=reviewer.pk, version=reviewer.version).update(
            version=reviewer.version + 1
        )
        if not done:
            raise Stale
        reviewer.version += 1
        for mark in marks:
            ReviewScore.objects.filter(reviewer=reviewer, indicator=mark.indicator).update(
                rechecked=mark.score, recheck_note=mark.note.strip(),
                rechecked_by_id=actor.account_id, rechecked_by_name=actor.name, rechecked_at=now,
            )  # fmt: skip
        steps.note(
            review, "rechecked", actor, now,
            after={
                "reviewer": reviewer.person.name, "marks": {m.indicator: str(m.score) for m in marks},
            },
        )  # fmt: skip
    return reviewer


def finish_scoring(*, actor: Actor, review: Review, now: datetime) -> Review:
    """结束评分:5000万元以上由县区决定的报请市级合规意见,其余请有权的人决定。

    Raises:
        Denied: 不是承办单位的人;就是送审人。
        RuleBroken: 有人没声明、没打完,人数不够;不在评审。
        Stale: 他人先行。
    """
    require(access.can_check_vetoes(actor, review))
    steps.need_state(review, ReviewState.REVIEWING, what="结束评分")
    findings = [*judge_before_scoring(*sheets_left(review), ()), *judge_finish(sheet_of(review))]
    if findings:
        raise RuleBroken(findings)
    refers = review.level == ReviewLevel.COUNTY_OPINION
    verb = ReviewVerb.REFER if refers else ReviewVerb.FINISH
    with transaction.atomic():
        total = sheet_of(review).total
        steps.step(review, verb, actor=actor, now=now, after={"total": str(total)})
        steps.settled(review, duty.RECHECK, verb.value, actor=actor, now=now)
        if refers:
            ask_compliance(review, actor=actor, now=now)
        else:
            steps.ask_decision(review, actor=actor, now=now)
    return review


def sheet_of(review: Review) -> Sheet:
    """评分单此刻的样子。"""
    seats = read.seats(review)
    scores = read.scores_of(seats)
    tally = read.tally_of(read.card_of(review), seats, scores)
    wanted = set(card_codes(review))
    done = {
        seat.pk: {s.indicator for s in scores if s.reviewer_id == seat.pk} >= wanted
        for seat in seats
    }
    return Sheet(
        undeclared=tuple(s.person.name for s in seats if s.declaration == Declaration.PENDING),
        unfinished=tuple(
            s.person.name for s in seats if s.declaration == Declaration.CLEAR and not done[s.pk]
        ),
        counted=len(tally.counted),
        needed=read.needed_reviewers(review),
        total=tally.total,
    )
