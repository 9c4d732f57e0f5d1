"""函的待办与通知:送达、跟进回复、提出结果、批准结果;由办事结束。"""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from juyuan.foundation.duties.actions import end_duty, open_many
from juyuan.foundation.duties.rules import Opening
from juyuan.foundation.notices.actions import notify
from juyuan.foundation.people.models import Role
from juyuan.foundation.people.queries import posts_on
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Letter
from juyuan.rooms.evaluation.queries import letterduty
from juyuan.rooms.evaluation.queries.letters import OBJ, url_of


def refresh_duties(letter: Letter, *, actor: Actor, now: datetime) -> None:
    """结束这封函开着的待办,再开此刻该开的。"""
    wanted = letterduty.wanted(letter)
    for kind in letterduty.KINDS:
        end_duty(
            kind=kind, object_type=OBJ, object_id=letter.pk, act=f"evaluation.letter.{letter.state}",
            actor=actor, now=now,
        )  # fmt: skip
    if wanted is not None:
        open_many([Opening(*wanted)], actor=actor, now=now)


def tell(letter: Letter, kind: str, title: str, text: str, now: datetime) -> None:
    """告诉发函单位与项目本方单位。"""
    project = letter.breach.promise.project
    units = {letter.unit_id, *project.unit_ids}
    people = posts_on(localdate(now)).filter(
        unit_id__in=sorted(units), role__in=(Role.CLERK, Role.HEAD)
    )
    notify(
        kind=kind, person_ids=sorted(set(people.values_list("person_id", flat=True))),
        object_type=OBJ, object_id=letter.pk, due_on=letter.reply_by,
        title=f"{title}：{project.name}", text=text, url=url_of(letter), now=now,
    )  # fmt: skip
