"""性能测试的结果写进文档:只换两个记号之间的一段,另存一份 JSON。"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juyuan.faces.cli import benchreport
from juyuan.faces.cli.launch.trouble import Trouble

MACHINE = {
    "measured_on": "2026-01-02", "cpus": 2, "memory_gb": 8, "load_before": 0.1,
    "system": "Linux x86_64", "python": "3.11.2", "postgres": "18",
}  # fmt: skip
RESULT = {
    "name": "list", "label": "项目列表第一页", "scale": 10000, "p50_ms": 40.0, "p95_ms": 60.4,
    "floor_p95_ms": 30.2, "ratio": 2.0, "aim": "p95 ≤ 地板的 2 倍", "met": True,
    "more": {"statements": 12, "database_ms": 9.5, "counts": {"new": 1}},
}  # fmt: skip
SLOW = RESULT | {
    "name": "export", "label": "导出", "scale": 100000, "p95_ms": 65_400.0, "floor_p95_ms": None,
    "ratio": None, "met": False, "more": {"rows_per_s": 1434},
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "bench").mkdir()
    page = f"# 性能\n\n前言。\n\n{benchreport.BEGIN}\n旧的表\n{benchreport.END}\n\n后记。\n"
    (tmp_path / "docs" / "performance.md").write_text(page, encoding="utf-8")
    return tmp_path


def test_只换记号之间的一段(house: Path) -> None:
    document = {"machine": MACHINE, "results": [RESULT, SLOW]}
    benchreport.write(house, document)
    benchreport.write(house, document)
    text = (house / "docs" / "performance.md").read_text(encoding="utf-8")
    assert text.startswith("# 性能\n\n前言。\n\n") and text.endswith("\n\n后记。\n")
    assert "旧的表" not in text and text.count("### 10,000 个项目") == 1
    assert (
        "| 项目列表第一页 | 40 ms | 60 ms | 30 ms | 2.00 | SQL 12 条,数据库 9.5 ms"
        " | p95 ≤ 地板的 2 倍 | 达到 |" in text
    )
    assert (
        "| 导出 | 40 ms | 65.4 s | — | — | 每秒 1,434 行 | p95 ≤ 地板的 2 倍 | **未达到** |" in text
    )
    kept = json.loads((house / "bench" / "results" / "latest.json").read_text(encoding="utf-8"))
    marked = [r | {"measured_on": "2026-01-02"} for r in (RESULT, SLOW)]
    assert kept == document | {"results": marked}


def test_只测几项的_别的留着上一次的_写明是哪天测的(house: Path) -> None:
    benchreport.write(house, {"machine": MACHINE, "results": [RESULT, SLOW]})
    later = MACHINE | {"measured_on": "2026-03-04"}
    benchreport.write(house, {"machine": later, "results": [RESULT | {"p95_ms": 55.0}]})
    text = (house / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "2026-03-04,2 核" in text
    assert "| 40 ms | 55 ms | 30 ms | 2.00 | SQL 12 条,数据库 9.5 ms |" in text
    assert "| 65.4 s | — | — | 每秒 1,434 行,2026-01-02 测 |" in text
    kept = json.loads((house / "bench" / "results" / "latest.json").read_text(encoding="utf-8"))
    assert [(r["name"], r["measured_on"]) for r in kept["results"]] == [
        ("list", "2026-03-04"), ("export", "2026-01-02"),
    ]  # fmt: skip


def test_没有记号_说清楚_什么也不写(house: Path) -> None:
    page = house / "docs" / "performance.md"
    page.write_text("# 性能\n", encoding="utf-8")
    with pytest.raises(Trouble, match="两个记号"):
        benchreport.write(house, {"machine": MACHINE, "results": [RESULT]})
    assert page.read_text(encoding="utf-8") == "# 性能\n"
    assert not (house / "bench" / "results").exists()
