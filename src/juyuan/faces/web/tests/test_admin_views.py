"""权限矩阵与运行情况两屏。"""

import pytest
from django.db import connection

from juyuan.foundation.work.models import JobRun
from tests.cast import NOW, TODAY


def test_the_matrix_is_for_the_three_admins(cast):
    for who in ("sysadmin", "secadmin", "auditadmin"):
        assert cast.client(who).get("/admin/matrix/").status_code == 200
    for who in ("chen", "shangwuju_head", "kong"):
        assert cast.client(who).get("/admin/matrix/").status_code == 403


def test_running_shows_workers_and_failed_jobs(cast):
    JobRun.objects.create(
        name="files.sweep", on=TODAY, started_at=NOW, ended_at=NOW, error="OSError: 坏盘"
    )
    client = cast.client("sysadmin")
    page = client.get("/admin/jobs/").content.decode()
    assert "没有任务进程" in page
    assert "坏盘" in page
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert "任务进程在运行" in client.get("/admin/jobs/").content.decode()


@pytest.mark.parametrize("who", ["secadmin", "auditadmin", "chen", "shangwuju_head"])
def test_running_is_for_the_sysadmin_alone(cast, who):
    assert cast.client(who).get("/admin/jobs/").status_code == 403
