"""补充协议的读:一个项目的历史(旧 → 新)、等核验的、核验的待办。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.policy.queries import params
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.pipeline.models import Project, Recognition, Supplement, SupplementCheck
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import AMOUNTS, FIELDS, touches_amounts

OBJECT = "project"
KIND = "pipeline.supplement_check"
PREFIX = "补充"


@dataclass(frozen=True)
class ChangeLine:
    """一处改动。`money` 为真时是元,否则是日期的文字。"""

    label: str
    before: Any
    after: Any
    money: bool


@dataclass(frozen=True)
class SupplementLine:
    """一份补充协议。`state`: 不改金额 · 随签约认定 · 待核验 · 已认可 · 并入下一份。"""

    id: int
    title: str
    number: str
    signed_on: date
    reason: str
    changes: tuple[ChangeLine, ...]
    file_name: str
    file_url: str
    by: str
    unit: str
    at: datetime
    state: str
    pending: bool
    checked_by: str
    checked_at: datetime | None


def change_lines(row: Supplement) -> tuple[ChangeLine, ...]:
    """旧 → 新。"""
    return tuple(
        ChangeLine(label, row.changes[name]["before"], row.changes[name]["after"], name in AMOUNTS)
        for name, label in FIELDS.items()
        if name in row.changes
    )


def pending_of(projects: Collection[int] | None = None) -> dict[int, Supplement]:
    """{项目: 等核验的那一份}:现行签约认定之后登记、动了金额、还没有核验的,取最后一份。"""
    rows = Supplement.objects.filter(project__voided_at__isnull=True)
    if projects is not None:
        rows = rows.filter(project_id__in=projects)
    latest: dict[int, Supplement] = {}
    for row in rows.select_related("project__lead_unit").order_by("id"):
        if touches_amounts(row.changes):
            latest[row.project_id] = row
    checked = set(
        SupplementCheck.objects.filter(supplement__in=latest.values()).values_list(
            "supplement_id", flat=True
        )
    )
    live = dict(
        Recognition.objects.filter(
            project_id__in=latest, stage=Stage.SIGNED, live=True, sign=1
        ).values_list("project_id", "recorded_at")
    )
    return {
        pk: row
        for pk, row in latest.items()
        if row.pk not in checked and pk in live and live[pk] <= row.at
    }


def supplements_of(project: Project) -> list[SupplementLine]:
    """一个项目的补充协议,旧的在前。"""
    waiting = pending_of([project.pk]).get(project.pk)
    checks = {
        check.supplement_id: check
        for check in SupplementCheck.objects.filter(supplement__project=project)
    }
    rows = list(Supplement.objects.filter(project=project).select_related("unit").order_by("id"))
    return [
        _line(row, checks.get(row.pk), waiting, later=rows[i + 1 :]) for i, row in enumerate(rows)
    ]


def _line(
    row: Supplement,
    check: SupplementCheck | None,
    waiting: Supplement | None,
    later: Iterable[Supplement],
) -> SupplementLine:
    pending = waiting is not None and waiting.pk == row.pk
    if not touches_amounts(row.changes):
        state = "不改金额"
    elif check is not None:
        state = "已认可"
    elif pending:
        state = "待核验"
    elif any(touches_amounts(other.changes) for other in later):
        state = "并入下一份"
    else:
        state = "随签约认定"
    return SupplementLine(
        id=row.pk, title=row.title, number=row.number, signed_on=row.signed_on, reason=row.reason,
        changes=change_lines(row), file_name=row.file_name,
        file_url=f"/files/{row.file_use_id}/" if row.file_use_id else "", by=row.by_name,
        unit=str(row.unit) if row.unit else "", at=row.at, state=state, pending=pending,
        checked_by=check.by_name if check else "", checked_at=check.recorded_at if check else None,
    )  # fmt: skip


def supplement_of(project: Project, pk: int) -> Supplement:
    """本项目的一份。

    Raises:
        NotFound: 没有。
    """
    row = Supplement.objects.filter(project=project, pk=pk).first()
    if row is None:
        raise NotFound
    return row


# ───────── 待办 ─────────


def period(supplement_id: int) -> str:
    return f"{PREFIX}{supplement_id}"


def owed_check(row: Supplement, on: date) -> Owed | None:
    """一份要开的核验待办;没有设那个单位的城市不开。"""
    book = params(on)
    general = book["recognition.verifier_function"]
    lead = row.project.lead_unit
    own = lead is not None and lead.function == general
    function = book["recognition.own_verifier_function"] if own else general
    unit = (
        Unit.objects.filter(function=function, disabled_on__isnull=True)
        .order_by("order", "code")
        .values_list("pk", flat=True)
        .first()
    )
    if unit is None:
        return None
    asked = localdate(row.at)
    due = params(asked).row("recognition.due_workdays")
    rule = DueRule(due.python, said=f"参数 {due.key},{due.origin}")
    return Owed(OBJECT, row.project_id, unit, asked, rule, period=period(row.pk))


def owed(on: date) -> Iterator[Owed]:
    """此刻等核验的全部(每日核对)。"""
    for row in pending_of().values():
        found = owed_check(row, on)
        if found is not None:
            yield found


def _url(row: DutyRow) -> str:
    return f"{row.object_url}supplements/{row.period.removeprefix(PREFIX)}/check/"


def _mine(actor: Actor) -> Any:
    """此人自己登记的:不得自己核验。"""
    rows = Supplement.objects.filter(by_id=actor.account_id, check_row__isnull=True)
    return rows.order_by().values_list("project_id", flat=True)


def kind() -> DutyKind:
    """登记处要的一种。"""
    return DutyKind(
        KIND, "核验补充协议", "3.3b", "认可补充协议", _url, owed=owed, roles=(Role.VERIFIER,),
        not_mine=_mine,
    )  # fmt: skip
