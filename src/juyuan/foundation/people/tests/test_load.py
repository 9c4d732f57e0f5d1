"""成批装载:重复装载不变,改动只动不同的行,与单个动作得到同样的行。"""

from dataclasses import replace
from datetime import date

import pytest
from django.forms.models import model_to_dict

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import (
    create_unit,
    edit_unit,
    grant_post,
    load_people,
    load_posts,
    load_units,
    register_person,
)
from juyuan.foundation.people.actions.load import PersonRow, PostRow, judge_units
from juyuan.foundation.people.models import Account, Person, Post, Unit
from juyuan.foundation.people.rules import UnitDraft
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied, RuleBroken
from tests.cast import NOW, PEOPLE, SINCE, UNITS, Cast

CONSOLE = Actor.console()


def test_cast_is_complete_and_loading_again_changes_nothing(cast):
    assert Unit.objects.count() == len(UNITS)
    assert Account.objects.count() == len(PEOPLE)
    before = Event.objects.count()
    Cast()
    assert Event.objects.count() == before
    assert cast.unit("longshan_shangwu").path == "/shizhengfu/longshan/longshan_shangwu/"


def test_children_may_come_before_their_parents(db):
    rows = [
        UnitDraft("c", "丙", "town", parent="b"),
        UnitDraft("a", "甲", "government"),
        UnitDraft("b", "乙", "government", parent="a"),
    ]
    done = load_units(rows, actor=CONSOLE, now=NOW)
    assert (done.created, done.updated, done.same) == (3, 0, 0)
    assert Unit.objects.get(code="c").path == "/a/b/c/"
    assert Unit.objects.get(code="c").parent.code == "b"


def test_moving_a_unit_moves_its_subtree_by_either_executor(db):
    rows = [
        UnitDraft("a", "甲", "government"),
        UnitDraft("b", "乙", "government", parent="a"),
        UnitDraft("c", "丙", "town", parent="b"),
        UnitDraft("d", "丁", "government", parent="a"),
    ]
    load_units(rows, actor=CONSOLE, now=NOW)
    done = load_units([replace(rows[1], parent="d")], actor=CONSOLE, now=NOW)
    assert (done.created, done.updated, done.same) == (0, 1, 0)
    assert Unit.objects.get(code="c").path == "/a/d/b/c/"
    version = Unit.objects.get(code="b").version
    edit_unit(actor=CONSOLE, code="b", version=version, changes={"parent": "a"}, now=NOW)
    assert Unit.objects.get(code="c").path == "/a/b/c/"


def test_same_rows_by_single_actions_and_by_load(db):
    rows = UNITS[:3]
    load_units(rows, actor=CONSOLE, now=NOW)
    loaded = {u.code: model_to_dict(u, exclude=["id", "parent", "version"]) for u in _units(rows)}
    Unit.objects.filter(parent__isnull=False).delete()
    Unit.objects.all().delete()
    for row in rows:
        create_unit(actor=CONSOLE, draft=row, now=NOW)
    single = {u.code: model_to_dict(u, exclude=["id", "parent", "version"]) for u in _units(rows)}
    assert single == loaded


def _units(rows):
    return Unit.objects.filter(code__in=[row.code for row in rows])


def test_a_bad_row_leaves_nothing(db):
    rows = [UnitDraft("a", "甲", "government"), UnitDraft("b", "乙", "government", parent="没有")]
    with pytest.raises(RuleBroken, match="上级单位「没有」不存在"):
        load_units(rows, actor=CONSOLE, now=NOW)
    assert not Unit.objects.exists()
    assert not Event.objects.exists()


def test_units_that_are_each_others_parent_are_refused(db):
    judged = judge_units(
        [
            UnitDraft("a", "甲", "government", parent="b"),
            UnitDraft("b", "乙", "government", parent="a"),
            UnitDraft("c", "丙", "government"),
        ]
    )
    assert [bool(found) for found in judged] == [True, True, False]


def test_posts_in_one_batch_see_each_other(cast):
    load_people([PersonRow("xin", "新人")], actor=CONSOLE, now=NOW)
    rows = [
        PostRow("xin", "shangwuju", "clerk", SINCE),
        PostRow("xin", "shizhengfu", "auditadmin", SINCE),
    ]
    with pytest.raises(RuleBroken, match="三员互斥"):
        load_posts(rows, actor=CONSOLE, now=NOW)
    assert not Post.objects.filter(person__code="xin").exists()
    with pytest.raises(RuleBroken, match="同一批里重复的任职"):
        load_posts([rows[0], rows[0]], actor=CONSOLE, now=NOW)


def test_post_row_again_updates_its_end_only(cast):
    row = PostRow("longshan", "longshan", "clerk", SINCE)
    done = load_posts([row], actor=CONSOLE, now=NOW)
    assert (done.created, done.updated, done.same) == (0, 0, 1)
    done = load_posts([replace(row, ends_on=date(2026, 12, 31))], actor=CONSOLE, now=NOW)
    assert (done.created, done.updated, done.same) == (0, 1, 0)
    event = Event.objects.first()
    assert (event.event, event.after["ends_on"]) == ("people.post.edited", "2026-12-31")


def test_single_and_batch_grant_give_the_same_post(cast):
    for code in ("jia", "yi"):
        register_person(actor=CONSOLE, name="同名", code=code, now=NOW)
    grant_post(
        actor=CONSOLE,
        person=Person.objects.get(code="jia"),
        unit=cast.unit("keji"),
        role="clerk",
        starts_on=SINCE,
        title="经办",
        now=NOW,
    )
    load_posts([PostRow("yi", "keji", "clerk", SINCE, title="经办")], actor=CONSOLE, now=NOW)
    one, two = (
        model_to_dict(Post.objects.get(person__code=code), exclude=["id", "person"])
        for code in ("jia", "yi")
    )
    assert one == two


def test_only_the_right_admin_loads(cast):
    with pytest.raises(Denied, match="系统管理员"):
        load_units(UNITS[:1], actor=cast.actor("secadmin"), now=NOW)
    with pytest.raises(Denied, match="安全管理员"):
        load_posts([], actor=cast.actor("sysadmin"), now=NOW)
    row = PostRow("secadmin", "shizhengfu", "secadmin", date(2026, 1, 1))
    with pytest.raises(RuleBroken, match="不得给自己"):
        load_posts([row], actor=cast.actor("secadmin"), now=NOW)
