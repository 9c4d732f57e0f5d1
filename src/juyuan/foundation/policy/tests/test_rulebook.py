"""规则手册:由城市包与源码生成,同样的输入同样的结果;缺规则、缺测试看得出。"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juyuan.foundation.policy import rulebook
from juyuan.foundation.policy.citations import code_of_test, scan
from juyuan.foundation.policy.pack import Pack, load

ROOT = Path(__file__).resolve().parents[5]


@pytest.fixture(scope="module")
def city() -> Pack:
    return load(ROOT / "packs" / "liaoyuan")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """一棵小源码树:一条规则、一张表、一个模块常量、两条测试、一个页面。"""
    room = tmp_path / "src" / "juyuan" / "rooms" / "pipeline"
    (room / "tests").mkdir(parents=True)
    (room / "templates" / "pipeline").mkdir(parents=True)
    (room / "rules.py").write_text(
        'SENTENCES = ("4.1b", "4.1c")\n\n\n@rule("3.3c", *SENTENCES)\ndef must_escalate():\n    """提级。"""\n\n\n'
        'NEEDS = (Need(P, "name", "项目名称", "3.3b", "lead"),)\n'
        'FIGURES = [Figure(f"{name}_n", f"{label}库项目数", "个", "3.3b")]\n',
        encoding="utf-8",
    )
    (room / "jobs.py").write_text('"""每月更新。"""\n\nCLAUSES = ("3.3b",)\n', encoding="utf-8")
    (room / "tests" / "test_rules.py").write_text(
        "def test_s3_3c_满5亿提级():\n    assert True\n\n\ndef test_s1b_召集人():\n    assert True\n",
        encoding="utf-8",
    )
    (room / "templates" / "pipeline" / "detail.html").write_text(
        "{% block title %}项目详情{% endblock %}\n{% clause '3.3c' %} {% clause '3.3c' %}\n",
        encoding="utf-8",
    )
    return tmp_path


def test_citations_are_found_with_file_and_line(tree: Path, city: Pack) -> None:
    cited = scan(tree, city)
    where = "src/juyuan/rooms/pipeline"
    assert [(s.name, s.file, s.line, s.says) for s in cited.rules["3.3c"]] == [
        ("must_escalate", f"{where}/rules.py", 5, "提级。")
    ]
    assert [s.name for s in cited.rules["4.1c"]] == ["must_escalate"]
    assert {(s.name, s.line) for s in cited.rules["3.3b"]} == {
        ("门槛「项目名称」", 9),
        ("统计「各库项目数」", 10),
        ("jobs", 3),
    }
    assert [s.name for s in cited.tests["3.3c"]] == ["test_s3_3c_满5亿提级"]
    assert [s.name for s in cited.tests["1b"]] == ["test_s1b_召集人"]
    assert [(s.name, s.line) for s in cited.screens["3.3c"]] == [("项目详情", 2)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("test_s3_3c_x", "3.3c"),
        ("test_s4_0b", "4.0b"),
        ("test_s1b_x", "1b"),
        ("test_s1_b_x", "1b"),
        ("test_something", ""),
        ("test_scan", ""),
        ("test_s3_3cx", ""),
    ],
)
def test_number_in_a_test_name(name: str, code: str) -> None:
    assert code_of_test(name) == code


def test_data_of_the_pack_bears_the_sentences_of_the_chains(tree: Path, city: Pack) -> None:
    spots = scan(tree, city).data["4.1b"]
    assert [s.name for s in spots] == ["C1 袜业纺织产业链"]
    assert "北方袜业集团" in spots[0].says


def test_book_is_deterministic_and_stale_when_the_source_moves(tree: Path, city: Pack) -> None:
    path = tree / "docs" / "rulebook.md"
    assert rulebook.stale(path, city, tree)
    rulebook.write(path, city, tree)
    assert path.read_text(encoding="utf-8") == rulebook.build(city, tree)
    assert not rulebook.stale(path, city, tree)
    rules = tree / "src/juyuan/rooms/pipeline/rules.py"
    rules.write_text("\n" + rules.read_text(encoding="utf-8"), encoding="utf-8")
    assert rulebook.stale(path, city, tree)


def test_book_shows_text_numbers_and_origins(tree: Path, city: Pack) -> None:
    book = rulebook.build(city, tree)
    assert "### 3.3c · 三(三)" in book
    assert "合同引资额门槛 = 5亿元(文件明定,含本数" in book
    assert "部门预算激励的招商引资额度门槛 = 1亿元(文件明定,不含本数" in book
    assert "报备日遇节假日 = 不顺延(建议值" in book
    assert "- 规则 `must_escalate` 提级。 — src/juyuan/rooms/pipeline/rules.py:5" in book


def test_parameter_that_no_code_reads_says_so(tree: Path, city: Pack) -> None:
    room = tree / "src/juyuan/rooms/pipeline"
    (room / "queries.py").write_text('x = params(on)["escalation.threshold"]\n', encoding="utf-8")
    (room / "tests/test_q.py").write_text('y = book["lights.red_months"]\n', encoding="utf-8")
    cited = scan(tree, city)
    assert [s.file for s in cited.readers["escalation.threshold"]] == [
        "src/juyuan/rooms/pipeline/queries.py"
    ]
    assert "lights.red_months" not in cited.readers  # 测试不算功能
    book = rulebook.build(city, tree)
    assert "合同引资额门槛 = 5亿元(文件明定,含本数,自 2025-07-07;" in book
    assert "亮红灯 = 3 月(建议值,含本数,自 2025-07-07,待接入;" in book
    money = next(line for line in book.splitlines() if "招商引资专项经费 = " in line)
    assert "待接入(房间未建)" in money, "专项经费的房间还没有建"


def test_clause_list_is_one_json_document(tree: Path, city: Pack) -> None:
    entries = {e["code"]: e for e in json.loads(rulebook.clauses_json(city, tree))}
    assert len(entries) == 88
    assert {"code", "text", "room", "rules", "tests", "screens", "parameters"} <= set(
        entries["3.3c"]
    )
    assert entries["3.3c"]["tests"][0]["id"].endswith("test_rules.py::test_s3_3c_满5亿提级")
    assert "planned" not in entries["3.3c"]
    assert entries["3.7c"]["planned"] is True
    assert entries["0a"]["not_software"]
    value = {p["key"]: p["value"] for p in entries["3.3c"]["parameters"]}
    assert value["escalation.threshold"] == 500_000_000


def test_another_city_lists_its_own_numbers_for_the_same_rules(tree: Path) -> None:
    other = load(ROOT / "packs" / "testcity")
    entries = {e["code"]: e for e in rulebook.entries(other, tree)}
    assert [r["name"] for r in entries["A5"]["rules"]] == ["must_escalate"]
    assert [t["name"] for t in entries["A5"]["tests"]] == ["test_s3_3c_满5亿提级"]


def test_built_clause_without_rule_or_test_is_a_gap(tree: Path, city: Pack) -> None:
    found = rulebook.gaps(city, tree)
    assert any(line.startswith("2.3b 缺规则、测试") for line in found)
    assert not any(line.startswith("3.3c") for line in found)
    assert not any(line.startswith("3.7c") for line in found)  # 待建的不算缺


def test_registered_rules_are_all_seen_by_the_scan(city: Pack) -> None:
    """运行时登记的规则(RULES)与读源码所见一致:规则书没有漏。"""
    import importlib
    import pkgutil

    import juyuan.rooms
    from juyuan.kernel.clause import RULES

    for module in pkgutil.walk_packages(juyuan.rooms.__path__, "juyuan.rooms."):
        if ".rules" in module.name and ".tests" not in module.name:
            importlib.import_module(module.name)
    cited = scan(ROOT, city)
    registered = {
        (code, fn.__name__)
        for code, fns in RULES.items()
        for fn in fns
        if fn.__module__.startswith("juyuan.") and ".tests" not in fn.__module__
    }
    seen = {(code, spot.name) for code, spots in cited.rules.items() for spot in spots}
    assert registered <= seen
    assert ("3.3c", "must_escalate") in registered
