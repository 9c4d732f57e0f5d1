"""启动器在库里留的记号:这个库是演示还是正式、结构与城市包备到哪一版、演示账号有哪些。

放在单独的模式(schema)`launcher` 里,只归所有者;运行角色够不着。
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

TABLE = """
CREATE SCHEMA IF NOT EXISTS launcher;
CREATE TABLE IF NOT EXISTS launcher.mark (
    key text PRIMARY KEY, value text NOT NULL, at timestamptz NOT NULL DEFAULT now())
"""
PREPARING = 0x6A757975  # 咨询锁:同一个库只由一个命令来备


def read(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """全部记号;还没有备过的库是空的。"""
    found = connection.execute("SELECT to_regclass('launcher.mark')").fetchone()
    if not found or found[0] is None:
        return {}
    return dict(connection.execute("SELECT key, value FROM launcher.mark").fetchall())


def write(connection: psycopg.Connection[Any], values: dict[str, str]) -> None:
    """写入或覆盖记号(自动提交的连接上立即生效)。"""
    connection.execute(TABLE)
    for key, value in values.items():
        connection.execute(
            "INSERT INTO launcher.mark (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = now()",
            [key, value],
        )


def is_empty(connection: psycopg.Connection[Any]) -> bool:
    """库里还没有任何表。"""
    row = connection.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchone()
    return row is not None and row[0] == 0


def create_database(connection: psycopg.Connection[Any], name: str) -> None:
    """没有就建(嵌入的集群里)。"""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        pass  # 另一个命令刚刚建好


def drop_database(connection: psycopg.Connection[Any], name: str) -> None:
    """有就删(性能测试用的临时库)。"""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def wipe(connection: psycopg.Connection[Any]) -> None:
    """清空库:删掉全部表与记号(--fresh 于外部数据库)。"""
    connection.execute("DROP SCHEMA IF EXISTS launcher CASCADE")
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")
