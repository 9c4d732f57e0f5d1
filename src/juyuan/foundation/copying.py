"""成批写行:一张表一条 `COPY`。几万行时比逐值绑定的 INSERT 快一个数量级;行与 `bulk_create` 的相同。"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

NULL = r"\N"
# COPY 文本格式里有意义的四个字符
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ODD = re.compile(r"[\\\t\n\r\"]")
_ESCAPED = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})
_CHUNK = 500

Encoder = Callable[[Any], str]


def copy_rows(rows: Sequence[models.Model], *, keys: bool = False) -> None:
    """把未存的行写进各自的表(同一种模型)。不看冲突,不回填缺省;须在动作的事务里。

    `keys`:先从序列取好编号并写回 `pk`,供后面的行引用;不要编号的留给数据库。
    Raises:
        RuntimeError: 不在事务里。
        django.db.IntegrityError: 违反约束,与 `bulk_create` 同。
    """
    if not rows:
        return
    model = type(rows[0])
    fields = list(model._meta.concrete_fields)
    if keys:
        _take_keys(model, rows)
    else:
        # 编号由数据库给;自带编号的(UUID)照写
        fields = [f for f in fields if not isinstance(f, models.AutoField)]
    for row in rows:
        _settle_references(row, fields)
    names = [f.attname for f in fields]
    copy_values(model, names, ([getattr(row, name) for name in names] for row in rows))
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def copy_values(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """按列名写值(不建模型对象),返回行数;`names` 是字段的 `attname`。异常同 `copy_rows`。"""
    if not connection.in_atomic_block:
        raise RuntimeError("成批写行须在动作的事务里")
    by_name = {f.attname: f for f in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    encoders = [_encoder(field) for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(f.column)) for f in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            lines: list[str] = []
            for row in rows:
                lines.append(
                    "\t".join(
                        NULL if value is None else encode(value)
                        for value, encode in zip(row, encoders, strict=True)
                    )
                )
                if len(lines) >= _CHUNK:
                    copy.write("\n".join(lines) + "\n")
                    lines.clear()
            if lines:
                copy.write("\n".join(lines) + "\n")
        return int(cursor.rowcount)


def _take_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), key.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def _settle_references(row: models.Model, fields: Sequence[models.Field[Any, Any]]) -> None:
    """指向先前未存、现已有编号的对象:把编号补上。"""
    for field in fields:
        if isinstance(field, models.ForeignKey) and field.is_cached(row):
            other = field.get_cached_value(row)
            if other is not None:
                setattr(row, field.attname, getattr(other, field.target_field.attname))


def _encoder(field: models.Field[Any, Any]) -> Encoder:
    if isinstance(field, models.ForeignKey):
        return _encoder(field.target_field)
    if isinstance(field, ArrayField):
        return _words if isinstance(field.base_field, models.CharField) else _numbers
    if isinstance(field, models.JSONField):
        return _document
    if isinstance(field, models.BooleanField):
        return _yes_no
    if isinstance(field, models.IntegerField):
        return _number
    if isinstance(field, models.DateField):
        return _moment
    if isinstance(field, models.UUIDField):
        return str
    if isinstance(field, models.CharField | models.TextField):
        return _text
    raise TypeError(f"{field} 的类型还没有成批写法")


def _text(value: str) -> str:
    return value.translate(_ESCAPED) if _SPECIAL.search(value) else value


def _number(value: int) -> str:
    return str(int(value))


def _yes_no(value: bool) -> str:
    return "t" if value else "f"


def _moment(value: date | datetime) -> str:
    return value.isoformat()


def _document(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


def _words(value: Sequence[str]) -> str:
    if not value:
        return "{}"
    if not _ODD.search("".join(value)):
        return '{"' + '","'.join(value) + '"}'
    return _text("{" + ",".join(f'"{word.translate(_QUOTED)}"' for word in value) + "}")


def _numbers(value: Iterable[int]) -> str:
    return "{" + ",".join(str(int(item)) for item in value) + "}"
