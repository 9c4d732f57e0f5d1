"""台账里记的每一个事项都有中文名:逐个文件扫出事项的代码,核对登记处。"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from juyuan.foundation.ledger.labels import event_label, events_named
from tests.architecture.test_house import SRC, relative, sources

RECORDERS = {"record", "refuse", "Entry"}
APPS = "|".join(
    sorted(
        {p.name for place in ("foundation", "rooms") for p in (SRC / place).iterdir() if p.is_dir()}
        | {"access"}
    )
)
THREE_PARTS = re.compile(rf"(?:{APPS})\.[a-z_]+\.[a-z_]+")
DOTTED = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")


def _said(node: ast.expr) -> Iterator[str]:
    """一个表达式里可能的事项代码;拼出来的只给固定的前半。"""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield f"{node.values[0].value}*"


def recorded() -> dict[str, str]:
    """事项代码 → 第一次出现的地方。"""
    found: dict[str, str] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            codes: list[str] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = [k.value for k in node.keywords if k.arg == "event"]
                if name in RECORDERS:
                    given += node.args[:1]
                codes = [c for value in given for c in _said(value) if DOTTED.match(c)]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                # 经由自己的小函数或常量记的:三段的代码一律算
                codes = [node.value] if THREE_PARTS.fullmatch(node.value) else []
            for code in codes:
                found.setdefault(code, f"{relative(path)}:{node.lineno}")
    return found


def test_扫描看得见已知的几种写法() -> None:
    found = recorded()
    assert {"exchange.batch.opened", "files.file.previewed", "work.task.queued"} <= set(found)
    assert "pipeline.project.*" in found


@pytest.mark.parametrize("code", sorted(recorded()))
def test_事项都有中文名(code: str) -> None:
    if code.endswith("*"):
        assert events_named(code[:-1]), f"{code}:没有一个登记过的事项以它开头({recorded()[code]})"
    else:
        assert event_label(code) != code, (
            f"{code} 没有中文名,请加进 wiring.EVENTS({recorded()[code]})"
        )
