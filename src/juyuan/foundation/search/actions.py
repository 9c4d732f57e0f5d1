"""写检索行:与所描述的动作同一事务。单个与成批写出的行完全相同。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection

from juyuan.foundation.copying import copy_values
from juyuan.foundation.search.grams import stored_grams
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.text import compact, has_hanzi, initials

Row = tuple[str, int, str]
"""(字段, 权重, 文字)"""
MAX_TEXT = 400
INITIALS_MARK = "~"


COLUMNS = ("object_type", "object_id", "field", "weight", "text", "grams")
Stored = tuple[str, int, str, int, str, list[str]]
"""一行检索行的值,次序同 `COLUMNS`。"""


def rows_for(object_type: str, object_id: int, rows: Iterable[Row]) -> list[Stored]:
    """由字段写法装配检索行(未存):归一去标点;含汉字的另加一行拼音首字母。空文字不成行。"""
    built: dict[tuple[str, str], Stored] = {}
    for field, weight, text in rows:
        for mark, share, folded, grams in _folded(text):
            name = field + mark
            built.setdefault(
                (name, folded), (object_type, object_id, name, weight // share, folded, grams)
            )
    return list(built.values())


@lru_cache(maxsize=16_384)
def _folded(text: str) -> tuple[tuple[str, int, str, list[str]], ...]:
    """一段文字的检索写法:(字段后缀, 权重除以几, 归一文字, 片段)。同一个名称在几个对象上只算一遍。"""
    plain = compact(text)
    texts = [("", 1, plain[:MAX_TEXT])]
    if has_hanzi(plain):
        texts.append((INITIALS_MARK, 2, initials(text)[:MAX_TEXT]))
    return tuple((mark, share, said, stored_grams(said)) for mark, share, said in texts if said)


def put(object_type: str, object_id: int, rows: Iterable[Row]) -> None:
    """换上一个对象的全部检索行(动作事务内调用)。"""
    put_many([(object_type, object_id, rows)])


def put_many(items: Iterable[tuple[str, int, Iterable[Row]]]) -> int:
    """成批换上检索行(导入、任务);返回行数。同一对象给两次,以后一次为准。

    Raises:
        RuntimeError: 不在事务内(那样检索可能指向没有写成的对象)。
    """
    if not connection.in_atomic_block:
        raise RuntimeError("检索行须与动作同一事务")
    wanted = {(object_type, object_id): rows for object_type, object_id, rows in items}
    by_type: dict[str, list[int]] = {}
    for object_type, object_id in wanted:
        by_type.setdefault(object_type, []).append(object_id)
    for object_type, ids in by_type.items():
        delete_many(object_type, ids)
    # 边算边送:数据库在建索引时,这边接着算下一行的片段
    return copy_values(
        SearchRow, COLUMNS, (row for key, rows in wanted.items() for row in rows_for(*key, rows))
    )


def delete(object_type: str, object_id: int) -> None:
    """撤下一个对象(作废、并入别的对象)。"""
    delete_many(object_type, [object_id])


def delete_many(object_type: str, object_ids: Sequence[int]) -> None:
    """成批撤下。"""
    SearchRow.objects.filter(object_type=object_type, object_id__in=list(object_ids)).delete()
