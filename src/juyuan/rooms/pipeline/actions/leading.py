"""首谈单位由首谈登记而定(三(二)):登记、失去独占、接手、裁定、移交之后,由上层房间调用,同一事务。"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.rooms.pipeline.actions.common import OBJ, derive, save_state, update_if_current
from juyuan.rooms.pipeline.models import Project, ProjectParticipant

CLAUSE = "3.2b"


def give_lead(
    *, actor: Actor, project: Project, unit_id: int | None, reason: str = "", now: datetime
) -> Project:
    """换首谈单位(空即暂缺),此后只随首谈登记而变。原首谈单位留作参与单位:做过的事看得见。

    Raises:
        Stale: 版本已变。
    """
    was = project.lead_unit_id
    if was == unit_id and project.lead_claimed:
        return project
    project.lead_unit_id = unit_id
    derive(project, list(project.parties.all()), list(project.hosts.all()), now)
    joined = set(project.participant_unit_ids)
    if was is not None and was != unit_id and was not in project.unit_ids:
        joined.add(was)
        ProjectParticipant.objects.get_or_create(project=project, unit_id=was)
    update_if_current(
        project, now=now, lead_unit_id=unit_id, lead_claimed=True, unit_ids=project.unit_ids,
        participant_unit_ids=sorted(joined),
    )  # fmt: skip
    fresh = Project.objects.select_related("chain").get(pk=project.pk)
    save_state(fresh, now)
    names = dict(Unit.objects.filter(pk__in=[pk for pk in (was, unit_id) if pk]).values_list("pk", "name"))  # fmt: skip
    record(
        event="pipeline.project.led", actor=actor, obj_type=OBJ, obj_id=project.code,
        obj_label=project.name, before={"lead_unit": names.get(was or 0, "")},
        after={"lead_unit": names.get(unit_id or 0, "")}, reason=reason, clause=CLAUSE, now=now,
    )  # fmt: skip
    return fresh


def return_lead(
    *, actor: Actor, project: Project, unit_id: int | None, claimed: bool,
    participants: Collection[int], reason: str, now: datetime,
) -> None:  # fmt: skip
    """撤销合并:首谈单位与参与单位放回合并之前的样子。

    Raises:
        Stale: 版本已变。
    """
    was = project.lead_unit
    project.lead_unit_id = unit_id
    derive(project, list(project.parties.all()), list(project.hosts.all()), now)
    joined = set(project.participant_unit_ids) - set(participants)
    ProjectParticipant.objects.filter(project=project, unit_id__in=joined).delete()
    update_if_current(
        project, now=now, lead_unit_id=unit_id, lead_claimed=claimed, unit_ids=project.unit_ids,
        participant_unit_ids=sorted(set(project.participant_unit_ids) - joined),
    )  # fmt: skip
    fresh = Project.objects.select_related("chain", "lead_unit").get(pk=project.pk)
    save_state(fresh, now)
    record(
        event="pipeline.project.led", actor=actor, obj_type=OBJ, obj_id=project.code,
        obj_label=project.name, before={"lead_unit": was.name if was else ""},
        after={"lead_unit": fresh.lead_unit.name if fresh.lead_unit else ""}, reason=reason,
        clause=CLAUSE, now=now,
    )  # fmt: skip


def take_back_lead(*, actor: Actor, project: Project, reason: str, now: datetime) -> None:
    """撤回首谈登记:首谈单位回到登记之前(台账所载),不再由首谈登记而定。

    Raises:
        Stale: 版本已变。
    """
    if not project.lead_claimed:
        return
    update_if_current(project, now=now, lead_claimed=False)
    record(
        event="pipeline.project.unled", actor=actor, obj_type=OBJ, obj_id=project.code,
        obj_label=project.name, reason=reason, clause=CLAUSE, now=now,
    )  # fmt: skip


def mark_contested(*, actor: Actor, project: Project, contested: bool, now: datetime) -> None:
    """撞单立件、已定:未定之前不得签约(门槛 `uncontested`)。没有变化则什么也不发生。

    Raises:
        Stale: 版本已变。
    """
    if project.contested == contested:
        return
    update_if_current(project, now=now, contested=contested)
    record(
        event=f"pipeline.project.{'contested' if contested else 'uncontested'}", actor=actor,
        obj_type=OBJ, obj_id=project.code, obj_label=project.name, clause=CLAUSE, now=now,
    )  # fmt: skip
