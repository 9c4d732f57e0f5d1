"""待办「确认参数」:提议即开,确认、不同意即办结;提议人自己的不算他的。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties import registry
from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.files import registry as files
from juyuan.foundation.files.registry import ObjectDoor
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.policy import access, pages, queries
from juyuan.foundation.policy.models import ParameterProposal, ProposalStatus
from juyuan.kernel.actor import Actor

KIND, OBJECT = "policy.settle_parameter", "parameter_proposal"


def rule(on: date) -> DueRule:
    """提议之后几个工作日内确认或不同意。"""
    row = queries.params(on).row("policy.confirm_workdays")
    return DueRule(row.python, said=f"参数 {row.key},{row.origin}")


def owed_for(rows: Iterable[ParameterProposal], on: date) -> Iterator[Owed]:
    """这些提议应开的待办;没有设商务主管部门的城市不开。"""
    unit = (
        Unit.objects.filter(function=access.BUREAU, disabled_on__isnull=True)
        .order_by("order", "code")
        .values_list("pk", flat=True)
        .first()
    )
    if unit is None:
        return
    for row in rows:
        asked = min(localdate(row.proposed_at), on)
        yield Owed(OBJECT, row.pk, unit, asked, rule(asked), period=f"提议{row.pk}")


def owed(on: date) -> Iterator[Owed]:
    """此刻等确认的全部(每日核对)。"""
    yield from owed_for(queries.open_proposals(), on)


def may_see(actor: Actor) -> bool:
    """提议与它的影响,给商务主管部门的人看。"""
    return any(actor.has(role, access.BUREAU) for role in access.PROPOSERS)


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    if not may_see(actor):
        return set()
    rows = ParameterProposal.objects.filter(pack=queries.pack().id, pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (参数的名称, 网址)}。"""
    if not may_see(actor):
        return {}
    book = queries.params(date.max)
    rows = ParameterProposal.objects.filter(pack=queries.pack().id, pk__in=list(ids))
    return {
        row.pk: (book.row(row.key).label if row.key in book else row.key, url_of(row.pk))
        for row in rows
    }


def url_of(proposal_id: int) -> str:
    return f"/policy/proposals/{proposal_id}/"


def waiting_for(actor: Actor) -> list[ParameterProposal]:
    """等此人确认的(不是他自己提的)。"""
    if not any(actor.has(role, access.BUREAU) for role in access.CONFIRMERS):
        return []
    bureau = queries.bureau()
    return [
        row
        for row in queries.open_proposals()
        if access.can_settle(actor, row.proposed_by_id_at, bureau)
    ]


def _mine(actor: Actor) -> Any:
    rows = ParameterProposal.objects.filter(
        status=ProposalStatus.OPEN, proposed_by_id_at=actor.account_id or 0
    )
    return rows.order_by().values_list("pk", flat=True)


def _url(row: DutyRow) -> str:
    return row.object_url


def kind() -> DutyKind:
    """登记处要的一种。"""
    return DutyKind(
        KIND, "确认参数", "", "看过影响，确认或不同意", _url, owed=owed,
        roles=(Role.VERIFIER, Role.HEAD), not_mine=_mine,
    )  # fmt: skip


def connect() -> None:
    """待办、提议、依据文件的门(由 wiring 调用,可重复)。"""
    registry.register_object(OBJECT, visible_ids=visible_ids, present=present)
    registry.register(kind())
    files.register("parameter", ObjectDoor("参数的依据文件", pages.may_read, pages.present_key))
