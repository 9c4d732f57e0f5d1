"""样例只真造一次:同一个库、同样的参数再要一次,照抄上次写下的行。

    @replayed
    def at(cast, stage, **more): …        # 样例的工厂函数

第一次经真正的动作造出来,记下库里多了、改了哪些行;以后库的内容与那时逐行相同(每张表的行数与内容摘要
都对得上)、参数与设置也相同,就把那些行照原样写回,连编号、时间都不差。拿不准的一律真造:
库的内容没见过、参数不能比较、有被替换的函数(monkeypatch)或钉住的参数、不在主线程、连接没有所有者身份。

照抄与真造逐行相同,见 tests/architecture/test_replay.py。`JUYUAN_TEST_REPLAY=0` 则一律真造。
"""

from __future__ import annotations

import functools
import io
import os
import pickle
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., Any])
Signature = dict[str, tuple[int, str]]
"""表 → (行数, 内容摘要);空表不列。"""

FIXED = ("django_migrations", "django_content_type", "auth_permission")


class Unknown(Exception):
    """这个参数不能比较:真造。"""


@dataclass
class Kept:
    """一次真造的结果:之后库的样子,返回值与改过的参数(腌好的)。"""

    after: Signature
    pickled: bytes
    files: tuple[str, ...]


class Shelf:
    """本进程见过的库的样子,与每次真造的结果。"""

    def __init__(self) -> None:
        self.ready = False
        self.hits = self.built = 0
        self._rows: dict[tuple[str, tuple[int, str]], list[str]] = {}
        self._kept: dict[Any, Kept] = {}
        self._patched: weakref.WeakSet[Any] = weakref.WeakSet()
        self.tables: dict[str, int] = {}
        self._last: tuple[tuple[str | None, int, list[int]], Signature] | None = None
        self._rollbacks = 0
        self._paused = False

    # ───────── 开张 ─────────

    def open(self) -> None:
        """迁移建好库之后调用一次:认得空库的样子。"""
        if os.environ.get("JUYUAN_TEST_REPLAY") == "0":
            return
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
            if not cursor.fetchone()[0]:
                return
            cursor.execute(
                "SELECT quote_ident(relname), oid::bigint FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) ORDER BY 1",
                [list(FIXED)],
            )
            self.tables = dict(cursor.fetchall())
        self._watch()
        self.ready = True
        self._learn({}, self.signature())

    def _watch(self) -> None:
        """记得哪些 monkeypatch 正替换着东西,退回过几次保存点。"""
        from django.db import connection

        connection.savepoint_rollback = functools.partial(  # type: ignore[method-assign]
            self._rolled_back, connection.savepoint_rollback
        )
        set_attr, undo, patched = pytest.MonkeyPatch.setattr, pytest.MonkeyPatch.undo, self._patched

        @functools.wraps(set_attr)
        def setattr_(patch: Any, *args: Any, **more: Any) -> None:
            patched.add(patch)
            set_attr(patch, *args, **more)

        @functools.wraps(undo)
        def undo_(patch: Any) -> None:
            patched.discard(patch)
            undo(patch)

        pytest.MonkeyPatch.setattr, pytest.MonkeyPatch.undo = setattr_, undo_  # type: ignore[method-assign]

    def _rolled_back(self, rollback: Callable[[str], None], sid: str) -> None:
        self._rollbacks += 1
        rollback(sid)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """这一段里一律真造。"""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    # ───────── 看库 ─────────

    def signature(self) -> Signature:
        """此刻库的样子。同一个事务里,上次看过之后没有写过的表不再看。"""
        seen = self._counts()
        last, self._last = self._last, None
        touched = list(self.tables)
        found: Signature = {}
        if last is not None and seen[0] is not None and seen[:2] == last[0][:2]:
            found = dict(last[1])
            touched = [
                table
                for table, now, then in zip(self.tables, seen[2], last[0][2], strict=True)
                if now != then
            ]
        found |= self._look(touched, found)
        self._last = (seen, found)
        return found

    def _look(self, touched: list[str], found: Signature) -> Signature:
        """逐表数行、算内容摘要。"""
        from django.db import connection

        for table in touched:
            found.pop(table, None)
        if not touched:
            return {}
        asked = " UNION ALL ".join(
            f"SELECT '{t}', count(*), sum(hashtextextended(r::text, 0)::numeric)::text"
            f" FROM {t} AS r"
            for t in touched
        )
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return {table: (n, digest) for table, n, digest in cursor.fetchall() if n}

    def _counts(self) -> tuple[str | None, int, list[int]]:
        """(事务号, 退回过几次保存点, 各表在本事务里写过多少行):没变就是没人写过。"""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_current_xact_id_if_assigned()::text, array(SELECT"
                " pg_stat_get_xact_tuples_inserted(t) + pg_stat_get_xact_tuples_updated(t)"
                " + pg_stat_get_xact_tuples_deleted(t) FROM unnest(%s::oid[]) AS t)",
                [list(self.tables.values())],
            )
            xid, written = cursor.fetchone()
        return xid, self._rollbacks, written

    def _learn(self, before: Signature, after: Signature) -> None:
        """记下变了的表的全部行(按写入的次序)。"""
        from django.db import connection

        with connection.cursor() as cursor:
            for table, mark in after.items():
                if before.get(table) != mark and (table, mark) not in self._rows:
                    cursor.execute(f"SELECT r::text FROM {table} AS r ORDER BY ctid")
                    self._rows[table, mark] = [row[0] for row in cursor.fetchall()]

    def _knows(self, state: Signature) -> bool:
        return all(item in self._rows for item in state.items())

    def _become(self, before: Signature, after: Signature) -> None:
        """由 `before` 变成 `after`:少了的行删掉,多了的行照原样写回。"""
        from django.db import connection, transaction

        statements, values = [], []
        for table in sorted({*before, *after}):
            if before.get(table) == after.get(table):
                continue
            old = self._rows.get((table, before[table]), []) if table in before else []
            new = self._rows[table, after[table]] if table in after else []
            gone, come = set(old) - set(new), set(old)
            if gone:
                statements.append(f"DELETE FROM {table} AS r WHERE r::text = ANY(%s::text[])")
                values.append(sorted(gone))
            fresh = [row for row in new if row not in come]
            if fresh:
                statements.append(
                    f"INSERT INTO {table} SELECT (r).* FROM"
                    f" (SELECT unnest(%s::text[])::{table} AS r) AS rows"
                )
                values.append(fresh)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()[0]
            both = "; ".join(
                [
                    "SET LOCAL ROLE NONE",
                    "SET LOCAL session_replication_role = replica",
                    *statements,
                    "SET LOCAL session_replication_role = origin",
                    f'SET LOCAL ROLE "{role}"',
                ]
            )
            cursor.execute(both, values)

    # ───────── 造或照抄 ─────────

    def act(self, make: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """造一次:见过的照抄,没见过的真造并记下。"""
        if not self.ready or self._paused or not self._calm():
            return make(*args, **more)
        try:
            asked = (make.__module__, make.__qualname__, _canon((args, more)), _overrides())
        except Unknown:
            return make(*args, **more)
        before = self.signature()
        key = (asked, tuple(sorted(before.items())))
        found = self._kept.get(key)
        if found is not None and _there(found.files):
            self.hits += 1
            self._become(before, found.after)
            self._last = (self._counts(), found.after)
            return _thaw(found.pickled, args, more)
        if not self._worth(before):
            with self.paused():
                return make(*args, **more)
        result = make(*args, **more)
        self._keep(key, before, result, args, more)
        return result

    def _calm(self) -> bool:
        """没有被替换的函数、没有钉住的参数,在主线程。"""
        from juyuan.foundation.policy import queries as policy

        here = threading.current_thread() is threading.main_thread()
        return here and not self._patched and policy._pinned.get() is None

    def _worth(self, before: Signature) -> bool:
        """值不值得记:事务之内的库不受别人打扰;之前的样子没见过的,下次也遇不到。"""
        from django.db import connection

        return connection.in_atomic_block and self._knows(before)

    def _keep(self, key: Any, before: Signature, result: Any, args: Any, more: Any) -> None:
        self.built += 1
        after = self.signature()
        self._learn(before, after)
        self._kept[key] = Kept(after, _freeze(result, args, more), _files(after, before))


SHELF = Shelf()


def replayed(make: F) -> F:
    """工厂函数:同样的库、同样的参数只真造一次。"""

    @functools.wraps(make)
    def wrapper(*args: Any, **more: Any) -> Any:
        return SHELF.act(make, args, more)

    return wrapper  # type: ignore[return-value]


# ───────── 参数与设置 ─────────


def _canon(value: Any) -> Any:
    """参数的比较形式;不认得的类型即 `Unknown`。"""
    if value is None or isinstance(
        value, str | int | float | bytes | Decimal | date | timedelta | Enum
    ):
        return type(value).__qualname__, repr(value)
    if isinstance(value, tuple | list):
        return type(value).__qualname__, tuple(_canon(item) for item in value)
    if isinstance(value, set | frozenset):
        return type(value).__qualname__, tuple(sorted(map(str, map(_canon, value))))
    if isinstance(value, dict):
        return "dict", tuple((_canon(k), _canon(v)) for k, v in value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__qualname__, tuple(
            (f.name, _canon(getattr(value, f.name))) for f in fields(value)
        )
    if hasattr(value, "_meta") and hasattr(value, "_state"):
        held = {f.attname: value.__dict__.get(f.attname) for f in value._meta.concrete_fields}
        return value._meta.label, _canon(held)
    if hasattr(value, "NOW") and hasattr(value, "actor"):  # 人物、城市:内容都在库里
        known = {k: v for k in ("NOW", "TODAY", "LEAD", "HOST") if (v := getattr(value, k, None))}
        return type(value).__qualname__, _canon(known)
    raise Unknown(type(value))


def _overrides() -> tuple[tuple[str, str], ...]:
    """测试改过的设置。"""
    from django.conf import settings

    found, holder = {}, settings._wrapped
    while hasattr(holder, "default_settings"):
        for name, value in vars(holder).items():
            if name.isupper():
                found.setdefault(name, repr(value))
        holder = holder.default_settings
    if any(" at 0x" in text for text in found.values()):
        raise Unknown
    return (
        ("JUYUAN_NOW", str(settings.JUYUAN_NOW)),
        ("JUYUAN_PACK", settings.JUYUAN_PACK),
        ("MEDIA_ROOT", str(settings.MEDIA_ROOT)),
        *sorted(found.items()),
    )


# ───────── 返回值、改过的参数、文件 ─────────


def _models(args: tuple[Any, ...], more: dict[str, Any]) -> list[Any]:
    """会被改动、或会被原样返回的参数。"""
    return [
        v for v in (*args, *more.values()) if hasattr(v, "__dict__") and not isinstance(v, Enum)
    ]


def _freeze(result: Any, args: tuple[Any, ...], more: dict[str, Any]) -> bytes:
    given = _models(args, more)
    places = {id(value): index for index, value in enumerate(given)}
    stream = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> Any:
            return places.get(id(obj))

    changed = [dict(vars(v)) if hasattr(v, "_meta") else None for v in given]
    Pickler(stream, protocol=5).dump((result, changed))
    return stream.getvalue()


def _thaw(pickled: bytes, args: tuple[Any, ...], more: dict[str, Any]) -> Any:
    given = _models(args, more)

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, pid: Any) -> Any:
            return given[pid]

    result, changed = Unpickler(io.BytesIO(pickled)).load()
    for value, held in zip(given, changed, strict=True):
        if held is not None:
            vars(value).clear()
            vars(value).update(held)
    return result


def _files(after: Signature, before: Signature) -> tuple[str, ...]:
    """这次存下的文件。"""
    from juyuan.foundation.files.models import StoredFile

    table = StoredFile._meta.db_table
    if after.get(table) == before.get(table):
        return ()
    return tuple(StoredFile.objects.values_list("sha256", flat=True))


def _there(digests: tuple[str, ...]) -> bool:
    """文件都还在;像重新存过一样更新其时间。"""
    from juyuan.foundation.files.storage import path_of

    try:
        for digest in digests:
            os.utime(path_of(digest))
    except FileNotFoundError:
        return False
    return True
