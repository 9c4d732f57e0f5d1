"""近似键:凡比对会提示的两个名称,至少有一个键相同。名称均为自拟。"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juyuan.kernel.names import HINT, compare
from juyuan.kernel.near import near_keys
from juyuan.kernel.tests.test_names import DIFFERENT_PAIRS, HINT_PAIRS, SAME_PAIRS

PLACES = (
    "",
    "杭州",
    "杭州市",
    "吉林省",
    "吉林市",
    "吉林省吉林市",
    "诸暨",
    "浙江省诸暨市",
    "上饶县",
)
BRANDS = ("宏图", "金源", "北方", "三维", "鑫安泰", "东方汇海新天地国际", "一")
TRADES = ("", "袜业", "机械设备制造", "商贸", "建筑安装工程", "新能源汽车零部件制造销售服务")
FORMS = (
    "", "有限公司", "有限责任公司", "股份有限公司", "股份公司", "公司", "集团有限公司", "总公司", "合伙企业",
)  # fmt: skip
BRANCHES = ("", "", "", "长春分公司", "第一分公司", "销售部")
LETTERS = "宏洪图途金今源原有限公司责任股份集团一二市县省"


@st.composite
def names(draw: st.DrawFn) -> str:
    return "".join(
        draw(st.sampled_from(part)) for part in (PLACES, BRANDS, TRADES, FORMS, BRANCHES)
    )


@st.composite
def slipped(draw: st.DrawFn) -> tuple[str, str]:
    """一个名称与它写错一处的写法:多一字、少一字、换一字、颠倒;或去地区、去分支、加集团。"""
    name = draw(names())
    at = draw(st.integers(0, len(name)))
    letter = draw(st.sampled_from(LETTERS))
    how = draw(st.integers(0, 5))
    wrong = (
        name[:at] + letter + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        name.replace("有限公司", "集团有限公司"),
        next(
            (name[len(place) :] for place in PLACES[::-1] if place and name.startswith(place)), name
        ),
    )[how]
    return name, wrong


def _meet(a: str, b: str) -> bool:
    return bool(set(near_keys(a)) & set(near_keys(b)))


@pytest.mark.parametrize(("a", "b"), HINT_PAIRS)
def test_s3_2b_提示的都取得到候选(a: str, b: str) -> None:
    assert _meet(a, b) and _meet(b, a)


@settings(max_examples=1500, deadline=None)
@given(slipped())
def test_s3_2b_写错一处的_凡提示的键必相交(pair: tuple[str, str]) -> None:
    if compare(*pair).tier == HINT:
        assert _meet(*pair), pair


@settings(max_examples=600, deadline=None)
@given(slipped(), st.integers(0, 30), st.sampled_from(LETTERS))
def test_s3_2b_错上再错_凡提示的键必相交(pair: tuple[str, str], at: int, letter: str) -> None:
    """两边都不是正确的写法,彼此仍只差一处。"""
    once = pair[1]
    for twice in (once[:at] + once[at + 1 :], once[:at] + letter + once[at:]):
        if compare(once, twice).tier == HINT:
            assert _meet(once, twice), (once, twice)


@settings(max_examples=800, deadline=None)
@given(names(), names())
def test_s3_2b_随意两个名称_凡提示的键必相交(a: str, b: str) -> None:
    if compare(a, b).tier == HINT:
        assert _meet(a, b), (a, b)


def test_s3_2b_没有字号的没有键_空不是证据() -> None:
    assert near_keys("") == () and near_keys("有限公司") == () and near_keys("(筹)") == ()


def test_s3_2b_各家的键不因常见的字就相交() -> None:
    apart = [(a, b) for a, b in DIFFERENT_PAIRS if a and b]
    met = [pair for pair in apart if _meet(*pair)]
    # 只差地区的两家字号行业相同,取作候选而后由比对排除;其余连候选也不是
    assert all(compare(*pair).tier == 0 for pair in met)
    assert ("北方袜业有限公司", "南方袜业有限公司") in met  # 只差一字:候选,比对判为两家
    assert ("长春宏图袜业有限公司", "长春宏图汽车配件有限公司") not in met


@given(names())
def test_s3_2b_一个名称的键不多_次序固定(name: str) -> None:
    keys = near_keys(name)
    assert len(keys) <= 26 and len(set(keys)) == len(keys)
    assert keys == near_keys.__wrapped__(name)
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_s3_2b_写法不同而同一家的_也取得到() -> None:
    lost = [pair for pair in SAME_PAIRS if not _meet(*pair)]
    # 「写没写地区后缀」互认的两种写法由匹配键取,不靠近似键
    assert all(compare(*pair).tier == 2 for pair in lost)
