"""权限矩阵、运行情况与三员的工作台。"""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection

from juyuan.faces.web.matrix import VIEWERS
from juyuan.foundation.people.models import Account, Post
from juyuan.foundation.work.models import JobRun
from juyuan.foundation.workdays import clock
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


def test_the_matrix_speaks_chinese_and_narrows_to_one_viewer(cast):
    client = cast.client("secadmin")
    whole = client.get("/admin/matrix/").content.decode()
    for label in VIEWERS.values():
        assert label in whole
    assert "看不见" in whole and ">200<" not in whole
    one = client.get("/admin/matrix/", {"who": "own", "result": "不准"}).content.decode()
    assert "/admin/jobs/" in one and "/projects/new/" not in one
    assert 'data-l="总召集人"' not in one


def test_the_sysadmin_sees_locked_and_unfinished_accounts_and_the_missing_calendar(cast):
    AccessAttempt.objects.create(
        username="longshan", ip_address="10.0.0.9", failures_since_start=5, attempt_time=clock.now()
    )
    account = Account.objects.get(username="xian")
    account.must_change_password = True
    account.save(update_fields=["must_change_password"])
    page = cast.client("sysadmin").get("/").content.decode()
    assert "登录锁定" in page and "10.0.0.9" in page and "/admin/people/longshan/" in page
    assert "/admin/people/?state=must" in page
    listed = cast.client("sysadmin").get("/admin/people/", {"state": "must"}).content.decode()
    assert "/admin/people/xian/" in listed and "/admin/people/longshan/" not in listed


def test_the_secadmin_sees_who_waits_for_a_post_and_whose_post_ends(cast):
    today = clock.today()
    post = Post.objects.get(person__code="longshan")
    post.ends_on = today + timedelta(days=3)
    post.save(update_fields=["ends_on"])
    gone = Post.objects.get(person__code="xian")
    gone.ends_on = today - timedelta(days=1)
    gone.starts_on = today - timedelta(days=9)
    gone.save(update_fields=["ends_on", "starts_on"])
    page = cast.client("secadmin").get("/").content.decode()
    assert "任职快到期" in page and "/admin/people/longshan/" in page
    assert "等授予任职" in page and "/admin/people/xian/grant/" in page
    listed = cast.client("secadmin").get("/admin/people/", {"state": "idle"}).content.decode()
    assert "/admin/people/xian/" in listed and "/admin/people/longshan/" not in listed


def test_the_auditadmin_sees_refusals_and_that_the_ledger_is_guarded(cast):
    cast.client("longshan").get("/admin/matrix/")
    page = cast.client("auditadmin").get("/").content.decode()
    assert "守护完好" in page
    assert "无权访问" in page and "refused=1" in page


def test_no_administrator_sees_business_on_the_workbench(cast):
    for who in ("sysadmin", "secadmin", "auditadmin"):
        page = cast.client(who).get("/").content.decode()
        assert "/projects/" not in page and "/investors/" not in page
