"""词汇与来历:上下游、目录类别、链上职务、原话类别;什么能标「文件明定」。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled


class Origin(Labelled):
    """谁说的:文件写明的,还是我们建议、待确认的。"""

    DOCUMENT = "文件明定", "文件明定"
    SUGGESTED = "建议值", "建议值"


class Segment(Labelled):
    UPSTREAM = "upstream", "上游"
    MIDSTREAM = "midstream", "中游"
    DOWNSTREAM = "downstream", "下游"
    LATERAL = "lateral", "横向"


class LinkKind(Labelled):
    FLOW = "flow", "上下游"
    SIDE = "side", "横向配套"


class StatementKind(Labelled):
    """文件就一条链说到的东西。"""

    DIRECTION = "direction", "主攻方向"
    UPSTREAM = "upstream", "向上引进"
    DOWNSTREAM = "downstream", "向下延伸"
    LATERAL = "lateral", "横向拓展"
    PRODUCT = "product", "引进产品"
    FIELD = "field", "重点领域"
    TARGET = "target", "招引对象"
    PROJECT = "project", "点名项目"
    ANCHOR = "anchor", "龙头企业"
    RESOURCE = "resource", "特色资源"
    ADVANTAGE = "advantage", "优势"
    BRAND = "brand", "品牌"
    EXPO = "expo", "展会"
    PARK = "park", "园区"
    BASE = "base", "基地"
    ZONE = "zone", "片区"
    PLATFORM = "platform", "平台"
    UNIVERSITY = "university", "高校院所"
    ECOSYSTEM = "ecosystem", "配套圈"
    REGION = "region", "辐射区域"
    SLOGAN = "slogan", "文章"
    MODEL = "model", "模式"


class CatalogueClass(Labelled):
    ENCOURAGED = "encouraged", "鼓励"
    ALLOWED = "allowed", "允许"
    RESTRICTED = "restricted", "限制"
    FORBIDDEN = "forbidden", "禁止"


# 严格程度:同一件事命中多条时取最严的一条
SEVERITY: dict[CatalogueClass, int] = {
    CatalogueClass.FORBIDDEN: 3,
    CatalogueClass.RESTRICTED: 2,
    CatalogueClass.ENCOURAGED: 1,
    CatalogueClass.ALLOWED: 0,
}


class PostKind(Labelled):
    LEAD = "lead", "链长"
    SECRETARY = "secretary", "服务秘书"


class Supply(Labelled):
    """一个环节的本地企业够不够。"""

    GAP = "gap", "断链"
    WEAK = "weak", "弱链"
    STANDS = "stands", "已有"


# 文件写链的各句(4.1 至 4.8 的正文);城市包以 mechanism 把自己的条款对到这里
SENTENCES = (
    *("4.1b", "4.1c", "4.2b", "4.2c", "4.2d", "4.3b", "4.3c"),
    *("4.4b", "4.4c", "4.4d", "4.4e", "4.5b", "4.5c"),
    *("4.6b", "4.6c", "4.6d", "4.6e", "4.7b", "4.7c", "4.8b", "4.8c", "4.8d"),
)


def fold(text: str) -> str:
    """比对用的写法:全半角一致、去空白。"""
    return "".join(unicodedata.normalize("NFKC", text).split())


@rule(*SENTENCES)
def is_stated(words: str, sentence: str) -> bool:
    """某处内容能标「文件明定」,当且仅当它逐字见于所引的那一句;否则只能是「建议值」。"""
    needle = fold(words)
    return bool(needle) and needle in fold(sentence)


def origin_of(words: str, sentences: Iterable[str]) -> Origin:
    """一个产品、一个企业名的来历:任一句写到它,即文件明定。"""
    return (
        Origin.DOCUMENT
        if any(is_stated(words, sentence) for sentence in sentences)
        else Origin.SUGGESTED
    )
