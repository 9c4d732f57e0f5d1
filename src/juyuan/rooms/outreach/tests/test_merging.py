"""项目合并之后,报线索的人照样看得到下文;留下的一个是限名单的,只说并案。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.outreach.models import Lead
from juyuan.rooms.outreach.queries.detail import fate_of
from juyuan.rooms.outreach.tests import factories as f
from juyuan.rooms.pipeline.actions.merge import merge_projects, plan, undo_merge
from juyuan.rooms.pipeline.models import Project, ProjectMerge
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as projects

pytestmark = pytest.mark.django_db


def merge(cast: Any, gone: Project, kept: Project) -> ProjectMerge:
    gone, kept = (Project.objects.get(pk=p.pk) for p in (gone, kept))
    return merge_projects(
        actor=cast.actor("heyan"), source=gone, target=kept, reason="同一件",
        versions=(gone.version, kept.version), now=cast.NOW,
    )  # fmt: skip


def said(cast: Any, lead: Lead, by: str = "shanghui") -> dict[str, str]:
    return fate_of(cast.actor(by), f.fresh(lead), within=False)


def test_线索随项目并过去_撤销放回(cast: Any) -> None:
    lead, _ = f.converted(cast)
    gone = lead.project
    assert gone is not None
    kept = projects.at(cast, Stage.NEGOTIATION, by="dongfeng", name="另一个县的同一件")
    shown = plan(actor=cast.actor("heyan"), source=gone, target=kept)
    assert dict(shown.moves)["线索"] == 1
    entry = merge(cast, gone, kept)
    assert f.fresh(lead).project == kept
    assert "洽谈" in said(cast, lead)["text"] and said(cast, lead)["url"] == ""
    assert Event.objects.filter(event="outreach.lead.carried", obj_id=lead.code).count() == 1
    undo_merge(
        actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW + timedelta(days=1)
    )
    assert f.fresh(lead).project == gone
    assert Event.objects.filter(event="outreach.lead.returned", obj_id=lead.code).count() == 1


def test_留下的是限名单的_只说并案(cast: Any) -> None:
    lead, _ = f.converted(cast)
    gone = lead.project
    assert gone is not None
    kept = projects.at(
        cast, Stage.NEGOTIATION, name="限名单的", confidentiality="restricted",
        listed_ids=(cast.person("longshan").pk,),
    )  # fmt: skip
    entry = merge(cast, gone, kept)
    found = said(cast, lead)
    assert f.fresh(lead).project == Project.objects.get(pk=gone.pk)
    assert "并案" in found["text"] and "洽谈" not in found["text"] and found["url"] == ""
    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    assert "现在在" in said(cast, lead)["text"]
