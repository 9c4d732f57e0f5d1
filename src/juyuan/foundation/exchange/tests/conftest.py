"""导入测试的夹具:登记玩具种类,打开、选择、提交的短写法。"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from juyuan.foundation.exchange import actions
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.tests.toy import TOY, TOY_EXPORT
from juyuan.kernel.actor import Actor
from tests.cast import NOW, TODAY


@pytest.fixture(autouse=True)
def toy_kind() -> Iterator[None]:
    registry.register(TOY, TOY_EXPORT)
    yield
    registry.imports.pop("toys", None)
    registry.exports.pop("toys", None)


class Desk:
    """一张办事的桌子:谁、打开、提交。"""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def open(self, data: bytes, name: str = "台账.xlsx", **more: Any) -> ImportBatch:
        return actions.open_batch(
            actor=self.actor,
            kind="toys",
            name=name,
            stream=BytesIO(data),
            now=NOW,
            today=TODAY,
            **more,
        )

    def commit(self, batch: ImportBatch, **more: Any) -> ImportBatch:
        return actions.commit(actor=self.actor, batch_id=batch.pk, now=NOW, today=TODAY, **more)

    def settle(
        self, batch: ImportBatch, position: int, choice: str = "", **readings: str
    ) -> ImportBatch:
        return actions.settle(
            actor=self.actor,
            batch_id=batch.pk,
            settlements={position: actions.Settlement(choice, readings)},
            now=NOW,
            today=TODAY,
        )


@pytest.fixture
def desk(cast: Any) -> Desk:
    return Desk(cast.actor("longshan"))
