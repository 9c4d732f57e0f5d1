"""逾期的阶梯:本人 → 单位负责人 → 召集人;做两遍等于一遍,只升不降;缺放假通知的年份告诉管理员。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.duties.actions import end_duty, open_duty
from juyuan.foundation.duties.models import Duty
from juyuan.foundation.duties.tests.kinds import KIND, OBJECT, RULE, Toys, toys
from juyuan.foundation.notices import queries
from juyuan.foundation.notices.jobs import MISSING_YEAR, ask_for_holidays, climb
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.actions import set_absence
from juyuan.foundation.policy.actions import load_pack
from juyuan.foundation.workdays.actions import DayDraft, enter_notice
from juyuan.foundation.workdays.models import DayKind
from juyuan.kernel.actor import Actor

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 27)  # 2026-11-20 之后五个工作日


@pytest.fixture(autouse=True)
def house(cast: Any) -> Iterator[Toys]:
    load_pack(now=cast.NOW)
    with toys() as made:
        yield made


def open_one(cast: Any, pk: int = 1, unit: str = "longshan", person: str = "", **more: Any) -> Duty:
    given_ = {
        "kind": KIND, "object_type": OBJECT, "object_id": pk, "unit_id": cast.unit(unit).pk,
        "person_id": cast.person(person).pk if person else None, "basis_on": cast.TODAY,
        "rule": RULE, "actor": Actor.system(), "now": cast.NOW,
    }  # fmt: skip
    with transaction.atomic():
        return open_duty(**(given_ | more))


def run(cast: Any, on: date) -> int:
    return climb(today=on, now=cast.NOW + (on - cast.TODAY))["told"]


def told() -> set[tuple[str, str]]:
    return set(Notice.objects.values_list("kind", "recipient__code"))


def test_到期当日告诉本人_三个工作日告诉负责人_十个告诉召集人(cast: Any) -> None:
    open_one(cast, person="longshan")
    assert run(cast, DUE - timedelta(days=1)) == 0
    assert run(cast, DUE) == 1 and told() == {("duties.due", "longshan")}
    assert run(cast, date(2026, 12, 1)) == 0
    assert run(cast, date(2026, 12, 2)) == 1
    assert told() == {("duties.due", "longshan"), ("duties.late_unit", "longshan_head")}
    run(cast, date(2026, 12, 11))
    assert {who for kind, who in told() if kind == "duties.late_convenor"} == {"zhaoji", "zhaoji2"}
    assert run(cast, date(2026, 12, 31)) == 0


def test_没有指名的告诉单位里任该角色的人_下级单位没有负责人就找上级(cast: Any) -> None:
    open_one(cast, unit="longshan_shangwu")
    run(cast, date(2026, 12, 2))
    assert told() == {("duties.due", "longshan_shangwu"), ("duties.late_unit", "longshan_head")}


def test_停了几天一次补到该到的级别(cast: Any) -> None:
    open_one(cast, person="longshan")
    assert run(cast, date(2026, 12, 11)) == 4
    assert {kind for kind, _ in told()} == {
        "duties.due", "duties.late_unit", "duties.late_convenor",
    }  # fmt: skip


def test_办结了不再告诉(cast: Any) -> None:
    open_one(cast, person="longshan")
    with transaction.atomic():
        end_duty(
            kind=KIND, object_type=OBJECT, object_id=1, act="toy.reported",
            actor=cast.actor("longshan"), now=cast.NOW,
        )  # fmt: skip
    assert run(cast, date(2026, 12, 31)) == 0


def test_离岗的代理人也收到(cast: Any) -> None:
    set_absence(
        actor=cast.actor("longshan"), person=cast.person("longshan"), deputy=cast.person("duo"),
        starts_on=cast.TODAY, ends_on=DUE, reason="出差", now=cast.NOW,
    )  # fmt: skip
    open_one(cast, person="longshan")
    assert run(cast, DUE) == 2
    assert told() == {("duties.due", "longshan"), ("duties.due", "duo")}


def test_看不见对象的负责人_通知里没有(cast: Any, house: Toys) -> None:
    open_one(cast, person="longshan")
    house.hidden["longshan_head"] = {1}
    run(cast, date(2026, 12, 2))
    assert queries.unread_count(cast.actor("longshan_head")) == 0
    rows = queries.rows_of(
        cast.actor("longshan"), queries.inbox(cast.actor("longshan")).select_related("on_behalf")
    )
    assert [row.title for row in rows] == ["玩具报备：玩具1号"]
    assert not Notice.objects.filter(title__contains="玩具1号").exists()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    jumps=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    basis=st.lists(st.integers(0, 12), min_size=1, max_size=3),
)
def test_阶梯_每日做两遍与跳着做到同一天_结果相同_只增不减(
    cast: Any, jumps: list[int], basis: list[int]
) -> None:
    def play(days: list[date], times: int) -> list[set[Any]]:
        with transaction.atomic():
            for pk, back in enumerate(basis):
                open_one(cast, pk, person="longshan", basis_on=cast.TODAY - timedelta(days=back))
            seen = []
            for on in days:
                for _ in range(times):
                    run(cast, on)
                seen.append(set(Notice.objects.values_list("kind", "recipient__code", "due_on")))
            transaction.set_rollback(True)
        return seen

    days = [cast.TODAY + timedelta(days=sum(jumps[: n + 1])) for n in range(len(jumps))]
    every = [cast.TODAY + timedelta(days=n) for n in range((days[-1] - cast.TODAY).days + 1)]
    jumped, daily = play(days, 1), play(every, 2)
    assert all(one <= two for one, two in pairwise(jumped))
    assert jumped[-1] == daily[-1]


def test_查询数不随件数增加(cast: Any) -> None:
    def cost(first: int, n: int) -> int:
        for pk in range(first, first + n):
            open_one(cast, pk)
        with CaptureQueriesContext(
            connection,
        ) as made:
            run(cast, date(2026, 12, 11))
        return len(made)

    few = cost(0, 2)
    assert cost(10, 40) <= few + 1  # 只多在成批写的批数


def test_s_缺放假通知_告诉系统管理员_一年一次_录入之后重算(cast: Any) -> None:
    duty = open_one(cast, basis_on=date(2027, 9, 29), rule=RULE)
    assert duty.provisional
    first = ask_for_holidays(today=cast.TODAY, now=cast.NOW)
    assert first == {"told": 1, "years": [2027]}
    assert ask_for_holidays(today=cast.TODAY, now=cast.NOW) == {"told": 0, "years": [2027]}
    notice = Notice.objects.get(kind=MISSING_YEAR)
    assert notice.recipient.code == "sysadmin" and notice.url == "/workdays/?year=2027"
    assert queries.unread_count(cast.actor("sysadmin")) == 1
    enter_notice(
        actor=cast.actor("sysadmin"), year=2027, notice="国办发明电〔2026〕9号", now=cast.NOW,
        days=[DayDraft(date(2027, 10, n), DayKind.OFF, "国庆节") for n in range(1, 8)],
    )  # fmt: skip
    duty.refresh_from_db()
    assert (duty.due_on, duty.provisional) == (date(2027, 10, 13), False)
    assert ask_for_holidays(today=cast.TODAY, now=cast.NOW) == {"told": 0, "years": []}


def test_十二月起问下一年(cast: Any) -> None:
    assert ask_for_holidays(today=date(2026, 11, 30), now=cast.NOW)["years"] == []
    assert ask_for_holidays(today=date(2026, 12, 1), now=cast.NOW)["years"] == [2027]
