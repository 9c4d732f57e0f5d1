"""让一张表与要的样子一致(装载城市包用)。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models


@dataclass
class Loaded:
    """装载结果:新增、更新、移除的行数;`absent` 是包里写了、库里没有的人员代码。"""

    created: int = 0
    updated: int = 0
    removed: int = 0
    absent: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.created + self.updated + self.removed


def sync(
    model: type[models.Model],
    wanted: Mapping[Any, dict[str, Any]],
    key: Callable[[Any], Any],
    loaded: Loaded,
    *,
    existing: Iterable[Any],
    drop: Callable[[Any], bool] | None = None,
) -> dict[Any, Any]:
    """让表与 `wanted`(键→列值)一致:新增缺的,更新不同的;`drop` 说哪些多出来的可以删。"""
    found = {key(row): row for row in existing}
    fresh, changed, columns = [], [], set()
    for wanted_key, values in wanted.items():
        row = found.get(wanted_key)
        if row is None:
            found[wanted_key] = row = model(**values)
            fresh.append(row)
            continue
        different = [name for name, value in values.items() if getattr(row, name) != value]
        if different:
            for name in different:
                setattr(row, name, values[name])
            columns.update(different)
            changed.append(row)
    manager = model._default_manager
    manager.bulk_create(fresh)
    if changed:
        manager.bulk_update(changed, sorted(columns))
    spare = [k for k, row in found.items() if k not in wanted and drop is not None and drop(row)]
    if spare:
        manager.filter(pk__in=[found[k].pk for k in spare]).delete()
    loaded.created += len(fresh)
    loaded.updated += len(changed)
    loaded.removed += len(spare)
    return {k: row for k, row in found.items() if k not in spare}


def always(row: object) -> bool:
    return True
