"""仿真项目的用词:地名、字号、行业、产品,以及它们的首字母、名称键、检索片段(都只算一次)。"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any

from juyuan.kernel.names import name_key
from juyuan.kernel.near import keys_of
from juyuan.kernel.text import initials
from juyuan.rooms.pipeline.rules.naming import project_key

PLACES = ("杭州", "宁波", "苏州", "无锡", "青岛", "济南", "长沙", "合肥", "南昌", "沈阳", "大连", "长春",
          "哈尔滨", "西安", "成都", "重庆", "武汉", "郑州", "石家庄", "厦门")  # fmt: skip
MARKS = "安澜恒岳瑞丰华信德鑫泰和盛达通远宏博雅康润泽源启铭嘉禾锦程东升天成万象百川金石玉衡"
TRADES = (
    "纺织科技",
    "食品",
    "汽车零部件",
    "生物医药",
    "新能源",
    "建材",
    "文化旅游",
    "智能装备",
    "环保科技",
    "农业开发",
)
FORMS = ("有限公司", "股份有限公司", "集团有限公司")
SCALES = ("年产", "新建", "扩建", "智能化", "绿色", "高端", "一体化")
PRODUCTS = ("高端纱线", "预制菜", "铝箔", "梅花鹿制品", "中药饮片", "装配式构件", "储能电池", "传感器", "冰雪装备",
            "精密铸件", "生物质能", "智能袜机", "特种钢材", "医疗器械", "无人机整机", "休闲食品")  # fmt: skip
KINDS = ("生产基地", "产业园", "加工中心", "研发制造", "示范工程", "仓储物流")
SAMPLE = "安澜恒"
"""拆名称键时用的字号。"""


class Dice:
    """掷骰子:`random.Random` 的取样逐次都要查类型,造几百万次嫌慢。"""

    def __init__(self, seed: str) -> None:
        self._next = random.Random(seed).random  # noqa: S311 - 不作安全用途

    def pick(self, options: Sequence[Any]) -> Any:
        return options[int(self._next() * len(options))]

    def below(self, low: int, high: int) -> int:
        """low ≤ n < high。"""
        return low + int(self._next() * (high - low))

    def chance(self, share: float) -> bool:
        return self._next() < share

    def word(self, letters: Sequence[str], count: int) -> str:
        roll, size = self._next, len(letters)
        return "".join([letters[int(roll() * size)] for _ in range(count)])


def grams(text: str) -> str:
    """检索片段,写成数组的样子。造出来的文字本已归一;内容与 `search.grams.stored_grams` 相同(有测试)。"""
    pairs = list(map(add, text, text[1:]))
    triples = map(add, pairs, text[2:])
    found = dict.fromkeys(pairs)
    found.update(dict.fromkeys(triples if text.isascii() else filter(str.isascii, triples)))
    return "{" + ",".join(found) + "}"


class Vocabulary(dict[str, str]):
    """词 → 首字母,只算一次。"""

    def __missing__(self, word: str) -> str:
        self[word] = short = initials(word)
        return short


@dataclass(frozen=True)
class Parsed:
    """投资方名称拆好的几段,字号的位置上是 `SAMPLE`。"""

    text: str
    region: str
    said: str
    branch: str

    def key(self, mark: str) -> str:
        """换上字号的名称键。"""
        return self.text.replace(SAMPLE, mark)

    def near(self, mark: str, name: str) -> tuple[int, ...]:
        """换上字号的近似键(造的名称本已归一)。"""
        return keys_of(self.region, self.said.replace(SAMPLE, mark), self.branch, name)


class Keys(dict[tuple[str, ...], Parsed]):
    """投资方的名称:同样的地名、行业、形式只拆一次,字号换进去(与逐个拆的相同,有测试)。"""

    def __missing__(self, parts: tuple[str, ...]) -> Parsed:
        place, trade, form = parts
        key = name_key(f"{place}{SAMPLE}{trade}{form}")
        self[parts] = found = Parsed(
            key.text, ",".join(key.region), key.core + key.trade, key.branch
        )
        return found


class Endings(dict[str, str]):
    """项目名称键去掉「项目」「工程」之后的末尾。"""

    def __missing__(self, ending: str) -> str:
        self[ending] = key = project_key(SAMPLE + ending).removeprefix(SAMPLE)
        return key


@dataclass(frozen=True)
class Words:
    """造名称时反复用到、只算一次的。"""

    short: Vocabulary = field(default_factory=Vocabulary)
    keys: Keys = field(default_factory=Keys)
    endings: Endings = field(default_factory=Endings)
