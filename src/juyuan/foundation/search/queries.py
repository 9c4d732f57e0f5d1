"""检索:候选按片段取,只留看得见的,排好序分组给出。

两个字以上可在名称任何位置;一个字只查开头。常见的词从最近的行里找,少见的词走 GIN 索引,
两条路都有上限,所以百万行里任何检索都在毫秒级。看不见的对象既不出现,也不占名额、不计数。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from juyuan.foundation.search import frequency
from juyuan.foundation.search.grams import query_grams
from juyuan.foundation.search.models import SearchRow
from juyuan.foundation.search.registry import Hit, searchables
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import compact

MAX_QUERY = 60
COMMON_ROWS = 15_000
"""最少见的片段多于此数,就先在最近的行里找,不去合并几份很长的清单。"""
RECENT_ROWS = 20_000
PREFIX_ROWS = 200
ROUNDS = (200, 4000)
"""每轮取的候选数:第一轮多半够;看得见的太少时再取一轮。"""
_COLUMNS = "object_type, object_id, weight, text"


@dataclass(frozen=True)
class HitGroup:
    """同类的命中。"""

    object_type: str
    label: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Found:
    """一次检索的结果;`more` 为真即候选太多,请多写几个字。"""

    q: str
    groups: tuple[HitGroup, ...] = ()
    more: bool = False

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


@dataclass(frozen=True)
class _Candidate:
    object_type: str
    object_id: int
    weight: int
    text: str


def find(q: str, actor: Actor, limit: int = 20) -> Found:
    """按一段文字检索,每类至多 `limit` 条,只出 `actor` 看得见的。任何输入都不报错。"""
    text = compact(q[: MAX_QUERY * 4])[:MAX_QUERY]
    types = searchables()
    if not text or not types or limit < 1:
        return Found(q)
    best: dict[tuple[str, int], float] = {}
    judged: set[tuple[str, int]] = set()
    more = False
    for size in ROUNDS:
        candidates = _candidates(text, size)
        more = len(candidates) >= size
        fresh = [c for c in candidates if (c.object_type, c.object_id) not in judged]
        seen = _visible(fresh, actor)
        judged |= {(c.object_type, c.object_id) for c in fresh}
        for candidate in fresh:
            key = (candidate.object_type, candidate.object_id)
            if key in seen:
                best[key] = max(best.get(key, 0.0), _score(candidate, text))
        if len(best) >= limit or not more:
            break
    groups = []
    for searchable in sorted(types.values(), key=lambda s: (s.order, s.object_type)):
        ranked = sorted(
            (key for key in best if key[0] == searchable.object_type),
            key=lambda key: (-best[key], -key[1]),
        )[:limit]
        ids = [object_id for _, object_id in ranked]
        if ids:
            shown = {hit.object_id: hit for hit in searchable.present(actor, ids)}
            hits = tuple(shown[object_id] for object_id in ids if object_id in shown)
            groups.append(HitGroup(searchable.object_type, searchable.label, hits))
    return Found(q, tuple(groups), more)


def matching(object_type: str, q: str, cap: int = 2000) -> Q:
    """列表页的框内检索:某类对象里文字相符者的条件(用在该类模型的查询集上,可见范围另限)。

    相符的不多就列出编号;太多则逐行反查检索行,顺着列表自己的次序取够一页即止。
    """
    text = compact(q[: MAX_QUERY * 4])[:MAX_QUERY]
    if not text:
        return Q(pk__in=[])
    found = _candidates(text, cap, object_type)
    if len(found) < cap and (len(text) > 1 or len(found) < PREFIX_ROWS):
        return Q(pk__in={c.object_id for c in found})
    rows = SearchRow.objects.filter(object_type=object_type, object_id=OuterRef("pk"))
    if len(text) > 1:
        return Q(Exists(rows.filter(text__contains=text)))
    return Q(Exists(rows.filter(text__startswith=text)))


def _visible(candidates: Iterable[_Candidate], actor: Actor) -> set[tuple[str, int]]:
    by_type: dict[str, set[int]] = {}
    for candidate in candidates:
        by_type.setdefault(candidate.object_type, set()).add(candidate.object_id)
    known = searchables()
    return {
        (object_type, object_id)
        for object_type, ids in by_type.items()
        if object_type in known
        for object_id in known[object_type].visible_ids(actor, ids)
    }


def _score(candidate: _Candidate, text: str) -> float:
    """整字相同最先,开头相同其次;同样的情形,权重高、文字短的在前。"""
    score = float(candidate.weight)
    if candidate.text == text:
        score += 200
    elif candidate.text.startswith(text):
        score += 40
    return score - min(len(candidate.text), 100) / 10


def _candidates(text: str, size: int, object_type: str = "") -> list[_Candidate]:
    found = _run(_prefix_sql(object_type), [_like(text) + "%"], object_type, min(size, PREFIX_ROWS))
    if len(text) > 1:
        found += _inside(text, size, object_type)
    return list(dict.fromkeys(found))[:size]


def _inside(text: str, size: int, object_type: str) -> list[_Candidate]:
    grams = query_grams(text)
    like = f"%{_like(text)}%"
    if frequency.rarest_count(grams) > COMMON_ROWS:
        found = _run(_recent_sql(object_type), [RECENT_ROWS, like], object_type, size)
        if len(found) >= min(size, ROUNDS[0]):
            return found
    return _run(_grams_sql(object_type), [grams, like], object_type, size)


def _run(sql: str, params: list[Any], object_type: str, size: int) -> list[_Candidate]:
    if object_type:
        params = [*params, object_type]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, size])
        return [_Candidate(*row) for row in cursor.fetchall()]


def _typed(object_type: str) -> str:
    return " AND object_type = %s" if object_type else ""


def _prefix_sql(object_type: str) -> str:
    return f"SELECT {_COLUMNS} FROM {_table()} WHERE text LIKE %s{_typed(object_type)} LIMIT %s"  # noqa: S608 - 表名列名是常量


def _recent_sql(object_type: str) -> str:
    return (
        f"SELECT {_COLUMNS} FROM (SELECT {_COLUMNS} FROM {_table()} ORDER BY id DESC LIMIT %s) r"  # noqa: S608 - 同上
        f" WHERE text LIKE %s{_typed(object_type)} LIMIT %s"
    )


def _grams_sql(object_type: str) -> str:
    # 物化:免得规划器见了 LIMIT 就沿主键一行行走过去
    return (
        f"WITH r AS MATERIALIZED (SELECT {_COLUMNS} FROM {_table()}"  # noqa: S608 - 同上
        f" WHERE grams @> %s::varchar[])"
        f" SELECT {_COLUMNS} FROM r WHERE text LIKE %s{_typed(object_type)} LIMIT %s"
    )


def _table() -> str:
    return SearchRow._meta.db_table


def _like(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
