"""一边有人写一边备份;数据全没了;在别处恢复:台账链、全库关系、文件、统计数字与备份时相同。

恢复、核验走命令行(真的子进程、另一个库、另一个数据目录);坏的、残缺的、比程序新的一行不动就拒绝;
截了尾的台账,有锚点就看得出来。
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from juyuan.foundation.figures.queries import compute, plain
from juyuan.foundation.files import storage
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.models import StoredFile
from juyuan.foundation.keeping import manifest
from juyuan.foundation.keeping.actions import take
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.ledger.jobs import seal
from juyuan.kernel.actor import Actor
from tests.journeys.house import PACKS, City

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {"JUYUAN_AUDIT_KEY": "a" * 40, "JUYUAN_BACKUP_KEY": "b" * 40}


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    settings.JUYUAN_HOME = tmp_path / "home"
    settings.MEDIA_ROOT = tmp_path / "home" / "files"
    for name, key in KEYS.items():
        setattr(settings, name, key)
    made = City()
    made.commit(
        "shangwuju", made.import_file("shangwuju", PACKS / "liaoyuan" / "demo" / "ledger.xlsx")
    )
    seal(now=made.now)
    for n in range(5):
        upload(made, f"甲{n}")
    return made


def upload(city: City, text: str) -> StoredFile:
    body = io.BytesIO(b"%PDF-1.4\n" + text.encode() + b"\n%%EOF\n")
    return store_file(actor=city.actor("longshan"), name="a.pdf", stream=body, now=city.now)


RUNNER = """
import contextlib, io, json, sys
from juyuan.faces.cli.main import main
told = []
for argv in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(argv)
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


class Said(NamedTuple):
    """一条命令的退出码与说的话。"""

    code: int
    out: str
    err: str


class Elsewhere:
    """另一处:空的库、空的数据目录,只有命令行。"""

    def __init__(self, env: dict[str, str], base: Path) -> None:
        self.name = f"{connection.settings_dict['NAME']}_elsewhere"
        self.home = base / "elsewhere"
        here, _, rest = env["JUYUAN_DATABASE_URL"].partition("?")
        self.url = f"{here.rpartition('/')[0]}/{self.name}?{rest}"
        self.admin = f"{here.rpartition('/')[0]}/postgres?{rest}"
        self.env = {k: v for k, v in env.items() if k not in {"JUYUAN_DB_ROLE", "JUYUAN_MODE"}}
        self.env |= {"JUYUAN_DATABASE_URL": self.url, "JUYUAN_HOME": str(self.home), **KEYS}
        self.drop()
        self._admin(sql.SQL("CREATE DATABASE {} TEMPLATE template0"))

    def _admin(self, text: sql.SQL) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute(text.format(sql.Identifier(self.name)))

    def drop(self) -> None:
        self._admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"))

    def run(self, *commands: list[str], **env: str) -> list[Said]:
        """在一个子进程里依次执行几条命令(与 ./juyuan 同一个入口)。"""
        done = subprocess.run(
            [sys.executable, "-c", RUNNER, json.dumps(commands)],
            env=self.env | env, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [Said(*each) for each in json.loads(done.stdout)]

    def query(self, text: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as owner:
            cursor = owner.execute(text)
            return cursor.fetchall() if cursor.description else None

    def untouched(self) -> bool:
        tables = self.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return bool(tables == [(0,)]) and not list(self.home.glob("files/*/*/*"))


@pytest.fixture
def elsewhere(child_env: dict[str, str], tmp_path: Path) -> Iterator[Elsewhere]:
    made = Elsewhere(child_env, tmp_path)
    yield made
    made.drop()


@pytest.fixture
def backup(city: City, tmp_path: Path) -> Path:
    """四个人不停地写(记台账、传文件),同时备份。"""
    stop, errors = threading.Event(), []

    def write(n: int) -> None:
        turn = 0
        try:
            while not stop.wait(0.01):
                turn += 1
                with transaction.atomic():
                    record(
                        event="w",
                        actor=Actor.console(),
                        obj_type="unit",
                        obj_id=str(n),
                        now=city.now,
                    )
                if turn % 5 == 0:
                    upload(city, f"写{n}-{turn}")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    try:
        take(tmp_path / "backup", actor=Actor.console(), now=city.now, today=city.TODAY)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert errors == []
    return tmp_path / "backup"


def changed(folder: Path, to: Path, name: str, **change: Any) -> Path:
    """一份弄坏了的抄件。"""
    shutil.copytree(folder, to)
    path = to / name
    if change:
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
    return to


def test_恢复到别处_处处相同_坏的一份不收_截尾看得出(
    city: City, backup: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    body = manifest.read(backup)
    assert body["files"]["count"] >= 5
    figures = {r.name: plain(r.value, r.unit) for r in compute(city.TODAY)}
    assert body["tables"]["pipeline_project"] == 59
    anchor = tmp_path / "anchor.json"
    anchor.write_text(json.dumps(body["ledger"]["anchor"]))
    shutil.rmtree(storage.root())  # 原来的文件全没了

    # 坏的、残缺的、比程序新的、改过清单的:一行不动就拒绝
    flipped = changed(backup, tmp_path / "flipped", manifest.DUMP)
    data = bytearray((flipped / manifest.DUMP).read_bytes())
    data[len(data) // 2] ^= 1
    (flipped / manifest.DUMP).write_bytes(data)
    short = changed(backup, tmp_path / "short", manifest.DUMP)
    (short / manifest.DUMP).write_bytes((backup / manifest.DUMP).read_bytes()[:-100])
    newer = changed(backup, tmp_path / "newer", manifest.NAME,
                    migrations=[*body["migrations"], "pipeline.9999_future"])  # fmt: skip
    forged = changed(
        backup, tmp_path / "forged", manifest.NAME, made_at="2027-01-01T00:00:00+08:00"
    )
    half = changed(backup, tmp_path / "half", manifest.NAME)
    (half / manifest.NAME).unlink()
    refused = {
        flipped: "与清单的摘要不符", short: "被截断", newer: "比程序新", forged: "签名不符",
        half: "没有做完",
    }  # fmt: skip
    told = elsewhere.run(*(["restore", str(folder)] for folder in refused))
    for (folder, why), done in zip(refused.items(), told, strict=True):
        assert (done.code, why in done.err) == (1, True), (folder.name, done)
    assert elsewhere.untouched()

    [done] = elsewhere.run(["restore", str(backup), "--json"])
    assert done.code == 0, done
    whole = json.loads(done.out)
    assert whole["unverifiable"] == []
    assert whole["audit"]["verified"] is True
    assert whole["audit"]["sealed_rows"] == body["ledger"]["anchor"]["rows"]

    # 处处相同:行数由装入的事务核对过;数字、文件、关系、链在这里另核
    shown, checked, verified, again = elsewhere.run(
        ["figures", "--as-of", city.TODAY.isoformat(), "--json"],
        ["check-invariants", "--json"],
        ["verify-audit", "--anchor", str(anchor)],
        ["restore", str(backup)],
    )
    restored = {row["name"]: row["value"] for row in json.loads(shown.out)}
    assert restored == figures
    assert any(value not in (0, None, "0") for value in figures.values())
    listed = manifest.contents(backup)
    for sha256 in listed:
        path = elsewhere.home / "files" / sha256[:2] / sha256[2:4] / sha256
        assert manifest.digest_of(path)[1] == sha256
    assert set(elsewhere.query("SELECT DISTINCT sha256 FROM files_storedfile")) == {
        (s,) for s in listed
    }
    assert (checked.code, json.loads(checked.out)) == (0, [])
    assert (verified.code, "尾部没有被截" in verified.out) == (0, True), verified
    # 已有数据的地方不再收,除非说明
    assert (again.code, "加 --replace" in again.err) == (1, True)

    # 库的所有者截了尾:链自己看不出,锚点看得出
    for table in ("ledger_event", "ledger_seal"):
        elsewhere.query(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    elsewhere.query(
        "WITH cut AS (DELETE FROM ledger_seal WHERE no = (SELECT max(no) FROM ledger_seal)"
        " RETURNING first_id) DELETE FROM ledger_event WHERE id >= (SELECT first_id FROM cut)"
    )
    alone, anchored = elsewhere.run(
        ["verify-audit"], ["verify-audit", "--anchor", str(anchor), "--json"]
    )
    assert (alone.code, anchored.code) == (0, 1)
    assert [found["rule"] for found in json.loads(anchored.out)] == ["tail_cut"]

    # 没有密钥:说无法核验,不当作不符
    [keyless] = elsewhere.run(["verify-audit"], JUYUAN_AUDIT_KEY="")
    assert (keyless.code, "无法核验" in keyless.out) == (0, True)
