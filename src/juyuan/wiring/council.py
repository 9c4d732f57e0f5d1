"""促进会议的接线。"""

from __future__ import annotations

from typing import Any


def connect() -> None:
    """由 `wiring.connect` 调用。"""
    _agenda()
    _debts()
    _doors()
    _minutes()
    _pages()
    _figures()
    _ledger()


def _agenda() -> None:
    from juyuan.rooms.council.actions import binding
    from juyuan.rooms.council.queries import sources

    for name, source in sources.BUILT_IN.items():
        sources.register_source(name, source)
    for kind, binder in binding.BUILT_IN.items():
        binding.register_binder(kind, binder)


def _debts() -> None:
    from juyuan.rooms.council.actions.items import open_from_room
    from juyuan.rooms.evaluation.hooks import register_debt_opener

    register_debt_opener(open_from_room)


def _doors() -> None:
    from juyuan.foundation.duties import registry as duties
    from juyuan.foundation.files import registry as files
    from juyuan.foundation.notices import registry as notices
    from juyuan.rooms.council.queries import duty, scope

    for name, visible, present in (
        (scope.MEETING, scope.meeting_ids, scope.present_meetings),
        (scope.PROBLEM, scope.problem_ids, scope.present_problems),
        (scope.ACTION, scope.action_ids, scope.present_actions),
        (duty.PERIOD, duty.period_ids, duty.present_periods),
    ):
        duties.register_object(name, visible_ids=visible, present=present)
    files.register(scope.STEP, files.ObjectDoor("交办凭据", scope.step_seen, scope.present_step))
    for kind in duty.kinds():
        duties.register(kind)
    for notice in duty.notice_kinds():
        notices.register(notice)


def _ledger() -> None:
    from juyuan.foundation.ledger.labels import register
    from juyuan.rooms.council.rules.events import EVENTS

    register(
        EVENTS,
        {"council_meeting": "促进会议", "council_problem": "难题", "council_action": "交办事项"},
    )


def _minutes() -> None:
    from juyuan.foundation.papers.registry import register
    from juyuan.rooms.council.actions.minutes import on_issued, on_voided
    from juyuan.rooms.council.queries.minutes import kind

    register(kind(on_issued, on_voided))


def _pages() -> None:
    from juyuan.foundation.personal.registry import register_page
    from juyuan.foundation.ui.menu import MenuItem, register
    from juyuan.rooms.council.access import can_enter
    from juyuan.rooms.council.queries.onproject import project_card
    from juyuan.rooms.pipeline.queries.roomcards import register_card

    register_card("council", project_card)
    register_page("council:actions", "交办事项")
    register_page("council:problems", "难题")
    register(
        MenuItem(
            "council", "促进会议", "council:index", "presentation", "决策与服务", 40,
            visible=lambda actor: bool(can_enter(actor)),
        )
    )  # fmt: skip


def _figures() -> None:
    from juyuan.foundation.exchange.kinds import register as register_exports
    from juyuan.foundation.figures.registry import day_by
    from juyuan.foundation.workdays import clock
    from juyuan.rooms.council import exchange
    from juyuan.rooms.council.queries import figures

    figures.register(day_by(clock.today))
    register_exports(*exchange.KINDS)


def api_routers() -> list[tuple[str, Any]]:
    """接口各路由:(前缀, 路由)。"""
    from juyuan.rooms.council.api import actions_router, meetings_router, problems_router

    return [
        ("/meetings", meetings_router),
        ("/action-items", actions_router),
        ("/problems", problems_router),
    ]
