"""评审的读:谁看得见、送审之前缺什么、评分合起来是多少、等市级决定的。语句数与行数无关。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from juyuan.foundation.people.models import LEADER_ROLES, Post, Role, Unit
from juyuan.foundation.people.queries import posts_on, units_under
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.foundation.policy.queries import pack, params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, NotFound
from juyuan.rooms.evaluation.models import Review, ReviewDecision, Reviewer, ReviewScore
from juyuan.rooms.evaluation.rules.review_material import Lack, Subject, barred, lacks
from juyuan.rooms.evaluation.rules.review_routing import Limits, ReviewLevel, Scale
from juyuan.rooms.evaluation.rules.review_scoring import (
    Card,
    Mark,
    Measures,
    ReviewResult,
    Tally,
    card_from,
    measure,
    prefill,
    proposal,
    tally,
)
from juyuan.rooms.evaluation.rules.reviews import APPROVED, OPEN, ReviewState, Standing
from juyuan.rooms.pipeline.access import EDITORS
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.queries.scope import door as project_door
from juyuan.rooms.pipeline.queries.scope import seen_whole
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.recognition import BUREAU
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.stages import Standing as ProjectStanding

OBJ = "evaluation_review"
LIMIT_KEYS = (
    "evaluation.county_limit", "evaluation.city_threshold", "evaluation.city_land_mu",
    "evaluation.city_energy_tce",
)  # fmt: skip
KEYS = (
    *LIMIT_KEYS, "evaluation.pass_score", "evaluation.conditional_score",
    "evaluation.minutes_threshold", "evaluation.review_workdays", "evaluation.call_up_workdays",
)  # fmt: skip


def visible_to(actor: Actor) -> QuerySet[Review]:
    """看得见的评审:看得全它的项目的人;被指定的评审人(撤换了的不再看得见)。"""
    rows = Review.objects.all()
    if actor.is_system:
        return rows
    seen = Q(project_id__in=seen_whole(actor, merged=True).order_by().values("pk"))
    if actor.person_id is not None:
        seats = Reviewer.objects.filter(
            review=OuterRef("pk"), person_id=actor.person_id, dismissed_at__isnull=True
        )
        seen |= Q(Exists(seats))
    return rows.filter(seen)


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def within(actor: Actor) -> Any:
    """看得见的编号(子查询)。"""
    return visible_to(actor).order_by().values("pk")


def url_of(code: str) -> str:
    """一次评审的网址。"""
    return f"/reviews/{code}/"


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids))
    return {
        pk: (f"评审：{name}", url_of(code))
        for pk, name, code in rows.values_list("pk", "project__name", "code")
    }


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门:看得见这次评审的才下得了它的材料。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    return present(actor, [int(object_id)])[int(object_id)]


def door(actor: Actor, code: str) -> Review:
    """由编号取评审的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    rows = visible_to(actor).select_related("project", "county", "unit")
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound
    return row


def project_of(actor: Actor, code: str) -> Project:
    """要送审的项目。"""
    return project_door(actor, code.replace("\x00", ""))


# ───────── 送审之前 ─────────


@dataclass(frozen=True)
class Readiness:
    """能不能送审:不能送的、缺的,与上一次评审。"""

    bars: tuple[Finding, ...]
    lacks: tuple[Lack, ...]
    last: Review | None
    again: bool
    subject: Subject

    @property
    def ready(self) -> bool:
        return not self.bars and not self.lacks

    @property
    def findings(self) -> list[Finding]:
        return [*self.bars, *(one.finding for one in self.lacks)]


def latest_of(project: Project) -> Review | None:
    """这个项目最近的一次评审(撤回的不算)。"""
    rows = Review.objects.filter(project=project).exclude(state=ReviewState.WITHDRAWN)
    return rows.select_related("county").order_by("-id").first()


def hosts_of(project: Project) -> tuple[list[Unit], int]:
    """实际落点(没有而只有一个备选的,就是它),与备选的个数。"""
    rows = list(project.hosts.select_related("unit").order_by("id"))
    actual = [row.unit for row in rows if row.actual]
    spare = [row.unit for row in rows if not row.actual]
    if not actual and len(spare) == 1:
        return spare, 1
    return actual, len(spare)


def readiness(project: Project, on: date) -> Readiness:
    """送审之前的完备性。"""
    last = latest_of(project)
    state = last.state_enum if last else None
    hosts, spare = hosts_of(project)
    subject = Subject(
        active=project.standing == ProjectStanding.ACTIVE,
        signed_recognised=project.recognised_stage in (Stage.SIGNED, Stage.LANDED),
        total=project.total_investment,
        fixed=project.fixed_investment,
        fixed_explained=bool(project.fixed_investment_unknown),
        hosts=[unit.name for unit in hosts],
        candidate_hosts=spare,
        open_code=last.code if last and state in OPEN else "",
        passed_code=last.code if last and state in APPROVED else "",
    )
    gate = missing(facts_of(project), Stage.INTENT, on)
    return Readiness(
        bars=tuple(barred(subject)), lacks=tuple(lacks(subject, gate)), last=last,
        again=state == ReviewState.REJECTED, subject=subject,
    )  # fmt: skip


def limits_on(on: date) -> Limits:
    """分流的参数。"""
    book = params(on)
    return Limits(*(book[key] for key in LIMIT_KEYS))


def scale_of(project: Project, land_mu: Any, energy_tce: Any, city_funds: int) -> Scale:
    """项目多大。"""
    hosts, _ = hosts_of(project)
    return Scale(
        total=project.total_investment or 0, cross_county=len(hosts) > 1, land_mu=land_mu,
        energy_tce=energy_tce, city_funds=city_funds,
    )  # fmt: skip


def card_entry(project: Project) -> Any:
    """这条产业链用的评分卡。"""
    return pack().scorecard_for(project.chain.code if project.chain else "")


# ───────── 评分 ─────────


def card_of(review: Review) -> Card:
    """送审时抄下的评分卡。"""
    return card_from(review.card)


def measures_of(review: Review) -> Measures:
    """送审时的各数。"""
    return Measures(
        fixed=review.fixed_investment, total=review.total_investment, land_mu=review.land_mu,
        energy_tce=review.energy_tce, annual_tax=review.annual_tax,
        annual_output=review.annual_output, jobs=review.jobs, build_months=review.build_months,
        registered_capital=review.registered_capital,
    )  # fmt: skip


def prefills(review: Review, card: Card) -> dict[str, Any]:
    """{指标: 按数据算出的分};算不出的不在内。"""
    given = measures_of(review)
    found = {
        one.code: prefill(one, measure(one.source, given), review.industry_code)
        for one in card.indicators
    }
    return {code: score for code, score in found.items() if score is not None}


def seats(review: Review) -> list[Reviewer]:
    """现在这一级在任的评审人。"""
    return [r for r in all_seats(review) if r.at_city == review.at_city and r.dismissed_at is None]


def all_seats(review: Review) -> list[Reviewer]:
    """指定过的评审人,先后为序。"""
    return list(review.reviewers.select_related("person", "unit").order_by("id"))


def scores_of(reviewers: Iterable[Reviewer]) -> list[ReviewScore]:
    """这些评审人的各项评分。"""
    ids = [row.pk for row in reviewers]
    return list(ReviewScore.objects.filter(reviewer_id__in=ids).order_by("id"))


def tally_of(card: Card, reviewers: Iterable[Reviewer], scores: Iterable[ReviewScore]) -> Tally:
    """合起来的得分:回避的不计,没打完的人不影响已打的。"""
    recused = {row.pk for row in reviewers if row.recused}
    marks = [Mark(s.reviewer_id, s.indicator, s.score, s.rechecked) for s in scores]
    return tally(card, marks, recused)


def vetoed(review: Review) -> tuple[str, ...]:
    """成立的一票否决。"""
    return tuple(review.vetoes.filter(holds=True).order_by("id").values_list("label", flat=True))


def proposal_for(
    review: Review, total: Any, held: Iterable[str], on: date
) -> ReviewResult | None:  # fmt: skip
    """评分建议;线按送审之日的参数。"""
    book = params(on)
    return proposal(
        total, vetoed=bool(list(held)), pass_score=book["evaluation.pass_score"],
        conditional_score=book["evaluation.conditional_score"],
    )  # fmt: skip


def standing_of(review: Review) -> tuple[Standing, Tally]:
    """作决定之前的样子。"""
    card, rows = card_of(review), seats(review)
    found = tally_of(card, rows, scores_of(rows))
    held = vetoed(review)
    sent = localdate(review.sent_at)
    return (
        Standing(
            level=review.level_enum,
            total_investment=review.total_investment,
            proposal=proposal_for(review, found.total, held, sent),
            vetoed=held,
            not_compliant=not_compliant(review),
            minutes_threshold=params(sent)["evaluation.minutes_threshold"],
        ),
        found,
    )


def not_compliant(review: Review) -> bool:
    """县区决定之前的合规意见最后一次是不是不合规(调取到市级之后不再看它)。"""
    if review.level != ReviewLevel.COUNTY_OPINION:
        return False
    last = review.opinions.order_by("-id").first()
    return last is not None and last.answer == "not_compliant"


def needed_reviewers(review: Review) -> int:
    """计分的评审人不少于几人。"""
    key = "evaluation.reviewers_city" if review.at_city else "evaluation.reviewers_county"
    value: int = params(localdate(review.sent_at))[key]
    return value


def appointable(review: Review, on: date) -> list[Post]:
    """可以指定为评审人的任职:决定这一级各单位的人,不是送审的人,不是已在席的人。

    限名单的项目,只在名单里的人与商务主管部门核验人中指定。
    """
    rows = posts_on(on).filter(unit__disabled_on__isnull=True, role__in=[*EDITORS, Role.SPECIALIST])
    counties = Unit.objects.filter(is_county=True).values_list("pk", flat=True)
    if review.at_city:
        rows = rows.exclude(unit_id__in=units_under(counties))
    else:
        rows = rows.filter(unit_id__in=units_under([review.county_id or 0]))
    taken = {seat.person_id for seat in seats(review)}
    rows = rows.exclude(person_id__in=taken)
    if review.sent_by_id is not None:
        rows = rows.exclude(person__account=review.sent_by_id)
    if review.project.confidentiality == Confidentiality.RESTRICTED.value:
        rows = rows.filter(
            Q(person_id__in=review.project.listed_person_ids)
            | Q(role=Role.VERIFIER, unit__function=BUREAU)
        )
    found: dict[int, Post] = {}
    for post in rows.select_related("person", "unit").order_by("unit__order", "unit_id", "pk"):
        found.setdefault(post.person_id, post)
    return list(found.values())


# ───────── 给促进会议与工作台 ─────────


@dataclass(frozen=True)
class Waiting:
    """等市级决定的一件。"""

    code: str
    project: str
    project_code: str
    unit: str
    total: int
    since: date
    due_on: date
    url: str


def waiting_for_city(on: date) -> list[Waiting]:
    """等市级决定的评审(评分已结束),早的在前;谁看得见由调用者裁(`visible_to`)。"""
    rows = Review.objects.filter(level=ReviewLevel.CITY, state=ReviewState.DECIDING)
    rows = rows.filter(project__voided_at__isnull=True).select_related("project", "unit", "county")
    found = []
    for row in rows.prefetch_related("steps").order_by("id"):
        steps = list(row.steps.all())
        since = max((step.on for step in steps), default=localdate(row.sent_at))
        if since > on:
            continue
        unit = row.unit or row.county
        found.append(
            Waiting(
                code=row.code, project=row.project.name, project_code=row.project.code,
                unit=unit.name if unit else "", total=row.total_investment, since=since,
                due_on=row.due_on, url=url_of(row.code),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.code))


@dataclass(frozen=True)
class Decided:
    """一个决定与它后来的样子。"""

    code: str
    project: str
    result: str
    on: date
    conditions: int
    state: str
    url: str


def decided_by(actor: Actor) -> list[Decided]:
    """此人作过的评审决定,新的在前;现在看不见的不给。"""
    if actor.account_id is None:
        return []
    rows = (
        ReviewDecision.objects.filter(by_id=actor.account_id)
        .filter(review_id__in=within(actor))
        .select_related("review__project")
        .prefetch_related("conditions")
        .order_by("-id")
    )
    return [
        Decided(
            row.review.code, row.review.project.name, ReviewResult(row.result).label, row.on,
            len(row.conditions.all()), row.review.state_enum.label, url_of(row.review.code),
        )
        for row in rows
    ]  # fmt: skip


def deciders(review: Review, on: date) -> tuple[int, list[int]] | None:
    """由谁决定:(单位, 人员编号);市级的是召集人,县区的是承办县区主要负责同志。"""
    if review.at_city:
        posts = posts_on(on).filter(role__in=LEADER_ROLES).order_by("pk")
        ids = list(posts.values_list("unit_id", "person_id"))
        return (ids[0][0], sorted({person for _, person in ids})) if ids else None
    if review.county_id is None:
        return None
    heads = posts_on(on).filter(role=Role.HEAD, unit_id=review.county_id)
    return review.county_id, sorted(set(heads.values_list("person_id", flat=True)))


def bureau_unit() -> int | None:
    """市级商务主管部门。"""
    rows = Unit.objects.filter(function=BUREAU, disabled_on__isnull=True)
    return rows.order_by("order", "code").values_list("pk", flat=True).first()


def handling_unit(review: Review) -> int | None:
    """承办单位。"""
    return bureau_unit() if review.at_city else review.county_id


def people_of(unit_id: int, on: date, roles: Iterable[str]) -> list[int]:
    """这个单位任这些角色的人。"""
    rows = posts_on(on).filter(unit_id=unit_id, role__in=list(roles))
    return sorted(set(rows.values_list("person_id", flat=True)))


def project_link(actor: Actor, project: Project) -> tuple[str, str]:
    """送审页:清单上「去办」的去处。"""
    return "送审", reverse("evaluation:review_send", args=[project.code])


def decided_on(review: Review) -> date | None:
    """最近一次决定的日子。"""
    when: datetime | None = review.decided_at
    return localdate(when) if when else None
