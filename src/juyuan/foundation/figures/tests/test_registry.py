"""登记表:定义只有一份,重复登记无妨,口径冲突即报错。"""

from dataclasses import replace

import pytest

from juyuan.foundation.figures.registry import PARTIAL, WHOLE, Figure, Result, Scope
from juyuan.kernel.actor import Actor

APPLES = Figure(
    name="apples",
    label="苹果",
    unit="个",
    clause="9.9z",
    definition="篮子里的苹果,坏的不计",
    counts_by="放进篮子之日",
    compute=lambda as_of, actor: Result(3),
)


def test_registering_twice_is_harmless(clean_registry):
    clean_registry.register(APPLES)
    clean_registry.register(APPLES)
    assert clean_registry.figures() == [APPLES]


def test_same_name_with_another_definition_is_refused(clean_registry):
    clean_registry.register(APPLES)
    with pytest.raises(ValueError, match="已按另一口径登记"):
        clean_registry.register(replace(APPLES, definition="连坏的也计"))
    assert clean_registry.figures() == [APPLES]


@pytest.mark.parametrize("blank", ["label", "definition", "counts_by", "name"])
def test_a_figure_without_words_is_refused(clean_registry, blank):
    with pytest.raises(ValueError, match="缺名称、口径或日期口径"):
        clean_registry.register(replace(APPLES, **{blank: ""}))
    assert clean_registry.figures() == []


def test_a_lone_figure_needs_its_computation(clean_registry):
    with pytest.raises(ValueError, match="没有给出算法"):
        clean_registry.register(replace(APPLES, compute=None))


def test_a_refused_group_registers_none_of_its_figures(clean_registry):
    clean_registry.register(APPLES)
    pears = replace(APPLES, name="pears", label="梨")
    with pytest.raises(ValueError):
        clean_registry.register_group(
            [pears, replace(APPLES, clause="1a")], lambda as_of, actor, names: {}
        )
    assert [figure.name for figure in clean_registry.figures()] == ["apples"]


def test_scope_is_whole_without_a_person_and_partial_unless_a_room_says_more(clean_registry):
    clerk = Actor(account_id=1, username="a", name="甲")
    assert clean_registry.scope_of(None) == WHOLE
    assert clean_registry.scope_of(Actor.console()) == WHOLE
    assert clean_registry.scope_of(clerk) == PARTIAL
    clean_registry.register_scope(lambda actor: Scope(False, "只计本县"))
    assert clean_registry.scope_of(clerk).text == "只计本县"
    assert clean_registry.scope_of(None) == WHOLE
