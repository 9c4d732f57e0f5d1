"""`./juyuan backup 文件夹` 与 `./juyuan restore 文件夹`。"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import psycopg

from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Finding, RuleBroken

from . import marks, runtime
from .launch.trouble import DONE, REFUSED, Progress, Trouble, say


def backup(argv: list[str]) -> int:
    """备份数据库与文件到一个新的文件夹。"""
    parser = argparse.ArgumentParser(prog="./juyuan backup")
    parser.add_argument("folder", metavar="文件夹", help="新的或空的文件夹")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    from juyuan.foundation.keeping.actions import take
    from juyuan.foundation.workdays import clock

    taken = take(
        Path(options.folder), actor=Actor.console(), now=clock.now(), today=clock.today(), step=say
    )
    for sha256 in taken.missing:
        say(f"注意:文件 {sha256[:12]}… 库里有登记而磁盘上不在或已损坏,备份里也没有")
    if options.json:
        print(json.dumps(taken.as_dict(), ensure_ascii=False, indent=1))
    else:
        print(
            f"已备份并核对:{taken.folder}({taken.rows} 行,{taken.files} 份文件,{taken.bytes / 2**20:.1f} MB)"
        )
    if not taken.signed:
        say("没有 JUYUAN_BACKUP_KEY:清单没有签名,只防损坏,不防人改")
    say("备份没有加密,也不含密钥:请放在有权限管的地方,密钥另存")
    return DONE


def restore(argv: list[str]) -> int:
    """由备份恢复。拒绝时什么也没有动。"""
    parser = argparse.ArgumentParser(prog="./juyuan restore")
    parser.add_argument("folder", metavar="文件夹", help="一份备份")
    parser.add_argument("--check", action="store_true", help="只核对这份备份,不恢复")
    parser.add_argument("--replace", action="store_true", help="现有数据不要了,换成备份里的")
    parser.add_argument("--unsigned", action="store_true", help="没有签名或不是本机签的也收")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    folder = Path(options.folder).absolute()
    body = whole(folder)
    explicit = os.environ.get("JUYUAN_MODE", "")
    if explicit and explicit != body["mode"]:
        raise Trouble(
            f"备份的模式是 {body['mode']},与 JUYUAN_MODE={explicit} 不同。请取消它,或换一份备份。"
        )
    os.environ["JUYUAN_MODE"] = str(body["mode"])
    os.environ["JUYUAN_DB_ROLE"] = runtime.RUNTIME_ROLE
    if options.check:
        _setup()
        return _told(body, unsigned=_accept(body, anyhow=options.unsigned), options=options)
    with runtime.open_house() as house:
        _setup()
        unsigned = _accept(body, anyhow=options.unsigned)
        _ready(house, body, replace=options.replace)
        _bring_in(house, folder, body)
        found, report = _compare(body)
    return _told(body, unsigned=unsigned, options=options, found=found, report=report)


def whole(folder: Path) -> dict[str, Any]:
    """读清单、逐部分核对摘要(还没有碰数据库)。Raises: RuleBroken。"""
    from juyuan.foundation.keeping import manifest

    body = manifest.read(folder)
    progress = Progress("核对备份", max(int(body["files"]["count"]), 1))
    found = manifest.check_parts(folder, body, lambda done, total: progress.step())
    progress.close("不完好" if found else "完好")
    if found:
        raise RuleBroken(found)
    return body


def _setup() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juyuan.settings")
    django.setup()


def _accept(body: dict[str, Any], *, anyhow: bool) -> str:
    """版本与签名;返回「无法核验」的缘由,空即核验过。Raises: RuleBroken。"""
    from juyuan.foundation.keeping import manifest, restoring
    from juyuan.foundation.ledger import keys

    restoring.refuse_newer(body)
    try:
        return manifest.signature(body, keys.ring(keys.BACKUP))
    except RuleBroken as refused:
        if anyhow and refused.findings[0].rule == "unsigned":
            return "按 --unsigned 收下"
        raise


def _ready(house: runtime.House, body: dict[str, Any], *, replace: bool) -> None:
    """目标肯不肯收:版本、空不空、有没有别的进程在用、放不放得下。Raises: Trouble、RuleBroken。"""
    from juyuan.foundation.files import storage
    from juyuan.foundation.keeping import restoring

    restoring.refuse_newer_server(body, house.connection.info.server_version // 10000)
    refuse_occupied(house.connection, str(body["mode"]), replace=replace)
    busy = house.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ).fetchone()
    if busy and busy[0]:
        raise Trouble("聚源还在运行(有别的进程连着这个库)。请先停下 serve 或 demo,再恢复。")
    restoring.refuse_lack_of_room(body, storage.root())


def refuse_occupied(connection: psycopg.Connection[Any], mode: str, *, replace: bool) -> None:
    """空库、或刚备好还没有账号的库才收;有数据的要 `replace`;别人的库一律不收。Raises: Trouble。"""
    if marks.is_empty(connection):
        return
    its = marks.read(connection).get("mode", "")
    if not its:
        raise Trouble("这个库里有别的程序的表,不是空库。请另建一个空库(JUYUAN_DATABASE_URL)。")
    has = connection.execute("SELECT to_regclass('public.people_account')").fetchone()
    if not has or has[0] is None:
        return
    accounts = connection.execute("SELECT count(*) FROM public.people_account").fetchone()
    if not accounts or not accounts[0]:
        return
    if not replace:
        raise Trouble(
            f"这里已有数据({accounts[0]} 个账号),不是空的,一行也没有动。"
            "请恢复到空的地方(JUYUAN_HOME 或 JUYUAN_DATABASE_URL);确要换掉现有数据,加 --replace。"
        )
    if its != mode:
        raise Trouble("演示的备份不能换掉正式库,正式的备份也不能换掉演示库。请恢复到空的地方。")


def _bring_in(house: runtime.House, folder: Path, body: dict[str, Any]) -> None:
    from juyuan.foundation.keeping import restoring

    progress = Progress("放回文件", max(int(body["files"]["count"]), 1))
    restoring.put_files(folder, lambda done, total: progress.step())
    progress.close()
    say("换库(一个事务:做完才算,中断则原样)")
    restoring.put_database(folder, body, url=house.url)
    runtime.prepare(house, str(body["mode"]))


def _compare(body: dict[str, Any]) -> tuple[list[Finding], Any]:
    """恢复之后逐项比,并记一行台账。"""
    from django.db import transaction

    from juyuan.foundation import invariants
    from juyuan.foundation.keeping import restoring
    from juyuan.foundation.ledger.actions import record
    from juyuan.foundation.workdays import clock

    say("核对:文件、统计数字、台账链、全库关系")
    found, report = restoring.compare(body)
    found += invariants.check(clock.today())
    with transaction.atomic():
        record(
            event="keeping.restored",
            actor=Actor.console(),
            obj_type="backup",
            obj_id=str(body["made_at"])[:60],
            after={"made_at": body["made_at"], "problems": [f.message for f in found[:5]]},
            now=clock.now(),
        )
    return found, report


def _told(
    body: dict[str, Any], *, unsigned: str, options: argparse.Namespace,
    found: list[Finding] | None = None, report: Any = None,
) -> int:  # fmt: skip
    """说结果:恢复(或核对)了什么、哪些无法核验、哪些不符。"""
    rows = sum(body["tables"].values())
    unverifiable = [text for text in (unsigned, report.unverifiable if report else "") if text]
    if options.json:
        result: Any = {
            "restored": not options.check,
            "made_at": body["made_at"],
            "rows": rows,
            "files": body["files"]["count"],
            "missing_files": body["files"]["missing"],
            "figures": body["figures"]["digest"],
            "unverifiable": unverifiable,
            "audit": report.as_dict() if report else None,
        }
        if found:
            result = [finding.as_dict() for finding in found]
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return REFUSED if found else DONE
    what = f"{body['made_at']} 的备份({rows} 行,{body['files']['count']} 份文件)"
    for text in unverifiable:
        print(f"无法核验:{text}")
    for sha256 in body["files"]["missing"]:
        say(f"文件 {sha256[:12]}… 备份时就已不在")
    if found:
        print(f"已恢复 {what},但与清单不符:")
        for finding in found:
            print(f"✗ {finding.message}")
        return REFUSED
    if options.check:
        print(f"这份备份完好,可以恢复:{what}")
    else:
        print(f"已恢复 {what};文件、统计数字、台账、全库关系与备份时相符")
        say("登录会话不在备份里,人人须重新登录;密钥不在备份里,请从另存之处放回")
    return DONE
