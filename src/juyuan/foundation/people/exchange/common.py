"""三种导入共用的一点:把规则的发现变成退回的行。"""

from __future__ import annotations

from collections.abc import Sequence

from juyuan.foundation.exchange.columns import REFUSED, ParsedRow
from juyuan.foundation.exchange.kinds import REFUSED as ROW_REFUSED
from juyuan.foundation.exchange.kinds import Judgement
from juyuan.kernel.verdict import Finding


def refused(row: ParsedRow, findings: Sequence[Finding]) -> Judgement:
    return Judgement(
        ROW_REFUSED,
        tuple(
            row.finding(REFUSED, f.message, "请改正后再导入。", f.field, f.rule, f.clause)
            for f in findings
        ),
    )
