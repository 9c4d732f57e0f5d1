"""待办的写:开只开一次、成批与逐件同样、只由动作办结、核对两遍等于一遍、调离移交。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.duties import actions
from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.duties.models import DueChange, Duty
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.duties.tests.kinds import KIND, OBJECT, RULE, Toys, toys
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import hand_over
from juyuan.foundation.workdays.actions import DayDraft, enter_notice
from juyuan.foundation.workdays.models import DayKind
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def house() -> Iterator[Toys]:
    with toys() as made:
        yield made


def open_one(cast: Any, pk: int = 1, **more: Any) -> Duty:
    given_ = {
        "kind": KIND, "object_type": OBJECT, "object_id": pk, "unit_id": cast.unit("longshan").pk,
        "basis_on": cast.TODAY, "rule": RULE, "actor": SYSTEM, "now": cast.NOW,
    }  # fmt: skip
    with transaction.atomic():
        return actions.open_duty(**(given_ | more))


def end_one(cast: Any, pk: int = 1, **more: Any) -> int:
    with transaction.atomic():
        return actions.end_duty(
            kind=KIND, object_type=OBJECT, object_id=pk, act="toy.reported",
            actor=cast.actor("longshan"), now=cast.NOW, **more,
        )  # fmt: skip


def rows() -> list[tuple[Any, ...]]:
    names = ("kind", "object_type", "object_id", "unit", "person", "period", "due_on", "said",
             "clause", "provisional", "ended_act", "cancelled")  # fmt: skip
    return sorted(Duty.objects.values_list(*names), key=str)


def test_开一件_存下推法与到期日(cast: Any) -> None:
    duty = open_one(cast)
    assert (duty.due_on, duty.provisional, duty.clause) == (date(2026, 11, 27), False, "3.2c")
    assert duty.said == "自 2026-11-20 次日起 5 个工作日(参数 toy.days,建议值):2026-11-27"
    assert DueRule.from_json(duty.rule) == RULE


def test_同一件开两次只有一件_原来的起算日不变(cast: Any) -> None:
    first = open_one(cast)
    again = open_one(cast, basis_on=cast.TODAY + timedelta(days=9))
    assert again.pk == first.pk and again.due_on == first.due_on
    assert Duty.objects.count() == 1


def test_指名到人与单位的事是两件(cast: Any) -> None:
    open_one(cast)
    open_one(cast, person_id=cast.person("longshan").pk)
    open_one(cast, unit_id=cast.unit("dongfeng").pk)
    open_one(cast, period="2026-11")
    assert Duty.objects.count() == 4


def test_动作办结_再办结什么也不变(cast: Any) -> None:
    open_one(cast)
    assert end_one(cast) == 1
    duty = Duty.objects.get()
    assert (duty.ended_act, duty.ended_by, duty.cancelled) == (
        "toy.reported",
        "longshan经办",
        False,
    )
    assert end_one(cast) == 0
    assert Duty.objects.get().ended_at == duty.ended_at


def test_没写期的_办结后可以再开_写了期的同一期不再开(cast: Any) -> None:
    open_one(cast)
    open_one(cast, period="2026-11")
    assert end_one(cast) == 2
    assert open_one(cast).ended_at is None
    assert open_one(cast, period="2026-11").ended_at is not None
    assert Duty.objects.filter(ended_at__isnull=True).count() == 1


def test_撤销了的期可以再开(cast: Any) -> None:
    open_one(cast, period="2026-11")
    assert end_one(cast, cancelled=True) == 1
    assert open_one(cast, period="2026-11").ended_at is None


def test_没有写明动作不能办结_数据库也拒绝(cast: Any) -> None:
    duty = open_one(cast)
    with pytest.raises(ValueError), transaction.atomic():
        actions.end_duty(
            kind=KIND, object_type=OBJECT, object_id=1, act="", actor=SYSTEM, now=cast.NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(ended_at=cast.NOW)
    assert Duty.objects.get().ended_at is None


@pytest.mark.django_db(transaction=True)
def test_不在事务里不能开也不能结(cast: Any) -> None:
    common = {"kind": KIND, "object_type": OBJECT, "object_id": 1, "actor": SYSTEM, "now": cast.NOW}
    with pytest.raises(RuntimeError):
        actions.open_duty(
            unit_id=cast.unit("longshan").pk, basis_on=cast.TODAY, rule=RULE, **common
        )
    with pytest.raises(RuntimeError):
        actions.end_duty(act="toy.reported", **common)
    assert not Duty.objects.exists()


def test_没有登记的种类是编码错误(cast: Any) -> None:
    with pytest.raises(LookupError):
        open_one(cast, kind="no.such")


def test_事务回滚_待办也不存在(cast: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        open_one(cast)
        raise ZeroDivisionError
    assert not Duty.objects.exists()


ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["longshan", "dongfeng"]),
        st.sampled_from(["", "longshan"]),
        st.sampled_from(["", "2026-10", "2026-11"]),
        st.integers(0, 40),
    ),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS, ended=st.sets(st.integers(1, 3)))
def test_成批与逐件得到同样的行_做两遍等于做一遍(
    cast: Any, first: list[Any], second: list[Any], ended: set[int]
) -> None:
    def owed(row: tuple[int, str, str, str, int]) -> Owed:
        pk, unit, person, period, days = row
        return Owed(
            OBJECT, pk, cast.unit(unit).pk, cast.TODAY - timedelta(days=days), RULE,
            cast.person(person).pk if person else None, period,
        )  # fmt: skip

    def play(batch: bool, times: int) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            for part in (first, second):
                for _ in range(times):
                    # 同一批里写两遍的,以先写的为准(与逐件相同)
                    if batch:
                        actions.open_many(
                            [Opening(KIND, owed(row)) for row in part], actor=SYSTEM, now=cast.NOW
                        )
                    else:
                        for row in part:
                            o = owed(row)
                            open_one(
                                cast, o.object_id, unit_id=o.unit_id, person_id=o.person_id,
                                period=o.period, basis_on=o.basis_on,
                            )  # fmt: skip
                if part is first:
                    for pk in ended:
                        end_one(cast, pk)
            found = rows()
            transaction.set_rollback(True)
        return found

    one = play(batch=False, times=1)
    assert (
        one == play(batch=True, times=1) == play(batch=True, times=2) == play(batch=False, times=2)
    )


def test_核对_缺的开_不再应当的撤销_两遍等于一遍(cast: Any, house: Toys) -> None:
    unit = cast.unit("longshan").pk
    open_one(cast, 7)
    house.owed = [Owed(OBJECT, pk, unit, cast.TODAY, RULE) for pk in (1, 2)]
    assert reconcile(today=cast.TODAY, now=cast.NOW)[KIND] == [2, 1]
    gone = Duty.objects.get(object_id=7)
    assert (gone.cancelled, gone.ended_act) == (True, "duties.reconciled")
    once = rows()
    assert reconcile(today=cast.TODAY, now=cast.NOW + timedelta(hours=1))[KIND] == [0, 0]
    assert rows() == once


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.sets(st.integers(1, 3)), max_size=3))
def test_核对多日_每日做两遍与做一遍相同(cast: Any, house: Toys, days: list[set[int]]) -> None:
    def play(times: int) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            for number, wanted in enumerate(days):
                on = cast.TODAY + timedelta(days=number)
                house.owed = [
                    Owed(OBJECT, pk, cast.unit("longshan").pk, cast.TODAY, RULE)
                    for pk in sorted(wanted)
                ]
                for _ in range(times):
                    reconcile(today=on, now=cast.NOW + timedelta(days=number))
            found = rows()
            transaction.set_rollback(True)
        return found

    assert play(1) == play(2)


def test_放假通知录入_开着的重算并留痕_办结的不动(cast: Any) -> None:
    on = date(2027, 9, 29)
    open_one(cast, 1, basis_on=on)
    open_one(cast, 2, basis_on=on)
    open_one(cast, 3, basis_on=on, rule=DueRule(7, "day", said="自然日"))
    assert end_one(cast, 2) == 1
    before = {duty.object_id: duty for duty in Duty.objects.all()}
    assert before[1].provisional and before[1].due_on == date(2027, 10, 6)
    assert "暂定" in before[1].said
    off = [DayDraft(date(2027, 10, day), DayKind.OFF, "国庆节") for day in range(1, 8)]
    enter_notice(
        actor=cast.actor("sysadmin"), year=2027, days=off, notice="国办发明电〔2026〕9号",
        now=cast.NOW,
    )  # fmt: skip
    actions.rederive_open(actor=SYSTEM, now=cast.NOW)
    after = {duty.object_id: duty for duty in Duty.objects.all()}
    assert (after[1].due_on, after[1].provisional) == (date(2027, 10, 13), False)
    assert "暂定" not in after[1].said
    assert (after[2].due_on, after[2].said) == (before[2].due_on, before[2].said)
    assert after[3].due_on == before[3].due_on == date(2027, 10, 6)
    change = DueChange.objects.get()
    assert (change.duty_id, change.was_on, change.now_on) == (
        after[1].pk, date(2027, 10, 6), date(2027, 10, 13),
    )  # fmt: skip
    event = Event.objects.get(event="duties.duty.rederived")
    assert event.before == {"due": "2027-10-06(暂定)"} and event.after == {"due": "2027-10-13"}
    assert "玩具1号" not in event.obj_label
    assert actions.rederive_open(actor=SYSTEM, now=cast.NOW) == 0
    assert DueChange.objects.count() == 1


def test_到期日的改动只增(cast: Any, as_owner: Any) -> None:
    duty = open_one(cast)
    row = DueChange.objects.create(
        duty=duty, at=cast.NOW, was_on=duty.due_on, was_provisional=False,
        now_on=duty.due_on, now_provisional=True,
    )  # fmt: skip
    with pytest.raises(Exception, match=r"只增|append|permission|权限"), as_owner() as cursor:
        cursor.execute("DELETE FROM duties_duechange WHERE id = %s", [row.pk])


def test_人员调离_开着的移交_办结的不动_重的撤销(cast: Any) -> None:
    cast.add("longshan2", "longshan", "clerk", "接手人")
    me, other = cast.person("longshan").pk, cast.person("longshan2").pk
    open_one(cast, 1, person_id=me)
    open_one(cast, 2, person_id=me)
    open_one(cast, 2, person_id=other)
    open_one(cast, 3, person_id=me)
    assert end_one(cast, 3) == 1
    away = open_one(cast, 4, person_id=me, unit_id=cast.unit("dongfeng").pk)
    done = hand_over(
        actor=cast.actor("longshan_head"), leaver=cast.person("longshan"),
        successor=cast.person("longshan2"), unit=cast.unit("longshan"), on=cast.TODAY,
        reason="调任", now=cast.NOW,
    )  # fmt: skip
    assert done.moved["待办"] == 2
    held = {(d.object_id, d.person_id, d.cancelled) for d in Duty.objects.all()}
    assert held == {
        (1, other, False), (2, me, True), (2, other, False), (3, me, False), (4, me, False)
    }  # fmt: skip
    assert Duty.objects.get(pk=away.pk).ended_at is None
    assert Event.objects.filter(event="duties.duty.handed_over").count() == 2
