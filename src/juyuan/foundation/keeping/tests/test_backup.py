"""备份:一个快照,清单说得全,损坏看得出,被杀不留半份。"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.apps import apps
from django.db import connection, transaction

from juyuan.foundation.files import storage
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.keeping import LEFT_OUT, manifest, queries, restoring, tools
from juyuan.foundation.ledger import keys
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from tests.cast import NOW

environment = tools.environment  # 有的例子把它换成连不上的
pytestmark = pytest.mark.django_db(transaction=True)


def body_of(folder):
    return manifest.read(folder)


# ───────── 内容 ─────────


def test_every_model_is_in_it(backup, place):
    """一张表不在备份里,也不在写明缘由的名单里,就失败。"""
    backup()
    inside = set(body_of(place / "b")["tables"])
    listed = subprocess.run(
        [tools.program("pg_restore"), "--list", str(place / "b" / manifest.DUMP)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    with_data = {line.split()[-2] for line in listed.splitlines() if " TABLE DATA " in line}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed:
            assert model._meta.db_table in inside or "procrastinate" in model._meta.db_table
            continue
        table = model._meta.db_table
        assert (table in inside and table in with_data) != (table in LEFT_OUT), table
    assert inside - with_data == set(), "行数记了而没有转储的表"


def test_the_manifest_says_what_is_needed(backup, place, put):
    put("甲")
    put("乙")
    put("甲")
    taken = backup()
    body = body_of(place / "b")
    assert (taken.files, body["files"]["count"], taken.signed, taken.missing) == (2, 2, True, ())
    assert body["tables"]["files_storedfile"] == 3
    assert body["ledger"]["unsealed"] == 0
    assert body["ledger"]["anchor"]["rows"] == body["ledger"]["rows"] > 0
    assert "ledger.0004_seals" in body["migrations"]
    assert body["figures"]["as_of"] == NOW.date().isoformat()
    assert manifest.check_parts(place / "b", body) == []
    assert manifest.signature(body, keys.ring(keys.BACKUP)) == ""
    event = Event.objects.get(event="keeping.backup.made")
    assert event.after["verified"] is True
    assert (place / "b").stat().st_mode & 0o077 == 0
    assert not (place / "b.partial").exists()


def test_no_key_and_no_session_is_inside(backup, place, cast):
    """密钥、会话的字样在备份的任何文件(连同解开的转储)里都找不到。"""
    client = cast.client("longshan")
    session = client.session.session_key
    backup()
    text = subprocess.run(
        [tools.program("pg_restore"), "--file", "-", str(place / "b" / manifest.DUMP)],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    texts = [text, *(p.read_bytes() for p in (place / "b").rglob("*") if p.is_file())]
    for secret in (session, "a" * 32, "b" * 32):
        assert not any(secret.encode() in part for part in texts)
    assert b"ledger_event" in text


def test_people_write_meanwhile_and_the_backup_is_of_one_moment(backup, place, put, monkeypatch):
    """转储途中有人提交:后来的行与文件不在这一份里,行数与转储一致(恢复时逐表核对)。"""
    put("早")
    dump = tools.dump

    def slow(*args, **more):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        dump(*args, **more)

    def write():
        try:
            with transaction.atomic():
                record(event="later", actor=Actor.console(), obj_type="unit", obj_id="a", now=NOW)
            put("晚")
        finally:
            connection.close()

    monkeypatch.setattr(tools, "dump", slow)
    backup()
    body = body_of(place / "b")
    assert StoredFile.objects.count() == 2
    assert body["tables"]["files_storedfile"] == body["files"]["count"] == 1
    assert Event.objects.filter(event="later").exists()
    restore_into_scratch(place / "b", body)


def scratch_url():
    its = connection.settings_dict
    return f"postgresql://{its['USER']}@/{its['NAME']}_keep?host={its['HOST']}"


def sql(text, name="postgres"):
    env = environment() | {"PGDATABASE": name}
    done = subprocess.run(
        [tools.program("psql"), "-qXtA", "-v", "ON_ERROR_STOP=1", "-c", text],
        env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def no_scratch_left():
    yield
    sql(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}_keep" WITH (FORCE)')


def restore_into_scratch(folder, body):
    """装进另一个库;行数由装入的事务自己核对。"""
    name = f"{connection.settings_dict['NAME']}_keep"
    sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    restoring.put_database(folder, body, url=scratch_url())
    return name


def test_loading_is_all_or_nothing(backup, place):
    """行数对不上,整个事务退回:目标还是空的。"""
    backup()
    body = body_of(place / "b")
    body["tables"]["ledger_event"] += 1
    with pytest.raises(RuleBroken, match="ledger_event 恢复后不是"):
        restore_into_scratch(place / "b", body)
    name = f"{connection.settings_dict['NAME']}_keep"
    assert sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == "0"


def test_restoring_twice_gives_the_same_and_the_guards_are_there(backup, place):
    backup()
    body = body_of(place / "b")
    name = restore_into_scratch(place / "b", body)
    restoring.put_database(place / "b", body, url=scratch_url())
    assert int(sql("SELECT count(*) FROM ledger_event", name)) == body["ledger"]["rows"]
    guarded = sql("SELECT tgenabled FROM pg_trigger WHERE tgname = 'append_only'"
                  " AND tgrelid = 'ledger_event'::regclass", name)  # fmt: skip
    assert guarded == "A"
    before = Event.objects.order_by("-id").first().pk
    assert int(sql("SELECT nextval('ledger_event_id_seq')", name)) > before - 2


LOADED = """
import sys
from pathlib import Path
import django
django.setup()
from juyuan.foundation.keeping import manifest, restoring
folder = Path(sys.argv[1])
slow = "SELECT pg_sleep(30);"
restoring.AGAIN = (slow,) if sys.argv[3] == "end" else ()
restoring.WIPE = (*restoring.WIPE, slow) if sys.argv[3] == "start" else restoring.WIPE
restoring.put_database(folder, manifest.read(folder), url=sys.argv[2])
"""


def asleep(name):
    """正在换库的那个会话停在哪里(它自己睡着)。"""
    return sql(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active'"
        f" AND datname = '{name}'"
    )


@pytest.mark.parametrize("moment", ["start", "end"])
def test_killed_while_loading_leaves_what_was_there(backup, place, child_env, moment):
    """换库途中(刚清空、将提交)被 kill -9:原来的一行不少。"""
    backup()
    body = body_of(place / "b")
    name = restore_into_scratch(place / "b", body)
    sql("DELETE FROM django_migrations WHERE app = 'ledger'; CREATE TABLE mine (x int)", name)
    child = subprocess.Popen(
        [sys.executable, "-c", LOADED, str(place / "b"), scratch_url(), moment],
        env=child_env, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 300
    while not asleep(name) and time.monotonic() < until:
        time.sleep(0.1)
    assert asleep(name), "没有等到换库途中的那一刻"
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pid in asleep(name).split():
        sql(f"SELECT pg_terminate_backend({pid})")  # 睡着的会话不知道客户端没了
    rows = sql("SELECT count(*) FROM ledger_event", name)
    assert int(rows) == body["tables"]["ledger_event"]
    assert sql("SELECT to_regclass('mine') IS NOT NULL", name) == "t"


# ───────── 拒绝 ─────────


def test_a_folder_that_holds_something_is_left_alone(backup, place):
    (place / "b").mkdir()
    (place / "b" / "mine.txt").write_text("我的")
    with pytest.raises(RuleBroken, match="里已有东西"):
        backup()
    assert [p.name for p in (place / "b").iterdir()] == ["mine.txt"]


def test_an_empty_folder_will_do(backup, place):
    (place / "b").mkdir()
    backup()
    assert body_of(place / "b")


def truncated(path):
    path.write_bytes(path.read_bytes()[:-10])


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def removed(path):
    path.unlink()


def test_damage_anywhere_is_named(backup, place, put):
    """三种损坏 × 四个地方,逐个从好的一份拷出来再弄坏。"""
    stored = put("甲")
    backup()
    for part in (manifest.DUMP, manifest.FILES, "blob"):
        for harm in (truncated, flipped, removed):
            folder = place / f"{part}-{harm.__name__}"
            shutil.copytree(place / "b", folder)
            harm(manifest.blob(folder, stored.sha256) if part == "blob" else folder / part)
            found = manifest.check_parts(folder, body_of(folder))
            assert [f.rule for f in found] == ["damaged"], folder.name
            assert ("文件" if part == "blob" else part) in found[0].message
    for harm in (truncated, removed):
        folder = place / f"manifest-{harm.__name__}"
        shutil.copytree(place / "b", folder)
        harm(folder / manifest.NAME)
        with pytest.raises(RuleBroken, match=r"清单|不是备份"):
            manifest.read(folder)


def rewrite(folder, **change):
    path = folder / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    return manifest.read(folder)


def test_a_rewritten_manifest_does_not_match_its_signature(backup, place, settings):
    backup()
    body = rewrite(place / "b", made_at="2027-01-01T00:00:00+08:00")
    with pytest.raises(RuleBroken, match="签名不符"):
        manifest.signature(body, keys.ring(keys.BACKUP))
    settings.JUYUAN_BACKUP_KEY = ""
    assert "没有签名用的那把密钥" in manifest.signature(body, keys.Ring())


def test_an_unsigned_one_is_refused_where_a_key_is_set(backup, place):
    backup()
    body = rewrite(place / "b", signature=None)
    with pytest.raises(RuleBroken, match="没有签名"):
        manifest.signature(body, keys.ring(keys.BACKUP))
    assert manifest.signature(body, keys.Ring()) == "备份没有签名"


def test_a_newer_one_is_refused(backup, place):
    backup()
    body = body_of(place / "b")
    restoring.refuse_newer(body)
    with pytest.raises(RuleBroken, match="比程序新"):
        restoring.refuse_newer(body | {"migrations": [*body["migrations"], "ledger.9999_future"]})
    with pytest.raises(RuleBroken, match="比程序新"):
        rewrite(place / "b", format=99)
    with pytest.raises(RuleBroken, match="目标是 15"):
        restoring.refuse_newer_server(body, 15)


# ───────── 出事 ─────────


def test_a_content_already_lost_is_said_and_the_rest_is_kept(backup, place, put):
    gone, kept = put("甲"), put("乙")
    rotten = put("丙")
    storage.path_of(gone.sha256).unlink()
    flipped(storage.path_of(rotten.sha256))
    taken = backup()
    assert set(taken.missing) == {gone.sha256, rotten.sha256}
    assert manifest.contents(place / "b") == {kept.sha256: kept.size}
    assert queries.last_made()[0].missing == 2


def test_a_failed_dump_leaves_nothing(backup, place, monkeypatch):
    monkeypatch.setattr(
        tools, "environment", lambda: {"PGHOST": "/nowhere", "PATH": os.environ["PATH"]}
    )
    with pytest.raises(RuleBroken, match="转储数据库没有做成"):
        backup()
    assert not (place / "b").exists()
    assert not (place / "b.partial").exists()
    assert not Event.objects.filter(event="keeping.backup.made").exists()


def test_a_full_disk_is_said_in_plain_words(backup, place, put, monkeypatch):
    put("甲")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("juyuan.foundation.keeping.actions._copy", full)
    with pytest.raises(RuleBroken, match="磁盘已满,备份没有做成"):
        backup()
    assert not (place / "b.partial").exists()


def test_only_one_at_a_time(backup, place, monkeypatch):
    inside = []
    dump = tools.dump

    def second():
        try:
            with pytest.raises(RuleBroken, match="另一次备份正在做"):
                backup("c")
            inside.append("refused")
        finally:
            connection.close()

    def meanwhile(*args, **more):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        dump(*args, **more)

    monkeypatch.setattr(tools, "dump", meanwhile)
    backup()
    assert inside == ["refused"]


KILLED = """
import os, sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from juyuan.foundation.keeping import actions, manifest
from juyuan.kernel.actor import Actor
stage = sys.argv[2]
def die(name, inner):
    def run(*args, **more):
        if stage == name + ":before":
            os.kill(os.getpid(), 9)
        made = inner(*args, **more)
        if stage == name + ":after":
            os.kill(os.getpid(), 9)
        return made
    return run
actions.tools.dump = die("dump", actions.tools.dump)
actions._copy_blobs = die("blobs", actions._copy_blobs)
actions._settle = die("settle", actions._settle)
manifest.signed = die("manifest", manifest.signed)
manifest.check_parts = die("check", manifest.check_parts)
now = timezone.now()
actions.take(Path(sys.argv[1]), actor=Actor.console(), now=now, today=now.date())
"""
STAGES = ["dump:after", "blobs:after", "manifest:after", "settle:before"]


@pytest.mark.parametrize("stage", [*STAGES, "settle:after"])
def test_killed_at_any_moment_leaves_a_whole_one_or_none(backup, place, put, child_env, stage):
    put("甲")
    env = child_env | {"JUYUAN_AUDIT_KEY": "a" * 32, "JUYUAN_BACKUP_KEY": "b" * 32}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place / "b"), stage],
        env=env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    if stage == "settle:after":
        assert manifest.check_parts(place / "b", body_of(place / "b")) == []
        return
    with pytest.raises(RuleBroken, match="没有这个文件夹"):
        manifest.read(place / "b")
    backup()
    assert manifest.check_parts(place / "b", body_of(place / "b")) == []
    assert not (place / "b.partial").exists()


def test_files_put_back_are_checked_and_healed(backup, place, put):
    """目标里同名而内容已坏的换成好的;备份里的坏了就停下。"""
    good, bad = put("甲"), put("乙")
    backup()
    flipped(storage.path_of(bad.sha256))
    storage.path_of(good.sha256).unlink()
    assert restoring.put_files(place / "b") == 2
    for stored in (good, bad):
        assert manifest.digest_of(storage.path_of(stored.sha256))[1] == stored.sha256
    storage.path_of(good.sha256).unlink()
    flipped(manifest.blob(place / "b", good.sha256))
    with pytest.raises(RuleBroken, match="内容与摘要不符"):
        restoring.put_files(place / "b")
    assert not storage.path_of(good.sha256).exists()
    assert list((storage.root() / "incoming").iterdir()) == []
