"""房子的规矩:每间房同一张平面图,写只在动作里,纯规则不碰框架,名称出自词汇表,公开的话都有文档串。"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

SRC = Path(__file__).resolve().parents[2] / "src" / "juyuan"
ROOMS = sorted(p for p in (SRC / "rooms").iterdir() if (p / "__init__.py").exists())
OWN = ("juyuan.",)
FLOOR_PLAN = {
    "__init__", "rules", "models", "queries", "actions", "access", "forms", "views", "urls", "api",
    "jobs", "exchange", "search", "notices", "apps",
    "facts", "movers", "hooks",  # 登记处:上层房间在此递进事实、搬移自己的对象
    "migrations", "templates", "static", "templatetags", "tests",
}  # fmt: skip
WRITES = {
    "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create",
    "update_or_create", "save",
}  # fmt: skip
MAY_WRITE = re.compile(
    r"/(actions|migrations|tests|jobs|ledger/roles|search/actions|apikit/idempotency)(/|\.py)"
)


def modules(*parts: str) -> list[Path]:
    found = [
        p for p in SRC.joinpath(*parts).rglob("*.py")
        if "migrations" not in p.parts and "__pycache__" not in p.parts
    ]  # fmt: skip
    return sorted(found)


def sources() -> list[Path]:
    return [p for p in modules() if "tests" not in p.parts]


def relative(path: Path) -> str:
    return str(path.relative_to(SRC.parent))


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_每间房同一张平面图(room: Path) -> None:
    strange = {
        p.stem for p in room.iterdir()
        if p.name != "__pycache__" and (p.suffix == ".py" or p.is_dir())
    } - FLOOR_PLAN  # fmt: skip
    assert not strange, f"{room.name} 里无处安放的:{sorted(strange)}(改布局请写 ADR)"


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: p.name)
def test_房间开门先说条款_承诺_拒绝(room: Path) -> None:
    text = (room / "__init__.py").read_text(encoding="utf-8")
    doc = ast.get_docstring(ast.parse(text)) or ""
    assert len(doc) >= 60 and len(text.splitlines()) <= 30
    assert "拒绝" in doc
    assert "import " not in text.replace(doc, "")


def test_模块不超过五百行() -> None:
    long = {relative(p): n for p in sources() if (n := len(p.read_text().splitlines())) > 500}
    assert not long


def test_代码不写死某一座城市() -> None:
    named = re.compile("辽源|东丰|东辽|龙山|辽府发")
    found = [
        relative(p)
        for p in [*sources(), *SRC.rglob("*.html")]
        if "tests" not in p.parts and named.search(p.read_text(encoding="utf-8"))
    ]
    assert not found


def test_没有信号_没有写在save里的逻辑() -> None:
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("django.db.models.signals"), relative(path)
            if isinstance(node, ast.ClassDef) and "models" in relative(path):
                names = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
                assert not names & {"save", "delete", "clean"}, f"{relative(path)} {node.name}"


def _written(node: ast.Call) -> bool:
    """像是在写库:`….objects.….update(…)`、`row.save()`、`queryset.delete()`。"""
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr not in WRITES:
        return False
    text = ast.unparse(func.value)
    if func.attr in {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}:
        return True
    if func.attr == "save":
        return not node.args or any(
            k.arg in {"update_fields", "force_insert"} for k in node.keywords
        )
    return ".objects" in text or text.endswith((".filter()", ".all()")) or "_set" in text


def test_写只在动作_任务_迁移里() -> None:
    found = []
    for path in sources():
        name = "/" + relative(path)
        if not name.startswith(("/juyuan/rooms", "/juyuan/foundation")) or MAY_WRITE.search(name):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _written(node):
                found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", [
    *modules("kernel"),
    *[p for room in ROOMS for p in ([room / "rules.py"] if (room / "rules.py").exists() else modules("rooms", room.name, "rules"))],
], ids=relative)  # fmt: skip
def test_内核与规则不碰框架与模型(path: Path) -> None:
    if "tests" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (
            [a.name for a in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )  # fmt: skip
        for name in names:
            assert not name.startswith("django"), f"{relative(path)} 引用了 {name}"
            assert ".models" not in name, f"{relative(path)} 引用了 {name}"


def _own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith(OWN)]


def test_模型与选项的中文名都在词汇表里() -> None:
    glossary = (SRC.parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
    lacking = set()
    for model in _own_models():
        if str(model._meta.verbose_name) not in glossary:
            lacking.add(str(model._meta.verbose_name))
        for field in model._meta.fields:
            for _, label in getattr(field, "choices", None) or []:
                if str(label) and str(label) not in glossary:
                    lacking.add(str(label))
    assert not lacking, "、".join(sorted(lacking))


def test_跨房间的外键没有反向访问() -> None:
    found = []
    for model in _own_models():
        room = model.__module__.split(".")[1:3]
        for field in model._meta.fields:
            target = field.related_model
            if target is None or isinstance(target, str) or not target.__module__.startswith(OWN):
                continue
            same = target.__module__.split(".")[1:3] == room
            if not same and not str(field.remote_field.related_name or "").endswith("+"):
                found.append(f"{model.__name__}.{field.name}")
    assert not found


def test_公开的函数与类都有文档串() -> None:
    lacking = []
    for path in sources():
        name = relative(path)
        if not name.startswith(("juyuan/rooms", "juyuan/kernel")):
            continue
        if not re.search(r"/(rules|actions|queries|access)(/|\.py)|kernel/", name):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and len(node.body) > 3
                and not ast.get_docstring(node)
            ):
                lacking.append(f"{name}:{node.lineno} {node.name}")
    assert not lacking, "\n".join(lacking)


def test_网页没有内联脚本与样式_不出内网() -> None:
    inline = re.compile(r"<script>|<style>|\son(click|change|submit|load)=|\sstyle=")
    outside = re.compile(r"""(src|href)=["'](https?:)?//""")
    for path in SRC.rglob("*.html"):
        if "vendor" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert not inline.search(text), path
        assert not outside.search(text), path
