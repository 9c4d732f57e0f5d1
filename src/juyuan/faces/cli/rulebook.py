"""规则手册与条款清单的命令。内容由 `foundation.policy.rulebook` 从城市包与源码生成,不需要数据库。"""

from __future__ import annotations

import argparse
from pathlib import Path

from juyuan.foundation.policy import pack as packs
from juyuan.foundation.policy import rulebook as book
from juyuan.foundation.policy.pack_types import Pack

from . import runtime
from .launch.trouble import DONE, REFUSED, complain


def pack_in_force() -> Pack:
    """JUYUAN_PACK 所指的城市包。"""
    return packs.load(runtime.pack_folder(runtime.root()))


def target() -> Path:
    """手册的位置。"""
    return runtime.root() / "docs" / "rulebook.md"


def stale() -> list[str]:
    """手册过时了没有;过时即一句话。"""
    if book.stale(target(), pack_in_force(), runtime.root()):
        return ["docs/rulebook.md 与代码或城市包不一致:运行 ./juyuan rulebook 后提交"]
    return []


def rulebook(argv: list[str]) -> int:
    """写 docs/rulebook.md;`--check` 只看是否过时。"""
    parser = argparse.ArgumentParser(prog="./juyuan rulebook")
    parser.add_argument("--check", action="store_true", help="只检查,不写")
    if parser.parse_args(argv).check:
        found = stale()
        for problem in found:
            complain(problem)
        return REFUSED if found else DONE
    book.write(target(), pack_in_force(), runtime.root())
    print("已写 docs/rulebook.md")
    return DONE


def clauses(argv: list[str]) -> int:
    """条款清单;`--json` 为一份 JSON。"""
    parser = argparse.ArgumentParser(prog="./juyuan clauses")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    if parser.parse_args(argv).json:
        print(book.clauses_json(pack_in_force(), runtime.root()))
        return DONE
    for entry in book.entries(pack_in_force(), runtime.root()):
        if not entry.get("heading"):
            rules, tests = len(entry["rules"]), len(entry["tests"])
            state = (
                "非软件" if "not_software" in entry else "待建" if "planned" in entry else "已建"
            )
            print(
                f"{entry['code']:<6} {state} 规则 {rules:>2} 测试 {tests:>2}  {entry['text'][:60]}"
            )
    return DONE
