"""样例城市里公文的对象与各网址的参数:一份随项目的样例函,已编号、已作废。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.figures.actions import publish_month
from juyuan.foundation.papers import actions, registry
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import PaperKind
from juyuan.foundation.papers.tests import factories as letters
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial
from juyuan.rooms.pipeline.queries.scope import seen_whole

KIND = "test.world"


def _mine(*roles: str) -> Any:
    def check(actor: Actor, document: Document) -> Access:
        mine = any(p.role in roles and p.unit_id == document.unit_id for p in actor.posts)
        return Allowed() if mine else Denial("不归你办", "3.4c")

    return check


def build(world: Any) -> None:
    """在样例城市里造出这些对象,挂在 `world.papers` 上。"""
    cast = world.cast
    registry.register(
        PaperKind(
            kind=KIND, label="样例函", clause="3.4c", series="样函", build=letters.build,
            within=lambda actor: seen_whole(actor).values("pk"),
            can_prepare=_mine("clerk", "head"), can_approve=_mine("head"), url=lambda document: "/",
        )
    )  # fmt: skip
    world.papers = {}
    for level, project in world.projects.items():
        row = actions.draft_paper(
            actor=cast.actor("longshan"), kind=KIND, object_type="project", object_id=project.pk,
            unit_id=cast.unit("longshan").pk, title="样例函", now=cast.NOW,
            facts={"fact": "逾期未开工", "promised": "2026-10-01"},
        )  # fmt: skip
        actions.submit_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
        head = cast.actor("longshan_head")
        actions.approve_paper(actor=head, document=row, now=cast.NOW)
        actions.issue_paper(actor=cast.actor("longshan"), document=row, now=cast.NOW)
        actions.void_paper(actor=head, document=row, reason="样例", now=cast.NOW)
        world.papers[level] = row
    world.month = publish_month(
        actor=cast.actor("heyan"), first=cast.TODAY.replace(month=10, day=1), now=cast.NOW
    )


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    if name == "figures_monthly_book":
        return {"code": world.month.code}
    if not name.startswith(("papers:", "api:paper")):
        return None
    return {"code": world.papers[level].code, "form": "pdf"}
