"""每夜的备份、备份页、地方够不够:按规则留,失败看得见。"""

import os
from datetime import timedelta

import pytest
from django.db import transaction

from juyuan.foundation.files import storage
from juyuan.foundation.keeping import manifest, queries, restoring, tools
from juyuan.foundation.keeping.jobs import nightly, whole_ones
from juyuan.foundation.ledger.actions import record
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from tests.cast import NOW

environment = tools.environment  # 有的例子把它换成连不上的
pytestmark = pytest.mark.django_db(transaction=True)


def body_of(folder):
    return manifest.read(folder)


def test_nightly_makes_one_a_day_links_what_is_the_same_and_prunes(settings, place, put):
    settings.JUYUAN_BACKUP_DIR, settings.JUYUAN_BACKUP_KEEP = str(place / "night"), "2,0,0"
    stored = put("甲")
    root = place / "night"
    for day in range(3):
        now = NOW + timedelta(days=day)
        first = nightly(today=now.date(), now=now)
        again = nightly(today=now.date(), now=now + timedelta(hours=1))
        assert again["folder"] == first["folder"]
    left = sorted(whole_ones(root))
    assert len(left) == 2
    assert left[-1].startswith(f"{NOW + timedelta(days=2):%Y%m%d}")
    inodes = {manifest.blob(root / name, stored.sha256).stat().st_ino for name in left}
    assert len(inodes) == 1
    for name in left:
        assert manifest.check_parts(root / name, body_of(root / name)) == []
    assert sorted(p.name for p in root.iterdir()) == left
    assert [d.whole for d in queries.on_disk()] == [True, True]


def test_a_failed_night_keeps_the_old_ones_and_is_visible(settings, place, monkeypatch, cast):
    settings.JUYUAN_BACKUP_DIR, settings.JUYUAN_BACKUP_KEEP = str(place / "night"), "1,0,0"
    nightly(today=NOW.date(), now=NOW)
    from juyuan.foundation.work.actions.jobs import run_jobs

    monkeypatch.setattr(
        tools, "environment", lambda: {"PGHOST": "/nowhere", "PATH": os.environ["PATH"]}
    )
    later = NOW + timedelta(days=2)
    outcome = run_jobs(today=later.date(), now=later, only=queries.JOB)
    assert [o.state for o in outcome] == ["failed"]
    assert len(whole_ones(place / "night")) == 1
    assert "没有做成" in queries.standing(later).problem
    monkeypatch.setattr("juyuan.foundation.workdays.clock.now", lambda: later)
    page = cast.client("sysadmin").get("/admin/backups/").content.decode()
    assert "夜间备份没有做成" in page
    settings.DEMO = False
    ready = cast.client("sysadmin").get("/readyz", secure=True).json()
    assert ready["notes"] == {"backup": "备份没有按时做成"}


def test_a_late_one_is_said(settings, place, backup):
    settings.JUYUAN_BACKUP_DIR = str(place / "night")
    assert queries.standing(NOW).problem == "还没有备份过"
    backup()
    assert queries.standing(NOW).problem == ""
    assert "已超过一天半" in queries.standing(NOW + timedelta(hours=37)).problem


def test_demo_without_a_folder_does_nothing(settings, place):
    settings.JUYUAN_BACKUP_DIR, settings.DEMO = "", True
    assert "skipped" in nightly(today=NOW.date(), now=NOW)
    settings.DEMO = False
    assert queries.folder_of_backups() == place / "home" / "backups"


def test_the_page_shows_the_last_one(cast, backup, put, settings, place):
    settings.JUYUAN_BACKUP_DIR = str(place / "night")
    put("甲")
    backup()
    page = cast.client("sysadmin").get("/admin/backups/").content.decode()
    assert "已重读核对" in page
    assert "控制台" in page
    assert cast.client("auditadmin").get("/admin/backups/").status_code == 403


def test_too_little_room_is_said_before_anything(backup, place):
    backup()
    body = body_of(place / "b")
    with pytest.raises(RuleBroken, match="放不下"):
        restoring.refuse_lack_of_room(body | {"files": {"bytes": 2**60}}, storage.root())


def test_backup_speed_is_not_per_row(backup, place, django_assert_max_num_queries):
    with transaction.atomic():
        for n in range(50):
            record(event="x", actor=Actor.console(), obj_type="unit", obj_id=str(n), now=NOW)
    with django_assert_max_num_queries(120):
        backup()
