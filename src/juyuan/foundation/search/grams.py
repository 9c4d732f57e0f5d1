"""片段:汉字取二字,西文(编号、代码、拼音首字母)另取三字,因为二十六个字母的二字片段太常见。"""

from __future__ import annotations

import re

from juyuan.kernel.text import bigrams

_WESTERN = re.compile(r"[\x00-\x7f]{3,}")


def stored_grams(text: str) -> list[str]:
    """存进检索行的片段。"""
    return bigrams(text) + _triples(text)


def query_grams(text: str) -> list[str]:
    """检索时应全部具备的片段:三字片段能盖住的二字片段不必再查。"""
    triples = _triples(text)
    covered = {pair for triple in triples for pair in (triple[:2], triple[1:])}
    return triples + [gram for gram in bigrams(text) if gram not in covered]


def _triples(text: str) -> list[str]:
    runs = _WESTERN.findall(text)
    return list(dict.fromkeys(run[i : i + 3] for run in runs for i in range(len(run) - 2)))
