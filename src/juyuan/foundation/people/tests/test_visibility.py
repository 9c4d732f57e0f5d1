"""可见表逐格与 spec 2 相符;`sight` 的性质。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.people.visibility import TABLE, Confidentiality, Relation, Sight, sight

FULL, FACTS, NONE = Sight.FULL, Sight.FACTS, Sight.NONE

# 关系 → (一般, 内部, 限名单·不在名单, 限名单·在名单)
CELLS = {
    Relation.OWN: (FULL, FULL, NONE, FULL),
    Relation.PARTICIPANT: (FULL, NONE, NONE, FULL),
    Relation.BUREAU: (FULL, FULL, NONE, FULL),
    Relation.BUREAU_VERIFIER: (FULL, FULL, FULL, FULL),
    Relation.LEADER: (FULL, FULL, FULL, FULL),
    Relation.READER: (FACTS, FACTS, FACTS, FACTS),
    Relation.OTHER: (NONE, NONE, NONE, FULL),
    Relation.ADMIN: (NONE, NONE, NONE, NONE),
}
COLUMNS = [
    (Confidentiality.NORMAL, False),
    (Confidentiality.INTERNAL, False),
    (Confidentiality.RESTRICTED, False),
    (Confidentiality.RESTRICTED, True),
]


@pytest.mark.parametrize("relation", list(Relation))
def test_each_cell_of_the_table(relation):
    seen = tuple(sight([relation], level, listed=listed) for level, listed in COLUMNS)
    assert seen == CELLS[relation]


def test_table_has_every_cell():
    assert set(TABLE) == set(Relation)
    assert all(set(row) == set(Confidentiality) for row in TABLE.values())


def test_no_relation_sees_nothing():
    assert all(sight([], level, listed=True) == NONE for level in Confidentiality)


relations = st.sets(st.sampled_from(list(Relation)))
ORDER = [NONE, FACTS, FULL]


@given(relations, st.sampled_from(list(Confidentiality)), st.booleans())
def test_sight_is_never_the_word_listed(held, level, listed):
    assert sight(held, level, listed=listed) in ORDER


@given(relations, relations, st.sampled_from(list(Confidentiality)), st.booleans())
def test_more_relations_never_see_less_unless_admin(some, more, level, listed):
    if Relation.ADMIN in more:
        assert sight(some | more, level, listed=listed) == NONE
    else:
        few, many = sight(some, level, listed=listed), sight(some | more, level, listed=listed)
        assert ORDER.index(many) >= ORDER.index(few)


@given(relations, st.sampled_from(list(Confidentiality)))
def test_being_listed_never_hides(held, level):
    without, with_list = (sight(held, level, listed=flag) for flag in (False, True))
    assert ORDER.index(with_list) >= ORDER.index(without)
