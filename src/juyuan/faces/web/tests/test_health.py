"""存活与就绪:就绪的每一项都真的会红,红的时候说得出是什么。"""

import json
from collections import namedtuple

import pytest
from django.db import connection

from juyuan.faces.web import health

USAGE = namedtuple("USAGE", "total used free")


def ready(client):
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def expecting(settings):
    settings.JUYUAN_EXPECT_WORKER = True


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


@pytest.mark.django_db
def test_ready_without_a_worker_where_none_is_expected(client):
    assert ready(client) == (200, {"status": "ok", "problems": {}})


@pytest.mark.django_db
@pytest.mark.parametrize("stale", [[], [61], [3600, 90]])
def test_a_worker_without_a_fresh_heartbeat_makes_it_red(client, expecting, stale):
    for seconds in stale:
        beat(seconds)
    status, body = ready(client)
    assert status == 503
    assert list(body["problems"]) == ["worker"]
    assert "任务进程没有心跳" in body["problems"]["worker"]


@pytest.mark.django_db
def test_one_live_worker_is_enough(client, expecting):
    beat(3600)
    beat(5)
    assert ready(client) == (200, {"status": "ok", "problems": {}})


@pytest.mark.django_db
def test_a_full_disk_makes_it_red(client, monkeypatch):
    monkeypatch.setattr(
        health.shutil, "disk_usage", lambda path: USAGE(1, 1, health.MIN_FREE_BYTES - 1)
    )
    status, body = ready(client)
    assert (status, list(body["problems"])) == (503, ["disk"])
    assert "200 MB" in body["problems"]["disk"]


def test_alive_asks_nothing_of_the_database(client, expecting):
    assert client.get("/healthz").json() == {"status": "ok"}
