"""运行角色:网站与任务以它连接数据库,业务表可增删改查,只增表只许查与增。

迁移由所有者执行;每次迁移之后调用 `grant_runtime`,重复调用结果不变。角色属于整个数据库集群,
授权属于各个库,所以同一集群里的几个库可以共用一个角色。
"""

from __future__ import annotations

import re
import time
from typing import Any

RUNTIME_ROLE = "juyuan_app"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# 迁移记录只由所有者写
_READ_ONLY = ("django_migrations",)
_TRIES = 20

_CREATE_ROLE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def append_only_tables(cursor: Any) -> list[str]:
    """受触发器 `ledger_refuse_change` 保护的表(由各迁移的 `ledger_protect` 登记)。"""
    cursor.execute(
        "SELECT c.relname FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE p.proname = 'ledger_refuse_change' AND n.nspname = 'public'"
        " AND NOT t.tgisinternal ORDER BY 1"
    )
    return [row[0] for row in cursor.fetchall()]


def grant_runtime(cursor: Any, role: str = RUNTIME_ROLE) -> None:
    """建立(如无)运行角色并授予本库的权限。须以所有者身份、在自动提交下调用。

    Raises:
        ValueError: 角色名含小写字母、数字、下划线以外的字符。
        django.db.Error | psycopg.Error: 所有者无权建角色(外部数据库请由管理员先建好)。
    """
    if not _NAME.fullmatch(role):
        raise ValueError(f"数据库角色名不合规范：{role!r}")
    _ensure_role(cursor, role)
    grants = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
    for table in append_only_tables(cursor):
        grants.append(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
    for table in _READ_ONLY:
        cursor.execute("SELECT to_regclass(%s)", [f"public.{table}"])
        if cursor.fetchone()[0]:
            grants.append(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}")
    # 一次发出即一个隐式事务:正在运行的进程看不到「先收回、后授予」之间的空档
    cursor.execute(";\n".join(grants))


def _ensure_role(cursor: Any, role: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if not cursor.fetchone():
        cursor.execute(_CREATE_ROLE.format(role=role))
    # 非超级用户的所有者要成为其成员才能 SET ROLE;几个进程同时授予会撞在系统表的同一行上,稍后再试。
    for attempt in range(_TRIES):
        cursor.execute("SELECT pg_has_role(session_user, %s, 'MEMBER')", [role])
        if cursor.fetchone()[0]:
            return
        try:
            cursor.execute(f"GRANT {role} TO SESSION_USER")
        except Exception as error:
            if "concurrently updated" not in str(error) or attempt == _TRIES - 1:
                raise
            time.sleep(0.1)
