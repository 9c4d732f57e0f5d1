"""评价与履约的接线,分三件:评审、审查意见与承诺审查、履约跟踪与函。"""

from __future__ import annotations

from typing import Any


def reviews() -> None:
    """评审。"""
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.exchange.kinds import register as register_export
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.invariants import register as register_invariants
    from juyuan.foundation.ledger import labels
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.papers import registry as papers
    from juyuan.foundation.ui import menu
    from juyuan.rooms.evaluation.actions import reviewmerging
    from juyuan.rooms.evaluation.exchange.reviews import KINDS as REVIEWS
    from juyuan.rooms.evaluation.queries import reviewaccess, reviewduty, reviewpages, reviewpaper
    from juyuan.rooms.evaluation.queries import reviews as read
    from juyuan.rooms.evaluation.queries.reviewinvariants import INVARIANTS as REVIEW_INVARIANTS
    from juyuan.rooms.pipeline.facts import register_supplier
    from juyuan.rooms.pipeline.movers import register_mover
    from juyuan.rooms.pipeline.queries.roomcards import register_card

    menu.register(
        menu.MenuItem(
            "reviews", "评审", "evaluation:reviews", "gavel", "决策与服务", 10,
            visible=lambda actor: bool(reviewaccess.can_list(actor)),
        )
    )  # fmt: skip
    labels.register({}, {read.OBJ: "评审"})
    register_export(*REVIEWS)
    register_card("review", reviewpages.project_card)
    register_mover(reviewmerging.MOVER)
    register_invariants(REVIEW_INVARIANTS)
    register_supplier("review_passed", lambda code: f"/reviews/send/{code}/", "送审")
    duties.register_object(
        read.OBJ, visible_ids=read.visible_ids, present=read.present, within=read.within
    )
    files.register(read.OBJ, files.ObjectDoor("评审", read.can_see_id, read.present_id))
    for kind in reviewduty.kinds():
        duties.register(kind)
    for notice in reviewduty.notice_kinds():
        notices.register(notice)
    papers.register(reviewpaper.paper_kind())


def opinions() -> None:
    """审查意见与承诺审查。"""
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.exchange import kinds as exchange
    from juyuan.foundation.figures.registry import day_by
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.ledger import labels
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.papers import registry as papers
    from juyuan.foundation.ui.menu import MenuItem
    from juyuan.foundation.ui.menu import register as register_menu
    from juyuan.foundation.workdays import clock
    from juyuan.rooms.evaluation.actions import opinionmerging
    from juyuan.rooms.evaluation.queries import (
        opinion_access,
        opinion_card,
        opinion_duty,
        opinion_exports,
        opinion_figures,
        opinions,
        scrutiny,
        scrutiny_paper,
    )
    from juyuan.rooms.evaluation.rules.opinions import OpinionKind
    from juyuan.rooms.pipeline.facts import register_supplier
    from juyuan.rooms.pipeline.movers import register_mover
    from juyuan.rooms.pipeline.queries.roomcards import register_card

    labels.register({}, {opinions.OBJ: "审查申请", scrutiny.OBJ: "承诺审查记录"})
    for name, room in ((opinions.OBJ, opinions), (scrutiny.OBJ, scrutiny)):
        duties.register_object(
            name, visible_ids=room.visible_ids, present=room.present, within=room.within
        )
    files.register(
        opinions.OBJ, files.ObjectDoor("审查申请", opinions.can_see_id, opinions.present_id)
    )
    files.register(
        scrutiny.OBJ, files.ObjectDoor("承诺审查", scrutiny.can_see_id, scrutiny.present_id)
    )
    for kind in opinion_duty.kinds():
        duties.register(kind)
    for notice in opinion_duty.notice_kinds():
        notices.register(notice)
    papers.register(scrutiny_paper.PAPER)
    exchange.register(*opinion_exports.KINDS)
    register_mover(opinionmerging.MOVER)
    register_card("scrutiny", opinion_card.project_card)
    opinion_figures.register(day_by(clock.today))
    register_menu(
        MenuItem(
            "opinions", "审查意见", "evaluation:opinions", "shield-check", "决策与服务", 20,
            visible=lambda actor: bool(opinion_access.can_list(actor)),
        )
    )  # fmt: skip
    for one in OpinionKind:
        register_supplier(one.value, lambda code: f"{scrutiny.url_of(code)}#opinions", "申请审查")
    register_supplier(
        "promise_check", lambda code: f"{scrutiny.url_of(code)}#privileges", "承诺审查"
    )


def tracking() -> None:
    """履约跟踪与函。"""
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.exchange import kinds as export
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.ledger import labels
    from juyuan.foundation.notices import registry as notices
    from juyuan.foundation.papers import registry as papers
    from juyuan.foundation.work import registry as work
    from juyuan.rooms.evaluation import jobs
    from juyuan.rooms.evaluation.actions import letterbatch, promisemoves
    from juyuan.rooms.evaluation.actions import letters as acts
    from juyuan.rooms.evaluation.queries import letterduty, letters, trackingcard, trackingexport
    from juyuan.rooms.evaluation.queries import trackingdoors as doors
    from juyuan.rooms.pipeline.movers import register_mover
    from juyuan.rooms.pipeline.queries.roomcards import register_card

    labels.register({}, doors.LABELS)
    register_mover(promisemoves.MOVER)
    for name, room in doors.OBJECTS.items():
        duties.register_object(name, visible_ids=room.visible_ids, present=room.present)
    for name, door in doors.FILES.items():
        files.register(name, door)
    for notice in doors.notice_kinds():
        notices.register(notice)
    for kind in letterduty.kinds():
        duties.register(kind)
    work.register_task(letterbatch.TASK)
    for job in jobs.JOBS:
        work.register(job)
    export.register(*trackingexport.KINDS)
    register_card("tracking", trackingcard.project_card)
    for paper in letters.paper_kinds(acts.issued, acts.voided):
        papers.register(paper)


def routers() -> list[tuple[str, Any]]:
    """接口各路由:(前缀, 路由)。"""
    from juyuan.rooms.evaluation.api.opinions import router as opinions
    from juyuan.rooms.evaluation.api.reviews import router as reviews
    from juyuan.rooms.evaluation.api.scrutiny import router as scrutiny
    from juyuan.rooms.evaluation.api.trackingacts import router as promises

    return [("/reviews", reviews), ("", opinions), ("", scrutiny), ("", promises)]


def connect() -> None:
    """由 `wiring.connect` 调用。"""
    reviews()
    opinions()
    tracking()
