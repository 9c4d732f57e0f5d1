"""测试用的种类与对象的门:`toy.report`(只由动作)与一组看得见的编号。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from juyuan.foundation.duties import registry
from juyuan.foundation.duties.registry import DutyKind
from juyuan.foundation.duties.rules import DueRule, Owed
from juyuan.kernel.actor import Actor

KIND, OBJECT = "toy.report", "toy"
RULE = DueRule(5, said="参数 toy.days,建议值")


class Toys:
    """`hidden[账号]` 看不见的编号;`owed` 此刻应当开着的。"""

    def __init__(self) -> None:
        self.hidden: dict[str, set[int]] = {}
        self.owed: list[Owed] = []

    def visible_ids(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        return set(ids) - self.hidden.get(actor.username, set())

    def present(self, actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
        return {pk: (f"玩具{pk}号", f"/toys/{pk}/") for pk in ids}


@contextmanager
def toys(**more: object) -> Iterator[Toys]:
    """登记,用完撤下。"""
    made = Toys()
    registry.register(
        DutyKind(
            KIND, "玩具报备", "3.2c", "提交报备", lambda row: f"/toys/{row.object_id}/report/",
            owed=lambda on: made.owed, **more,
        )
    )  # fmt: skip
    registry.register_object(OBJECT, visible_ids=made.visible_ids, present=made.present)
    try:
        yield made
    finally:
        registry.unregister(KIND)
        registry.unregister_object(OBJECT)
