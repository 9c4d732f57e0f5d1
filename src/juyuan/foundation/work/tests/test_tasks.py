"""长任务:提交即排队,有进度,可取消,被杀之后从头再做,不留一半。"""

import signal
import subprocess
import sys
import time

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import create_unit, disable_account
from juyuan.foundation.people.models import Unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.foundation.work import progress as progress_module
from juyuan.foundation.work import registry
from juyuan.foundation.work.actions import cancel_task, execute, start_task
from juyuan.foundation.work.models import TaskRun
from juyuan.foundation.work.queries import workers_alive
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db(transaction=True)
CONSOLE = Actor.console()


@pytest.fixture
def cast(transactional_db):
    return Cast()


@pytest.fixture
def toy(monkeypatch):
    """玩具任务:在一个事务里建单位,一边报进度;`steps` 里可以放每步要做的事。"""
    monkeypatch.setattr(progress_module, "EVERY_SECONDS", 0)
    state = {"steps": {}, "actor": None}

    def run(args, *, actor, now, progress):
        state["actor"] = actor
        with transaction.atomic():
            for step in range(1, args["steps"] + 1):
                create_unit(
                    actor=CONSOLE, draft=UnitDraft(f"toy{step}", f"玩具{step}", "town"), now=now
                )
                state["steps"].get(step, lambda: None)()
                progress(step, args["steps"], f"第 {step} 步")
        return {"made": args["steps"]}

    registry.register_task(registry.TaskKind("toy", "造玩具", run, lambda r: f"/toys/{r['made']}/"))
    yield state
    registry.unregister_task("toy")


def start(cast, steps=3, who="longshan", kind="toy"):
    return start_task(actor=cast.actor(who), kind=kind, args={"steps": steps}, now=NOW)


def made():
    return Unit.objects.filter(code__startswith="toy").count()


def run_worker():
    """做完排着的就停。定时的不排:到没到点与测试无关。"""
    with app.replace_connector(app.connector.get_worker_connector()) as running:
        timed = running.periodic_registry.periodic_tasks
        running.periodic_registry.periodic_tasks = {}
        try:
            running.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        finally:
            running.periodic_registry.periodic_tasks = timed


def test_a_worker_takes_it_from_the_queue(cast, toy):
    run = start(cast)
    assert (run.state, run.label) == ("queued", "造玩具")
    run_worker()
    run.refresh_from_db()
    assert (run.state, run.result, run.done, run.total) == ("done", {"made": 3}, 3, 3)
    assert made() == 3
    assert (toy["actor"].username, toy["actor"].via) == ("longshan", "job")


def test_queueing_is_part_of_the_transaction(cast, toy):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        start(cast)
        raise ZeroDivisionError
    assert not TaskRun.objects.exists()
    run_worker()
    assert made() == 0


def test_progress_is_seen_while_the_tasks_transaction_is_open(cast, toy):
    run = start(cast)
    seen = []
    toy["steps"][3] = lambda: seen.append(fresh(run.pk))
    execute(run.pk, now=NOW)
    assert seen == [(2, 3, "第 2 步")]


def fresh(pk):
    """从另一条连接看(任务的事务还没有提交)。"""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT done, total, message FROM work_taskrun WHERE id = %s", [str(pk)])
            return cursor.fetchone()
    finally:
        other.close()


def test_cancel_while_queued(cast, toy):
    run = start(cast)
    assert cancel_task(actor=cast.actor("longshan"), task_id=run.pk, now=NOW).state == "cancelled"
    run_worker()
    run.refresh_from_db()
    assert (run.state, run.attempts, made()) == ("cancelled", 0, 0)
    assert Event.objects.first().event == "work.task.cancelled"


def test_cancel_while_running_rolls_back(cast, toy):
    run = start(cast)

    def someone_cancels():
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE work_taskrun SET cancel_requested = true WHERE id = %s", [str(run.pk)]
            )
        other.close()

    toy["steps"][2] = someone_cancels
    done = execute(run.pk, now=NOW)
    assert (done.state, done.message, made()) == ("cancelled", "已按要求取消，没有留下改动", 0)


def test_cancelling_a_finished_task_changes_nothing(cast, toy):
    run = start(cast)
    execute(run.pk, now=NOW)
    events = Event.objects.count()
    assert cancel_task(actor=cast.actor("longshan"), task_id=run.pk, now=NOW).state == "done"
    assert Event.objects.count() == events


def test_executing_twice_does_it_once(cast, toy):
    run = start(cast)
    execute(run.pk, now=NOW)
    assert execute(run.pk, now=NOW).attempts == 1
    assert made() == 3


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuleBroken.one("name", "r", "第 2 行名称重复"), "第 2 行名称重复"),
        (Denied("不准"), "不准"),
        (NotFound(), "对象不存在或已不可见"),
        (ZeroDivisionError("内部细节"), "程序出错"),
    ],
)
def test_failures_say_why_and_leave_nothing(cast, toy, error, message):
    def fail():
        raise error

    toy["steps"][2] = fail
    run = start(cast)
    done = execute(run.pk, now=NOW)
    assert done.state == "failed"
    assert message in done.message
    assert "内部细节" not in done.message
    assert made() == 0
    if isinstance(error, RuleBroken):
        assert done.result["findings"][0]["message"] == "第 2 行名称重复"


def test_rights_are_those_of_the_moment_it_runs(cast, toy):
    run = start(cast)
    disable_account(actor=CONSOLE, username="longshan", reason="调离", now=NOW)
    done = execute(run.pk, now=NOW)
    assert (done.state, done.message, made()) == ("failed", "发起人的账号已停用", 0)


def test_an_unknown_kind_is_refused_at_once(cast):
    with pytest.raises(RuleBroken, match="没有长任务「meiyou」"):
        start(cast, kind="meiyou")
    assert not TaskRun.objects.exists()


CHILD = """
import sys, time, django
django.setup()
from django.db import transaction
from juyuan.foundation.people.actions import create_unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.foundation.work import registry
from juyuan.foundation.work.actions import execute
from juyuan.kernel.actor import Actor
from tests.cast import NOW

def run(args, *, actor, now, progress):
    with transaction.atomic():
        create_unit(actor=Actor.console(), draft=UnitDraft("toy1", "玩具", "town"), now=now)
        progress(1, 3)
        print("half", flush=True)
        time.sleep(60)

registry.register_task(registry.TaskKind("toy", "造玩具", run))
execute(sys.argv[1], now=NOW)
"""


def test_killed_in_the_middle_it_is_taken_up_again_from_the_start(cast, toy, child_env):
    run = start(cast)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(run.pk)], env=child_env, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline().strip() == "half"
    assert execute(run.pk, now=NOW) is None  # 别的进程正在做
    child.send_signal(signal.SIGKILL)
    child.wait(120)
    run.refresh_from_db()
    assert (run.state, made()) == ("running", 0)
    done = None
    for _ in range(600):  # 等数据库发现那条连接已断、放开锁
        done = execute(run.pk, now=NOW)
        if done is not None:
            break
        time.sleep(0.1)
    assert (done.state, done.attempts, made()) == ("done", 2, 3)


def test_a_job_of_a_dead_worker_is_queued_again(cast, toy):
    from juyuan.foundation.work.tasks import retry_stalled

    run = start(cast)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '5 minutes') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    assert workers_alive() == 0
    run_worker()
    run.refresh_from_db()
    assert run.state == "queued"
    retry_stalled.defer(timestamp=0)
    run_worker()
    run_worker()
    run.refresh_from_db()
    assert (run.state, made()) == ("done", 3)


# ───────── 网页 ─────────


def test_the_page_shows_progress_to_its_owner_only(cast, toy):
    run = start(cast)
    client = cast.client("longshan")
    page = client.get(f"/tasks/{run.pk}/").content.decode()
    assert "造玩具" in page
    assert f"/tasks/{run.pk}/cancel/" in page
    assert "造玩具" in client.get("/tasks/").content.decode()
    for url in (f"/tasks/{run.pk}/", f"/tasks/{run.pk}/progress/"):
        assert cast.client("xian").get(url).status_code == 404
    assert cast.client("xian").post(f"/tasks/{run.pk}/cancel/").status_code == 404
    assert "造玩具" not in cast.client("xian").get("/tasks/").content.decode()
    execute(run.pk, now=NOW)
    part = client.get(f"/tasks/{run.pk}/progress/").content.decode()
    assert "已完成" in part
    assert "/toys/3/" in part
    assert "hx-get" not in part


def test_cancel_from_the_page(cast, toy):
    run = start(cast)
    client = cast.client("longshan")
    assert client.get(f"/tasks/{run.pk}/cancel/").status_code == 405
    assert client.post(f"/tasks/{run.pk}/cancel/").status_code == 302
    run.refresh_from_db()
    assert run.state == "cancelled"
