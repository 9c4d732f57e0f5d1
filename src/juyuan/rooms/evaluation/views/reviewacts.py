"""一次评审上办的事:核查、否决、指定、声明、打分、复核、结束、意见、补充、决定、调取、撤回。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.kept import receive
from juyuan.foundation.people.models import ADMIN_ROLES
from juyuan.foundation.personal.autosave import autosaved
from juyuan.foundation.ui import confirming
from juyuan.foundation.ui.fields import add_findings
from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, require
from juyuan.rooms.evaluation.actions import reviews as acts
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.actions import reviewsheets as sheets
from juyuan.rooms.evaluation.forms import reviews as forms_
from juyuan.rooms.evaluation.models import Review, Reviewer
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.queries import reviewpages as pages
from juyuan.rooms.evaluation.queries import reviews as read
from juyuan.rooms.evaluation.rules.review_routing import said_money
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.rules.reviews import (
    CLAUSE,
    Declaration,
    DiligenceMark,
    OpinionAnswer,
)

BOTH = ["GET", "HEAD", "POST"]


def actor_of(request: HttpRequest) -> Actor:
    """行动者;三员不进业务室。"""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or (actor.posts and all(p.role in ADMIN_ROLES for p in actor.posts)):
        raise NotFound
    return actor


def seat_of(actor: Actor, review: Review) -> Reviewer:
    """自己的席位;已回避的不再打分、声明。

    Raises:
        Denied: 不是评审人,或已回避。
    """
    seat = scoring.own_seat(actor, review)
    if seat.recused:
        raise Denied("您已声明有利害关系，回避这次评审，分数不计", CLAUSE)
    return seat


def open_review(request: HttpRequest, code: str) -> tuple[Actor, Review]:
    actor = actor_of(request)
    return actor, read.door(actor, code)


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """提交的内容与文件;没有提交即空。"""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def confirmed(
    request: HttpRequest, review: Review, form: forms.Form, run: Callable[[], Any], *,
    template: str = "evaluation/review_act.html", to: str = "", **page: Any,
) -> HttpResponse:  # fmt: skip
    """评审的办事页:办成回到这次评审。"""
    back = read.url_of(review.code)

    def done() -> str:
        run()
        return to or back

    return confirming.confirmed(
        request, form, done, back=back, clause=CLAUSE, template=template, review=review,
        crumbs=[
            {"label": "评审", "url": reverse("evaluation:reviews")},
            {"label": review.project.name, "url": back},
        ],
        **page,
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.diligence")
def diligence(request: HttpRequest, code: str) -> HttpResponse:
    """主体核查单。"""
    actor, review = open_review(request, code)
    require(access.can_keep_diligence(actor, review))
    data, files = posted(request)
    form = forms_.DiligenceForm(data, files, items=list(review.diligence.order_by("id")))

    def run() -> None:
        now = clock.now()
        items = {}
        for one in form.items:
            upload = form.cleaned_data.get(f"file_{one.code}")
            stored = (
                store_file(actor=actor, name=upload.name or "", stream=upload, now=now)
                if upload
                else None
            )
            mark = form.cleaned_data[f"mark_{one.code}"]
            items[one.code] = sheets.DiligenceDraft(
                DiligenceMark(mark) if mark else None,
                form.cleaned_data[f"note_{one.code}"],
                stored.pk if stored else None,
            )
        sheets.keep_diligence(actor=actor, review=review, items=items, now=now)

    return confirmed(
        request, review, form, run, done="已存主体核查单", title="主体核查单", submit="保存",
        what=f"主体核查：{review.project.name}", template="evaluation/review_sheet.html",
        consequences=["可以分几次填，评分结束之前可以改", "存疑、有问题的写明情况，附证明材料"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.vetoes")
def vetoes(request: HttpRequest, code: str) -> HttpResponse:
    """一票否决。"""
    actor, review = open_review(request, code)
    require(access.can_check_vetoes(actor, review))
    form = forms_.VetoForm(posted(request)[0], items=list(review.vetoes.order_by("id")))

    def run() -> None:
        answers = {}
        for one in form.items:
            value = form.cleaned_data[f"holds_{one.code}"]
            answers[one.code] = sheets.VetoDraft(
                {"yes": True, "no": False}.get(value), form.cleaned_data[f"note_{one.code}"]
            )
        sheets.check_vetoes(actor=actor, review=review, answers=answers, now=clock.now())

    return confirmed(
        request, review, form, run, done="已存一票否决的核对", title="一票否决", submit="保存",
        what=f"一票否决：{review.project.name}", template="evaluation/review_sheet.html",
        consequences=["逐项答成立、不成立，再打分", "有一项成立，不再评分，结果只能是否决"],
    )  # fmt: skip


@require_http_methods(BOTH)
def reviewers(request: HttpRequest, code: str) -> HttpResponse:
    """指定评审人。"""
    actor, review = open_review(request, code)
    require(access.can_handle(actor, review))
    people = [
        (post.person_id, f"{post.person.name}（{post.unit.name}·{post.title or post.get_role_display()}）")
        for post in read.appointable(review, clock.today())
    ]  # fmt: skip
    form = forms_.AppointForm(posted(request)[0], people=people)

    def run() -> None:
        scoring.appoint(
            actor=actor, review=review, person_ids=form.cleaned_data["people"], now=clock.now()
        )

    left, unasked = sheets.sheets_left(review)
    return confirmed(
        request, review, form, run, done="已指定评审人", title="指定评审人", submit="指定",
        what=f"指定评审人：{review.project.name}", left=left, unasked=unasked,
        consequences=[
            f"计分的评审人不少于 {read.needed_reviewers(review)} 人，回避的不计",
            "评审人先声明有没有利害关系，再打分", "送审人不在其中",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def dismissing(request: HttpRequest, code: str, reviewer_id: int) -> HttpResponse:
    """撤换评审人。"""
    actor, review = open_review(request, code)
    require(access.can_handle(actor, review))
    seat = scoring.seat_in(review, reviewer_id)
    form = forms_.ReasonForm(posted(request)[0])

    def run() -> None:
        scoring.dismiss(
            actor=actor, review=review, reviewer=seat, reason=form.cleaned_data["reason"],
            now=clock.now(),
        )  # fmt: skip

    return confirmed(
        request, review, form, run, done="已撤换", title="撤换评审人", submit="撤换", danger=True,
        what=f"撤换评审人{seat.person.name}", consequences=["他的分不再计，评分表上划去", "人数不够的请再指定"],
    )  # fmt: skip


@require_http_methods(BOTH)
def declaring(request: HttpRequest, code: str) -> HttpResponse:
    """声明利害关系。"""
    actor, review = open_review(request, code)
    seat = seat_of(actor, review)
    form = forms_.DeclareForm(posted(request)[0])

    def run() -> None:
        said = {"yes": True, "no": False}.get(form.cleaned_data["interest"])
        scoring.declare(
            actor=actor, review=review, interest=said, reason=form.cleaned_data["reason"],
            now=clock.now(),
        )  # fmt: skip

    clear = request.POST.get("interest") == "no"
    to = reverse("evaluation:review_score", args=[review.code]) if clear else ""
    return confirmed(
        request, review, form, run, done="已声明", title="声明利害关系", submit="声明", to=to,
        what=f"评审「{review.project.name}」的利害关系", seat=seat,
        consequences=["没有利害关系的接着打分", "有利害关系的回避，打过的分一概不计，不能再改回来"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.score")
def scoring_(request: HttpRequest, code: str) -> HttpResponse:
    """打分;还没有声明的先去声明。"""
    actor, review = open_review(request, code)
    seat = seat_of(actor, review)
    if seat.declaration == Declaration.PENDING and request.method != "POST":
        return HttpResponseRedirect(reverse("evaluation:review_declare", args=[review.code]))
    hints = pages.hints(review, read.card_of(review))
    form = forms_.ScoreForm(posted(request)[0], hints=hints, given=list(seat.scores.all()))

    def run() -> None:
        marks = [scoring.MarkDraft(*one) for one in form.filled()]
        scoring.score(actor=actor, review=review, marks=marks, now=clock.now())

    return confirmed(
        request, review, form, run, done="已存评分", title="打分", submit="保存评分",
        what=f"打分：{review.project.name}", template="evaluation/review_score.html", seat=seat,
        url=read.url_of(review.code),
        consequences=["每项写明依据；与按数据算出的不同，写明理由", "评分结束之前可以改，没想好的先空着"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.recheck", "code", "reviewer_id")
def rechecking(request: HttpRequest, code: str, reviewer_id: int) -> HttpResponse:
    """复核一个评审人的分。"""
    actor, review = open_review(request, code)
    seat = scoring.seat_in(review, reviewer_id)
    require(access.can_recheck(actor, review, seat))
    kept = list(seat.scores.all())
    codes = {one.indicator: one for one in kept}
    hints = [h for h in pages.hints(review, read.card_of(review)) if h.indicator.code in codes]
    form = forms_.ScoreForm(
        posted(request)[0], hints=hints, given=kept, prefix_field="recheck"
    )  # fmt: skip

    def run() -> None:
        marks = [scoring.MarkDraft(*one) for one in form.filled()]
        scoring.recheck(actor=actor, review=review, reviewer=seat, marks=marks, now=clock.now())

    return confirmed(
        request, review, form, run, done="已存复核分", title="复核评分", submit="保存复核分",
        what=f"复核{seat.person.name}的评分", template="evaluation/review_score.html", seat=seat,
        given=codes, url=read.url_of(review.code),
        consequences=["写在复核分一列，原来的分不动；计分用复核分", "空着的就是不复核"],
    )  # fmt: skip


@require_http_methods(BOTH)
def finishing(request: HttpRequest, code: str) -> HttpResponse:
    """结束评分。"""
    actor, review = open_review(request, code)
    require(access.can_check_vetoes(actor, review))
    form = forms_.ConfirmForm(posted(request)[0])

    def run() -> None:
        scoring.finish_scoring(actor=actor, review=review, now=clock.now())

    after = "报请市级合规意见" if review.level == "county_opinion" else "请有权的人作决定"
    sheet = scoring.sheet_of(review)
    said = f"合计 {sheet.total} 分" if sheet.total is not None else "还没有合计"
    return confirmed(
        request, review, form, run, done="评分已结束", title="结束评分", submit="结束评分",
        what=f"结束评分：{review.project.name}",
        consequences=[f"{said}，计分的评审人 {sheet.counted} 人", f"接着{after}", "结束之后评分、复核不能再改"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.review_opinion")
def opining(request: HttpRequest, code: str) -> HttpResponse:
    """市级合规意见。"""
    actor, review = open_review(request, code)
    require(access.can_give_opinion(actor, review))
    form = forms_.OpinionForm(posted(request)[0])

    def run() -> None:
        said = form.cleaned_data["answer"]
        acts.give_opinion(
            actor=actor, review=review, answer=OpinionAnswer(said) if said else None,
            reason=form.cleaned_data["reason"], now=clock.now(),
        )  # fmt: skip

    return confirmed(
        request, review, form, run, done="已出合规意见", title="合规意见", submit="出具",
        what=f"合规意见：{review.project.name}",
        consequences=["合规的，由县区决定", "不合规的，县区不能决定引进", "补充材料的，县区补了再出"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.supply")
def supplying(request: HttpRequest, code: str) -> HttpResponse:
    """按合规意见补充材料。"""
    actor, review = open_review(request, code)
    require(access.can_keep_diligence(actor, review))
    data, files = posted(request)
    form = forms_.SupplyForm(data, files)
    kept = None
    if form.is_bound:
        form.is_valid()
        try:
            kept = receive(request, actor, "file", clock.now())
        except RuleBroken as broken:
            add_findings(form, broken.findings)

    def run() -> None:
        acts.supply_material(
            actor=actor, review=review, note=form.cleaned_data["note"],
            file_id=kept.file_id if kept else None, now=clock.now(),
        )  # fmt: skip

    return confirmed(
        request, review, form, run, done="已补充材料", title="补充材料", submit="提交", kept=kept,
        what=f"补充材料：{review.project.name}", consequences=["合规意见的期限自次日重新起算"],
    )  # fmt: skip


@require_http_methods(BOTH)
@autosaved("evaluation.decide")
def deciding(request: HttpRequest, code: str) -> HttpResponse:
    """作决定。"""
    actor, review = open_review(request, code)
    require(access.can_decide(actor, review))
    before, tally = read.standing_of(review)
    minutes = review.at_city and before.total_investment >= before.minutes_threshold
    start = {"result": before.proposal.value} if before.proposal else {}
    form = forms_.DecideForm(posted(request)[0], minutes=minutes, initial=start)

    def run() -> None:
        data = form.cleaned_data
        acts.decide_review(
            actor=actor, review=review, reasons=data["reasons"], conditions=form.drafts(),
            result=ReviewResult(data["result"]) if data["result"] else None,
            minutes_number=data.get("minutes_number", ""), now=clock.now(),
        )  # fmt: skip

    consequences = ["评审报告编号存档；通过的即记作签约门槛里的「评审通过」", "条件成为跟踪的承诺"]
    if not review.at_city:
        consequences.append("县区的决定同时报市级备案，期限内可以调取")
    return confirmed(
        request, review, form, run, done="已作决定", title="作决定", submit="作决定",
        what=f"评审决定：{review.project.name}", template="evaluation/review_decide.html",
        before=before, tally=tally, consequences=consequences, total=said_money(review.total_investment),
    )  # fmt: skip


@require_http_methods(BOTH)
def calling_up(request: HttpRequest, code: str) -> HttpResponse:
    """市级调取县区的决定。"""
    actor, review = open_review(request, code)
    require(access.can_call_up(actor))
    form = forms_.ReasonForm(posted(request)[0])

    def run() -> None:
        acts.call_up(
            actor=actor, review=review, reason=form.cleaned_data["reason"], now=clock.now()
        )

    return confirmed(
        request, review, form, run, done="已调取到市级", title="调取到市级", submit="调取", danger=True,
        what=f"调取县区的决定：{review.project.name}",
        consequences=[
            "改由市级评审、决定，另行指定评审人", "签约门槛里的「评审通过」收回，条件转成的承诺解除",
            "签约已经认定的不能调取",
        ],
    )  # fmt: skip


@require_http_methods(BOTH)
def withdrawing(request: HttpRequest, code: str) -> HttpResponse:
    """撤回送审。"""
    actor, review = open_review(request, code)
    require(access.can_withdraw(actor, review))
    form = forms_.ReasonForm(posted(request)[0])

    def run() -> None:
        acts.withdraw_review(
            actor=actor, review=review, reason=form.cleaned_data["reason"], now=clock.now()
        )

    return confirmed(
        request, review, form, run, done="已撤回", title="撤回送审", submit="撤回", danger=True,
        what=f"撤回送审：{review.project.name}",
        consequences=["这次评审到此为止，评分、意见留在台账", "改好以后可以再送审"],
    )  # fmt: skip
