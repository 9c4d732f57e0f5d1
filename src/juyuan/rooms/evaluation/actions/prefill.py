"""由项目上写的承诺日期登记承诺:拿地、开工、投产、达效,各一项;已有的不再登记。"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken, require
from juyuan.rooms.evaluation.actions.promises import add_promise
from juyuan.rooms.evaluation.models import Promise
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.promises import CLAUSE, PromiseDraft, PromiseState
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.lights import PROMISED
from juyuan.rooms.pipeline.rules.lights import Promise as Node

WANTED = {
    Node.LAND: "土地出让合同或交地确认书",
    Node.START: "施工许可证、开工照片",
    Node.PRODUCTION: "投产照片、首批产品销售凭据",
    Node.FULL_EFFECT: "达产年度的审计报告、完税证明",
}


def prefill_promises(*, actor: Actor, project: Project, now: datetime) -> list[Promise]:
    """各节点登记一项。

    Raises:
        Denied: 不是首谈、承载、登记单位或商务主管部门。
        RuleBroken: 没有可以登记的;项目还没有签约。
    """
    require(access.can_keep(actor, project))
    held = set(
        Promise.objects.filter(
            project=project, state__in=[PromiseState.OPEN.value, PromiseState.MET.value]
        ).values_list("kind", flat=True)
    )
    drafts = [
        PromiseDraft(
            kind=node.value, text=f"{getattr(project, column)} 前{node.label}",
            due_on=getattr(project, column), wanted=WANTED[node],
        )
        for node, column in PROMISED.items()
        if getattr(project, column) is not None and node.value not in held
    ]  # fmt: skip
    if not drafts:
        raise RuleBroken.one(
            "", "promise.nothing",
            "没有可以登记的：项目上没有写承诺日期，或都已登记；可以逐项登记承诺", CLAUSE,
        )  # fmt: skip
    with transaction.atomic():
        return [add_promise(actor=actor, project=project, draft=d, now=now) for d in drafts]
