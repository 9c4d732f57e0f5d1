"""单位与任职必须成立的关系。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from juyuan.foundation.invariants import Invariants, broken_rows
from juyuan.foundation.people.queries import exclusion_violations
from juyuan.kernel.verdict import Finding

LABELS = {
    "unit_paths": "单位的路径与上下级一致",
    "exclusive_roles": "三员互斥,不任业务职务",
}
PATHS = (
    "SELECT c.code FROM people_unit c JOIN people_unit p ON p.id = c.parent_id"
    " WHERE left(c.path, length(p.path)) <> p.path OR c.path = p.path"
)


def find(today: date) -> Iterator[Finding]:
    """不成立之处。"""
    yield from broken_rows("unit_paths", LABELS["unit_paths"], PATHS)
    for text in exclusion_violations():
        yield Finding("", "exclusive_roles", "", text)


INVARIANTS = Invariants("people", LABELS, find)
