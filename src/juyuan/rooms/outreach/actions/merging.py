"""项目合并时线索随之改指留下的一个(经 wiring 登记给 pipeline):报送人照样看得到下文,功劳不丢。

留下的一个是限名单的不改指:报送人、承办单位不因合并而知道它到了哪一步,只知道并案了。
"""

from __future__ import annotations

from collections.abc import Iterable

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.foundation.people.visibility import Confidentiality
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.leads import OBJ
from juyuan.rooms.outreach.rules.leads import CLAUSE
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.movers import Act, Mover


def count(project_id: int) -> int:
    """转成这个项目的线索几条。"""
    return Lead.objects.filter(project_id=project_id).count()


def move(source_id: int, target_id: int, act: Act) -> list[int]:
    """线索改指留下的一个;返回改了的编号。"""
    kept = Project.objects.get(pk=target_id)
    if kept.confidentiality == Confidentiality.RESTRICTED:
        return []
    rows = list(Lead.objects.filter(project_id=source_id).order_by("pk"))
    Lead.objects.filter(pk__in=[row.pk for row in rows]).update(project_id=target_id)
    _note("carried", rows, act)
    return [row.pk for row in rows]


def undo(moved: list[int], source_id: int, target_id: int, act: Act) -> None:
    """线索放回。"""
    rows = list(Lead.objects.filter(pk__in=moved, project_id=target_id).order_by("pk"))
    Lead.objects.filter(pk__in=[row.pk for row in rows]).update(project_id=source_id)
    _note("returned", rows, act)


def _note(verb: str, rows: Iterable[Lead], act: Act) -> None:
    record_many(
        [
            Entry(f"outreach.lead.{verb}", OBJ, row.code, row.title, reason=act.reason, clause=CLAUSE)
            for row in rows
        ],
        actor=act.actor, now=act.now, group=None,
    )  # fmt: skip


MOVER = Mover("outreach.leads", "线索", count, move, undo)
