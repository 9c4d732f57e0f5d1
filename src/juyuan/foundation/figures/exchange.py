"""导出:一个数字与另一天相比,全部说明的行。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from juyuan.foundation.exchange.kinds import ExportColumn, ExportKind
from juyuan.foundation.figures import access, comparing, registry, rules
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import NotFound, RuleBroken


def rows(actor: Actor, filters: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """逐行:进来、出去、变动;金额列与个数列各写各的。

    Raises:
        NotFound: 没有这个数字。
        RuleBroken: 日期不合。
    """
    name = str(filters.get("name", ""))
    figure = next((f for f in registry.figures() if f.name == name), None)
    if figure is None:
        raise NotFound
    as_of, finding = rules.read_as_of(str(filters.get("as_of", "")), today)
    if finding is None:
        against, finding = rules.read_against(
            str(filters.get("against", "")), as_of or today, today
        )
    if finding is not None:
        raise RuleBroken([finding])
    for side, unit, line in comparing.every_line(figure, as_of, against, actor):
        change, told = line.change, line.told
        suffix = "money" if comparing.is_money(unit) else "count"
        yield {
            "figure": figure.label, "side": side, "kind": change.kind.label, "code": told.code,
            "label": told.label, "was": told.was, "now": told.now, "against": against,
            "as_of": as_of or today, f"before_{suffix}": change.before,
            f"after_{suffix}": change.after, f"difference_{suffix}": change.difference,
        }  # fmt: skip


KINDS = (
    ExportKind(
        name="figure_changes",
        label="与上月比",
        columns=(
            ExportColumn("figure", "数字", width=20),
            ExportColumn("side", "分子分母", width=10),
            ExportColumn("kind", "变动", width=8),
            ExportColumn("code", "项目编号"),
            ExportColumn("label", "项目名称", width=36),
            ExportColumn("against", "前一天", "date"),
            ExportColumn("was", "前一天的样子", width=22),
            ExportColumn("as_of", "后一天", "date"),
            ExportColumn("now", "后一天的样子", width=22),
            ExportColumn("before_count", "原计(个)", "integer"),
            ExportColumn("after_count", "现计(个)", "integer"),
            ExportColumn("difference_count", "差(个)", "integer"),
            ExportColumn("before_money", "原计", "money_wan"),
            ExportColumn("after_money", "现计", "money_wan"),
            ExportColumn("difference_money", "差", "money_wan"),
        ),
        rows=rows,
        may=access.can_see_values,
        description="一个数字与另一天相比,差额由哪些项目说明。",
        order=95,
    ),
)
