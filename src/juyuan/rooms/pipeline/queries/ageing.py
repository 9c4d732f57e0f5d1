"""停留天数与转化率:申报口径,任何过去的一天都可重算(规则在 rules/ageing)。

入库的日子取移动的事实日;某日的数只看该日终了前已录入的移动与快照。判定属实的项目关系不重复计。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from juyuan.foundation.figures.registry import RATE, Figure, Part, Result, register_group
from juyuan.kernel.actor import Actor
from juyuan.kernel.period import EARLIEST, FOREVER, end_of
from juyuan.rooms.pipeline.queries.figures import (
    DIMENSIONS,
    FILTER_OF,
    NO_CHAIN,
    UNPLACED,
    Labels,
    View,
    rows_url,
    run,
)
from juyuan.rooms.pipeline.queries.figuresql import LIVE_HOSTS, PAST_HOSTS
from juyuan.rooms.pipeline.queries.relations import uncounted_anywhere
from juyuan.rooms.pipeline.rules.ageing import WATCHED
from juyuan.rooms.pipeline.rules.stages import STAGES

SECTION = "停留与转化"
AGE, STAY, CONVERSION = "age_median", "stay_median", "conversion"
BY_FACT = "入库的事实日；只看截止日终了前已录入的移动"


def _figures() -> list[Figure]:
    made = []
    for stage in WATCHED:
        label = stage.label
        made += [
            Figure(
                f"{stage.value}_{AGE}", f"{label}库已停留天数(中位)", "天", "3.3b",
                f"此刻在「{label}」库、推进或暂缓的项目，自入库那天起停了几天，取中位数（偶数个取较小的）。",
                BY_FACT, section=SECTION, dimensions=DIMENSIONS,
            ),
            Figure(
                f"{stage.value}_{STAY}", f"走完{label}库用的天数(中位)", "天", "3.3b",
                f"从「{label}」库前移出去的，自入库到前移用了几天，取中位数；退回去的那一次不算。",
                BY_FACT, section=SECTION, dimensions=DIMENSIONS,
            ),
            Figure(
                f"{stage.value}_{CONVERSION}", f"{label}库转化率", RATE, "3.3b",
                f"进过「{label}」库的项目里，已在后面的库的占多少；终止、退库的仍在分母里，退回来的不算转化。",
                BY_FACT, section=SECTION, dimensions=DIMENSIONS,
            ),
        ]  # fmt: skip
    return made


FIGURES = _figures()
# 申报口径,不看认定:此刻取项目表,某日取该日终了前最后一张快照
LIVE = """
SELECT p.id, p.stage, p.standing, COALESCE(c.code, '') AS chain, p.lead_unit_id AS lead
FROM pipeline_project p LEFT JOIN chains_chain c ON c.id = p.chain_id
WHERE p.voided_at IS NULL AND {scope}
"""
PAST = """
SELECT s.project_id AS id, s.stage, s.standing, s.chain_code AS chain, s.lead_unit_id_at AS lead,
       s.hosts
FROM (
    SELECT DISTINCT ON (project_id) *
    FROM pipeline_projectstate WHERE recorded_at < %s
    ORDER BY project_id, recorded_at DESC, id DESC
) s WHERE NOT s.voided AND {scope}
"""
_RANK = "array_position(ARRAY[{}]::text[], {{}}::text)".format(
    ", ".join(f"'{stage.value}'" for stage in STAGES)
)
_WATCHED = ", ".join(f"'{stage.value}'" for stage in WATCHED)
SQL = """
WITH base AS MATERIALIZED ({base}), hosts AS ({hosts}),
kept AS MATERIALIZED (SELECT * FROM base WHERE NOT id = ANY(%s)),
moves AS MATERIALIZED (
    SELECT m.project_id AS id, m.id AS move, m.to_stage, m.fact_on,
           LEAD(m.to_stage) OVER w AS left_to, LEAD(m.fact_on) OVER w AS left_on
    FROM pipeline_stagemove m WHERE m.at < %s
    WINDOW w AS (PARTITION BY m.project_id ORDER BY m.id)
),
facts AS MATERIALIZED (
    SELECT 'age_median' AS kind, k.stage AS lib, k.id,
           GREATEST(%s::date - m.fact_on, 0) AS v
    FROM kept k JOIN moves m ON m.id = k.id AND m.left_to IS NULL
    WHERE k.standing IN ('active', 'paused') AND k.stage IN ({watched})
    UNION ALL
    SELECT 'stay_median', m.to_stage, m.id, GREATEST(m.left_on - m.fact_on, 0)
    FROM moves m JOIN kept k ON k.id = m.id
    WHERE m.to_stage IN ({watched}) AND {left_rank} > {here_rank}
    UNION ALL
    SELECT DISTINCT 'conversion', m.to_stage, m.id, ({stage_rank} > {here_rank})::int
    FROM moves m JOIN kept k ON k.id = m.id WHERE m.to_stage IN ({watched})
),
placed AS (
    SELECT f.kind, f.lib, f.v, h.unit FROM facts f LEFT JOIN hosts h ON h.id = f.id
)
SELECT f.kind, f.lib,
       CASE WHEN GROUPING(k.chain) = 0 THEN 'chain' WHEN GROUPING(k.lead) = 0 THEN 'lead' ELSE '' END,
       COALESCE(k.chain, k.lead::text),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY f.v), SUM(f.v)::bigint, COUNT(*)
FROM facts f JOIN kept k ON k.id = f.id
GROUP BY GROUPING SETS ((f.kind, f.lib), (f.kind, f.lib, k.chain), (f.kind, f.lib, k.lead))
UNION ALL
SELECT kind, lib, 'county', unit::text,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY v), SUM(v)::bigint, COUNT(*)
FROM placed GROUP BY kind, lib, unit
""".replace("{watched}", _WATCHED)
SQL = (
    SQL.replace("{left_rank}", _RANK.format("m.left_to"))
    .replace("{here_rank}", _RANK.format("m.to_stage"))
    .replace("{stage_rank}", _RANK.format("k.stage"))
)
# 同样的裁法,只列一个数的各项目:(项目, 天数;转化率是转没转化)
LINES = (
    SQL.split(",\nplaced AS (")[0]
    + "\nSELECT f.id, f.v FROM facts f WHERE f.kind = %s AND f.lib = %s"
)

Cells = dict[tuple[str, str, str], dict[str, int | None]]


def _bound(
    text: str, as_of: date | None, day: date, end: datetime, actor: Actor | None
) -> tuple[str, list[Any], bool]:
    """(语句, 参数, 有没有因关系不计的):此刻或某日,此人看得全的。"""
    view = View.of(actor)
    column = "p.id" if as_of is None else "s.project_id"
    scope, scope_params = view.sql(column, full=True, as_of=as_of)
    fewer = uncounted_anywhere(
        None if as_of is None else end, day,
        view.rows(full=True, as_of=as_of),
    )  # fmt: skip
    base = (LIVE if as_of is None else PAST).format(scope=scope)
    sql = text.replace("{base}", base).replace(
        "{hosts}", LIVE_HOSTS if as_of is None else PAST_HOSTS
    )
    values = [*([] if as_of is None else [end]), *scope_params, sorted(fewer), end, day]
    return sql, values, bool(fewer)


def lines(name: str, as_of: date | None, actor: Actor | None, today: date) -> list[tuple[int, int]]:
    """一个数背后的各项目:(编号, 停了几天;转化率是转化了没有)。走完过两次的有两行。"""
    if as_of is not None:
        as_of = min(max(as_of, EARLIEST), FOREVER)
    lib = next(stage.value for stage in WATCHED if name.startswith(f"{stage.value}_"))
    sql, values, _ = _bound(LINES, as_of, as_of or today, end_of(as_of or FOREVER), actor)
    rows = run(sql, [*values, name.removeprefix(f"{lib}_"), lib])
    return [(pk, int(value)) for pk, value in rows]


def _rows(as_of: date | None, day: date, end: datetime, actor: Actor | None) -> tuple[Cells, bool]:
    """(种类, 库, 分法) → 键 → 值,与「有没有因关系不计的」。一至四条查询。"""
    sql, values, fewer = _bound(SQL, as_of, day, end, actor)
    cells: Cells = {}
    for kind, lib, dimension, key, middle, total, count in run(sql, values):
        empty = UNPLACED if dimension == "county" else NO_CHAIN
        value = total * 10000 // count if kind == CONVERSION else middle
        cells.setdefault((kind, lib, dimension), {})[key or (empty if dimension else "")] = value
    return cells, fewer


def compute(
    as_of: date | None, actor: Actor | None, names: frozenset[str], today: date
) -> dict[str, Result]:
    """一次求出要的各个数;没有给日期就是 `today` 此刻。"""
    if as_of is not None:
        as_of = min(max(as_of, EARLIEST), FOREVER)
    day = as_of or today
    end = end_of(as_of or FOREVER)
    cells, once = _rows(as_of, day, end, actor)
    labels = Labels.load()
    out = {}
    for stage in WATCHED:
        for kind in (AGE, STAY, CONVERSION):
            name = f"{stage.value}_{kind}"
            if name in names:
                out[name] = _result(cells, labels, kind, stage.value, as_of, once)
    return out


def _base(kind: str, lib: str, once: bool) -> dict[str, str]:
    """数背后的清单怎么筛。"""
    found = {"stage": lib} if kind == AGE else {"passed" if kind == STAY else "entered": lib}
    if kind != AGE:
        found["standing"] = "all"
    return found | ({"once": "1"} if once else {})


def _result(
    cells: Cells, labels: Labels, kind: str, lib: str, as_of: date | None, once: bool
) -> Result:
    base = _base(kind, lib, once)
    parts = []
    for dimension in DIMENSIONS:
        found = cells.get((kind, lib, dimension.key), {})
        for key in sorted(found, key=partial(labels.rank, dimension.key)):
            code, label = labels.part(dimension.key, key)
            url = rows_url(as_of, **base, **{FILTER_OF[dimension.key]: code})
            parts.append(Part(code, label, found[key], url, dimension.key))
    return Result(cells.get((kind, lib, ""), {}).get(""), parts, rows_url(as_of, **base))


def register(today: Callable[[], date]) -> None:
    """登记停留与转化的数字(由 wiring 调用,可重复);`today` 给出「此刻」是哪一天。"""
    register_group(FIGURES, lambda as_of, actor, names: compute(as_of, actor, names, today()))
