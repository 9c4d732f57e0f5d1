"""成批灌表(造仿真项目用):把行写成 COPY 的文字,撤下索引与外键再灌,灌完一次建好。

逐行维护索引、逐行核对外键,比灌完再建慢好几倍。撤与建都在同一事务里,中断即如未做过。
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

Block = tuple[str, bytes]
"""(COPY 语句, 各行)"""


def _default(field: models.Field[Any, Any]) -> str:
    """模型的缺省值(数据库里没有缺省),写成 COPY 的格子。"""
    value = field.get_default()
    if value is None:
        return r"\N"
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    if isinstance(value, list):
        return "{}"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


class Sheet:
    """一张表待灌的行。`columns` 以空格隔开,其余列取模型的缺省值。"""

    def __init__(self, model: type[models.Model], columns: str) -> None:
        self.model = model
        given = columns.split()
        rest = [
            f for f in model._meta.concrete_fields if f.column not in given and not f.primary_key
        ]
        names = ", ".join(f'"{name}"' for name in (*given, *(f.column for f in rest)))
        self._copy = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
        self._tail = "".join(f"\t{_default(f)}" for f in rest) + "\n"
        self._lines: list[str] = []
        self.put = self._lines.append
        """添一行:按 `columns` 的次序,格子以制表符隔开。"""

    def take(self) -> Block:
        """取走已添的各行。"""
        data = "".join([line + self._tail for line in self._lines]).encode()
        self._lines.clear()
        return self._copy, data


def pump(raw: Any, blocks: Sequence[Block]) -> None:
    """在一条 psycopg 连接上按次序灌各表。"""
    with raw.cursor() as cursor:
        for statement, data in blocks:
            if data:
                with cursor.copy(statement) as copy:
                    copy.write(data)


_INDEXES = """
SELECT format('DROP INDEX %%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.oid = ANY(%s::regclass[]) AND pg_has_role(current_user, c.relowner, 'USAGE')
   AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', k.conrelid::regclass, k.conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', k.conrelid::regclass, k.conname,
              pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
 WHERE k.contype = 'f' AND c.oid = ANY(%s::regclass[])
   AND pg_has_role(current_user, c.relowner, 'USAGE')
"""


@contextmanager
def bare(tables: Sequence[type[models.Model]], *, wanted: bool = True) -> Iterator[None]:
    """在这一段里各表没有外键、没有约束以外的索引;结束时照原样建回(外键一并核对全部行)。

    须在事务之内。撤与建要所有者身份:会话登录的是所有者时暂时回到它,否则什么也不撤。
    """
    if not wanted:
        yield
        return
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE NONE")
        found: list[tuple[str, str]] = []
        for sql in (_KEYS, _INDEXES):
            cursor.execute(sql, [names])
            found += cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, create in reversed(found):
            cursor.execute(create)
        cursor.execute(f'SET LOCAL ROLE "{role}"')
