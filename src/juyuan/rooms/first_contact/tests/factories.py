"""样例首谈:一律经真正的动作登记。

claim(cast)                       龙山区登记一件,受保护
claim(cast, by="dongfeng")        东丰县登记同一件:待裁定
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from juyuan.rooms.first_contact.actions.register import Registered, register_claim
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.tests import factories as projects
from juyuan.rooms.pipeline.tests.factories import stored
from tests.replay import replayed

WAN = 10_000
SUBJECT = Subject(
    name="浙江安澜纺织科技有限公司",
    project_name="安澜高端纱线项目",
    content="年产三万吨高端纱线",
    amount=30_000 * WAN,
    site="纺织园A3地块",
)


def draft(cast: Any, by: str, now: datetime, *, file_text: str = "", **more: Any) -> ClaimDraft:
    """所填:凭据是今天的会议纪要。`subject` 一项可给一个字典只改其中几栏。"""
    subject = replace(SUBJECT, **more.pop("subject", {}))
    file = stored(cast.actor(by), file_text or f"会议纪要-{by}-{subject.project_name}", now)
    base = ClaimDraft(
        subject=subject, proof=ContactProof.MINUTES, contacted_on=now.date(),
        evidence_on=now.date(), file_id=file.pk, two_way=True,
    )  # fmt: skip
    return replace(base, **more)


@replayed
def parameters(cast: Any) -> None:
    projects.parameters(cast)


def register(
    cast: Any, by: str = "longshan", *, now: datetime | None = None, on: Project | None = None,
    **more: Any,
) -> Registered:  # fmt: skip
    """登记一件;`on` 即登记在这个项目上。"""
    parameters(cast)
    moment = now or cast.NOW
    return register_claim(
        actor=cast.actor(by), draft=draft(cast, by, moment, **more), project=on, now=moment
    )
