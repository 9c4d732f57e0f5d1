"""企业名称:拆成地区、字号、行业、组织形式、分支五段,据此判「是不是同一家」。

地区的后缀(省、市)和位置(词头或括号里)折叠,地区本身决不丢掉:松原市宏宇物业 ≠ 龙井市宏宇物业;
组织形式折叠,「集团」「总公司」「合伙」留作标记;分支机构自成一方,只提示其总部。
相似度从不判为同一家,只作提示:北方袜业与南方袜业是两家。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from juyuan.kernel import regions
from juyuan.kernel.regions import COUNTRY, Region
from juyuan.kernel.text import bigrams, compact, initials, normalise, sound

__all__ = [
    "NameKey",
    "NameMatch",
    "bigrams",
    "compare",
    "initials",
    "key_text",
    "lookup_keys",
    "name_key",
    "normalise",
]

SAME, HINT, NONE = 2, 4, 0
"""名称只能给出第 2 档(推定同一)、第 4 档(提示人看)或无;第 1 档凭代码,第 3 档凭共同线索。"""

_NOTE = re.compile(
    r"筹|筹建|筹备|筹备中|筹建中|拟|拟设|拟设立|拟成立|拟注册|待注册|注册中|新设|暂|暂定|暂定名|暂名|暂用名|"
    r"公章|盖章|注销|已注销|吊销|已吊销|存续|在业|外资|内资|民企|国企|央企|上市公司|独资|合资|外商独资|"
    r"外商投资|港澳台独资|国有独资|自然人独资|法人独资|一人有限|项目公司|(?:原|曾用名|简称|下称|以下简称|又名|原名).*"
)
_LEGAL = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "责任公司",
    "有限责任",
    "公司",
    "股份有限",
    "合伙企业",
    "个人独资企业",
    "有限",
    "股份",
)
_LEGAL_NOTE = {
    "有限合伙": "合伙",
    "普通合伙": "合伙",
    "特殊普通合伙": "合伙",
    "合伙": "合伙",
    "有限": "",
    "有限责任": "",
    "股份": "",
    "集团": "集团",
    "控股集团": "控股集团",
    "个体工商户": "",
    "个体": "",
}
_BRANCH_HEAD = re.compile(
    r"(?:(?:集团)?(?:有限责任公司|股份有限公司|有限公司|股份公司|公司)|总公司|合伙企业|集团|银行|合作社|厂|院|所)"
)
_BRANCH_TAIL = re.compile(
    r"(?:分公司|支公司|子公司|分行|支行|分理处|分厂|分店|分社|分院|分所|分部|分中心|营业部|经营部|办事处|"
    r"代表处|项目部|服务部|门市部|加油站|储蓄所|营销部|销售部|维修部|直营店|专卖店|旗舰店|门店)$"
)
_COMPANY_END = re.compile(r"(?:有限责任公司|有限公司|股份公司|公司|集团|合伙企业|厂)$")
_ENGLISH_FORMS = frozenset(
    {
        "co",
        "company",
        "ltd",
        "limited",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "llc",
        "llp",
        "lp",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "srl",
        "bv",
        "pte",
        "pty",
        "kk",
    }
)
_TRADE = re.compile(
    "(?:"
    "房地产开发|房地产经纪|房地产|建筑安装工程|建筑工程|装饰工程|建筑材料|建材|工程技术|工程设计|工程|"
    "电子商务|商务服务|商务|商贸|贸易|国际贸易|进出口|经贸|工贸|科贸|实业|投资管理|投资咨询|投资|资产管理|"
    "信息技术|网络科技|信息科技|电子科技|生物科技|农业科技|环保科技|科技发展|科技|技术服务|技术|"
    "物业管理|物业服务|物业|物流|运输|货运|货运代理|国际货运代理|供应链管理|供应链|仓储|"
    "广告传媒|文化传媒|文化传播|广告|传媒|文化|旅游开发|旅游|旅行社|酒店管理|酒店|餐饮管理|餐饮|"
    "食品|饮料|农业开发|农业|农牧|牧业|粮油|种业|种子|木业|木制品|家具|纺织|袜业|服装|服饰|鞋业|针织|"
    "医药|药业|制药|医疗器械|医疗|健康管理|生物|化工|石化|塑料制品|塑料|塑胶|橡胶|包装制品|包装|印刷|纸业|"
    "机械制造|机械设备|机械|设备|装备制造|装备|机电设备|机电|电气设备|电气|电器|电子|仪器|仪表|制造|"
    "汽车销售服务|汽车销售|汽车零部件|汽车服务|汽车|铝业|钢铁|钢材|铸造|模具|五金|金属制品|金属材料|金属|"
    "新能源|能源|电力|风电|光伏|太阳能|储能|热力|燃气|环保|环境|矿业|煤业|石油|"
    "人力资源|劳务派遣|劳务|咨询服务|管理咨询|咨询|财务咨询|代理|服务|管理|租赁|销售|经销|设计|监理|开发|控股"
    ")+$"
)


@dataclass(frozen=True)
class NameKey:
    """一个名称的五段。`region` 是地名(去后缀、去位置、排序),`form` 是不折叠的组织形式标记。"""

    region: tuple[str, ...]
    core: str
    trade: str
    form: str
    branch: str

    @property
    def text(self) -> str:
        """等值键:两名称的键相等即推定同一(第 2 档)。"""
        return "|".join((",".join(self.region), self.core + self.trade, self.form, self.branch))

    @property
    def empty(self) -> bool:
        """没有字号的名称(空文本、只有地名或形式)不构成任何证据。"""
        return not (self.core or self.trade)


@dataclass(frozen=True)
class NameMatch:
    """两个名称的比对结果;`reason` 给人看。"""

    tier: int
    reason: str = ""

    def __bool__(self) -> bool:
        return self.tier != NONE


@dataclass(frozen=True)
class _Parsed:
    key: NameKey
    places: tuple[Region, ...]
    flat: str


def name_key(name: str) -> NameKey:
    """名称 → 五段键。"""
    return _parse(name).key


def key_text(name: str) -> str:
    """名称 → 等值键文本;没有字号的名称返回空串(空不是证据)。"""
    key = _parse(name).key
    return "" if key.empty else key.text


@lru_cache(maxsize=16_384)
def lookup_keys(name: str) -> tuple[str, ...]:
    """查重时应查的全部等值键:首个是自己的键,其余是「写没写地区后缀」的互认写法。

    例:「吉林省中信能源」与「吉林中信能源」互认,与「吉林市中信能源」不互认。没有字号则为空。
    """
    parsed = _parse(name)
    if parsed.key.empty:
        return ()
    options = [place.alternatives for place in parsed.places]
    found = [parsed.key.text]
    for chosen in product(*options) if len(options) <= 4 else ():
        region = tuple(sorted(set(chosen)))
        key = parsed.key
        text = NameKey(region, key.core, key.trade, key.form, key.branch).text
        if text not in found:
            found.append(text)
    return tuple(found)


def compare(mine: str, theirs: str) -> NameMatch:
    """两个名称是否同一家:第 2 档推定同一,第 4 档提示人看,否则无。结果与次序无关。"""
    a, b = _parse(mine), _parse(theirs)
    if a.key.empty or b.key.empty:
        return NameMatch(NONE)
    if a.key.text == b.key.text or (
        b.key.text in lookup_keys(mine) and a.key.text in lookup_keys(theirs)
    ):
        return NameMatch(SAME, "名称相同(地区后缀与位置、组织形式、括号、空格不计)")
    reason = _hint(a, b)
    return NameMatch(HINT, reason) if reason else NameMatch(NONE)


def _hint(a: _Parsed, b: _Parsed) -> str:
    ka, kb = a.key, b.key
    same_core = ka.core + ka.trade == kb.core + kb.trade
    same_place = ka.region == kb.region
    if same_core and same_place and ka.branch != kb.branch and not (ka.branch and kb.branch):
        return "总部与分支机构"
    if same_core and same_place and ka.branch == kb.branch:
        return "字号行业相同,集团、总公司或合伙的标记不同"
    if same_core and ka.branch == kb.branch and _region_missing(a, b):
        return "字号行业相同,一方没写地区或级别不同"
    if sorted(a.flat) == sorted(b.flat) and len(a.flat) >= 4:
        return "用字相同,次序不同"
    if _one_slip(a.flat, b.flat):
        return "只差一处,疑为笔误"
    return ""


def _region_missing(a: _Parsed, b: _Parsed) -> bool:
    mine, theirs = set(a.key.region), set(b.key.region)
    if mine <= theirs or theirs <= mine:
        return True
    stems_a, stems_b = {p.stem for p in a.places}, {p.stem for p in b.places}
    return stems_a <= stems_b or stems_b <= stems_a


def _one_slip(a: str, b: str) -> bool:
    """恰差一字:多一字、少一字、相邻两字颠倒,或一字误作同音字。"""
    if len(a) > len(b):
        a, b = b, a
    if len(a) < 4 or len(b) - len(a) > 1:
        return False
    start = 0
    while start < len(a) and a[start] == b[start]:
        start += 1
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    if start == len(a):
        return False
    if a[start + 1 :] == b[start + 1 :]:
        return sound(a[start]) == sound(b[start])
    return a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]


@lru_cache(maxsize=16_384)
def _parse(name: str) -> _Parsed:
    text = _without_english_form(name)
    text, bracket_places, marks = _read_brackets(text)
    head, branch = _split_branch(text)
    head, form = _fold_form(head, marks)
    places, body = _leading_places(head, bracket_places)
    core, trade = _split_trade(body)
    every = (*places, *bracket_places)
    key = NameKey(
        tuple(sorted({place.key for place in every})), core, trade, form, _fold_branch(branch)
    )
    return _Parsed(key, tuple(dict.fromkeys(every)), compact(name))


def _without_english_form(name: str) -> str:
    """以西文为主的名称按词去掉句末的 Co., Ltd. 之类,并去标点;中文名称只做归一。"""
    text = normalise(name)
    letters = sum(ch.isascii() and ch.isalpha() for ch in text)
    if letters * 2 < len(text):
        return text
    words = [normalise(w) for w in re.split(r"[^\w&]+", name.replace("&", " and ")) if w]
    words = [w for w in words if w]
    while len(words) > 1 and words[-1] in _ENGLISH_FORMS:
        words.pop()
    return "".join(words)


def _read_brackets(text: str) -> tuple[str, list[Region], set[str]]:
    """括号里的备注去掉,地名收走,形式记下,其余并入正文。"""
    places: list[Region] = []
    marks: set[str] = set()

    def settle(found: re.Match[str]) -> str:
        inner = found.group(1)
        if _NOTE.fullmatch(inner):
            return ""
        if inner in _LEGAL_NOTE:
            mark = _LEGAL_NOTE[inner]
            marks.add("合伙") if mark == "合伙" else None
            return "" if mark == "合伙" else mark
        here = regions.all_regions(inner)
        if here is not None:
            places.extend(here)
            return ""
        return inner

    for _ in range(3):
        text, count = re.subn(r"\(([^()]*)\)", settle, text)
        if not count:
            break
    return "".join(ch for ch in text if ch.isalnum()), places, marks


def _split_branch(text: str) -> tuple[str, str]:
    """在第一个组织形式之后断开:后面还有文字且不是又一个公司,就是分支。"""
    for found in _BRANCH_HEAD.finditer(text):
        head, rest = text[: found.end()], text[found.end() :]
        if not rest or found.start() < 2:
            continue
        if _BRANCH_TAIL.search(rest):
            return head, rest
        if found.group().endswith("公司") and not _COMPANY_END.search(rest):
            return head, rest
    if len(text) > 4 and (tail := _BRANCH_TAIL.search(text)) and tail.start() >= 2:
        return text[: tail.start()], tail.group()
    return text, ""


def _fold_form(head: str, marks: set[str]) -> tuple[str, str]:
    """去掉句末的组织形式;集团、总公司、合伙是另一类主体,留作标记。"""
    kept = set(marks)
    changed = True
    while changed:
        changed = False
        for form in _LEGAL:
            if head.endswith(form) and len(head) - len(form) >= 2:
                head = head[: -len(form)]
                kept |= {"合伙"} if form == "合伙企业" else set()
                if form == "公司" and head.endswith("总") and len(head) > 3:
                    head = head[:-1]
                    kept.add("总")
                changed = True
                break
        if head.endswith("集团") and len(head) > 3:
            head = head[:-2]
            kept.add("集团")
            changed = True
    if head in _LEGAL or head == "集团":
        head = ""
    return head, "".join(sorted(kept))


def _leading_places(head: str, bracketed: list[Region]) -> tuple[list[Region], str]:
    """词头的地名逐级收走。不带后缀的地名要么打头,要么属于前一级;字号至少留两个字。"""
    places: list[Region] = []
    rest = head
    if rest.startswith(COUNTRY) and len(rest) >= len(COUNTRY) + 2:
        places.append(Region(COUNTRY, "", frozenset({""})))
        rest = rest[len(COUNTRY) :]
    while True:
        taken = _next_place(rest, places, bracketed)
        if taken is None or len(rest) - len(taken[1]) < 2:
            return places, rest
        places.append(taken[0])
        rest = rest[len(taken[1]) :]


def _next_place(
    rest: str, places: list[Region], bracketed: list[Region]
) -> tuple[Region, str] | None:
    here = regions.leading_region(rest)
    if here is not None:
        region, spelling, written = here
        before = [p for p in places if p.codes]
        if written:
            return region, spelling
        if before and before[-1].stem == COUNTRY:
            # 「中国太平洋」的太平不是地名,「中国吉林」的吉林才是
            return (region, spelling) if any(c.endswith("00") for c in region.codes) else None
        if before:
            return (region, spelling) if region.within(before[-1]) else None
        # 括号里已有地名时,词头不带后缀的多半是字号(东方果菜保鲜(山东))
        known = [p for p in bracketed if p.codes]
        if not known or any(region.within(p) or p.within(region) for p in known):
            return region, spelling
        return None
    if places and (zone := regions.leading_zone(rest)) is not None:
        return Region(zone[0], "", frozenset()), zone[1]
    return regions.leading_old_county(rest)


def _split_trade(body: str) -> tuple[str, str]:
    found = _TRADE.search(body, 2)
    if found is None:
        return body, ""
    return body[: found.start()], body[found.start() :]


def _fold_branch(branch: str) -> str:
    """分支的地名同样折叠后缀:长春市第一分公司 = 长春第一分公司。"""
    places: list[Region] = []
    rest = branch
    while (here := regions.leading_region(rest)) is not None:
        if places and not here[2] and not here[0].within(places[-1]):
            break
        places.append(here[0])
        rest = rest[len(here[1]) :]
    return "".join(place.key for place in places) + rest
