"""片段:存的总盖得住查的,所以凡文字里有的都查得到。"""

from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.search.grams import query_grams, stored_grams

TEXT = st.text("北方袜业集团ab12", max_size=14)


def test_latin_takes_three_letters_and_hanzi_two():
    assert stored_grams("bfwy") == ["bf", "fw", "wy", "bfw", "fwy"]
    assert query_grams("bfwy") == ["bfw", "fwy"]
    assert query_grams("北方ab") == ["北方", "方a", "ab"]
    assert query_grams("北") == ["北"]


@given(TEXT, TEXT, TEXT)
def test_whatever_is_inside_is_found_by_its_grams(before, inside, after):
    if len(inside) > 1:
        assert set(query_grams(inside)) <= set(stored_grams(before + inside + after))
