"""断电与并发:中途被杀什么也不留;两个人同时提交也只写一遍。"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse
from procrastinate.exceptions import AlreadyEnqueued

from juyuan.foundation.exchange import actions, tasks
from juyuan.foundation.exchange.actions import preview as preview_actions
from juyuan.foundation.exchange.actions import shared
from juyuan.foundation.exchange.models import BatchState, CollisionCase, ImportBatch, ImportRow
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.toy import store
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.work.actions import execute
from juyuan.foundation.work.models import TaskRun
from juyuan.foundation.work.tasks import retry_stalled
from juyuan.kernel.verdict import Stale
from tests.cast import NOW
from tests.files.dirty import plain

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["项目名称", "总投资(万元)"]
DATA = plain(HEAD, *[[f"{i}号", i] for i in range(1, 301)])

# 子进程:在指定的一步之后立刻杀掉自己(kill -9,没有收尾的机会)
_CHILD = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from juyuan.foundation.exchange.actions import commit as _, preview
from juyuan.foundation.exchange import actions
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.tests import toy
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.people.models import Account
from juyuan.foundation.people.queries import actor_for
from tests.cast import TODAY
import importlib
commit = importlib.import_module("juyuan.foundation.exchange.actions.commit")
preview = importlib.import_module("juyuan.foundation.exchange.actions.preview")

def deadly(module, name):
    original = getattr(module, name)
    def then_die(*args, **kwargs):
        original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, name, then_die)

step, file, batch = sys.argv[1:4]
where, name = {
    "保存预览": (preview, "_judge_and_save"),
    "记下打开": (preview, "record"),
    "写对象": (toy, "record_many"),
    "记来历": (commit, "_mark_done"),
    "记提交": (commit, "record"),
}[step]
deadly(where, name)
registry.register(toy.TOY)
desk = Desk(actor_for(Account.objects.select_related("person").get(username="longshan"), today=TODAY))
if batch:
    desk.commit(preview.ImportBatch.objects.get(pk=batch))
else:
    desk.open(Path(file).read_bytes())
"""


def die_in(step: str, child_env: dict[str, str], file: Path, batch: str = "") -> None:
    root = Path(__file__).resolve().parents[5]
    env = {**child_env, "PYTHONPATH": f"{child_env['PYTHONPATH']}:{root}"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, step, str(file), batch],
        env=env,
        cwd=root,
        timeout=400,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -9, done.stderr


def traces() -> tuple[Any, ...]:
    return (
        store(),
        ImportBatch.objects.values_list("pk", "state", "version").first(),
        ImportBatch.objects.count(),
        ImportRow.objects.count(),
        ImportRow.objects.filter(done=True).count(),
        CollisionCase.objects.count(),
        Event.objects.count(),
    )


@pytest.mark.parametrize("step", ["保存预览", "记下打开"])
def test_killed_while_opening_leaves_nothing(
    desk: Desk, child_env: dict[str, str], tmp_path: Path, step: str
) -> None:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(DATA)
    before = traces()
    die_in(step, child_env, file)
    assert traces() == before
    assert desk.open(DATA).counts["new"] == 300


@pytest.mark.parametrize("step", ["写对象", "记来历", "记提交"])
def test_killed_while_committing_leaves_nothing_and_the_next_try_succeeds(
    desk: Desk, child_env: dict[str, str], tmp_path: Path, step: str
) -> None:
    batch = desk.open(DATA)
    before = traces()
    die_in(step, child_env, tmp_path, str(batch.pk))
    assert traces() == before
    desk.commit(batch)
    assert len(store()) == 300


def test_two_commits_at_once_write_once(desk: Desk) -> None:
    batch = desk.open(DATA)
    events = Event.objects.count()
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def run() -> None:
        try:
            gate.wait()
            outcomes.append(desk.commit(batch).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [BatchState.COMMITTED, BatchState.COMMITTED]
    assert len(store()) == 300
    assert Event.objects.count() == events + 300 + 1


def test_a_large_batch_is_committed_as_a_task(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LARGE", 200)
    a_worker_waits()
    batch = desk.open(DATA)
    response = cast.client("longshan").post(reverse("exchange:commit", args=[batch.pk]))
    task = TaskRun.objects.get()
    assert response.url == reverse("work:task", args=[task.pk])
    assert store() == {}
    assert execute(task.pk, now=NOW).state == "done"
    assert len(store()) == 300
    task.refresh_from_db()
    assert tasks.result_url(task.result) == reverse("exchange:batch", args=[batch.pk])
    assert execute(task.pk, now=NOW).state == "done"
    assert len(store()) == 300


def test_without_a_worker_a_large_batch_is_done_at_once(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LARGE", 200)
    monkeypatch.setattr(preview_actions, "LARGE", 200)
    response = upload(cast)
    batch = ImportBatch.objects.get()
    assert response.url == reverse("exchange:batch", args=[batch.pk])
    assert (batch.state, batch.counts["new"]) == (BatchState.PREVIEW, 300)
    cast.client("longshan").post(reverse("exchange:commit", args=[batch.pk]))
    assert len(store()) == 300
    assert not TaskRun.objects.exists()


def a_worker_waits() -> None:
    """登记一个刚有心跳的任务进程(不真的运行)。"""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def upload(cast: Any, data: bytes = DATA) -> Any:
    return cast.client("longshan").post(
        reverse("exchange:new"),
        {"kind": "toys", "file": SimpleUploadedFile("台账.xlsx", data), "clear": "on"},
    )


def queued_preview(cast: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[ImportBatch, TaskRun]:
    monkeypatch.setattr(preview_actions, "LARGE", 200)
    a_worker_waits()
    response = upload(cast)
    task = TaskRun.objects.get()
    assert response.url == reverse("work:task", args=[task.pk])
    return ImportBatch.objects.get(), task


def test_a_large_file_is_judged_as_a_task(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, task = queued_preview(cast, monkeypatch)
    assert (batch.state, batch.rows.count()) == (BatchState.READING, 0)
    page = cast.client("longshan").get(reverse("exchange:batch", args=[batch.pk]))
    assert "正在判读" in page.content.decode()
    with pytest.raises(Stale, match="还没有判完"):
        desk.commit(batch)
    assert execute(task.pk, now=NOW).state == "done"
    batch.refresh_from_db()
    assert (batch.state, batch.counts["new"]) == (BatchState.PREVIEW, 300)
    version = batch.version
    assert execute(task.pk, now=NOW).state == "done"  # 再做一遍什么也不变
    batch.refresh_from_db()
    assert batch.version == version
    desk.commit(batch)
    assert len(store()) == 300


def test_judged_at_once_or_as_a_task_the_rows_are_the_same(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = desk.open(DATA)
    batch, task = queued_preview_beside(cast, monkeypatch, at_once)
    execute(task.pk, now=NOW)
    columns = ("position", "sheet", "number", "verdict", "findings", "shown", "fingerprint")
    assert list(batch.rows.values_list(*columns)) == list(at_once.rows.values_list(*columns))


def queued_preview_beside(
    cast: Any, monkeypatch: pytest.MonkeyPatch, other: ImportBatch
) -> tuple[ImportBatch, TaskRun]:
    monkeypatch.setattr(preview_actions, "LARGE", 200)
    a_worker_waits()
    upload(cast)
    return ImportBatch.objects.exclude(pk=other.pk).get(), TaskRun.objects.get()


@pytest.mark.parametrize("which", ["判读", "提交"])
def test_cancelled_in_the_middle_nothing_is_left(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    if which == "判读":
        batch, task = queued_preview(cast, monkeypatch)
    else:
        monkeypatch.setattr(actions, "LARGE", 200)
        a_worker_waits()
        batch = desk.open(DATA)
        cast.client("longshan").post(reverse("exchange:commit", args=[batch.pk]))
        task = TaskRun.objects.get()
    before = traces()
    original = shared.judge_rows

    def someone_cancels(*args: Any) -> Any:
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE work_taskrun SET cancel_requested = true WHERE id = %s", [str(task.pk)]
            )
        other.close()
        return original(*args)

    monkeypatch.setattr(shared, "judge_rows", someone_cancels)
    assert execute(task.pk, now=NOW).state == "cancelled"
    assert traces() == before
    if which == "判读":
        actions.abandon(actor=desk.actor, batch_id=batch.pk, now=NOW)
        batch.refresh_from_db()
        assert batch.state == BatchState.ABANDONED


# 真的任务进程:judge 之后在 commit_many 里停住,等着被杀
_WORKER = """
import os, sys, time
import django
django.setup()
from juyuan.foundation.exchange.kinds import registry
from juyuan.foundation.exchange.tests import toy
registry.register(toy.TOY)
if sys.argv[1] == "hang":
    original = toy.record_many
    def hang(*args, **kwargs):
        original(*args, **kwargs)
        print("written", flush=True)
        time.sleep(600)
    toy.record_many = hang
os.environ["JUYUAN_PARENT"] = str(os.getppid())
from juyuan.faces.cli import worker
sys.exit(worker.main())
"""


def start_worker(child_env: dict[str, str], how: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[5]
    env = {**child_env, "PYTHONPATH": f"{child_env['PYTHONPATH']}:{root}"}
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, how], env=env, cwd=root, stdout=subprocess.PIPE, text=True
    )


def test_a_worker_killed_while_committing_leaves_nothing_and_another_takes_it_up(
    desk: Desk, cast: Any, monkeypatch: pytest.MonkeyPatch, child_env: dict[str, str]
) -> None:
    monkeypatch.setattr(actions, "LARGE", 200)
    a_worker_waits()
    batch = desk.open(DATA)
    cast.client("longshan").post(reverse("exchange:commit", args=[batch.pk]))
    task = TaskRun.objects.get()
    first = start_worker(child_env, "hang")
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "written\n"
    finally:
        first.kill()
        first.wait()
    task.refresh_from_db()
    assert (task.state, store(), batch.rows.filter(done=True).count()) == ("running", {}, 0)
    with connection.cursor() as cursor:
        # 心跳断了半分钟以上,与真的过了半分钟一样
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
        )
    with suppress(AlreadyEnqueued):  # 任务进程自己也会排
        retry_stalled.defer(timestamp=0)
    second = start_worker(child_env, "work")
    try:
        done = wait_for(lambda: TaskRun.objects.get().state == "done")
    finally:
        second.terminate()
        second.wait(timeout=120)
    assert done
    assert len(store()) == 300
    task.refresh_from_db()
    assert task.attempts == 2


def wait_for(happened: Callable[[], bool], seconds: float = 300) -> bool:
    """等到为止(另一个进程的事,没有别的信号可等)。"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.1)
    return False
