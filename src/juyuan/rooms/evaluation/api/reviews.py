"""评审的接口:清单、一次、送审、声明、评分、复核、合规意见、决定、调取。与网页同一批查询、同一批动作。"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.listing import total_of, understood
from juyuan.foundation.apikit.shapes import (
    READ,
    WRITE,
    BadCursor,
    optional_match,
    precheck,
    said,
)
from juyuan.foundation.people.models import ADMIN_ROLES, Person
from juyuan.foundation.ui.keyset import choose_order, paginate
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.money import from_wan, to_wan
from juyuan.kernel.verdict import NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.api.reviewschemas import (
    CallUpIn,
    DecisionIn,
    DeclareIn,
    OpinionIn,
    RecheckIn,
    ReviewDetail,
    ReviewFilters,
    ReviewIn,
    ReviewPage,
    ScoreIn,
)
from juyuan.rooms.evaluation.models import Review, Reviewer
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewlisting as listing_
from juyuan.rooms.evaluation.queries import reviewoffers as offers
from juyuan.rooms.evaluation.queries import reviewpages as pages
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_material import ReviewDraft
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import CLAUSE, ConditionDraft, OpinionAnswer

router = Router(tags=["评审"])
May = Callable[[Actor, Review], None]


def entered(actor: Actor) -> Actor:
    """三员不进业务室,与网页同。

    Raises:
        NotFound: 任职都是三员。
    """
    if actor.posts and all(post.role in ADMIN_ROLES for post in actor.posts):
        raise NotFound
    return actor


def actor_of(request: HttpRequest) -> Actor:
    """令牌认出的行动者。"""
    return entered(request.actor)  # type: ignore[attr-defined]


def expect(request: HttpRequest, review: Review) -> None:
    """带了 If-Match 的,须是现在的版本。

    Raises:
        Stale: 不是。
    """
    version = optional_match(request)
    if version is not None and version != review.version:
        raise Stale(mine={"version": version}, theirs={"version": review.version})


def line(row: Review) -> dict[str, Any]:
    """评审的一行。"""
    return {
        "code": row.code, "project": row.project.code, "project_name": row.project.name,
        "round": row.round, "state": getattr(row, "state_then", row.state), "level": row.level,
        "level_reason": row.level_reason, "county": row.county.code if row.county else None,
        "unit": row.unit.code if row.unit else None, "total_investment": to_wan(row.total_investment),
        "sent_at": said(row.sent_at), "due_on": said(row.due_on),
        "decided_at": said(row.decided_at), "filed_at": said(row.filed_at),
        "called_up_at": said(row.called_up_at), "version": row.version,
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value}"


def detail(actor: Actor, row: Review) -> dict[str, Any]:
    """一次评审。评分没有结束时,评审人只得到自己的分。"""
    card, seats = read.card_of(row), read.all_seats(row)
    scores = read.scores_of(seats)
    active = [s for s in seats if s.at_city == row.at_city and s.dismissed_at is None]
    ids = {s.pk for s in active}
    tally = read.tally_of(card, active, [s for s in scores if s.reviewer_id in ids])
    shown, ready = pages.shows_scores(actor, row), read.prefills(row, card)
    held = read.vetoed(row)
    wanted = read.proposal_for(row, tally.total, held, row.sent_at.date()) if shown else None
    return line(row) | {
        "diligence": [
            {"code": d.code, "label": d.label, "result": d.mark or None, "note": d.note}
            for d in row.diligence.order_by("id")
        ],
        "vetoes": [
            {
                "code": v.code, "label": v.label, "note": v.note,
                "result": None if v.holds is None else ("holds" if v.holds else "clear"),
            }
            for v in row.vetoes.order_by("id")
        ],
        "reviewers": [_seat(actor, s, scores, shown=shown, active=ids) for s in seats],
        "card": [
            {
                "indicator": one.code, "label": one.label, "weight": one.weight,
                "prefilled": _text(ready.get(one.code)),
                "final": _text(tally.finals.get(one.code)) if shown else None,
            }
            for one in card.indicators
        ],
        "total": _text(tally.total) if shown else None,
        "proposal": wanted.value if wanted else None,
        "opinions": [
            {"answer": o.answer, "reason": o.reason, "by": f"{o.unit_name} {o.by_name}", "at": said(o.at)}
            for o in row.opinions.order_by("id")
        ],
        "decisions": [
            {
                "level": "city" if d.at_city else "county", "result": d.result,
                "proposal": d.proposal, "total": _text(d.total), "reasons": d.reasons,
                "minutes_number": d.minutes_number, "paper": d.paper_code,
                "by": f"{d.unit_name} {d.by_name}", "on": said(d.on),
                "conditions": [
                    {"text": c.text, "by": said(c.by_on), "evidence": c.evidence}
                    for c in d.conditions.all()
                ],
            }
            for d in row.decisions.prefetch_related("conditions").order_by("id")
        ],
        "steps": [
            {
                "verb": s.verb, "label": s.get_verb_display(), "from_state": s.from_state or None,
                "to_state": s.to_state, "on": said(s.on), "at": said(s.at),
                "by": f"{s.unit_name} {s.by_name}".strip(), "reason": s.reason,
            }
            for s in row.steps.order_by("id")
        ],
        "acts": offers.offered(actor, row, clock.today()),
    }  # fmt: skip


def _seat(
    actor: Actor, seat: Reviewer, scores: list[Any], *, shown: bool, active: set[int]
) -> dict[str, Any]:
    mine = shown or seat.person_id == actor.person_id
    return {
        "person": seat.person.code, "name": seat.person.name, "unit": seat.unit.code,
        "level": "city" if seat.at_city else "county", "declaration": seat.declaration,
        "dismissed": seat.dismissed_at is not None,
        "counted": seat.pk in active and not seat.recused,
        "scores": [
            {
                "indicator": s.indicator, "score": f"{s.score}", "rechecked": _text(s.rechecked),
                "evidence": s.evidence, "note": s.note, "recheck_note": s.recheck_note,
            }
            for s in scores
            if mine and s.reviewer_id == seat.pk
        ],
    }  # fmt: skip


@router.get("", response={200: ReviewPage, **READ}, url_name="reviews", summary="评审清单")
def list_reviews(request: HttpRequest, filters: Query[ReviewFilters]) -> Any:
    """看得见的评审;`as_of` 给那天终了时的样子。"""
    actor, today = actor_of(request), clock.today()
    require(access.can_list(actor))
    understood(request, ReviewFilters, filters.sort, listing_.ORDERS)
    given = {
        "tab": filters.tab, "state": filters.state or "", "level": filters.level or "",
        "unit": filters.unit, "filed": "1" if filters.filed else "",
        "as_of": filters.as_of.isoformat() if filters.as_of else "",
    }  # fmt: skip
    criteria = listing_.read_criteria(given, today)
    if criteria.problems:
        raise RuleBroken.one("as_of", "review.filter", criteria.problems[0], CLAUSE)
    found = listing_.listed(actor, criteria)
    order = choose_order(filters.sort, listing_.ORDERS, listing_.DEFAULT_ORDER)
    page = paginate(found, order, filters.cursor, filters.limit)
    if page.bad_cursor:
        raise BadCursor
    return {
        "items": [line(row) for row in page.items],
        "next": page.next or None,
        "total": total_of(found, exact=filters.count == "exact"),
    }


@router.post("", response={201: ReviewDetail, **WRITE}, url_name="reviews", summary="送审")
def send(request: HttpRequest, payload: ReviewIn) -> Any:
    """材料齐了才收,由总投资等分到哪一级;可带 Idempotency-Key。"""
    actor = actor_of(request)
    require(access.can_start(actor))
    project = read.project_of(actor, payload.project)
    require(access.can_send(actor, project))

    def act() -> tuple[int, dict[str, Any]]:
        made = acts.send_for_review(
            actor=actor, project=project, now=clock.now(),
            draft=_draft(payload),
        )  # fmt: skip
        return 201, detail(actor, _again(made))

    return once(request, act)


def _draft(given: ReviewIn) -> ReviewDraft:
    def yuan(text: str | None) -> int | None:
        return None if text is None else from_wan(text)

    return ReviewDraft(
        land_mu=given.land_mu, energy_tce=given.energy_tce, city_funds=yuan(given.city_funds),
        annual_tax=yuan(given.annual_tax), annual_output=yuan(given.annual_output),
        jobs=given.jobs, build_months=given.build_months, changed=given.changed, note=given.note,
    )  # fmt: skip


def _again(review: Review) -> Review:
    return Review.objects.select_related("project", "county", "unit").get(pk=review.pk)


@router.get("/{code}", response={200: ReviewDetail, **READ}, url_name="review", summary="一次评审")
def get_review(request: HttpRequest, code: str) -> Any:
    """核查、否决、评分、意见、决定、经过。"""
    actor = actor_of(request)
    return detail(actor, read.door(actor, code))


def _act(request: HttpRequest, code: str, may: May, run: Callable[[Actor, Review], Any]) -> Any:
    """看不看得见、准不准、版本、办;返回办成之后的样子。"""
    actor = actor_of(request)
    review = read.door(actor, code)
    may(actor, review)
    expect(request, review)

    def act() -> tuple[int, dict[str, Any]]:
        run(actor, review)
        return 200, detail(actor, _again(review))

    return once(request, act)


def may_sit(actor: Actor, review: Review) -> None:
    scoring.own_seat(actor, review)


def may_recheck(actor: Actor, review: Review) -> None:
    """承办单位的人或评审人;是不是本人,要看复核谁。"""
    if access.seat_of(actor, review) is None:
        require(access.can_handle(actor, review))


def may_opine(actor: Actor, review: Review) -> None:
    require(access.can_give_opinion(actor, review))


def may_decide(actor: Actor, review: Review) -> None:
    require(access.can_decide(actor, review))


def may_call_up(actor: Actor, review: Review) -> None:
    require(access.can_call_up(actor))


@router.post("/{code}/declare", response={200: ReviewDetail, **WRITE},
             url_name="review_declare", summary="声明利害关系")  # fmt: skip
def declare(request: HttpRequest, code: str, payload: DeclareIn) -> Any:
    """评审人声明;有利害关系的回避,打过的分不计。"""

    def run(actor: Actor, review: Review) -> None:
        scoring.declare(
            actor=actor, review=review, interest=payload.interest, reason=payload.reason,
            now=clock.now(),
        )  # fmt: skip

    return _act(request, code, may_sit, run)


def _marks(payload: ScoreIn) -> list[scoring.MarkDraft]:
    return [scoring.MarkDraft(m.indicator, m.score, m.evidence, m.note) for m in payload.marks]


@router.post("/{code}/score", response={200: ReviewDetail, **WRITE},
             url_name="review_score", summary="评分")  # fmt: skip
def score(request: HttpRequest, code: str, payload: ScoreIn) -> Any:
    """评审人打分,可以分几次。"""

    def run(actor: Actor, review: Review) -> None:
        scoring.score(actor=actor, review=review, marks=_marks(payload), now=clock.now())

    return _act(request, code, may_sit, run)


@router.post("/{code}/recheck", response={200: ReviewDetail, **WRITE},
             url_name="review_recheck", summary="复核评分")  # fmt: skip
def recheck(request: HttpRequest, code: str, payload: RecheckIn) -> Any:
    """另一个人复核一个评审人的分。"""

    def run(actor: Actor, review: Review) -> None:
        person = Person.objects.filter(code=payload.reviewer).values_list("pk", flat=True).first()
        seat = next((s for s in read.seats(review) if s.person_id == person), None)
        if seat is None:
            text = "这次评审里没有这位评审人"
            raise RuleBroken.one("reviewer", "review.reviewer", text, CLAUSE)
        scoring.recheck(
            actor=actor, review=review, reviewer=seat, marks=_marks(payload), now=clock.now()
        )

    return _act(request, code, may_recheck, run)


@router.post("/{code}/opinion", response={200: ReviewDetail, **WRITE},
             url_name="review_opinion", summary="合规意见")  # fmt: skip
def opinion(request: HttpRequest, code: str, payload: OpinionIn) -> Any:
    """市级商务主管部门负责人、核验人出具。"""

    def run(actor: Actor, review: Review) -> None:
        acts.give_opinion(
            actor=actor, review=review, answer=OpinionAnswer(payload.answer),
            reason=payload.reason, now=clock.now(),
        )  # fmt: skip

    return _act(request, code, may_opine, run)


@router.post("/{code}/decide", response={200: ReviewDetail, **WRITE},
             url_name="review_decide", summary="作决定")  # fmt: skip
def decide(request: HttpRequest, code: str, payload: DecisionIn) -> Any:
    """县区的由承办县区主要负责同志,市级的由召集人。"""

    def run(actor: Actor, review: Review) -> None:
        acts.decide_review(
            actor=actor, review=review, result=ReviewResult(payload.result),
            reasons=payload.reasons, minutes_number=payload.minutes_number, now=clock.now(),
            conditions=[ConditionDraft(c.text, c.by, c.evidence) for c in payload.conditions],
        )  # fmt: skip

    return _act(request, code, may_decide, run)


@router.post("/{code}/call-up", response={200: ReviewDetail, **WRITE},
             url_name="review_call_up", summary="调取到市级")  # fmt: skip
def call_up(request: HttpRequest, code: str, payload: CallUpIn) -> Any:
    """期限以内,由市级商务主管部门负责人调取县区的决定。"""

    def run(actor: Actor, review: Review) -> None:
        acts.call_up(actor=actor, review=review, reason=payload.reason, now=clock.now())

    return _act(request, code, may_call_up, run)


def _may_list(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_list(entered(actor)))


def _first(may: May) -> Callable[[HttpRequest, Actor, dict[str, Any]], None]:
    def check(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
        review = read.door(entered(actor), kwargs["code"])
        may(actor, review)
        expect(request, review)

    return check


def _may_send(request: HttpRequest, actor: Actor, kwargs: dict[str, Any]) -> None:
    require(access.can_start(entered(actor)))


precheck("GET reviews", _may_list)
precheck("POST reviews", _may_send)
for _name, _may in {
    "declare": may_sit, "score": may_sit, "recheck": may_recheck, "opinion": may_opine,
    "decide": may_decide, "call_up": may_call_up,
}.items():  # fmt: skip
    precheck(f"POST review_{_name}", _first(_may))
