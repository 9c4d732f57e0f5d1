"""代码里没有任何一座城市的单位:称呼一律来自城市包。"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from juyuan.foundation.policy import pack as packs

ROOT = Path(__file__).resolve().parents[2]
SOURCE = {".py", ".html", ".toml", ".js", ".txt"}
# 机制、角色的泛称,不是哪个单位
GENERIC = {"市人民政府", "招商顾问", "招商顾问资源库"}


def _names(city: str) -> set[str]:
    pack = packs.load(ROOT / "packs" / city)
    found = {pack.bureau, pack.confirmer}
    for unit in pack.units:
        found |= {unit.name, unit.short_name, *unit.aliases}
    # 两三个字的简称(如「财政局」)是职能的泛称,城市自己的称呼都更长
    return {name for name in found if len(name) >= 4} - GENERIC


@pytest.mark.parametrize("city", ["liaoyuan", "testcity"])
def test_源码里没有哪个城市包的单位名(city: str) -> None:
    names = _names(city)
    assert len(names) > 10
    pattern = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    found = []
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix not in SOURCE or {"tests", "data", "vendor"} & set(path.parts):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if hit := pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {hit[0]}")
    assert not found, "\n".join(found)


def test_每座城市都写明商务主管部门_而且确有这个单位() -> None:
    for city in ("liaoyuan", "testcity"):
        pack = packs.load(ROOT / "packs" / city)
        commerce = [u for u in pack.units if u.function == "commerce"]
        assert pack.bureau in {u.name for u in commerce}
