"""统一社会信用代码:一位之错必被发现,错在哪一位说得出来。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as standard

from juyuan.kernel.uscc import ALPHABET, UsccError, check_digit, compact, is_valid, parse_uscc

GOOD = "91110000600037341L"

region = st.text("0123456789", min_size=6, max_size=6)
body = st.text(ALPHABET, min_size=9, max_size=9)


@st.composite
def codes(draw):
    first17 = (
        draw(st.sampled_from("159NYA")) + draw(st.sampled_from("123")) + draw(region) + draw(body)
    )
    return first17 + check_digit(first17)


@pytest.mark.parametrize(
    "text", [GOOD, GOOD.lower(), " 9111 0000-6000 37341L ", "９１１１００００６０００３７３４１Ｌ"]
)
def test_accepts_the_code_however_it_is_typed(text):
    found = parse_uscc(text)
    assert (found.code, found.note) == (GOOD, "")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "为空"),
        ("9111000060003734", "少了 2 位"),
        (GOOD + "0", "多了 1 位"),
        ("110000600037341", "旧注册号"),
        ("91110000600037341M", "应为「L」"),
        ("9111000060003734OL", "第 17 位是「O」"),
        ("9111000060003734*L", "第 17 位是「*」"),
        ("0" + GOOD[1:], "第 1 位"),
        ("B" + GOOD[1:], "第 1 位"),
        ("91A10000600037341L", "第 3 位"),
        (91110000600037341, "存成了数字"),
        (9.11e17, "存成了数字"),
        (None, "读不准"),
    ],
)
def test_refuses_and_says_which_character(value, said):
    with pytest.raises(UsccError) as refused:
        parse_uscc(value)
    assert said in refused.value.message
    assert not is_valid(value)


@pytest.mark.parametrize("authority", "ANY")
def test_letter_authorities_are_accepted_with_a_note(authority):
    first17 = authority + GOOD[1:17]
    found = parse_uscc(first17 + check_digit(first17))
    assert f"「{authority}」" in found.note


@given(codes())
def test_codes_by_the_standard_are_valid(code):
    assert parse_uscc(code).code == code
    if code[0].isdigit():
        assert standard.is_valid(code)


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_single_wrong_character_never_passes(code, position, char):
    wrong = code[:position] + char + code[position + 1 :]
    assert is_valid(wrong) == (wrong == code)


@given(codes(), st.integers(0, 16))
def test_two_swapped_neighbours_never_pass(code, position):
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert is_valid(swapped) == (swapped == code)


@given(st.text(max_size=24))
def test_any_text_is_judged_never_a_crash(text):
    assert is_valid(text) in (True, False)
    assert compact(compact(text)) == compact(text)
