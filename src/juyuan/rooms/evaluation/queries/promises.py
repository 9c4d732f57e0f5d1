"""承诺的读:看得全项目的人看得见它的承诺;由编号取承诺只经 `door`。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.evaluation.models import GovernmentDebt, Promise
from juyuan.rooms.evaluation.rules.promises import Frame, Kind, Owing, kinds_of
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.scope import seen_whole

OBJ = "evaluation_promise"


def kinds(on: date) -> dict[str, Kind]:
    """某日有效的承诺种类。"""
    return kinds_of(params(on)["tracking.kinds"])


def debt_kinds(on: date) -> dict[str, str]:
    """某日有效的政府先行事项种类:代码 → 名称。"""
    return {item["code"]: item["label"] for item in params(on)["tracking.debt_kinds"]}


def frame(project: Project, on: date, unit_ids: Iterable[int] = ()) -> Frame:
    """判承诺时要知道的。"""
    wanted = sorted(set(unit_ids))
    known = Unit.objects.filter(pk__in=wanted).values_list("pk", flat=True) if wanted else ()
    return Frame(kinds(on), debt_kinds(on), on, project.signed_on, frozenset(known))


def visible_to(actor: Actor) -> QuerySet[Promise]:
    """看得见的承诺:项目看得全的。一切读取从这里开始。"""
    rows = Promise.objects.all()
    if actor.is_system:
        return rows
    return rows.filter(project_id__in=seen_whole(actor).order_by().values("pk"))


def visible_ids(actor: Actor, ids: Iterable[int]) -> set[int]:
    """这些编号里看得见的。"""
    return set(visible_to(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))


def present(actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{编号: (名称, 网址)};看不见的不给。"""
    rows = visible_to(actor).filter(pk__in=list(ids)).select_related("project")
    return {row.pk: (f"{row.project.name}：{row.text[:40]}", url_of(row)) for row in rows}


def can_see_id(actor: Actor, object_id: str) -> bool:
    """文件的门:看得见这项承诺的人。"""
    if not (object_id.isascii() and object_id.isdigit()):
        return False
    return visible_to(actor).filter(pk=int(object_id)).exists()


def present_id(actor: Actor, object_id: str) -> tuple[str, str]:
    """(名称, 网址)。"""
    return present(actor, [int(object_id)])[int(object_id)]


def url_of(promise: Promise) -> str:
    """承诺在项目「承诺与履约」页上的位置。"""
    return f"/projects/{promise.project.code}/promises/#{promise.code}"


def door(actor: Actor, code: str) -> Promise:
    """由编号取承诺的唯一入口。

    Raises:
        NotFound: 没有,或看不见。
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise NotFound
    row = visible_to(actor).filter(code=code).select_related("project", "unit").first()
    if row is None:
        raise NotFound
    return row


def debt_door(actor: Actor, pk: int) -> GovernmentDebt:
    """由编号取政府先行事项。

    Raises:
        NotFound: 没有,或看不见它的承诺。
    """
    row = GovernmentDebt.objects.select_related("promise__project", "unit").filter(pk=pk).first()
    if row is None or not visible_to(actor).filter(pk=row.promise_id).exists():
        raise NotFound
    return row


def owing(debt: GovernmentDebt) -> Owing:
    """一件先行事项 → 规则要的样子。"""
    return Owing(debt.pk, debt.kind, debt.text, debt.unit_id, debt.due_on, debt.done_on)
