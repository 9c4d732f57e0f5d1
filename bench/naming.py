"""名称判别的准确率:标注好的名称对(不随源码分发)在手时才测。

文件由环境变量 JUYUAN_NAME_PAIRS 指明(csv:same,kind,name_a,name_b);没有就不测,也不算没达到。
两种量法:只用纯比对;以及经过索引的键(两个名称没有一个键相同的,查重取不到候选,算没认出)。
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.harness import Result

FORM_ONLY = {
    "legal_form", "paren_width", "fullwidth_space", "whitespace", "region_suffix_dropped",
    "region_moved", "note_appended", "short_form",
}  # fmt: skip
"""只差写法的几类:组织形式、括号、全半角、空格、地区后缀与位置、括号里的备注。"""


def run(scale: int, wanted: Callable[[str], bool]) -> list[Result]:
    """只在指名、且文件在手时测。"""
    path = Path(os.environ.get("JUYUAN_NAME_PAIRS", ""))
    return [judge(path, scale)] if path.is_file() and wanted("name-pairs") else []


def met(one: str, other: str) -> bool:
    """经索引取不取得到:匹配键互认,或近似键相交。"""
    from juyuan.kernel.names import lookup_keys
    from juyuan.kernel.near import near_keys

    stored = lookup_keys(other)[:1]
    return bool(set(lookup_keys(one)) & set(stored)) or bool(
        set(near_keys(one)) & set(near_keys(other))
    )


def judge(path: Path, scale: int) -> Result:
    """逐对判,得各率。"""
    from juyuan.kernel.names import HINT, SAME, compare

    with path.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    began = time.perf_counter()
    counts: dict[str, int] = dict.fromkeys(
        ("same", "different", "form", "true_same", "false_same", "form_same", "flagged",
         "false_hint", "lost"), 0)  # fmt: skip
    for row in rows:
        tier = compare(row["name_a"], row["name_b"]).tier
        if tier and not met(row["name_a"], row["name_b"]):
            counts["lost"] += 1
            tier = 0
        same, form = row["same"] == "1", row["kind"] in FORM_ONLY
        counts["same" if same else "different"] += 1
        counts["form"] += same and form
        counts["form_same"] += same and form and tier == SAME
        counts["true_same"] += same and tier == SAME
        counts["false_same"] += not same and tier == SAME
        counts["flagged"] += same and bool(tier)
        counts["false_hint"] += not same and tier == HINT
    took = (time.perf_counter() - began) * 1000 / max(len(rows), 1)
    said = counts["true_same"] + counts["false_same"]
    rates = {
        "precision": round(counts["true_same"] / max(said, 1), 4),
        "form_recall": round(counts["form_same"] / max(counts["form"], 1), 4),
        "flagged": round(counts["flagged"] / max(counts["same"], 1), 4),
        "wrong_same": round(counts["false_same"] / max(counts["different"], 1), 4),
        "wrong_hint": round(counts["false_hint"] / max(counts["different"], 1), 4),
        "lost_by_keys": counts["lost"],
    }
    good = (
        rates["precision"] >= 0.99 and rates["form_recall"] >= 0.98 and rates["flagged"] >= 0.98
        and rates["wrong_same"] <= 0.01 and rates["wrong_hint"] <= 0.15
    )  # fmt: skip
    return Result(
        "name-pairs", f"名称判别 {len(rows)} 对", scale, round(took, 3), round(took, 3),
        aim="准确 ≥ 0.99、只差写法的认出 ≥ 0.98、提示 ≥ 0.98、误判 ≤ 0.01、误提示 ≤ 0.15",
        met=good, more=rates,
    )  # fmt: skip
