"""写台账:与动作同一事务;写不进去,动作不成立;拒绝另记。"""

from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from juyuan.foundation.ledger.actions import Entry, record, record_many, refuse
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.ledger.queries import timeline, verify_append_only
from juyuan.foundation.people.actions import create_unit
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.kernel.actor import Actor
from tests.cast import NOW

CONSOLE = Actor.console()


def write(**more):
    given = {"event": "toy.done", "actor": CONSOLE, "obj_type": "toy", "obj_id": "1", "now": NOW}
    return record(**{**given, **more})


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError, match="同一事务"):
        write()
    with pytest.raises(RuntimeError, match="同一事务"):
        record_many([], actor=CONSOLE, now=NOW, group=None)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_row_goes_when_the_act_is_rolled_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_act_that_was_rolled_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    refuse(event="toy.refused", actor=CONSOLE, obj_type="toy", obj_id="1", message="不准", now=NOW)
    event = Event.objects.get()
    assert (event.event, event.result, event.reason) == ("toy.refused", "refused", "不准")


def test_an_act_fails_when_its_row_cannot_be_written(db, as_owner):
    with as_owner() as cursor:
        cursor.execute("REVOKE INSERT ON ledger_event FROM juyuan_app")
    with pytest.raises(ProgrammingError, match="permission denied"):
        create_unit(actor=CONSOLE, draft=UnitDraft("x", "某", "town"), now=NOW)
    assert not Unit.objects.filter(code="x").exists()


def test_the_row_carries_who_in_which_post_and_through_which_door(cast):
    actor = cast.actor("duo", unit="dongfeng", via="api")
    with transaction.atomic():
        event = write(actor=actor)
    assert (event.actor_name, event.unit_code, event.post_label, event.via) == (
        "两职",
        "dongfeng",
        "经办",
        "api",
    )
    assert event.actor_id == cast.account("duo").pk


def test_a_batch_shares_one_group_and_equals_single_rows(db):
    group = uuid4()
    entry = Entry("toy.done", "toy", "1", "名", None, {"a": 1}, "理由", "3.3b")
    with transaction.atomic():
        record_many([entry, entry], actor=CONSOLE, now=NOW, group=group)
        write(obj_label="名", after={"a": 1}, reason="理由", clause="3.3b", group=group)
    rows = list(Event.objects.order_by("id").values())
    for row in rows:
        row.pop("id")
    assert rows[0] == rows[1] == rows[2]


def test_timeline_holds_what_was_done_newest_first(db):
    with transaction.atomic():
        first, second = write(), write()
        write(obj_id="2")
    refuse(event="toy.refused", actor=CONSOLE, obj_type="toy", obj_id="1", now=NOW)
    assert [event.pk for event in timeline("toy", 1)] == [second.pk, first.pk]
    assert len(timeline("toy", 1, limit=1)) == 1


def test_verify_append_only_is_content_with_a_prepared_database(db):
    assert verify_append_only() == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("ALTER TABLE ledger_event DISABLE TRIGGER append_only", "触发器被停用"),
        ("ALTER TABLE ledger_event ENABLE TRIGGER append_only", "触发器被停用"),
        ("SELECT ledger_unprotect('ledger_event')", "没有只增触发器"),
        ("GRANT UPDATE ON ledger_event TO juyuan_app", "有 UPDATE 权"),
        ("GRANT TRUNCATE ON ledger_event TO juyuan_app", "有 TRUNCATE 权"),
    ],
)
def test_verify_append_only_notices(db, as_owner, sql, words):
    with as_owner() as cursor:
        cursor.execute(sql)
    assert any(words in line for line in verify_append_only())


def test_odd_characters_from_an_address_are_stored_not_refused(db):
    row = write(after={"filters": {"q\x00": "甲\x00乙"}, "columns": ["a\ud800"]}, reason="\x00")
    row.refresh_from_db()
    assert row.after == {"filters": {"q\ufffd": "甲\ufffd乙"}, "columns": ["a?"]}
    assert row.reason == "\ufffd"
