"""断电与并发:中途被杀什么也不留;两个人同时提交也只写一遍。"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from juyuan.foundation.exchange import tasks
from juyuan.foundation.exchange.models import BatchState, CollisionCase, ImportBatch, ImportRow
from juyuan.foundation.exchange.tests.conftest import Desk
from juyuan.foundation.exchange.tests.toy import store
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.work import registry as work
from juyuan.foundation.work.actions import execute
from juyuan.foundation.work.models import TaskRun
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
        timeout=120,
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
    monkeypatch.setattr("juyuan.foundation.exchange.views.flow.LARGE", 200)
    batch = desk.open(DATA)
    before = work.task_kind(tasks.COMMIT)
    work.register_task(tasks.TASK)
    try:
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
    finally:
        if before is None:
            work.unregister_task(tasks.COMMIT)
