"""名称的近似键:凡 `names.compare` 会提示(第 4 档)的两个名称,至少有一个键相同。

查重先按键取候选,再由 `compare` 判定,从不两两相比。键是 64 位的摘要,一个名称约十几个:

- 地区 + 字号行业(不计组织形式、分支)……总部与分支、集团与总公司的标记;
- 字号行业 + 分支(不计地区)……一方没写地区;
- 排序后的用字……次序不同;
- 正文去一字的各种写法……只差一处。正文是去掉句末组织形式之后的部分;组织形式自己写错的,另取可能的正文。
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from juyuan.kernel.names import name_key
from juyuan.kernel.text import compact

__all__ = ["keys_of", "near_keys"]

FORMS = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "责任公司",
    "公司",
)
"""句末的组织形式,长的在前。"""
WHOLE = 16
"""正文不超过这么多字的逐字去一;更长的只取前后两半(一处之差至多动其中一半)。"""


@lru_cache(maxsize=16_384)
def near_keys(name: str) -> tuple[int, ...]:
    """名称的近似键,去重、次序固定;没有字号的名称没有键。"""
    key = name_key(name)
    if key.empty:
        return ()
    return keys_of(",".join(key.region), key.core + key.trade, key.branch, compact(name))


def keys_of(region: str, said: str, branch: str, flat: str) -> tuple[int, ...]:
    """已经拆好的名称的近似键:地区(逗号隔开)、字号行业、分支,与归一的全文。"""
    found = [f"p{region}|{said}", f"c{said}|{branch}", "s" + "".join(sorted(flat))]
    body, form = _split(flat)
    found += [f"d{text}" for text in _slips(body)]
    found += [f"d{text}" for text in _other_bodies(flat, len(form))]
    return tuple(dict.fromkeys(map(_digest, found)))


def _split(flat: str) -> tuple[str, str]:
    for form in FORMS:
        if flat.endswith(form) and len(flat) > len(form):
            return flat[: -len(form)], form
    return flat, ""


def _slips(body: str) -> Iterator[str]:
    """正文,与它「去一字」的各种写法;长的取前后两半(标明是哪一半)。"""
    yield body
    size = len(body)
    if size <= WHOLE:
        for at in range(size):
            yield body[:at] + body[at + 1 :]
    if size >= WHOLE:
        for half in (size // 2, (size - 1) // 2):
            yield f"<{body[:half]}"
            yield f">{body[-half:]}"


def _other_bodies(flat: str, taken: int) -> Iterator[str]:
    """句末若是写错一处的组织形式,去掉它之后的正文(只看比认出的组织形式更长的尾)。"""
    for size in range(taken + 1, len(FORMS[0]) + 2):
        if len(flat) <= size:
            return
        if _nearly_form(flat[-size:]):
            yield flat[:-size]


@lru_cache(maxsize=16_384)
def _nearly_form(tail: str) -> bool:
    """句末这几个字是不是写错至多一处的组织形式;名称的末尾多半相同,记住免得再比。"""
    return any(_within_one(tail, form) for form in FORMS)


def _within_one(one: str, other: str) -> bool:
    """相同,或多一字、少一字、换一字。"""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = 0
    while at < len(one) and one[at] == other[at]:
        at += 1
    return one[at + (len(one) == len(other)) :] == other[at + 1 :]


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
