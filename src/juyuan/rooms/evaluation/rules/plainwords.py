"""把文字化成好比对的样子:全半角、繁简、空白、换行、不可见字符都不影响;每个字记着原来在哪里。"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# 协议里常见的繁体字 → 简体(只列查找用得着的)
TRADITIONAL = (
    "稅費減還獎勵補貼優財額產業經營設遷註冊關聯購買銷價與對應級層績貢獻屬區縣國資險會療養繳納進"
    "讓撥專項單個門開發據貸擔證條標準廠務機構紅無償劃給負責將該實際徵規範壟斷獨華園東設備質數從"
    "許權選擇異種類電氣熱長積極總監執報僅須預衛環評場廢種議辦為後來雙動勞員約萬億寬"
)
SIMPLIFIED = (
    "税费减还奖励补贴优财额产业经营设迁注册关联购买销价与对应级层绩贡献属区县国资险会疗养缴纳进"
    "让拨专项单个门开发据贷担证条标准厂务机构红无偿划给负责将该实际征规范垄断独华园东设备质数从"
    "许权选择异种类电气热长积极总监执报仅须预卫环评场废种议办为后来双动劳员约万亿宽"
)
FOLD = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))
SKIPPED = ("Z", "C")  # 空白、控制、零宽


@dataclass(frozen=True)
class Plain:
    """化好的文字。`at[i]` 是第 i 个字在原文里的位置。"""

    text: str
    at: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """化好的一段 → 原文里的起止。"""
        return self.at[start], self.at[end - 1] + 1


def fold(text: str) -> str:
    """一个字(或一段)化成的样子。"""
    found = unicodedata.normalize("NFKC", text)
    return "".join(FOLD.get(c, c) for c in found if unicodedata.category(c)[0] not in SKIPPED)


def plain(text: str) -> Plain:
    """逐字化,记下各在原文何处。"""
    kept: list[str] = []
    at: list[int] = []
    for index, char in enumerate(text):
        for one in fold(char):
            kept.append(one.lower())
            at.append(index)
    return Plain("".join(kept), tuple(at))
