"""文字的归一:全角半角、繁简、大小写、空白、括号,二字片段与拼音首字母。

检索、名称比对、匹配键都从这里起步,所以同一串字在各处归一的结果必定相同。
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import opencc
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

_BRACKETS = str.maketrans(
    {**dict.fromkeys("([{<〔【〖〈《「『﹙﹝", "("), **dict.fromkeys(")]}>〕】〗〉》」』﹚﹞", ")")}
)
# 这几个字在现行规范字里另有其用(乾元、旭昇、甯姓),折成简体会把两家公司并作一家
_CONTROL = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_KEPT_AS_WRITTEN = "乾昇甯"
# 绝大多数名称只有汉字、数字和小写字母,不必逐字查字形
_SETTLED = re.compile(r"[\u4e00-\u9fff0-9a-z()]*")
_PLAIN = re.compile(r"[\u4e00-\u9fff0-9a-z]*")
_HANZI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def normalise(text: str) -> str:
    """归一:兼容字形、繁体转简体、小写、去一切空白与控制字符、各式括号作半角圆括号。

    结果稳定:再归一一次不变。
    """
    if _SETTLED.fullmatch(text):
        return text.translate(_simplified())
    return _once(_once(text))


def compact(text: str) -> str:
    """只留字母、数字、汉字(归一之后再去掉一切标点和括号)。"""
    if _PLAIN.fullmatch(text):
        return text.translate(_simplified())
    return "".join(ch for ch in normalise(text) if ch.isalnum())


def bigrams(text: str) -> list[str]:
    """归一后的二字片段,去重、按出现次序;一个字的文本就是它自己,空文本没有片段。"""
    folded = normalise(text)
    if len(folded) < 2:
        return [folded] if folded else []
    return list(dict.fromkeys(folded[i : i + 2] for i in range(len(folded) - 1)))


def initials(text: str) -> str:
    """拼音首字母,小写;字母和数字原样保留,其余标点不留(北方袜业 → bfwy,重庆 → cq)。"""
    singles, phrases, longest = _readings()
    folded = normalise(text)
    found: list[str] = []
    at = 0
    while at < len(folded):
        for size in range(min(longest.get(folded[at], 0), len(folded) - at), 1, -1):
            letters = phrases.get(folded[at : at + size])
            if letters is not None:
                found.append(letters)
                at += size
                break
        else:
            found.append(singles.get(folded[at], folded[at]))
            at += 1
    return "".join(ch for ch in "".join(found) if ch.isascii() and ch.isalnum())


@lru_cache(maxsize=65_536)
def sound(char: str) -> str:
    """单个字的读音(不带声调);不是汉字则为它自己。"""
    return lazy_pinyin(char)[0] if char else ""


def has_hanzi(text: str) -> bool:
    """是否含汉字。"""
    return _HANZI.search(text) is not None


def _once(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_simplified()).lower()
    folded = unicodedata.normalize("NFKC", folded).translate(_BRACKETS)
    return "".join(
        ch for ch in folded if not ch.isspace() and unicodedata.category(ch) not in _CONTROL
    )


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """逐字的繁→简表,取自 opencc 的字典;逐字而不按词组,保证两边写法折成同一个字。"""
    table: dict[int, str] = {}
    source = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    for line in source.read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        if len(traditional) == 1 and traditional not in _KEPT_AS_WRITTEN and simplified:
            table[ord(traditional)] = simplified.split(" ")[0]
    for source_char, target in table.items():
        table[source_char] = table.get(ord(target), target)
    return table


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, str], dict[str, int]]:
    """(单字首字母, 读音与单字不同的词, 以某字打头的最长词长)。

    逐字查表比按词切分快十几倍;多音字只在词典里有不同读法的词(重庆、长春、银行)时另算。
    """
    singles = {chr(code): _letter(sounds.split(",")[0]) for code, sounds in PINYIN_DICT.items()}
    phrases: dict[str, str] = {}
    longest: dict[str, int] = {}
    for phrase, sounds in PHRASES_DICT.items():
        letters = "".join(_letter(options[0]) for options in sounds)
        if letters != "".join(singles.get(ch, ch) for ch in phrase):
            phrases[phrase] = letters
            longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return singles, phrases, longest


def _letter(sound_with_tone: str) -> str:
    return unicodedata.normalize("NFD", sound_with_tone)[:1].lower()
