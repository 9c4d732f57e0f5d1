"""没有新事就不算第二遍;有了新事、改到一半、自己在事务里,一律现算。"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from juyuan.foundation.ledger import still
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.kernel.actor import Actor
from juyuan.kernel.once import reading
from tests.cast import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def act(code: str) -> None:
    """一个动作:改一处,留一行台账。"""
    Unit.objects.create(code=code, name=code, kind="town", path=f"/{code}/", origin="测试")
    record(event="toy.done", actor=Actor.console(), obj_type="toy", obj_id=code, now=NOW)


class Count:
    """会数自己被算了几遍的合计。"""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        def run() -> int:
            self.runs += 1
            return Unit.objects.count()

        return still.remembered(still.statement(Unit.objects.order_by()), run)


@contextmanager
def halfway(code: str) -> Iterator[Any]:
    """另一个连接里,动作已经写下台账、还没有提交;退出时提交。"""
    written, go_on, wrong = threading.Event(), threading.Event(), []

    def other() -> None:
        try:
            with transaction.atomic():
                act(code)
                written.set()
                assert go_on.wait(60)
        except BaseException as error:
            wrong.append(error)
            written.set()
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert written.wait(60) and not wrong, wrong
    try:
        yield
    finally:
        go_on.set()
        thread.join(60)
    assert not thread.is_alive() and not wrong, wrong


def test_没有新事不算第二遍_有了就现算() -> None:
    total = Count()
    first = total()
    assert (total(), total.runs) == (first, 1)
    with transaction.atomic():
        act("one")
    assert (total(), total.runs) == (first + 1, 2)
    assert (total(), total.runs) == (first + 1, 2)


def test_语句或参数不同_各算各的() -> None:
    with transaction.atomic():
        act("one")
    rows = [Unit.objects.filter(code=code) for code in ("one", "two")]
    found = [still.remembered(still.statement(row), row.count) for row in rows]
    assert found == [1, 0]


def test_一次请求之内只看一次最后一行_别人提交的下一次看得见() -> None:
    total, before = Count(), Unit.objects.count()
    with reading():
        assert (total(), total.runs) == (before, 1)
        with halfway("other"):
            pass
        assert (total(), total.runs) == (before, 1)
        with reading():
            assert total.runs == 1
    assert (total(), total.runs) == (before + 1, 2)


def test_注定没有的条件也有键() -> None:
    nobody = Unit.objects.filter(pk__in=[])
    assert still.remembered(still.statement(nobody), lambda: list(nobody)) == []


def test_别人改到一半_它的台账编号又小_算出来的不留() -> None:
    """先写台账的后提交:提交之后「最后一行」不动,留着的就错了。"""
    total = Count()
    before = total()
    with halfway("slow"):
        with transaction.atomic():
            act("quick")
        last = Event.objects.latest("id").pk
        assert (total(), total.runs) == (before + 1, 2)
    assert Event.objects.latest("id").pk == last, "这个测试要的就是编号小的后提交"
    assert (total(), total.runs) == (before + 2, 3)


def test_别人还没有写台账_别的库在写_都不妨碍记() -> None:
    """只有写到一半的台账才叫人多算一遍;别的库有没有人在写,与这里的答案无关。"""
    entered, go_on = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                Unit.objects.create(code="x", name="x", kind="town", path="/x/", origin="测试")
                entered.set()
                go_on.wait(60)
                transaction.set_rollback(True)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    params = connection.get_connection_params()
    where = {name: params[name] for name in ("host", "port", "user", "password") if name in params}
    try:
        assert entered.wait(60)
        with psycopg.connect(dbname="postgres", **where) as elsewhere:
            elsewhere.execute("SELECT pg_current_xact_id()")
            total = Count()
            assert (total(), total(), total.runs) == (total(), total(), 1)
    finally:
        go_on.set()
        thread.join(60)


def test_别人改到一半_记得的还能用_提交之后现算() -> None:
    total = Count()
    before = total()
    with halfway("slow"):
        assert (total(), total.runs) == (before, 1)
    assert (total(), total.runs) == (before + 1, 2)


def test_自己在事务里_看得见自己刚写的() -> None:
    total = Count()
    before = total()
    with transaction.atomic():
        Unit.objects.create(code="mine", name="mine", kind="town", path="/mine/", origin="测试")
        assert total() == before + 1
        transaction.set_rollback(True)
    assert total() == before


def test_太长的不留_多了挤掉最久没用的(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def ask(key: str, rows: int = 1) -> None:
        still.remembered(key, lambda: runs.append(key) or [0] * rows)

    monkeypatch.setattr(still, "LONGEST", 3)
    monkeypatch.setattr(still, "KEPT", 2)
    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert runs == ["a", "b", "c", "b"]
    runs.clear()
    ask("long", 4)
    ask("long", 4)
    assert runs == ["long", "long"]
