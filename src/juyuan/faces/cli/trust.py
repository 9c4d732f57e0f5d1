"""`./juyuan check-invariants` 与 `./juyuan permission-matrix`:拿得出手的两份证明。"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, is_dataclass
from typing import Any

from . import invariants
from .launch.trouble import DONE, REFUSED


def check_invariants(argv: list[str]) -> int:
    """核对全库必须成立的关系;有不成立的退出 1。"""
    parser = argparse.ArgumentParser(prog="./juyuan check-invariants")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    verdicts = invariants.check()
    broken = [verdict for verdict in verdicts if verdict.count]
    if options.json:
        document = {"ok": not broken, "checks": [verdict.as_dict() for verdict in verdicts]}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for verdict in verdicts:
            mark = "✗" if verdict.count else "✓"
            tail = f"({verdict.count} 处,如 {'、'.join(verdict.examples)})" if verdict.count else ""
            print(f"{mark} {verdict.invariant.label}{tail}")
    return REFUSED if broken else DONE


def permission_matrix(argv: list[str]) -> int:
    """每个网址、方法,各角色与关系准不准。"""
    from juyuan.faces.web import matrix

    parser = argparse.ArgumentParser(prog="./juyuan permission-matrix")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    rows = [plain(row) for row in matrix.rows()]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    else:
        for row in rows:
            print("  ".join(str(value) for value in row.values()))
    return DONE


def plain(row: Any) -> dict[str, Any]:
    """一行:字典或 dataclass。"""
    return asdict(row) if is_dataclass(row) and not isinstance(row, type) else dict(row)
