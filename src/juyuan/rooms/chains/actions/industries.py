"""行业代码成批入库(导入种类 industry_codes 的执行者)。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from juyuan.foundation.ledger.actions import Entry, record_many
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import require
from juyuan.rooms.chains import access
from juyuan.rooms.chains.models import IndustryCode
from juyuan.rooms.chains.rules import industry_level, industry_parent


@dataclass(frozen=True)
class CodeRow:
    """一个行业代码;`section` 是所属门类字母。"""

    code: str
    name: str
    section: str


def put_codes(
    rows: Sequence[CodeRow], *, actor: Actor, now: datetime, group: UUID | None = None
) -> int:
    """新增或更新(按代码);须在事务内。返回行数。

    Raises:
        Denied: 不是市级商务主管部门。
    """
    require(access.can_import_codes(actor))
    IndustryCode.objects.bulk_create(
        [
            IndustryCode(
                code=row.code,
                name=row.name,
                level=industry_level(row.code),
                parent=industry_parent(row.code, row.section),
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent"],
    )
    return record_many(
        [
            Entry(
                event="chains.industry_code.put",
                obj_type="industry_code",
                obj_id=row.code,
                obj_label=row.name,
                clause="4.0b",
            )
            for row in rows
        ],
        actor=actor,
        now=now,
        group=group,
    )
