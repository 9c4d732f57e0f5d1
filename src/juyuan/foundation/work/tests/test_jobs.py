"""定期任务:一日一次,停机补做,出错再做,互不拖累,同时只有一个在做。"""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from juyuan.foundation.work import registry
from juyuan.foundation.work.actions import run_jobs
from juyuan.foundation.work.models import JobRun
from juyuan.foundation.work.queries import last_done
from juyuan.kernel.verdict import RuleBroken
from tests.cast import NOW, TODAY


class Toy:
    """记下做过的日子;`broken` 里的日子会出错。"""

    def __init__(self):
        self.days, self.broken = [], set()

    def __call__(self, *, today, now):
        if today in self.broken:
            raise ValueError("坏了")
        self.days.append(today)
        return {"made": len(self.days)}


@pytest.fixture(autouse=True)
def only_toys(monkeypatch):
    monkeypatch.setattr(registry, "_jobs", {})


@pytest.fixture
def toy():
    job = Toy()
    registry.register(registry.Job("toy", "玩具", job))
    return job


def run(today=TODAY, only=""):
    return [(o.name, o.on, o.state) for o in run_jobs(today=today, now=NOW, only=only)]


def test_once_a_day_however_often_it_is_asked(db, toy):
    assert run() == [("toy", TODAY, "ran")]
    assert run() == []
    row = JobRun.objects.get()
    assert (row.on, row.result, row.error) == (TODAY, {"made": 1}, "")
    assert row.started_at == NOW <= row.ended_at
    assert last_done("toy") == TODAY


def test_days_missed_while_stopped_are_made_up_for_in_order(db, toy):
    run()
    later = TODAY + timedelta(days=3)
    assert [on for _, on, _ in run(later)] == [TODAY + timedelta(days=n) for n in (1, 2, 3)]
    assert toy.days == [TODAY + timedelta(days=n) for n in (0, 1, 2, 3)]


def test_a_job_that_needs_only_the_latest_day(db):
    job = Toy()
    registry.register(registry.Job("toy", "玩具", job, catch_up=False))
    run()
    run(TODAY + timedelta(days=3))
    assert job.days == [TODAY, TODAY + timedelta(days=3)]


def test_a_failure_is_kept_stops_its_later_days_and_is_tried_again(db, toy):
    other = Toy()
    registry.register(registry.Job("zebra", "另一项", other))
    run()
    toy.broken = {TODAY + timedelta(days=1)}
    later = TODAY + timedelta(days=2)
    assert run(later) == [
        ("toy", TODAY + timedelta(days=1), "failed"),
        ("zebra", TODAY + timedelta(days=1), "ran"),
        ("zebra", later, "ran"),
    ]
    assert "坏了" in JobRun.objects.get(name="toy", on=TODAY + timedelta(days=1)).error
    toy.broken = set()
    assert [on for _, on, _ in run(later)] == [TODAY + timedelta(days=1), later]
    assert JobRun.objects.filter(name="toy").exclude(error="").count() == 0


def test_only_one_job_and_an_unknown_one(db, toy):
    registry.register(registry.Job("zebra", "另一项", Toy()))
    assert [name for name, _, _ in run(only="zebra")] == ["zebra"]
    with pytest.raises(RuleBroken, match="没有定期任务「meiyou」；现有：toy、zebra"):
        run(only="meiyou")


def test_a_run_left_unfinished_by_a_killed_process_is_done_again(db, toy):
    JobRun.objects.create(name="toy", on=TODAY, started_at=NOW)
    assert run() == [("toy", TODAY, "ran")]
    assert JobRun.objects.get().ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_do_it_once():
    entered, leave, seen = threading.Event(), threading.Event(), []

    def slow(*, today, now):
        seen.append(today)
        entered.set()
        leave.wait(120)

    registry.register(registry.Job("slow", "慢", slow))
    states = []

    def work():
        try:
            states.extend(state for _, _, state in run())
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert entered.wait(120)
    assert run() == [("slow", TODAY, "busy")]
    leave.set()
    first.join(120)
    assert (states, seen) == (["ran"], [TODAY])
    assert run() == []
