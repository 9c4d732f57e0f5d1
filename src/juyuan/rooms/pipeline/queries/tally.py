"""各单位各期的应报、按时、迟报、未报、无实质进展:一条查询算若干期,任何一天都能重算。

应报 = 期末(或所看那天,取早)在库的项目,归首谈单位,没有首谈单位的归登记单位;事后作废、并入别的项目的退出,
撤销合并的回来(合并着的那几期不补报)。
按第一稿的提交时刻判按时与迟报,按最后一稿判有无实质进展;所看那天终了之后的都不算。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from juyuan.kernel.period import end_of
from juyuan.rooms.pipeline.queries.figures import View, run
from juyuan.rooms.pipeline.rules.monthly import Period, Tally

ROWS = """
WITH p(month, t, deadline) AS (
    SELECT * FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[])
),
spans AS (
    SELECT s.project_id, s.recorded_at AS since, s.standing, s.voided, s.stage,
           s.lead_unit_id_at AS lead,
           LEAD(s.recorded_at) OVER (PARTITION BY s.project_id ORDER BY s.recorded_at, s.id) AS until,
           LAST_VALUE(s.voided) OVER (PARTITION BY s.project_id ORDER BY s.recorded_at, s.id
               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS gone
    FROM pipeline_projectstate s WHERE s.recorded_at < %s AND {scope}
),
owed AS (
    SELECT p.month, p.deadline, s.project_id, s.stage, COALESCE(s.lead, j.owner_unit_id) AS unit
    FROM spans s
    JOIN p ON s.since < p.t AND (s.until IS NULL OR s.until >= p.t)
    JOIN pipeline_project j ON j.id = s.project_id
    WHERE NOT s.gone AND NOT s.voided AND s.standing IN ('active', 'paused')
),
told AS (
    SELECT u.project_id, u.period, MIN(u.at) AS first_at,
           (ARRAY_AGG(u.substantive ORDER BY u.revision DESC))[1] AS substantive
    FROM pipeline_monthlyupdate u WHERE u.period = ANY(%s::date[]) AND u.at < %s
    GROUP BY u.project_id, u.period
),
lines AS (
    SELECT o.month, o.unit, o.project_id, o.stage,
           COALESCE(t.first_at < o.deadline, FALSE) AS on_time,
           COALESCE(t.first_at >= o.deadline, FALSE) AS late,
           t.project_id IS NULL AS missing,
           COALESCE(NOT t.substantive, FALSE) AS empty
    FROM owed o LEFT JOIN told t ON t.project_id = o.project_id AND t.period = o.month
    WHERE o.unit IS NOT NULL
)
"""
COUNTS = """
SELECT month, unit, COUNT(*), COUNT(*) FILTER (WHERE on_time), COUNT(*) FILTER (WHERE late),
       COUNT(*) FILTER (WHERE missing), COUNT(*) FILTER (WHERE empty)
FROM lines GROUP BY month, unit
"""
STATES = ("due", "on_time", "late", "missing", "empty")
LINES = """
SELECT project_id, unit, stage FROM lines
WHERE (%s = 'due' OR (%s = 'on_time' AND on_time) OR (%s = 'late' AND late)
       OR (%s = 'missing' AND missing) OR (%s = 'empty' AND empty))
  AND (%s::bigint[] IS NULL OR unit = ANY(%s))
ORDER BY unit, project_id
"""
OF_UNITS = """
s.project_id IN (
    SELECT project_id FROM pipeline_projectstate WHERE lead_unit_id_at = ANY(%s)
    UNION ALL SELECT x.project_id FROM pipeline_projectstate x
    JOIN pipeline_project o ON o.id = x.project_id
    WHERE x.lead_unit_id_at IS NULL AND o.owner_unit_id = ANY(%s)
)
"""
CITY = View(None, None)

Tallies = dict[date, dict[int, Tally]]


@dataclass(frozen=True)
class Line:
    """应报的一行:项目、归哪个单位报、当时在哪个库。"""

    project_id: int
    unit_id: int
    stage: str


@dataclass(frozen=True)
class Where:
    """算哪些:谁看得见的、哪些单位的、哪些项目(空即不限)。先收窄再开窗,一个单位的不必扫全库。"""

    view: View = CITY
    unit_ids: tuple[int, ...] | None = None
    project_ids: tuple[int, ...] | None = None

    def sql(self) -> tuple[str, list[Any]]:
        text, found = self.view.sql("s.project_id", full=True, as_of=None, merged=True)
        params = list(found)
        if self.unit_ids is not None:
            text += f" AND {OF_UNITS}"
            params += [list(self.unit_ids)] * 2
        if self.project_ids is not None:
            text += " AND s.project_id = ANY(%s)"
            params.append(list(self.project_ids))
        return text, params


def _query(
    tail: str, periods: Sequence[Period], day: date | datetime, where: Where, extra: Iterable[Any]
) -> list[tuple[Any, ...]]:
    end = day if isinstance(day, datetime) else end_of(day)
    scope, scope_params = where.sql()
    months = [p.month for p in periods]
    params = [
        months, [min(end_of(p.last), end) for p in periods], [p.deadline for p in periods], end,
        *scope_params, months, end, *extra,
    ]  # fmt: skip
    return run(ROWS.format(scope=scope) + tail, params)


def tallies(periods: Sequence[Period], day: date | datetime, where: Where | None = None) -> Tallies:
    """期 → 单位 → 各数,截至 `day` 终了(或某一时刻)。没有应报的单位不出现。"""
    where = where or Where()
    found: Tallies = {p.month: {} for p in periods}
    for month, unit, *numbers in _query(COUNTS, periods, day, where, ()):
        if where.unit_ids is None or unit in where.unit_ids:
            found[month][unit] = Tally(*numbers)
    return found


def tally_lines(
    period: Period, day: date | datetime, where: Where | None = None, state: str = "due"
) -> list[Line]:
    """一个数字背后的项目:行数等于那个数字。`state` 是 `STATES` 之一。"""
    where = where or Where()
    units = list(where.unit_ids) if where.unit_ids is not None else None
    return [Line(*row) for row in _query(LINES, [period], day, where, [*[state] * 5, units, units])]
