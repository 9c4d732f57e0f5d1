"""源码里哪些地方引用了条款:规则、数据表、测试、页面。只读源码,不运行业务,不需要数据库。

规则 = `@rule("3.3c")`、模块里的 `CLAUSES = (…)`、`Need(…)`/`Figure(…)` 一类表里的机制号;
测试 = 名字带机制号 `test_s3_3c_…`;页面 = 模板里的 `{% clause '3.3c' %}`;
数据 = 城市包里承载某句原话的条目(产业链)。
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from juyuan.foundation.policy.mechanisms import MECHANISMS, ROOM_LABELS
from juyuan.foundation.policy.pack_types import Pack

TEST_NAME = re.compile(r"^test_s(\d+)(?:_(\d+))?_?([a-z])(?:_|$)")
CLAUSE_TAG = re.compile(r"\{%\s*clause\s+['\"]([0-9]+(?:\.[0-9]+)?[a-z])['\"]")
KEY_LITERAL = re.compile(r"""["']([a-z][a-z0-9_]*\.[a-z0-9_.]+)["']""")
TITLE_BLOCK = re.compile(r"\{%\s*block (?:head_)?title\s*%\}([^{<]+)\{%")
TABLE_ROWS = {"Need": "门槛", "Figure": "统计", "Indicator": "指标"}
# 模板没有写死标题时,由文件名知道是哪一种页
PAGE_KINDS = {"list": "列表", "detail": "详情", "form": "表单", "edit": "编辑", "check": "核对"}


@dataclass(frozen=True)
class Spot:
    """源码里的一处。"""

    file: str
    line: int
    name: str
    says: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "file": self.file, "line": self.line}


def _table() -> dict[str, list[Spot]]:
    return defaultdict(list)


@dataclass
class Citations:
    """机制号 → 引用它的各处;`data` 按条款编号,`readers` 按参数名(代码在哪里读它)。"""

    rules: dict[str, list[Spot]] = field(default_factory=_table)
    tests: dict[str, list[Spot]] = field(default_factory=_table)
    screens: dict[str, list[Spot]] = field(default_factory=_table)
    data: dict[str, list[Spot]] = field(default_factory=_table)
    readers: dict[str, list[Spot]] = field(default_factory=_table)


def scan(root: Path, pack: Pack) -> Citations:
    """读遍 `root` 下的 src/、tests/ 与城市包;次序固定,同样的源码得同样的结果。"""
    cited = Citations()
    keys = {parameter.key for parameter in pack.parameters}
    for path in sorted([*(root / "src").rglob("*.py"), *(root / "tests").rglob("*.py")]):
        _scan_python(cited, path, path.relative_to(root).as_posix(), keys)
    for code, spot in screens(root):
        cited.screens[code].append(spot)
    for code, spot in _data(pack, root):
        cited.data[code].append(spot)
    return cited


def _reads(name: str) -> bool:
    """这个模块里写着参数名,就是读它;登记处、影响的声明、政策页自己的例子不算。"""
    if "/tests/" in f"/{name}" or name.endswith(("/wiring.py", "/effects.py")):
        return False
    return "/policy/" not in name or name.endswith("/policy/duty.py")


def _scan_python(cited: Citations, path: Path, name: str, keys: set[str]) -> None:
    text = path.read_text(encoding="utf-8")
    if _reads(name):
        for number, line in enumerate(text.splitlines(), 1):
            for key in KEY_LITERAL.findall(line):
                if key in keys:
                    cited.readers[key].append(Spot(name, number, path.stem))
    is_test = path.name.startswith("test_")
    if is_test:
        if "test_s" in text:
            for code, spot in _tests(ast.parse(text, name), name):
                cited.tests[code].append(spot)
        return
    if "/tests/" in f"/{name}" or not re.search(
        r"rule\(|CLAUSES|\b(Need|Figure|Indicator)\(", text
    ):
        return
    for code, spot in _rules(ast.parse(text, name), name):
        cited.rules[code].append(spot)


def _rules(tree: ast.Module, file: str) -> Iterator[tuple[str, Spot]]:
    lists = _named_lists(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            says = _first_line(ast.get_docstring(node))
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and _called(mark) == "rule":
                    for code in _codes(mark.args, lists):
                        yield code, Spot(file, node.lineno, node.name, says)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named = any(isinstance(t, ast.Name) and t.id == "CLAUSES" for t in targets)
            if named and isinstance(node.value, ast.Tuple | ast.List):
                says = _first_line(ast.get_docstring(tree))
                for code in _strings(node.value.elts):
                    yield code, Spot(file, node.lineno, Path(file).stem, says)
        elif isinstance(node, ast.Call) and _called(node) in TABLE_ROWS:
            yield from _table_row(node, file)


def _named_lists(tree: ast.Module) -> dict[str, list[str]]:
    """模块里的文字清单常量:`SENTENCES = ("4.1b", …)`。"""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
            node.value, ast.Tuple | ast.List
        ):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found[target.id] = _strings(node.value.elts)
    return found


def _codes(nodes: list[ast.expr], lists: dict[str, list[str]]) -> list[str]:
    """`@rule("3.3b", *SENTENCES)` 里的机制号。"""
    found = _strings(nodes)
    for node in nodes:
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.Name):
            found += lists.get(node.value.id, [])
    return found


def _table_row(call: ast.Call, file: str) -> Iterator[tuple[str, Spot]]:
    """表里的一行:机制号一格,第一个中文的格是名称(`f"{label}库项目数"` 记为「各库项目数」)。"""
    words = [_words(node) for node in [*call.args, *(pair.value for pair in call.keywords)]]
    codes = [word for word in words if word in MECHANISMS]
    label = next((word for word in words if not word.isascii()), "").replace("{}", "各")
    for code in codes[:1]:
        kind = TABLE_ROWS[_called(call)]
        yield code, Spot(file, call.lineno, f"{kind}「{label}」" if label else kind)


def _words(node: ast.expr) -> str:
    """文字常量,或带空格位的文字;别的表达式为空。"""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _words(part) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def _first_line(doc: str | None) -> str:
    return (doc or "").split("\n")[0]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _strings(nodes: list[ast.expr]) -> list[str]:
    """文字常量,连同展开的 `*("a", "b")`。"""
    found = []
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple | ast.List):
            found += _strings(node.value.elts)
    return found


def _tests(tree: ast.Module, file: str) -> Iterator[tuple[str, Spot]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            code = code_of_test(node.name)
            if code:
                yield code, Spot(file, node.lineno, node.name)


def code_of_test(name: str) -> str:
    """测试名里的机制号:`test_s3_3c_…` → 3.3c,`test_s1b_…` → 1b;没有则为空。"""
    found = TEST_NAME.match(name)
    if not found:
        return ""
    chapter, section, letter = found.groups()
    return f"{chapter}.{section}{letter}" if section else f"{chapter}{letter}"


def screens(root: Path) -> Iterator[tuple[str, Spot]]:
    """模板里显示了某条款的页面;名称取模板的标题。"""
    for path in sorted((root / "src").rglob("templates/**/*.html")):
        name = path.relative_to(root).as_posix()
        folder = name.split("/templates/", 1)[1].split("/")[0]
        if "/tests/" in name or "/ui/" in name:
            continue  # 部件与预览页不是业务页面
        text = path.read_text(encoding="utf-8")
        title = TITLE_BLOCK.search(text)
        stem = path.stem.lstrip("_")
        kind = f"{ROOM_LABELS.get(folder, folder)}·{PAGE_KINDS.get(stem, stem)}"
        label = title[1].strip() if title else kind
        seen = set()
        for number, line in enumerate(text.splitlines(), 1):
            for code in CLAUSE_TAG.findall(line):
                if code not in seen:
                    seen.add(code)
                    yield code, Spot(name, number, label)


def _data(pack: Pack, root: Path) -> Iterator[tuple[str, Spot]]:
    """产业链各句由城市包的数据承载:每一句指向引用它的那条产业链。"""
    path = pack.root / "chains.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        file = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        file = f"{pack.id}/chains.toml"
    for chain in pack.chains:
        line = lines.index(f'code = "{chain.code}"') + 1
        codes = {chain.clause, *(said.clause for said in chain.said)}
        for code in sorted(codes):
            quotes = "、".join(said.q for said in chain.said if said.clause == code)
            yield code, Spot(file, line, f"{chain.code} {chain.name}", quotes)
