"""地名:从企业名称里认出行政区划,后缀可有可无,同名而级别不同的不混。

数据是 GB/T 2260 的全国清单(`data/regions.json`);撤并后的老县名只在写明「县」时认。
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_NATIONS = (
    "(?:壮|回|朝鲜|满|蒙古|土家|苗|藏|羌|彝|布依|侗|哈尼|傣|白|景颇|傈僳|达斡尔|鄂温克|畲|瑶|"
    "仫佬|毛南|黎|仡佬|水|纳西|拉祜|佤|布朗|独龙|怒|普米|裕固|保安|东乡|撒拉|土|各)族"
    "|维吾尔|蒙古|哈萨克|锡伯|塔吉克|柯尔克孜"
)
_AUTONOMOUS = re.compile(rf"(?P<stem>.{{2,}}?)(?:{_NATIONS})*自治(?P<mark>[区州县旗])")
_PLAIN = re.compile(r"(?P<stem>.+?)(?P<mark>特别行政区|地区|省|市|县|区|旗|州|盟)")
_MARKS = {"特别行政区": "省", "地区": "市"}
_SUFFIXES = "省市县区旗州盟"
_ZONES = {
    "经济技术开发区": "经开区",
    "经济开发区": "经开区",
    "经开区": "经开区",
    "高新技术产业开发区": "高新区",
    "高新技术开发区": "高新区",
    "高新区": "高新区",
    "综合保税区": "保税区",
    "保税区": "保税区",
    "工业园区": "工业园区",
    "工业园": "工业园区",
    "开发区": "开发区",
}
_ZONE = re.compile("|".join(sorted(_ZONES, key=len, reverse=True)))
_OLD_COUNTY = re.compile(r"[\u4e00-\u9fff]{1,3}?县")
COUNTRY = "中国"


@dataclass(frozen=True)
class Region:
    """名称里的一处地名。

    `stem` 去了后缀的地名;`mark` 后缀(省市县区旗州盟),没写、或写不写都指同一处时为空;
    `codes` 可能所指的区划代码。
    """

    stem: str
    mark: str
    codes: frozenset[str]

    @property
    def key(self) -> str:
        return self.stem + self.mark

    @property
    def alternatives(self) -> tuple[str, ...]:
        """应视为同一处的全部写法:没写后缀的与写了的互认,写了不同后缀的互不相认。"""
        if self.mark:
            # 清单里没有的「上饶县」不与「上饶」互认:那是同名的地级市
            return (self.key, self.stem) if self.codes else (self.key,)
        marks = {mark for mark, _ in _gazetteer().places.get(self.stem, ())}
        return (self.stem, *(sorted(self.stem + m for m in marks) if len(marks) > 1 else ()))

    def within(self, other: Region) -> bool:
        """是否可能在另一处之内(按区划代码)。"""
        return any(
            mine != theirs and mine.startswith(_prefix(theirs))
            for mine in self.codes
            for theirs in other.codes
        )


@dataclass(frozen=True)
class _Gazetteer:
    places: dict[str, tuple[tuple[str, str], ...]]
    """stem → ((mark, code), …)"""
    spellings: dict[str, tuple[str, str]]
    """写法 → (stem, mark);没写后缀的 mark 为空。"""
    longest: int


def leading_region(text: str) -> tuple[Region, str, bool] | None:
    """文本开头的地名:(地名, 所占文字, 是否写了后缀);没有则 None。最长者优先。"""
    book = _gazetteer()
    for size in range(min(book.longest, len(text)), 1, -1):
        spelling = text[:size]
        known = book.spellings.get(spelling)
        if known is not None:
            return _region(*known), spelling, bool(known[1])
        if spelling[-1] in _SUFFIXES and spelling[:-1] in book.places:
            return _region(spelling[:-1], spelling[-1]), spelling, True
    return None


def leading_zone(text: str) -> tuple[str, str] | None:
    """文本开头的开发区写法:(归一写法, 所占文字)。"""
    found = _ZONE.match(text)
    return (_ZONES[found.group()], found.group()) if found else None


def leading_old_county(text: str) -> tuple[Region, str] | None:
    """文本开头、清单里没有而写明「县」的老地名。"""
    found = _OLD_COUNTY.match(text)
    if found is None or len(found.group()) < 3:
        return None
    return Region(found.group()[:-1], "县", frozenset()), found.group()


def all_regions(text: str) -> list[Region] | None:
    """整段文字若全由地名组成(括号里的「吉林长春」),给出各处;否则 None。"""
    found: list[Region] = []
    rest = text
    while rest:
        if rest == COUNTRY:
            return [*found, Region(COUNTRY, "", frozenset({""}))]
        here = leading_region(rest)
        if here is not None:
            found.append(here[0])
            rest = rest[len(here[1]) :]
            continue
        zone = leading_zone(rest)
        if zone is not None:
            found.append(Region(zone[0], "", frozenset()))
            rest = rest[len(zone[1]) :]
            continue
        if len(rest) in (2, 3, 4) and rest[-1] in _SUFFIXES:
            return [*found, Region(rest[:-1], rest[-1], frozenset())]
        return None
    return found or None


def _region(stem: str, mark: str) -> Region:
    places = _gazetteer().places[stem]
    if not mark:
        return Region(stem, "", frozenset(code for _, code in places))
    marks = {known for known, _ in places}
    if mark in marks:
        codes = frozenset(code for known, code in places if known == mark)
        return Region(stem, "" if len(marks) == 1 else mark, codes)
    counties_only = all(not code.endswith("00") for _, code in places)
    if counties_only and mark in "市县区" and len(marks) == 1:
        # 撤县设市、撤市设区:清单里只有一种县级写法,老后缀指的是同一处
        return Region(stem, "", frozenset(code for _, code in places))
    return Region(stem, mark, frozenset())


def _prefix(code: str) -> str:
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def split_name(name: str) -> tuple[str, str]:
    """全称 → (去后缀的地名, 后缀);一个字的地名(如「泸县」)不去后缀。"""
    found = _AUTONOMOUS.fullmatch(name) or _PLAIN.fullmatch(name)
    if found is None or len(found["stem"]) < 2:
        return name, ""
    mark = _MARKS.get(found["mark"], found["mark"])
    if "自治区" in name:
        mark = "省"
    return found["stem"], mark


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    raw: dict[str, str] = json.loads(
        (files("juyuan.kernel") / "data" / "regions.json").read_text(encoding="utf-8")
    )
    places: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    spellings: dict[str, tuple[str, str]] = {}
    for code, name in raw.items():
        if not code.isdigit():
            continue
        stem, mark = split_name(name)
        places[stem].add((mark, code))
        spellings[name] = (stem, mark)
        if mark and mark in _SUFFIXES:
            spellings[stem + mark] = (stem, mark)
    for stem in places:
        spellings[stem] = (stem, "")
    return _Gazetteer(
        {stem: tuple(sorted(found)) for stem, found in places.items()},
        spellings,
        max(map(len, spellings)),
    )
