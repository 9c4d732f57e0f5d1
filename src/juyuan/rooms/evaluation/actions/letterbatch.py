"""成批起草:选中的已认定违约各起草一封,一件长任务,有进度;被杀后从头再做,也不会有第二封。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from juyuan.foundation.work.actions import start_task
from juyuan.foundation.work.models import TaskRun
from juyuan.foundation.work.registry import TaskKind
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale, require
from juyuan.rooms.evaluation.actions.letters import draft_letter
from juyuan.rooms.evaluation.queries import breaches
from juyuan.rooms.evaluation.queries import tracking_access as access
from juyuan.rooms.evaluation.rules.promises import CLAUSE

KIND = "evaluation.draft_letters"
MOST = 200


def queue_letters(
    *, actor: Actor, codes: Sequence[str], contact: str = "", now: datetime
) -> TaskRun:
    """排上队。

    Raises:
        Denied: 不办履约的人。
        RuleBroken: 没有选,或选得太多。
    """
    require(access.can_list(actor))
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise RuleBroken.one("pick", "letters.none", "请先选中已认定的违约", CLAUSE)
    if len(wanted) > MOST:
        raise RuleBroken.one("pick", "letters.most", f"一次至多 {MOST} 项，请分批", CLAUSE)
    return start_task(
        actor=actor, kind=KIND, args={"codes": wanted, "contact": contact[:60]},
        label=f"起草 {len(wanted)} 封函", now=now,
    )  # fmt: skip


def run(
    args: dict[str, Any], *, actor: Actor, now: datetime, progress: Callable[..., None]
) -> dict[str, Any]:
    """逐项走同一个动作;每一封自成一个事务,已有在办的函的跳过,所以重做无害。"""
    codes: list[str] = args["codes"]
    words = {"contact": args["contact"]} if args.get("contact") else None
    made, skipped = [], []
    for i, code in enumerate(codes, start=1):
        try:
            breach = breaches.door(actor, code)
            made.append(draft_letter(actor=actor, breach=breach, words=words, now=now).code)
        except RuleBroken as refusal:
            skipped.append({"code": code, "why": refusal.findings[0].message})
        except (Denied, Stale) as refusal:
            skipped.append({"code": code, "why": str(refusal)})
        except NotFound:
            skipped.append({"code": code, "why": "没有这项违约"})
        progress(i, len(codes), f"已起草 {len(made)} 封")
    return {"made": made, "skipped": skipped}


def result_url(result: Any) -> str:
    return "/letters/?tab=preparing"


TASK = TaskKind(KIND, "起草函", run, result_url, "看起草的函")
