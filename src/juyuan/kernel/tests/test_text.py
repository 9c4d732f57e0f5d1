"""文字归一:归一两次等于一次,片段与首字母由归一后的文字而来。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.text import bigrams, compact, initials, normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("　北方 襪業【集團】\n", "北方袜业(集团)"),
        ("ＡＢＣ－１２", "abc-12"),
        ("乾元旭昇", "乾元旭昇"),
        ("a\u200bb\x00c", "abc"),
        ("", ""),
    ],
)
def test_normalise(text, folded):
    assert normalise(text) == folded


@given(st.text(max_size=40))
def test_normalise_is_stable(text):
    once = normalise(text)
    assert normalise(once) == once
    assert compact(once) == compact(text)
    assert all(gram in once for gram in bigrams(text))


def test_bigrams_are_unique_and_in_order():
    assert bigrams("北方北方袜") == ["北方", "方北", "方袜"]
    assert bigrams("北") == ["北"]
    assert bigrams(" ") == []


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("北方袜业", "bfwy"),
        ("重庆ABC-3号", "cqabc3h"),
        ("长春银行重工", "ccyhzg"),
        ("(集團)", "jt"),
        ("", ""),
    ],
)
def test_initials(text, letters):
    assert initials(text) == letters


@given(st.text(max_size=30))
def test_initials_are_plain_letters_and_digits(text):
    assert all(ch.isascii() and ch.isalnum() and ch == ch.lower() for ch in initials(text))
