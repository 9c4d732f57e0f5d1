"""表头的读法:一个表头写的是哪一列、带什么单位。纯函数。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from juyuan.foundation.exchange.columns import Column
from juyuan.foundation.exchange.numfmt import UNIT_YUAN

_BRACKET = re.compile(r"[(\[{【〔「『<《]([^()\[\]{}【】〔〕「」『』<>《》]*)[)\]}】〕」』>》]")
_UNIT = "|".join(sorted(UNIT_YUAN, key=len, reverse=True))
_LONG_UNIT = "|".join(sorted((u for u in UNIT_YUAN if len(u) > 1), key=len, reverse=True))
# 单个的「元」「万」「亿」前面要有分隔才算单位(「单元」不是)
_TAIL = re.compile(
    rf"(?:[/:,、_-](?:单位:?)?(?:人民币)?(?P<apart>{_UNIT}|亿|万)|(?:人民币)?(?P<joined>{_LONG_UNIT}))$"
)
_UNIT_WORD = re.compile(rf"(?:单位|金额单位|计量单位)?:?(?:人民币)?({_UNIT}|亿|万)(?:人民币)?")
_SHEET_UNIT = re.compile(rf"(?:单位|计量单位|金额单位)[::]?(?:人民币)?({_UNIT})")
_MARKS = re.compile(r"[*＊:：、,,.。;;!?？！_\-—–/\\|\"'“”‘’]")


@dataclass(frozen=True)
class HeaderWord:
    """一个表头词:归一后的键与其中的单位。"""

    key: str
    unit: str = ""


@lru_cache(maxsize=8192)
def header_word(text: str) -> HeaderWord:
    """表头文字 → 键(去空白、括号说明、标点)与单位。"""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub(r"\s+", "", folded)
    unit = ""
    for note in _BRACKET.findall(folded):
        found = _UNIT_WORD.fullmatch(note)
        if found:
            unit = _full(found.group(1))
    bare = _BRACKET.sub("", folded)
    tail = _TAIL.search(bare)
    if tail and tail.start() > 0:
        unit = unit or _full(tail["apart"] or tail["joined"])
        bare = bare[: tail.start()]
    key = _MARKS.sub("", bare)
    return HeaderWord(key or re.sub(r"[()]", "", _MARKS.sub("", folded)), unit)


def _full(unit: str) -> str:
    return unit if unit.endswith("元") else f"{unit}元"


def sheet_unit(text: str) -> str:
    """标题区里「单位:万元」一类的话说的单位。"""
    found = _SHEET_UNIT.search(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    return found.group(1) if found else ""


def is_unit_only(text: str) -> bool:
    """只写了单位的表头(如第二行写「(万元)」)。"""
    folded = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text))
    return bool(folded) and _UNIT_WORD.fullmatch(folded) is not None


def dictionary(columns: Iterable[Column]) -> dict[str, tuple[str, int]]:
    """键 → (列, 档次)。档次 0 是正名,1 是别名;先声明的列优先。"""
    table: dict[str, tuple[str, int]] = {}
    listed = list(columns)
    for column in listed:
        table.setdefault(header_word(column.label).key, (column.field, 0))
    for column in listed:
        for word in column.synonyms:
            table.setdefault(header_word(word).key, (column.field, 1))
    return table


@dataclass(frozen=True)
class HeaderPath:
    """一列表头自上而下的几层文字(合并带下来的重复层已去掉)。"""

    levels: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.levels)

    @property
    def key(self) -> str:
        """记忆用的键:各层归一后相连。"""
        return "/".join(header_word(level).key for level in self.levels)

    @property
    def unit(self) -> str:
        """单位:下层优先。"""
        for level in reversed(self.levels):
            if is_unit_only(level):
                return header_word(level).unit or _full(
                    _UNIT_WORD.fullmatch(  # type: ignore[union-attr]
                        re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", level))
                    ).group(1)
                )
            unit = header_word(level).unit
            if unit:
                return unit
        return ""

    def match(
        self, table: Mapping[str, tuple[str, int]], memory: Mapping[str, str]
    ) -> tuple[str, int] | None:
        """认出是哪一列;档次越小越可靠。记住的最优先;记住的空串表示「不导入」。"""
        if not self.levels:
            return None
        remembered = memory.get(self.key)
        if remembered is not None:
            return (remembered, -1) if remembered else None
        levels = [level for level in self.levels if not is_unit_only(level)] or list(self.levels)
        keys = [header_word(level).key for level in levels]
        tries = ["".join(keys), keys[-1]]
        if len(keys) > 2:
            tries.append(keys[-2] + keys[-1])
        for key in tries:
            if key in table:
                return table[key]
        return None
