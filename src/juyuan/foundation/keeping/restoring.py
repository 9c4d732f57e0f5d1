"""把一份备份换进来:先全部核对,再拷文件,再在一个事务里换库,换完再逐项比。

次序保证:拒绝时一行、一个文件都没有动;中途被杀,库还是原来的(文件按内容存放,多几份无妨)。
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db.migrations.loader import MigrationLoader

from juyuan.foundation.files import storage
from juyuan.foundation.keeping import LEFT_OUT, facts, manifest, tools
from juyuan.foundation.ledger import anchors, keys
from juyuan.foundation.ledger.verifying import Report, verify
from juyuan.kernel.verdict import Finding, RuleBroken

WIPE = (
    "DROP SCHEMA IF EXISTS launcher CASCADE;",
    "DROP SCHEMA public CASCADE;",
    "CREATE SCHEMA public;",
)
# 授权不在转储里:让下一步「备库」重新授权、补迁移
AGAIN = (
    "DO $again$ BEGIN IF to_regclass('launcher.mark') IS NOT NULL THEN"
    " DELETE FROM launcher.mark WHERE key = 'code'; END IF; END $again$;",
)


def refuse_newer(body: dict[str, Any]) -> None:
    """备份里有程序不认识的迁移,即备份比程序新。Raises: RuleBroken。"""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    known |= {f"{a}.{n}" for m in loader.disk_migrations.values() for a, n in m.replaces}
    unknown = sorted(set(body["migrations"]) - known)
    if unknown:
        raise manifest.broken(
            f"这份备份比程序新(多出 {'、'.join(unknown[:3])})。请换成新版程序再恢复", "newer"
        )


def refuse_newer_server(body: dict[str, Any], server: int) -> None:
    """`server` 是目标的主版本号。Raises: RuleBroken。"""
    made_on = int(str(body["postgres"]["server"]).split(".")[0])
    if made_on > server:
        raise manifest.broken(
            f"备份出自 PostgreSQL {made_on},目标是 {server}。请用 {made_on} 以上的数据库", "newer"
        )


def refuse_lack_of_room(body: dict[str, Any], at: Path) -> None:
    """文件放不下就先说,不动手。Raises: RuleBroken。"""
    at.mkdir(parents=True, exist_ok=True, mode=0o700)
    free, wanted = shutil.disk_usage(at).free, int(body["files"]["bytes"])
    if free < wanted:
        raise RuleBroken.one(
            "disk", "disk_full", f"放不下:文件共 {wanted // 2**20} MB,{at} 只余 {free // 2**20} MB"
        )


def put_files(folder: Path, step: Callable[[int, int], None] = lambda done, total: None) -> int:
    """把备份里的文件放回数据目录;已有且完好的不动。返回放好的份数。

    Raises: RuleBroken(拷贝途中发现内容不符)。
    """
    listed = manifest.contents(folder)
    incoming = storage.root() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    for done, sha256 in enumerate(sorted(listed)):
        target = storage.path_of(sha256)
        if target.exists() and manifest.digest_of(target)[1] == sha256:
            os.utime(target)  # 清扫据此放过它,直到库换好
        else:
            _put(manifest.blob(folder, sha256), target, sha256, incoming)
        step(done + 1, len(listed))
    return len(listed)


def _put(source: Path, target: Path, sha256: str, incoming: Path) -> None:
    handle, name = tempfile.mkstemp(dir=incoming)
    try:
        made = hashlib.sha256()
        with os.fdopen(handle, "wb") as out, source.open("rb") as stream:
            while chunk := stream.read(manifest.CHUNK):
                made.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if made.hexdigest() != sha256:
            raise manifest.broken(f"文件 {sha256[:12]}… 的内容与摘要不符")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(name, target)
        manifest.sync(target.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def put_database(folder: Path, body: dict[str, Any], *, url: str) -> None:
    """在一个事务里清空、装入、核对每张表的行数、提交。

    Raises: RuleBroken(装不进去、行数不符;库没有变)。
    """
    tools.load(
        folder / manifest.DUMP,
        env=tools.environment(url),
        before=WIPE,
        after=[*(_expect(name, rows) for name, rows in sorted(body["tables"].items())), *AGAIN],
    )


def _expect(table: str, rows: int) -> str:
    """行数不符就中止整个事务。表名来自清单,按标识符引用。"""
    quoted = '"' + str(table).replace('"', '""') + '"'
    said = f"{table} 恢复后不是 {int(rows)} 行".replace("'", "")
    return (
        f"DO $check$ BEGIN IF (SELECT count(*) FROM public.{quoted}) <> {int(rows)}"  # noqa: S608
        f" THEN RAISE EXCEPTION '{said}'; END IF; END $check$;"
    )


def compare(body: dict[str, Any]) -> tuple[list[Finding], Report]:
    """换好之后:文件都在且完好、统计数字与清单逐项相等、台账链核得过并含清单里的锚点。"""
    found = [*_files(body), *_figures(body["figures"])]
    anchor, ring = body["ledger"].get("anchor"), keys.ring(keys.AUDIT)
    report = verify(anchors.read(anchor, ring) if anchor else None, ring=ring)
    return [*found, *report.findings], report


def _files(body: dict[str, Any]) -> list[Finding]:
    from juyuan.foundation.files.models import StoredFile

    gone = set(body["files"]["missing"])
    wrong = []
    for sha256 in StoredFile.objects.values_list("sha256", flat=True).distinct().order_by("sha256"):
        path = storage.path_of(sha256)
        if sha256 not in gone and (not path.is_file() or manifest.digest_of(path)[1] != sha256):
            wrong.append(
                Finding(f"文件 {sha256[:12]}…", "file", "", f"文件 {sha256[:12]}… 不在或不符")
            )
    return wrong


def _figures(said: dict[str, Any]) -> list[Finding]:
    """程序新了,数字可以多;备份时有的,一个也不许变。"""
    now = facts.figures_on(date.fromisoformat(said["as_of"]))
    found = [
        Finding(
            f"figures.{name}", "figure", "",
            f"统计数字 {name} 备份时是 {value},恢复后是 {now['values'].get(name)}",
        )
        for name, value in sorted(said["values"].items())
        if now["values"].get(name) != value
    ]  # fmt: skip
    if not found and now["values"] == said["values"] and now["digest"] != said["digest"]:
        found.append(Finding("figures", "figure", "", "统计数字的分项与备份时不同"))
    return found


def left_out() -> str:
    """没有备的内容,说给人听。"""
    return ";".join(LEFT_OUT.values())
