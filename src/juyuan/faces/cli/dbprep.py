"""备库:迁移到最新、授权运行角色、载入城市包。以所有者身份在单独的进程里执行。

`prepare(connection)` 也由测试的 conftest 调用:测试库与正式库的授权出自同一处。
"""

from __future__ import annotations

import os
import sys
from typing import Any

from .launch.trouble import REFUSED, complain, plain_streams, say


def prepare(connection: Any) -> None:
    """授权运行角色(幂等)。`connection` 是所有者身份、自动提交的连接(Django 的或 psycopg 的)。"""
    from juyuan.foundation.ledger.roles import grant_runtime

    with connection.cursor() as cursor:
        grant_runtime(cursor)


def refuse_newer(connection: Any) -> str:
    """库比程序新(程序里没有的迁移已经施行过)时返回一句说明,否则空。"""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    unknown = [
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    ]
    known = {replaced for m in loader.disk_migrations.values() for replaced in m.replaces}
    unknown = sorted(name for name in unknown if tuple(name.split(".")) not in known)
    if not unknown:
        return ""
    return f"数据库比程序新(多出 {'、'.join(unknown[:3])})。请换成新版程序,或用与程序同版的库。"


def migrate_and_grant() -> str:
    """迁移到最新并授权;返回拒绝的理由,空即完成。"""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    newer = refuse_newer(connection)
    if newer:
        return newer
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        say(f"建立数据库结构({len(waiting)} 步)")
        call_command("migrate", interactive=False, verbosity=0)
    prepare(connection)
    return ""


def load_pack() -> None:
    """载入城市包:参数、单位、产业链。"""
    from juyuan.foundation.workdays.clock import now

    from .packload import load_city

    say(f"载入城市包 {os.environ.get('JUYUAN_PACK') or 'liaoyuan'}")
    load_city(now=now(), demo=os.environ["JUYUAN_MODE"] == "demo")


def main(steps: list[str]) -> int:
    """执行指定的步骤:`code`(结构与授权)、`pack`(城市包)。"""
    import django

    from .errors import explain

    plain_streams()
    try:
        django.setup()
        if "code" in steps:
            refused = migrate_and_grant()
            if refused:
                complain(refused)
                return REFUSED
        if "pack" in steps:
            load_pack()
    except Exception as error:
        complain(explain(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
