"""几份小台账与两种看法:判定、业务痕迹。"""

from __future__ import annotations

from typing import Any

from juyuan.foundation.exchange.models import (
    ImportBatch,
)
from juyuan.foundation.exchange.tests.toy import store
from juyuan.foundation.ledger.models import Event
from tests.files.dirty import plain

HEAD = ["项目名称", "投资方", "总投资(万元)", "固定资产投资(万元)", "承载地"]
MIXED = plain(
    HEAD,
    ["甲项目", "甲公司", 1000, 800, "甲县"],
    ["乙项目", "乙公司", 500, 900, "乙区"],
    ["甲 项目(一期)", "甲公司", 1000, 800, "甲县"],
    ["丙项目", "丙公司", "约三百", None, "乙区"],
    ["丁项目", "丁公司", 200, 100, "乙区"],
)


def verdicts(batch: ImportBatch) -> list[str]:
    return list(batch.rows.order_by("position").values_list("verdict", flat=True))


def business() -> tuple[Any, ...]:
    """一切业务痕迹:对象、批次之外的台账。"""
    return (store(), Event.objects.filter(obj_type="toy").count())
