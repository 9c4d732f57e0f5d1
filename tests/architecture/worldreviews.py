"""样例城市里评审的对象与各网址的参数。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.notices.models import Notice
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries.reviews import OBJ
from juyuan.rooms.evaluation.tests import reviewfactories as r

NAMES = ("evaluation:review", "api:review")


def build(world: Any) -> None:
    """用到才有:见 `made`。"""
    world.reviews = {}


def made(world: Any, level: str) -> Review:
    """龙山区承办、正在评审的一次;评审人是龙山区经办,声明了没有利害关系,还没有打分。"""
    if level not in world.reviews:
        cast = world.cast
        project = r.ready(
            cast, name=f"{level}待评审的", confidentiality=level, chain_id=world.chain.pk,
            participant_ids=(cast.unit("keji").pk, cast.unit("shanghui").pk),
            listed_ids=(cast.person("longshan").pk,) if level == "restricted" else (),
        )  # fmt: skip
        review = r.sent(cast, project=project)
        r.appointed(cast, review, ["longshan"])
        scoring.declare(
            actor=cast.actor("longshan"), review=review, interest=False, reason="", now=cast.NOW
        )
        # 待办、通知不在各页的条数里:那几页数的是别室的
        Duty.objects.filter(object_type=OBJ).delete()
        Notice.objects.filter(object_type=OBJ).delete()
        world.reviews[level] = r.fresh(review)
    found: Review = world.reviews[level]
    return found


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    if not name.startswith(NAMES):
        return None
    if name == "evaluation:review_send":
        return {"code": world.projects[level].code}
    if name in ("evaluation:reviews", "api:reviews"):
        return {}
    review = made(world, level)
    return {"code": review.code, "reviewer_id": review.reviewers.get().pk}
