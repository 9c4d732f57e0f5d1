"""`./juyuan check-invariants` 与 `./juyuan permission-matrix`。"""

from __future__ import annotations

import argparse
import json

from .launch.trouble import DONE, REFUSED


def check_invariants(argv: list[str]) -> int:
    """核对全库必须成立的关系;有一条不成立即 1。`--json` 给出发现的列表。"""
    options = _options("check-invariants", argv)
    from juyuan.foundation import invariants
    from juyuan.foundation.workdays import clock

    found = invariants.check(clock.today())
    if options.json:
        print(json.dumps([f.as_dict() for f in found], ensure_ascii=False, indent=2))
        return REFUSED if found else DONE
    broken = {finding.rule for finding in found}
    for rule, label in invariants.labels().items():
        print(f"{'✗' if rule in broken else '✓'} {label}")
        for finding in found:
            if finding.rule == rule:
                print(f"    {finding.message}")
    return REFUSED if found else DONE


def permission_matrix(argv: list[str]) -> int:
    """打印权限矩阵;`--json` 是逐行的列表。"""
    options = _options("permission-matrix", argv)
    from juyuan.faces.web.matrix import VIEWERS, rows

    lines = rows()
    if options.json:
        print(json.dumps(lines, ensure_ascii=False, indent=2))
        return DONE
    for row in lines:
        print(f"{row['method']:<6}{row['url']}  {row['name']}  [{row['door']}]")
        print("      " + "  ".join(f"{label} {row[key]}" for key, label in VIEWERS.items()))
    return DONE


def _options(name: str, argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./juyuan {name}")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    return parser.parse_args(argv)
