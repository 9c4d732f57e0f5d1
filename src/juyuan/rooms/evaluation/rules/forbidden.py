"""禁止的优惠承诺:种类、写法、文本里的查找。查找只是提示,由人逐条答复;种类与写法是城市包的参数。

写法(一种可有几条,以分号隔开):几组词以空格隔开,组内以竖线隔开,依次出现、相隔不过 `GAP` 字、不跨句,
即为疑似;以「~」开头的不论先后。例:`税收|税款 返还|奖励`。
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from juyuan.kernel.clause import rule
from juyuan.rooms.evaluation.rules.plainwords import Plain, fold, plain

GAP = 24
STOP = "。;!?"
# 这些词在疑似之前(同一分句里)或夹在当中,说的是不许这样做
PROHIBITS = re.compile(
    r"(?:不得(?!不|低于|少于|高于|超过)|严禁|禁止|不允许|不许|不应|不再给予|杜绝|取消|废止|清理)"
)
# 「不得有下列情形:……」之后逐项列举的,到句末为止都是
LISTED = re.compile(r"(?:不得|严禁|禁止)[^。]{0,20}(?:下列|以下|如下)[^。]{0,12}:")
QUOTES = {"“": "”", "「": "」", '"': '"'}


@dataclass(frozen=True)
class ForbiddenKind:
    """一种禁止的情形。"""

    code: str
    label: str
    clause: str
    words: str
    way: str


@dataclass(frozen=True)
class Hit:
    """一处疑似:原文里的起止、哪一种;`lesser` 是引语里的,只作提示。"""

    kind: str
    start: int
    end: int
    lesser: bool = False


class BadWords(ValueError):
    """写法读不懂(参数写错了)。"""


def kinds_of(
    labels: Sequence[Mapping[str, str]], clauses: Mapping[str, str], words: Mapping[str, str],
    ways: Mapping[str, str],
) -> tuple[ForbiddenKind, ...]:  # fmt: skip
    """由四个参数合成;各表的代号须齐。

    Raises:
        BadWords: 缺了哪一种的依据、写法、出路,或写法读不懂。
    """
    found = []
    for row in labels:
        code = row["code"]
        if not (code in clauses and code in words and code in ways):
            raise BadWords(f"禁止情形「{row['label']}」的依据、写法、出路没有写齐")
        expression(words[code])
        found.append(ForbiddenKind(code, row["label"], clauses[code], words[code], ways[code]))
    return tuple(found)


@lru_cache(maxsize=128)
def expression(words: str) -> re.Pattern[str]:
    """写法 → 一个正则。

    Raises:
        BadWords: 有空的一组。
    """
    ways = []
    for line in re.split(r"[;；]", words):
        either = line.strip().startswith("~")
        groups = line.strip().lstrip("~").split()
        if not groups:
            continue
        parts = []
        for group in groups:
            choices = [fold(word).lower() for word in re.split(r"[|｜]", group)]
            if not all(choices):
                raise BadWords(f"写法「{line}」里有空的词")
            parts.append(
                "(?:" + "|".join(map(re.escape, sorted(choices, key=len, reverse=True))) + ")"
            )
        orders = permutations(parts) if either else [tuple(parts)]
        ways += [f"[^{STOP}]{{0,{GAP}}}?".join(order) for order in orders]
    if not ways:
        raise BadWords(f"写法「{words}」是空的")
    return re.compile("|".join(f"(?:{way})" for way in ways))


@rule("3.4b")
def find_forbidden(text: str, kinds: Sequence[ForbiddenKind]) -> list[Hit]:
    """一段文字里疑似禁止的优惠承诺;说「不得」的、书名号里的不算,引语里的只作提示。

    同一种的在同一处只列一次,按先后排。
    """
    known = plain(text)
    if not known.text:
        return []
    titles = _spans(known.text, "《", "》")
    quotes = [span for left, right in QUOTES.items() for span in _spans(known.text, left, right)]
    banned = [(m.start(), _sentence_end(known.text, m.end())) for m in LISTED.finditer(known.text)]
    found = []
    for kind in kinds:
        for match in expression(kind.words).finditer(known.text):
            start, end = match.span()
            if _inside(start, end, titles) or _inside(start, end, banned):
                continue
            if _prohibited(known.text, start, end):
                continue
            here = known.place(start, end)
            found.append(Hit(kind.code, *here, lesser=_inside(start, end, quotes)))
    return sorted(found, key=lambda hit: (hit.start, hit.end, hit.kind))


def _spans(text: str, left: str, right: str) -> list[tuple[int, int]]:
    return [
        m.span()
        for m in re.finditer(
            f"{re.escape(left)}[^{re.escape(right)}]{{0,200}}{re.escape(right)}", text
        )
    ]


def _inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(left <= start and end <= right for left, right in spans)


def _sentence_end(text: str, start: int) -> int:
    found = text.find("。", start)
    return len(text) if found < 0 else found


def _prohibited(text: str, start: int, end: int) -> bool:
    """同一分句里先说了不许,或当中夹着不许。疑似本身以「不得」起头的(如不得迁出)不在此列。"""
    before = re.split(f"[{STOP},:]", text[max(0, start - 40) : start])[-1]
    if PROHIBITS.search(before):
        return True
    inner = PROHIBITS.search(text, start + 1, end)
    return inner is not None and PROHIBITS.match(text, start) is None


def context(text: str, start: int, end: int, width: int = 30) -> tuple[str, str, str]:
    """前文、这一处、后文。"""
    return text[max(0, start - width) : start], text[start:end], text[end : end + width]


def same(passage: str) -> str:
    """两处是不是同一句话:化过之后比。"""
    known: Plain = plain(passage)
    return known.text
