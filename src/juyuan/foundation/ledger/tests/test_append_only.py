"""台账只增不改:运行角色无权,触发器连所有者也拒绝。"""

import pytest
from django.db import ProgrammingError, connection, transaction

from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from tests.cast import NOW

CHANGES = [
    "UPDATE ledger_event SET reason = 'x'",
    "DELETE FROM ledger_event",
    "TRUNCATE ledger_event",
]


@pytest.fixture
def event(db):
    with transaction.atomic():
        return record(
            event="test.done", actor=Actor.console(), obj_type="unit", obj_id="a", now=NOW
        )


def test_tests_run_as_the_runtime_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("juyuan_app",)


@pytest.mark.parametrize("sql", CHANGES)
def test_runtime_role_has_no_right(event, sql):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Event.objects.get(pk=event.pk).reason == ""


@pytest.mark.parametrize("sql", CHANGES)
def test_trigger_refuses_the_owner_too(event, as_owner, sql):
    with (
        pytest.raises(ProgrammingError, match="「ledger_event」只增不改,拒绝"),
        as_owner() as cursor,
    ):
        cursor.execute(sql)
    assert Event.objects.get(pk=event.pk).reason == ""


@pytest.mark.parametrize("sql", CHANGES)
def test_trigger_fires_even_in_replica_mode(event, as_owner, sql):
    with (
        pytest.raises(ProgrammingError, match="只增不改"),
        as_owner() as cursor,
    ):
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
    assert Event.objects.filter(pk=event.pk).exists()
