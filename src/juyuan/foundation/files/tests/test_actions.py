"""收、用、下载:成了就有内容、有行、有台账;拒了就什么都没有。"""

import errno
import io
import os
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from juyuan.foundation.files import jobs, queries, registry, storage
from juyuan.foundation.files.actions import remove_use, store_file, use_file
from juyuan.foundation.files.models import FileUse, StoredFile
from juyuan.foundation.files.tests.test_rules import PDF, png
from juyuan.foundation.ledger.models import Event
from juyuan.kernel.verdict import NotFound, RuleBroken
from tests.cast import NOW, TODAY


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def toys():
    """玩具对象:编号就是看得见它的账号。"""
    registry.register(
        "toy",
        registry.ObjectDoor(
            label="玩具",
            can_see=lambda actor, pk: actor.username == pk,
            present=lambda actor, pk: (f"{pk}的玩具", f"/toys/{pk}/"),
        ),
    )
    yield
    registry.unregister("toy")


def store(cast, who="longshan", name="合同.pdf", data=PDF):
    return store_file(actor=cast.actor(who), name=name, stream=io.BytesIO(data), now=NOW)


def use(cast, who="longshan", data=PDF, label="合同"):
    return use_file(
        actor=cast.actor(who),
        file=store(cast, who, data=data),
        object_type="toy",
        object_id=who,
        label=label,
        now=NOW,
    )


def on_disk():
    root = storage.root()
    return sorted(p.name for p in root.rglob("*") if p.is_file()) if root.exists() else []


def test_a_file_is_kept_by_its_content(cast):
    stored = store(cast)
    path = storage.path_of(stored.sha256)
    assert path.relative_to(storage.root()).as_posix() == (
        f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"
    )
    assert path.read_bytes() == PDF
    assert path.stat().st_mode & 0o077 == 0
    assert (stored.mime, stored.size, stored.unit_code) == ("application/pdf", len(PDF), "longshan")
    event = Event.objects.first()
    assert (event.event, event.after["sha256"]) == ("files.file.stored", stored.sha256)


def test_the_same_content_is_kept_once_but_each_upload_keeps_its_own_name(cast):
    first, second = store(cast), store(cast, "xian", name="另名.pdf")
    assert first.sha256 == second.sha256
    assert (first.name, second.name) == ("合同.pdf", "另名.pdf")
    assert on_disk() == [first.sha256]


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("合同.pdf", b"", "file_empty"),
        ("合同.exe", PDF, "file_type"),
        ("合同.png", PDF, "file_mismatch"),
        ("合同.pdf", b"\x7fELF\0\1", "file_type"),
    ],
)
def test_what_is_refused_leaves_nothing(cast, name, data, rule):
    events = Event.objects.count()
    with pytest.raises(RuleBroken) as broken:
        store(cast, name=name, data=data)
    assert [f.rule for f in broken.value.findings] == [rule]
    assert on_disk() == []
    assert not StoredFile.objects.exists()
    assert Event.objects.count() == events


def test_limits_come_from_the_parameters(cast):
    limits = queries.limits_on(TODAY)
    assert limits.max_bytes == 52_428_800
    assert {"pdf", "ofd", "png"} <= set(limits.types)


class Endless(io.RawIOBase):
    """没有尽头的上传。"""

    def __init__(self):
        self.given = 0

    def read(self, size=-1):
        self.given += size
        return b"%PDF-" + b"x" * (size - 5)


def test_an_endless_upload_is_cut_at_the_limit(cast):
    stream = Endless()
    with pytest.raises(RuleBroken, match="50 兆字节"):
        store_file(actor=cast.actor("longshan"), name="大.pdf", stream=stream, now=NOW)
    assert stream.given <= queries.limits_on(TODAY).max_bytes + 2 * storage.CHUNK
    assert on_disk() == []


@pytest.mark.parametrize("broken_call", ["fsync", "replace"])
def test_a_full_disk_is_said_plainly_and_leaves_no_half_file(cast, monkeypatch, broken_call):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, broken_call, full)
    with pytest.raises(RuleBroken, match="磁盘空间不足"):
        store(cast)
    assert on_disk() == []
    assert not StoredFile.objects.exists()
    monkeypatch.undo()
    assert store(cast).pk  # 腾出空间后自行恢复


def test_the_same_use_is_recorded_once(cast):
    assert use(cast).pk == use(cast).pk
    assert use(cast, label="附件").pk != use(cast).pk
    assert FileUse.objects.count() == 2


def test_other_uses_name_what_one_may_see(cast):
    first = use(cast, "longshan")
    found = queries.other_uses(
        first.file.sha256, cast.actor("longshan"), object_type="toy", object_id="其他"
    )
    assert [(o.text, o.url, o.hidden) for o in found] == [
        ("同一份文件已用在「longshan的玩具」", "/toys/longshan/", False)
    ]
    assert (
        queries.other_uses(
            first.file.sha256, cast.actor("longshan"), object_type="toy", object_id="longshan"
        )
        == []
    )


def test_other_uses_of_hidden_objects_say_one_sentence_whatever_their_number(cast):
    sha = use(cast, "longshan").file.sha256
    one = queries.other_uses(sha, cast.actor("xian"), object_type="toy", object_id="xian")
    use(cast, "dongfeng")
    use(cast, "gaoxin")
    many = queries.other_uses(sha, cast.actor("xian"), object_type="toy", object_id="xian")
    assert one == many
    assert [(o.text, o.url, o.hidden) for o in one] == [("已登记,由市商务局核对", "", True)]
    assert queries.other_uses("0" * 64, cast.actor("xian")) == []


def test_removing_a_use_needs_a_reason_and_keeps_the_content(cast):
    made = use(cast)
    with pytest.raises(RuleBroken, match="理由"):
        remove_use(actor=cast.actor("longshan"), use_id=made.pk, reason=" ", now=NOW)
    assert FileUse.objects.filter(pk=made.pk).exists()
    remove_use(actor=cast.actor("longshan"), use_id=made.pk, reason="错传", now=NOW)
    assert not FileUse.objects.exists()
    assert on_disk() == [made.file.sha256]
    assert Event.objects.first().reason == "错传"


# ───────── 下载 ─────────


def test_download_is_an_attachment_and_stands_in_the_ledger(cast):
    made = use(cast)
    response = cast.client("longshan").get(f"/files/{made.pk}/")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E5%90%88%E5%90%8C.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    event = Event.objects.first()
    assert (event.event, event.obj_type, event.obj_id) == (
        "files.file.downloaded",
        "toy",
        "longshan",
    )


@pytest.mark.parametrize(
    ("data", "name", "inline"),
    [(PDF, "a.pdf", True), (png(), "a.png", True), (b"a,b", "a.csv", False)],
)
def test_only_pdf_and_pictures_are_shown_inline(cast, data, name, inline):
    made = use_file(
        actor=cast.actor("longshan"),
        file=store(cast, name=name, data=data),
        object_type="toy",
        object_id="longshan",
        now=NOW,
    )
    response = cast.client("longshan").get(f"/files/{made.pk}/?view=1")
    assert response["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert "script-src" not in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert Event.objects.first().event == (
        "files.file.previewed" if inline else "files.file.downloaded"
    )


def test_a_file_of_a_hidden_object_is_like_one_that_never_existed(cast):
    made = use(cast, "longshan")
    client = cast.client("xian")
    hidden = client.get(f"/files/{made.pk}/")
    never = client.get("/files/00000000-0000-4000-8000-000000000000/")
    assert hidden.status_code == never.status_code == 404
    assert hidden.content == never.content
    assert dict(hidden.headers) == dict(never.headers)
    assert not Event.objects.filter(event__startswith="files.file.down").exists()


def test_a_file_of_an_unregistered_kind_is_hidden_from_everybody(cast):
    made = use_file(
        actor=cast.actor("longshan"), file=store(cast), object_type="ghost", object_id=1, now=NOW
    )
    with pytest.raises(NotFound):
        queries.door(cast.actor("heyan"), made.pk)


def test_three_admins_download_nothing(cast):
    made = use(cast)
    for who in ("sysadmin", "secadmin", "auditadmin"):
        assert cast.client(who).get(f"/files/{made.pk}/").status_code == 404


def test_if_the_ledger_cannot_be_written_no_content_is_given(cast, monkeypatch):
    made = use(cast)

    def broken(**_):
        raise RuntimeError("台账写不进去")

    monkeypatch.setattr("juyuan.foundation.files.actions.record", broken)
    client = cast.client("longshan", raise_request_exception=False)
    response = client.get(f"/files/{made.pk}/")
    assert response.status_code == 500
    assert PDF not in response.content


def test_lost_content_is_said_and_not_logged_as_a_download(cast):
    made = use(cast)
    storage.path_of(made.file.sha256).unlink()
    response = cast.client("longshan").get(f"/files/{made.pk}/")
    assert response.status_code == 500
    assert "从备份恢复" in response.content.decode()
    assert Event.objects.first().event != "files.file.downloaded"


# ───────── 清扫 ─────────


def test_sweep_removes_only_old_content_that_nobody_registered(cast):
    kept = store(cast)
    orphan, fresh = storage.path_of("ab" * 32), storage.path_of("cd" * 32)
    left = storage.root() / "incoming" / "tmpdead"
    for path in (orphan, fresh, left):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    old = (NOW - timedelta(hours=25)).timestamp()
    for path in (orphan, left, storage.path_of(kept.sha256)):
        os.utime(path, (old, old))
    os.utime(fresh, (NOW.timestamp(), NOW.timestamp()))
    assert jobs.sweep(today=TODAY, now=NOW) == {"contents": 1, "leftovers": 1}
    assert on_disk() == sorted([kept.sha256, "cd" * 32])
    assert jobs.sweep(today=TODAY, now=NOW) == {"contents": 0, "leftovers": 0}


def test_uploading_again_saves_content_from_the_sweep(cast):
    orphan = storage.path_of(store(cast).sha256)
    StoredFile.objects.all().delete()
    os.utime(orphan, (1, 1))
    store(cast)
    assert orphan.stat().st_mtime > time.time() - 60
    assert str(django_settings.MEDIA_ROOT) in str(orphan)
