"""只增表必须成立的关系:触发器在、始终生效,运行角色没有改、删、清的权限。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection

from juyuan.foundation.invariants import Invariants
from juyuan.foundation.ledger import APPEND_ONLY_TABLES
from juyuan.foundation.ledger.roles import RUNTIME_ROLE, append_only_tables
from juyuan.kernel.verdict import Finding

LABELS = {"append_only": "只增表的触发器与权限完好"}
TRIGGER = "SELECT tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'append_only'"


def _broken() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        tables = append_only_tables(cursor)
        for name in APPEND_ONLY_TABLES:
            if name not in tables:
                yield name, "没有只增触发器"
        for table in tables:
            cursor.execute(TRIGGER, [table])
            row = cursor.fetchone()
            if row is None or row[0] != "A":
                yield table, "只增触发器没有始终生效"
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [RUNTIME_ROLE, table, right]
                )
                if cursor.fetchone()[0]:
                    yield table, f"运行角色有 {right} 权限"


def find(today: date) -> Iterator[Finding]:
    """不成立之处。"""
    for table, text in _broken():
        yield Finding(table, "append_only", "", f"{table}:{text}")


INVARIANTS = Invariants("ledger", LABELS, find)
