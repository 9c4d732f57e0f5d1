"""写通知:一件告诉一个人一次,成批与逐件同样,离岗的代理人也收;看不见对象的既不列也不数。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.duties.tests.kinds import OBJECT, Toys, toys
from juyuan.foundation.notices import queries
from juyuan.foundation.notices.actions import (
    Message,
    mark_all_read,
    mark_read,
    notify,
    notify_many,
)  # fmt: skip
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.notices.registry import NoticeKind, register, unregister
from juyuan.foundation.people.actions import cancel_absence, set_absence
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale

pytestmark = pytest.mark.django_db
KIND = "toy.told"


@pytest.fixture(autouse=True)
def house() -> Iterator[Toys]:
    register(NoticeKind(KIND, "玩具通知", "3.2c"))
    with toys() as made:
        yield made
    unregister(KIND)


def tell(cast: Any, *people: str, pk: int | None = 1, due: date | None = None, **more: Any) -> int:
    given_ = {
        "kind": KIND, "person_ids": [cast.person(name).pk for name in people],
        "object_type": OBJECT, "object_id": pk, "due_on": due, "title": f"玩具{pk}号", "now": cast.NOW,
    }  # fmt: skip
    with transaction.atomic():
        return notify(**(given_ | more))


def away(
    cast: Any, person: str = "longshan", deputy: str = "longshan_head", by: str = "", **more: Any
) -> Any:
    given_ = {
        "actor": cast.actor(by or person), "person": cast.person(person),
        "deputy": cast.person(deputy), "starts_on": cast.TODAY,
        "ends_on": cast.TODAY + timedelta(days=3), "reason": "出差", "now": cast.NOW,
    }  # fmt: skip
    return set_absence(**(given_ | more))


def test_告诉过的不再告诉_换了到期日是另一件(cast: Any) -> None:
    assert tell(cast, "longshan", "dongfeng") == 2
    assert tell(cast, "longshan", "dongfeng") == 0
    assert tell(cast, "longshan", due=cast.TODAY) == 1
    assert tell(cast, "longshan", due=cast.TODAY + timedelta(days=1)) == 1
    assert tell(cast, "longshan", pk=None, object_type="") == 1
    assert tell(cast, "longshan", pk=None, object_type="") == 0
    assert Notice.objects.count() == 5


PICKS = st.lists(
    st.tuples(
        st.sampled_from(["longshan", "dongfeng", "chen"]),
        st.sampled_from([None, 1, 2]),
        st.sampled_from([None, 0, 5]),
    ),
    max_size=6,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picks=PICKS)
def test_成批与逐件得到同样的行_两遍等于一遍(cast: Any, picks: list[Any]) -> None:
    def play(batch: bool, times: int) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            for _ in range(times):
                messages = [
                    Message(
                        KIND, (cast.person(who).pk,), OBJECT if pk else "", pk,
                        None if days is None else cast.TODAY + timedelta(days=days), "题",
                    )
                    for who, pk, days in picks
                ]  # fmt: skip
                for part in [messages] if batch else [[message] for message in messages]:
                    notify_many(part, now=cast.NOW)
            found = sorted(
                Notice.objects.values_list("recipient", "object_type", "object_id", "due_on"),
                key=str,
            )
            transaction.set_rollback(True)
        return found

    assert play(False, 1) == play(True, 1) == play(True, 2) == play(False, 2)


@pytest.mark.django_db(transaction=True)
def test_不在事务里不能告诉(cast: Any) -> None:
    with pytest.raises(RuntimeError):
        notify(
            kind=KIND, person_ids=[1], object_type="", object_id=None, due_on=None, title="题",
            now=cast.NOW,
        )  # fmt: skip


def test_看不见对象的_收件箱里没有_也不计数(cast: Any, house: Toys) -> None:
    tell(cast, "longshan", "dongfeng")
    tell(cast, "longshan", pk=None, object_type="")
    house.hidden["longshan"] = {1}
    actor = cast.actor("longshan")
    assert [n.object_type for n in queries.inbox(actor)] == [""]
    assert queries.unread_count(actor) == 1
    assert queries.unread_count(cast.actor("dongfeng")) == 1
    with pytest.raises(NotFound):
        mark_read(
            actor=actor,
            notice_id=Notice.objects.get(recipient__code="longshan", object_id=1).pk,
            now=cast.NOW,
        )


def test_没有登记门的对象一律看不见(cast: Any) -> None:
    tell(cast, "longshan", object_type="nobody")
    assert queries.unread_count(cast.actor("longshan")) == 0


def test_读过一条_全部读过_别人的读不了(cast: Any) -> None:
    for pk in (1, 2, 3):
        tell(cast, "longshan", pk=pk)
    actor, first = cast.actor("longshan"), Notice.objects.order_by("id")[0]
    with pytest.raises(NotFound):
        mark_read(actor=cast.actor("dongfeng"), notice_id=first.pk, now=cast.NOW)
    mark_read(actor=actor, notice_id=first.pk, now=cast.NOW)
    assert queries.unread_count(actor) == 2
    assert mark_all_read(actor=actor, now=cast.NOW) == 2
    assert (queries.unread_count(actor), mark_all_read(actor=actor, now=cast.NOW)) == (0, 0)


def test_离岗期间代理人也收到_本人照收_代理人自己也是收件人的只收一份(cast: Any) -> None:
    row = away(cast)
    assert tell(cast, "longshan") == 2
    copy = Notice.objects.get(recipient=cast.person("longshan_head"))
    assert copy.on_behalf == cast.person("longshan")
    assert tell(cast, "longshan", "longshan_head", pk=2) == 2
    assert Notice.objects.get(recipient=cast.person("longshan_head"), object_id=2).on_behalf is None
    cancel_absence(actor=cast.actor("longshan"), absence_id=row.pk, now=cast.NOW)
    assert tell(cast, "longshan", pk=3) == 1
    assert tell(cast, "longshan", pk=4, now=cast.NOW + timedelta(days=9)) == 1


def test_代理人看不见的_代收的那份也看不见(cast: Any, house: Toys) -> None:
    away(cast)
    tell(cast, "longshan")
    house.hidden["longshan_head"] = {1}
    assert queries.unread_count(cast.actor("longshan_head")) == 0


def test_离岗由本人或负责人登记_代理人须同单位(cast: Any) -> None:
    with pytest.raises(Denied):
        away(cast, by="dongfeng_head")
    with pytest.raises(Denied):
        away(cast, by="chen")
    with pytest.raises(RuleBroken, match="同一单位"):
        away(cast, deputy="dongfeng")
    assert away(cast, by="longshan_head", deputy="duo").deputy == cast.person("duo")


def test_离岗不得相叠_起止不得颠倒_不得连环代理(cast: Any) -> None:
    away(cast)
    for wrong in (
        {"ends_on": cast.TODAY - timedelta(days=1)},
        {"reason": " "},
        {"ends_on": cast.TODAY + timedelta(days=400)},
        {"person": "longshan_head", "deputy": "duo"},
        {"person": "duo", "deputy": "longshan"},
        {"starts_on": cast.TODAY + timedelta(days=3), "ends_on": cast.TODAY + timedelta(days=5)},
    ):
        with pytest.raises(RuleBroken):
            away(cast, **wrong)


def test_撤销离岗_别人的看不见_撤过的他人先行(cast: Any) -> None:
    row = away(cast)
    with pytest.raises(NotFound):
        cancel_absence(actor=cast.actor("dongfeng"), absence_id=row.pk, now=cast.NOW)
    with pytest.raises(Denied):  # 代理人看得见,但不由他撤
        away(
            cast,
            person="duo",
            deputy="longshan",
            starts_on=cast.TODAY + timedelta(days=30),
            ends_on=cast.TODAY + timedelta(days=31),
        )
        other = cast.person("duo").absences.get()
        cancel_absence(actor=cast.actor("longshan"), absence_id=other.pk, now=cast.NOW)
    cancel_absence(actor=cast.actor("longshan_head"), absence_id=row.pk, now=cast.NOW)
    with pytest.raises((Stale, NotFound)):
        cancel_absence(actor=cast.actor("longshan"), absence_id=row.pk, now=cast.NOW)
