"""企业名称:形式不同判为同一,地区不同决不判为同一,相似只是提示。名称均为自拟。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.names import (
    HINT,
    NONE,
    SAME,
    compare,
    key_text,
    lookup_keys,
    name_key,
)

SAME_PAIRS = [
    # 组织形式
    ("宏图袜业有限公司", "宏图袜业有限责任公司"),
    ("宏图袜业有限公司", "宏图袜业股份有限公司"),
    ("宏图袜业有限公司", "宏图袜业"),
    ("宏图袜业集团有限公司", "宏图袜业集团"),
    ("宏图袜业(集团)有限公司", "宏图袜业集团股份有限公司"),
    ("金源投资合伙企业(有限合伙)", "金源投资合伙企业（普通合伙）"),
    # 括号、全角、空格、备注
    ("宏图新材料（杭州）有限公司", "宏图新材料(杭州)有限公司"),
    ("宏图袜业有限公司", "　宏图 袜业有限公司"),
    ("ＡＢＣ精密有限公司", "abc精密有限公司"),
    ("宏图袜业有限公司", "宏图袜业有限公司（筹）"),
    ("宏图袜业有限公司", "宏图袜业有限公司【原宏业针织厂】"),
    ("宏图袜业有限公司", "宏图袜业有限公司(项目公司)"),
    # 地区后缀与位置
    ("杭州市宏图袜业有限公司", "杭州宏图袜业有限公司"),
    ("吉林省宏图能源有限公司", "吉林宏图能源有限公司"),
    ("吉林市宏图能源有限公司", "吉林宏图能源有限公司"),
    ("内蒙古自治区宏图乳业有限公司", "内蒙古宏图乳业有限公司"),
    ("延边朝鲜族自治州宏图参业有限公司", "延边宏图参业有限公司"),
    ("杭州宏图袜业有限公司", "宏图袜业(杭州)有限公司"),
    ("宏图袜业（杭州市）有限公司", "杭州宏图袜业有限责任公司"),
    ("浙江省诸暨市宏图袜业有限公司", "诸暨市宏图袜业（浙江）有限公司"),
    ("宁波市鄞州区宏图汽配有限公司", "宁波鄞州宏图汽配有限公司"),
    ("萧山市宏图纺织有限公司", "萧山区宏图纺织有限公司"),
    # 繁简、异体
    ("宏圖襪業有限公司", "宏图袜业有限公司"),
    # 分支写法
    ("宏图袜业有限公司长春市第一分公司", "宏图袜业有限责任公司长春第一分公司"),
    # 西文
    ("Harbor Light Co., Ltd.", "HARBOR LIGHT LIMITED"),
    ("Smith & Sons GmbH", "Smith and Sons"),
]

DIFFERENT_PAIRS = [
    ("北方袜业有限公司", "南方袜业有限公司"),
    ("松原市宏图物业有限公司", "龙井市宏图物业有限公司"),
    ("杭州宏图袜业有限公司", "苏州宏图袜业有限公司"),
    ("宏图袜业（杭州）有限公司", "苏州宏图袜业有限公司"),
    ("长春宏图袜业有限公司", "长春宏图汽车配件有限公司"),
    ("宏图袜业有限公司长春分公司", "宏图袜业有限公司沈阳分公司"),
    ("诸暨宏图袜业有限公司", "义乌宏图袜业集团有限公司"),
    ("", ""),
    ("有限公司", "有限责任公司"),
    ("", "宏图袜业有限公司"),
    ("(筹)", "(筹)"),
]

HINT_PAIRS = [
    ("宏图袜业有限公司", "杭州宏图袜业有限公司"),
    ("吉林省宏图能源有限公司", "吉林市宏图能源有限公司"),
    ("上饶县宏图光学有限公司", "上饶市宏图光学有限公司"),
    ("莱西市宏图果业有限公司", "山东省莱西市宏图果业有限公司"),
    ("宏图袜业有限公司", "宏图袜业有限公司长春分公司"),
    ("宏图袜业集团有限公司", "宏图袜业有限公司"),
    ("宏图袜业总公司", "宏图袜业公司"),
    ("金源创业投资有限公司", "金源创业投资合伙企业(有限合伙)"),
    ("杭州宏图针织有限公司", "杭州宏图织有限公司"),
    ("杭州宏图针织有限公司", "杭州图宏针织有限公司"),
    ("杭州宏图针织有限公司", "杭州洪图针织有限公司"),
    ("宏图集团有限公司长春分公司", "宏图集团有公限司长春分公司"),
]


@pytest.mark.parametrize(("a", "b"), SAME_PAIRS)
def test_differing_only_in_form_is_the_same(a, b):
    assert compare(a, b).tier == SAME
    assert key_text(b) in lookup_keys(a)
    assert key_text(a) in lookup_keys(b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT_PAIRS)
def test_different_parties_stay_different(a, b):
    assert compare(a, b).tier == NONE
    assert not set(lookup_keys(a)) & {key_text(b)}


@pytest.mark.parametrize(("a", "b"), HINT_PAIRS)
def test_doubtful_is_a_hint_to_a_human_never_equality(a, b):
    found = compare(a, b)
    assert found.tier == HINT
    assert found.reason
    assert key_text(b) not in lookup_keys(a)


def test_components():
    key = name_key("浙江省诸暨市宏图袜业集团有限公司杭州分公司")
    assert key.region == ("浙江", "诸暨")
    assert (key.core, key.trade, key.form, key.branch) == ("宏图", "袜业", "集团", "杭州分公司")
    assert name_key("中国太平洋保险有限公司").region == ("中国",)
    assert name_key("宏图科技（中国）有限公司").region == ("中国",)
    assert name_key("大连经济技术开发区宏图建材有限公司").region == ("大连", "经开区")
    assert name_key("泸县宏图酒业有限公司").region == ("泸县",)


def test_a_region_is_never_dropped_from_the_key():
    assert key_text("杭州宏图袜业有限公司").startswith("杭州|")
    assert key_text("宏图袜业有限公司").startswith("|")


def test_nothing_is_no_evidence():
    for name in ("", "  ", "有限公司", "(筹)", "。。。"):
        assert (key_text(name), lookup_keys(name)) == ("", ())


BRANDS = st.text("宏图鑫隆瑞泰恒润博远安达", min_size=2, max_size=4)
PLACES = st.sampled_from(["", "杭州", "吉林", "长春", "松原", "内蒙古", "诸暨", "朝阳", "海南"])
SUFFIXES = {"杭州": "市", "长春": "市", "松原": "市", "诸暨": "市", "吉林": "省", "海南": "省"}
TRADES = st.sampled_from(["袜业", "新能源科技", "物业", "商贸", "机械制造"])
FORMS = st.sampled_from(["有限公司", "有限责任公司", "股份有限公司", ""])


@given(PLACES, BRANDS, TRADES, FORMS, FORMS, st.booleans(), st.booleans())
def test_place_suffix_position_and_form_fold(place, brand, trade, form, other, moved, suffixed):
    shown = place + (SUFFIXES.get(place, "") if suffixed else "")
    plain = f"{place}{brand}{trade}{form}"
    varied = (
        f"{brand}{trade}（{shown}）{other}" if moved and place else f"{shown} {brand}{trade}{other}"
    )
    assert compare(plain, varied).tier == SAME


@given(BRANDS, TRADES, st.lists(PLACES.filter(bool), min_size=2, max_size=2, unique=True))
def test_two_places_are_two_parties(brand, trade, places):
    first, second = (f"{place}{brand}{trade}有限公司" for place in places)
    assert compare(first, second).tier != SAME


ANY_NAME = st.one_of(
    st.text(max_size=24),
    st.text("杭州吉林省市县区中国宏图袜业集团总公司有限责任合伙()（）筹分厂 a1", max_size=18),
)


@given(ANY_NAME, ANY_NAME)
def test_comparison_is_symmetric_and_keys_agree_with_it(a, b):
    assert compare(a, b) == compare(b, a)
    same = compare(a, b).tier == SAME
    assert same == (key_text(b) in lookup_keys(a) and key_text(b) != "")
    assert same == (key_text(a) in lookup_keys(b) and key_text(a) != "")


@given(ANY_NAME)
def test_a_name_is_the_same_as_itself_however_it_is_spaced(name):
    spaced = "　" + " ".join(name)
    assert compare(name, spaced).tier == (SAME if key_text(name) else NONE)
