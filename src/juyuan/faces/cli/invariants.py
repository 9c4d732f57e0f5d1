"""跨房间必须成立的关系。每一条是一句话与一条查询;查询给出不成立的行,空即成立。
项目自己的关系在 rooms/pipeline/queries/invariants.py。

只读,不改正:改正由有权的人做。新房间在这里添上自己的关系。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

EXAMPLES = 5


@dataclass(frozen=True)
class Invariant:
    """`sql` 的第一列指明是哪一行;`probe` 用于 SQL 说不清的。"""

    name: str
    label: str
    sql: str = ""
    probe: Callable[[], list[str]] | None = None


@dataclass(frozen=True)
class Verdict:
    """一条关系的结果:不成立的行数与几个例子。"""

    invariant: Invariant
    count: int
    examples: list[str]

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.invariant.name,
            "label": self.invariant.label,
            "violations": self.count,
            "examples": self.examples,
        }


def exclusive_roles() -> list[str]:
    """三员互斥、不任业务职务。"""
    from juyuan.foundation.people.queries import exclusion_violations

    return exclusion_violations()


def guarded_tables() -> list[str]:
    """台账等只增表:触发器在、始终生效,运行角色没有改、删、清的权限。"""
    from juyuan.foundation.ledger import APPEND_ONLY_TABLES
    from juyuan.foundation.ledger.roles import RUNTIME_ROLE, append_only_tables

    found = []
    with connection.cursor() as cursor:
        tables = append_only_tables(cursor)
        found += [f"{name}:没有只增触发器" for name in APPEND_ONLY_TABLES if name not in tables]
        for table in tables:
            cursor.execute(
                "SELECT tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'append_only'",
                [table],
            )
            row = cursor.fetchone()
            if row is None or row[0] != "A":
                found.append(f"{table}:只增触发器没有始终生效")
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [RUNTIME_ROLE, table, right]
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}:运行角色有 {right} 权限")
    return found


INVARIANTS = (
    Invariant(
        "committed_within_contract",
        "合同引资额不超过合同金额",
        "SELECT code FROM pipeline_project"
        " WHERE committed_investment > coalesce(contract_amount, committed_investment)",
    ),
    Invariant(
        "first_move",
        "每个项目都有入库的移动记录,最近一次移动到的库就是它所在的库",
        "SELECT p.code FROM pipeline_project p LEFT JOIN LATERAL (SELECT to_stage FROM pipeline_stagemove m"
        " WHERE m.project_id = p.id ORDER BY m.id DESC LIMIT 1) m ON true"
        " WHERE m.to_stage IS DISTINCT FROM p.stage",
    ),
    Invariant(
        "search_orphans",
        "检索行都指着存在的项目",
        "SELECT s.object_id FROM search_searchrow s WHERE s.object_type = 'project'"
        " AND NOT EXISTS (SELECT 1 FROM pipeline_project p WHERE p.id = s.object_id)",
    ),
    Invariant(
        "merged_not_chained",
        "并入别家的投资方不再被引用为投资方,也不成环",
        "SELECT i.code FROM investors_investor i JOIN investors_investor t ON t.id = i.merged_into_id"
        " WHERE t.merged_into_id = i.id OR EXISTS (SELECT 1 FROM pipeline_projectparty y"
        " WHERE y.investor_id = i.id)",
    ),
    Invariant(
        "investor_keys",
        "现存的投资方都有名称键,查重查得到",
        "SELECT i.code FROM investors_investor i WHERE i.merged_into_id IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM investors_matchkey k WHERE k.object_type = 'investor' AND k.object_id = i.id"
        " AND k.kind = 'name')",
    ),
    Invariant(
        "unit_paths",
        "单位的路径与上下级一致",
        "SELECT c.code FROM people_unit c JOIN people_unit p ON p.id = c.parent_id"
        " WHERE left(c.path, length(p.path)) <> p.path OR c.path = p.path",
    ),
    Invariant("exclusive_roles", "三员互斥,不任业务职务", probe=exclusive_roles),
    Invariant("append_only", "只增表的触发器与权限完好", probe=guarded_tables),
)


def check() -> list[Verdict]:
    """全部核对一遍(同一个只读快照)。"""
    from django.db import transaction

    verdicts = []
    inside = connection.in_atomic_block  # 已在事务里就用那个事务的所见
    with transaction.atomic(), connection.cursor() as cursor:
        if not inside:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for invariant in INVARIANTS:
            if invariant.probe is not None:
                found = invariant.probe()
            else:
                cursor.execute(invariant.sql)
                found = [str(row[0]) for row in cursor.fetchall()]
            verdicts.append(Verdict(invariant, len(found), found[:EXAMPLES]))
    return verdicts
