"""样例城市里履约跟踪与函的对象与各网址的参数:每个项目一项承诺(政府先行已办到)、一项认定的违约、一封在起草的函。"""

from __future__ import annotations

from typing import Any

from juyuan.rooms.evaluation.actions.breaches import ManualDraft, confirm_manual
from juyuan.rooms.evaluation.actions.letters import draft_letter
from juyuan.rooms.evaluation.actions.promises import settle_debt
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.tests import factories as f

ROOM = "evaluation:"
NAMES = {
    "promises", "promise_new", "promise_fill", "promise_actual", "promise_met", "promise_change",
    "promise_release", "promise_debt", "debt_settle", "promise_press", "promise_breach",
    "promise_manual", "breach_close", "letter_new", "letter", "letter_deliver", "letter_reply",
    "letter_talk", "letter_outcome", "letter_decide",
}  # fmt: skip
API = {
    "api:promise", "api:promise_add", "api:promise_release", "api:promise_breach",
    "api:promise_press", "api:letter", "api:letter_draft", "api:letter_outcome",
    "api:letter_decide", "api:promise_actual", "api:promise_debt", "api:letter_deliver",
    "api:letter_reply", "api:letter_talk",
}  # fmt: skip


def build(world: Any) -> None:
    """在样例城市里造出这些对象,挂在 `world.tracking` 上。"""
    cast = world.cast
    world.tracking = {}
    for level, project in world.projects.items():
        promise = p.promise(cast, project, debts=(p.debt(cast),))
        debt = promise.debts.get()
        file = f.stored(cast.actor("longshan"), f"交地确认{level}", cast.NOW)
        settle_debt(
            actor=cast.actor("longshan"), debt=debt, done_on=cast.TODAY, note="已交地",
            file_id=file.pk, now=cast.NOW,
        )  # fmt: skip
        breach = confirm_manual(
            actor=cast.actor("heyan"), promise=promise, reason="现场查实", now=cast.NOW,
            draft=ManualDraft("changed_use", "厂房转租", "现场照片", cast.TODAY),
        )  # fmt: skip
        letter = draft_letter(actor=cast.actor("longshan"), breach=breach, now=cast.NOW)
        world.tracking[level] = (project, promise, debt, breach, letter)


def kwargs(world: Any, name: str, level: str) -> dict[str, Any] | None:
    """这个网址的参数;不是本处的网址为空。"""
    short = name.removeprefix(ROOM).removeprefix("api:")
    own = (name.startswith(ROOM) and short in NAMES) or name in API
    if not own:
        return None
    project, promise, debt, breach, letter = world.tracking[level]
    if short in ("promises", "promise_new", "promise_fill", "promise_add"):
        return {"code": project.code}
    if short in ("breach_close", "letter_new", "letter_draft"):
        return {"code": breach.code}
    if short.startswith("letter"):
        return {"code": letter.code}
    if name == "api:promise_debt":
        return {"code": promise.code, "debt_id": debt.pk}
    return {"code": promise.code} | ({"pk": debt.pk} if short == "debt_settle" else {})
