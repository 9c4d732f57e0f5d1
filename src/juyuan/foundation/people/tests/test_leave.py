"""人员调离:事项一次交清,任职同时终止;交不出去就什么都不发生。"""

from datetime import date

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people import handover
from juyuan.foundation.people.actions import hand_over
from juyuan.foundation.people.models import Post
from juyuan.kernel.verdict import Denied, RuleBroken
from tests.cast import NOW, TODAY


@pytest.fixture
def desk():
    """一类登记了的事项:记下怎样被移交。"""
    moved = []

    def move(*, leaver, successor, unit_ids, actor, now, group):
        moved.append((leaver.code, successor.code, len(unit_ids), group))
        return 7

    handover.register("toy", move, "玩具")
    yield moved
    handover.unregister("toy")


def leave(cast, who="longshan_head", leaver="longshan", successor="longshan_shangwu", **more):
    return hand_over(
        actor=cast.actor(who),
        leaver=cast.person(leaver),
        successor=cast.person(successor),
        unit=cast.unit(more.pop("unit", "longshan")),
        on=more.pop("on", TODAY),
        reason=more.pop("reason", "调市直部门"),
        now=NOW,
    )


def test_the_head_hands_over_everything_in_one_act(cast, desk):
    done = leave(cast)
    assert (done.posts, done.moved) == (1, {"待办": 0, "视图": 0, "草稿": 0, "玩具": 7})
    assert desk[0][:3] == ("longshan", "longshan_shangwu", 2)
    assert Post.objects.get(person=cast.person("longshan")).ends_on == TODAY
    rows = Event.objects.filter(group=desk[0][3])
    assert sorted(rows.values_list("event", flat=True)) == [
        "people.person.handed_over",
        "people.post.ended",
    ]


def test_secadmin_may_too(cast, desk):
    assert leave(cast, who="secadmin").posts == 1


@pytest.mark.parametrize("who", ["longshan_shangwu", "xian_head", "sysadmin", "chen", "zongzhaoji"])
def test_others_may_not(cast, desk, who):
    with pytest.raises(Denied, match="主要负责同志"):
        leave(cast, who=who)
    assert desk == []
    assert Post.objects.get(person=cast.person("longshan")).ends_on is None


def test_nobody_hands_over_himself(cast, desk):
    with pytest.raises(Denied, match="本人的调离"):
        leave(cast, leaver="longshan_head")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"successor": "longshan"}, "不能是本人"),
        ({"successor": "xian"}, "不在该单位任职"),
        ({"leaver": "xian"}, "没有可终止的任职"),
        ({"reason": " "}, "理由"),
        ({"on": date(2020, 1, 1)}, "不在该单位任职"),
    ],
)
def test_refused(cast, desk, more, words):
    before = Event.objects.count()
    with pytest.raises(RuleBroken, match=words):
        leave(cast, **more)
    assert desk == []
    assert Event.objects.count() == before


def test_what_cannot_be_handed_over_stops_the_whole_act(cast):
    def fail(**_):
        raise RuleBroken.one("x", "x", "有占用未释放")

    handover.register("toy", fail, "玩具")
    before = Event.objects.count()
    try:
        with pytest.raises(RuleBroken, match="占用未释放"):
            leave(cast)
    finally:
        handover.unregister("toy")
    assert Post.objects.get(person=cast.person("longshan")).ends_on is None
    assert Event.objects.count() == before
