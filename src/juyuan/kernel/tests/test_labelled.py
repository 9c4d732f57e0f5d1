from juyuan.kernel.labelled import Labelled


class Fruit(Labelled):
    APPLE = "apple", "苹果"
    PEAR = "pear", "梨"


def test_a_member_is_its_value_and_carries_its_label():
    assert Fruit.APPLE == "apple"
    assert Fruit("pear").label == "梨"
    assert Fruit.pairs() == [("apple", "苹果"), ("pear", "梨")]


def test_a_member_is_found_by_its_label():
    assert Fruit.by_label("梨") is Fruit.PEAR
    assert Fruit.by_label("桃") is None
