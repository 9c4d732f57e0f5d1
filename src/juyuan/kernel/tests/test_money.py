"""金额:只认一种严格写法;读得准的分毫不差,读不准的说明怎么改。"""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.money import (
    MAX_YUAN,
    MoneyError,
    from_wan,
    parse_money,
    split_money,
    to_wan,
    to_yi,
)


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("5000万元", None, 50_000_000),
        ("5000万", None, 50_000_000),
        ("1.2亿元", None, 120_000_000),
        ("１．２亿", None, 120_000_000),
        ("35,000,000元", None, 35_000_000),
        ("35，000，000元", None, 35_000_000),
        ("０", "元", 0),
        ("0", "万元", 0),
        ("人民币 3 亿元整", None, 300_000_000),
        ("￥100元", None, 100),
        ("  12 万元 ", None, 120_000),
        ("　12万元　", None, 120_000),
        ("0.0001万元", None, 1),
        ("0.00000001亿元", None, 1),
        ("1.50000000", "万元", 15_000),
        ("2千万", None, 20_000_000),
        ("3百万元", None, 3_000_000),
        ("12千元", None, 12_000),
        (3.5, "亿元", 350_000_000),
        (0.1 + 0.2, "亿元", 30_000_000),
        (5000, "万元", 50_000_000),
        (Decimal("1E+3"), "元", 1000),
        (Decimal("1.20"), "万元", 12_000),
        ("5000万元", "亿元", 50_000_000),
        ("10000000亿元", None, MAX_YUAN),
        ("-0", "元", 0),
    ],
)
def test_reads_exactly(text, unit, yuan):
    assert parse_money(text, unit) == yuan


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("", "万元", "为空"),
        ("   ", "万元", "为空"),
        ("5000", None, "没有写单位"),
        ("NaN", "元", "请写成数字加单位"),
        ("Infinity", "元", "请写成数字加单位"),
        (float("nan"), "元", "请写成数字加单位"),
        (float("inf"), "元", "请写成数字加单位"),
        (Decimal("NaN"), "元", "请写成数字加单位"),
        (True, "元", "请写成数字加单位"),
        ("1_000", "元", "请写成数字加单位"),
        ("1e5", "元", "科学计数法"),
        (1e16, "元", "科学计数法"),
        ("1,00", "元", "三位一撇"),
        ("12,34,567元", None, "三位一撇"),
        ("1.234,56", "元", "三位一撇"),
        (".5", "亿元", "请写成数字加单位"),
        ("5.", "亿元", "请写成数字加单位"),
        ("+5", "元", "请写成数字加单位"),
        ("0x10", "元", "请写成数字加单位"),
        ("五千万元", None, "阿拉伯数字"),
        ("约5000万元", None, "确定的数"),
        ("5000万元以上", None, "确定的数"),
        ("3-5亿元", None, "确定的数"),
        ("100万美元", None, "人民币"),
        ("$100", "元", "人民币"),
        ("0.5元", None, "不足 1 元"),
        ("0.00001万元", None, "不足 1 元"),
        ("-5万元", None, "负数"),
        ("−5万元", None, "负数"),
        ("10000000.00000001亿元", None, "1000 万亿元"),
        ("99999999999999999999", "元", "1000 万亿元"),
        ("5000万元\n6000万元", None, "请写成数字加单位"),
        ("٣٤", "元", "请写成数字加单位"),
    ],
)
def test_refuses_and_says_how_to_mend(text, unit, said):
    with pytest.raises(MoneyError) as refused:
        parse_money(text, unit)
    assert said in refused.value.message


def test_negative_only_where_allowed():
    assert parse_money("-5万元", allow_negative=True) == -50_000


def test_unknown_default_unit_is_a_programming_error():
    with pytest.raises(ValueError, match="未知的默认单位"):
        parse_money("5", "吨")


@pytest.mark.parametrize(
    ("yuan", "wan", "yi"),
    [
        (12_345_678, "1234.5678", "0.12345678"),
        (10_000, "1", "0.0001"),
        (0, "0", "0"),
        (1, "0.0001", "0.00000001"),
        (-15_000, "-1.5", "-0.00015"),
        (500_000_000, "50000", "5"),
    ],
)
def test_shows_exactly(yuan, wan, yi):
    assert (to_wan(yuan), to_yi(yuan)) == (wan, yi)


@given(st.integers(-MAX_YUAN, MAX_YUAN))
def test_what_is_shown_reads_back(yuan):
    assert parse_money(to_wan(yuan), "万元", allow_negative=True) == yuan
    assert parse_money(to_yi(yuan) + "亿元", allow_negative=True) == yuan
    assert from_wan(to_wan(yuan), allow_negative=True) == yuan


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_never_a_crash(text):
    try:
        assert 0 <= parse_money(text, "万元") <= MAX_YUAN
    except MoneyError as refused:
        assert refused.message


@pytest.mark.parametrize("text", ["5000万元", "1,000", " 5", "1e5", "", "５", "-", "1.", "NaN", 5])
def test_api_takes_only_plain_decimal_strings(text):
    with pytest.raises(MoneyError):
        from_wan(text)


@st.composite
def full_shares(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), max_size=6)))
    edges = [0, *cuts, 10_000]
    return [b - a for a, b in pairwise(edges)]


@given(st.integers(-MAX_YUAN, MAX_YUAN), full_shares())
def test_split_adds_up_and_is_fair_to_one_yuan(total, shares):
    parts = split_money(total, shares)
    assert sum(parts) == total
    assert all(abs(p * 10_000 - total * s) < 10_000 for p, s in zip(parts, shares, strict=True))
    assert split_money(-total, shares) == [-p for p in parts]


def test_split_gives_the_odd_yuan_to_the_largest_remainder_then_the_first():
    assert split_money(100, [3333, 3333, 3334]) == [33, 33, 34]
    assert split_money(1, [5000, 5000]) == [1, 0]


@pytest.mark.parametrize("shares", [[], [5000], [5000, 5001], [-1, 10_001]])
def test_split_refuses_shares_that_are_not_whole(shares):
    with pytest.raises(ValueError, match="10000"):
        split_money(100, shares)
