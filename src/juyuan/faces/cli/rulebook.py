"""规则手册与条款清单:同一份条文,三种读法之一。

条款(城市包)× 规则(`@rule`、`CLAUSES`)× 测试(名字带条款号)× 页面(模板里的 `{% clause %}`)× 参数。
全部由读源码得来,不运行业务,不需要数据库;`docs/rulebook.md` 由此生成,过时则检查不过。
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from juyuan.foundation.policy import pack as packs
from juyuan.foundation.policy.pack_types import Clause, Pack

from . import runtime
from .launch.trouble import DONE, REFUSED, complain

TEST_NAME = re.compile(r"test_s(\d+)_(\d+)?([a-z])(?:_|$)")
CLAUSE_TAG = re.compile(r"\{%\s*clause\s+['\"]([0-9]+(?:\.[0-9]+)?[a-z])['\"]")


@dataclass(frozen=True)
class Spot:
    """源码里的一处。"""

    file: str
    line: int
    name: str
    says: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "file": self.file, "line": self.line}


@dataclass
class Cited:
    """引用了某个机制号的各处。"""

    rules: dict[str, list[Spot]] = field(default_factory=lambda: defaultdict(list))
    tests: dict[str, list[Spot]] = field(default_factory=lambda: defaultdict(list))
    screens: dict[str, list[Spot]] = field(default_factory=lambda: defaultdict(list))


# ───────── 读源码 ─────────


def scan(root: Path) -> Cited:
    """读遍 src/ 与 tests/。"""
    cited = Cited()
    for path in sorted([*(root / "src").rglob("*.py"), *(root / "tests").rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root).as_posix()
        is_test = path.name.startswith("test_")
        if not is_test and "rule" not in text and "CLAUSES" not in text:
            continue
        tree = ast.parse(text, name)
        if is_test:
            for code, spot in _tests(tree, name):
                cited.tests[code].append(spot)
        elif "/tests/" not in name:
            for code, spot in _rules(tree, name):
                cited.rules[code].append(spot)
    for path in sorted((root / "src").rglob("templates/**/*.html")):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for code in CLAUSE_TAG.findall(line):
                cited.screens[code].append(Spot(name, number, path.stem))
    return cited


def _rules(tree: ast.Module, file: str) -> Iterator[tuple[str, Spot]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            says = (ast.get_docstring(node) or "").split("\n")[0]
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and _called(mark) == "rule":
                    for code in _strings(mark.args):
                        yield code, Spot(file, node.lineno, node.name, says)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "CLAUSES" for target in targets):
                module = Path(file).stem
                if isinstance(node.value, ast.Tuple | ast.List):
                    for code in _strings(node.value.elts):
                        yield code, Spot(file, node.lineno, module, _module_says(tree))


def _module_says(tree: ast.Module) -> str:
    return (ast.get_docstring(tree) or "").split("\n")[0]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _strings(nodes: list[ast.expr]) -> list[str]:
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _tests(tree: ast.Module, file: str) -> Iterator[tuple[str, Spot]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found = TEST_NAME.match(node.name)
            if found:
                chapter, section, letter = found.groups()
                code = f"{chapter}.{section}{letter}" if section else f"{chapter}{letter}"
                yield code, Spot(file, node.lineno, node.name)


# ───────── 拼成条目 ─────────


def pack_in_force() -> Pack:
    """JUYUAN_PACK 所指的城市包。"""
    return packs.load(runtime.pack_folder(runtime.root()))


def gather(pack: Pack, cited: Cited) -> list[dict[str, Any]]:
    """每一条款一份:`{code, text, room, rules[], tests[], screens[], parameters[], …}`。"""
    entries = []
    for clause in pack.clauses:
        codes = clause.mechanisms or (clause.code,)

        def under(table: dict[str, list[Spot]], codes: tuple[str, ...] = codes) -> list[Spot]:
            return [spot for code in codes for spot in table.get(code, [])]

        parameters = [row for row in pack.parameters if row.clause == clause.code]
        entry: dict[str, Any] = {
            "code": clause.code,
            "display": clause.display,
            "text": clause.text,
            "duty": list(clause.duty),
            "room": clause.room,
            "rules": [spot.as_dict() for spot in under(cited.rules)],
            "tests": [spot.as_dict() for spot in under(cited.tests)],
            "screens": [spot.as_dict() for spot in under(cited.screens)],
            "parameters": [
                {"key": row.key, "label": row.label, "unit": row.unit, "origin": row.origin}
                for row in parameters
            ],
        }
        if clause.not_software:
            entry["not_software"] = clause.not_software
        elif not clause.heading and clause.status == "planned":
            entry["planned"] = True
        if clause.heading:
            entry["heading"] = True
        entries.append(entry)
    return entries


# ───────── 手册 ─────────


def render(pack: Pack, cited: Cited) -> str:
    """`docs/rulebook.md` 的全文。"""
    lines = [
        "# 规则手册",
        "",
        "本页由 `./juyuan rulebook` 生成,请勿手改。一条条款:原文、承办房间、参数、规则(文件:行)、测试、页面。",
        "",
        f"依据:{pack.document.title}({pack.document.number})",
        "",
    ]
    by_code = {clause.code: clause for clause in pack.clauses}
    for entry in gather(pack, cited):
        lines += _section(by_code[entry["code"]], entry, cited)
    return "\n".join(lines).rstrip() + "\n"


def _section(clause: Clause, entry: dict[str, Any], cited: Cited) -> list[str]:
    if clause.heading:
        return [f"## {clause.display} {clause.text}", ""]
    lines = [f"### {clause.code} · {clause.display}", "", f"> {clause.text}", ""]
    if clause.duty:
        lines.append(f"- 责任单位:{'、'.join(clause.duty)}")
    if clause.not_software:
        return [*lines, f"- 不由软件承担:{clause.not_software}", ""]
    lines.append(f"- 房间:{clause.room_label or clause.room or '—'}({clause.state})")
    for row in entry["parameters"]:
        unit = f",{row['unit']}" if row["unit"] else ""
        lines.append(f"- 参数 `{row['key']}` {row['label']}({row['origin']}{unit})")
    codes = clause.mechanisms or (clause.code,)
    for code in codes:
        for spot in cited.rules.get(code, []):
            says = f" {spot.says}" if spot.says else ""
            lines.append(f"- 规则 `{spot.name}`{says} — {spot.file}:{spot.line}")
    tests = sorted({(spot["name"], spot["file"]) for spot in entry["tests"]})
    lines += [f"- 测试 `{name}` — {file}" for name, file in tests]
    pages = sorted({spot["file"] for spot in entry["screens"]})
    lines += [f"- 页面 {page}" for page in pages]
    return [*lines, ""]


def target() -> Path:
    """手册的位置。"""
    return runtime.root() / "docs" / "rulebook.md"


def stale() -> list[str]:
    """手册过时了没有;过时即一句话。"""
    wanted = render(pack_in_force(), scan(runtime.root()))
    path = target()
    if path.exists() and path.read_text(encoding="utf-8") == wanted:
        return []
    return ["docs/rulebook.md 与代码或城市包不一致:运行 ./juyuan rulebook 后提交"]


def rulebook(argv: list[str]) -> int:
    """写 docs/rulebook.md;`--check` 只看是否过时。"""
    parser = argparse.ArgumentParser(prog="./juyuan rulebook")
    parser.add_argument("--check", action="store_true", help="只检查,不写")
    if parser.parse_args(argv).check:
        found = stale()
        for problem in found:
            complain(problem)
        return REFUSED if found else DONE
    target().parent.mkdir(exist_ok=True)
    target().write_text(render(pack_in_force(), scan(runtime.root())), encoding="utf-8")
    print("已写 docs/rulebook.md")
    return DONE


def clauses(argv: list[str]) -> int:
    """条款清单;`--json` 为一份 JSON。"""
    parser = argparse.ArgumentParser(prog="./juyuan clauses")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    entries = gather(pack_in_force(), scan(runtime.root()))
    if options.json:
        print(json.dumps(entries, ensure_ascii=False, indent=1))
        return DONE
    for entry in entries:
        if not entry.get("heading"):
            rules, tests = len(entry["rules"]), len(entry["tests"])
            state = (
                "非软件" if "not_software" in entry else "待建" if "planned" in entry else "已建"
            )
            print(
                f"{entry['code']:<6} {state} 规则 {rules:>2} 测试 {tests:>2}  {entry['text'][:60]}"
            )
    return DONE
