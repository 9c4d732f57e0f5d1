"""合并:计划先给人看;搬得全、留指针;撤销照原样放回,合并之后新添的不丢。"""

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.investors import movers
from juyuan.rooms.investors.actions import (
    add_alias,
    add_contact,
    edit_investor,
    ensure_investors,
    merge,
    plan,
    undo_merge,
)
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.models import Alias, Contact, Investor, MatchKey, MergeRecord
from juyuan.rooms.investors.movers import Mover, register_mover
from juyuan.rooms.investors.queries import door
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft
from juyuan.rooms.investors.tests.factories import CODE, code_of, investor

pytestmark = pytest.mark.django_db


@pytest.fixture
def luggage(monkeypatch):
    """别的房间的一类东西:{投资方编号: [件]}。"""
    monkeypatch.setattr(movers, "_movers", {})
    held: dict[int, list[str]] = {}

    def move(source, target, act):
        taken = held.pop(source, [])
        held.setdefault(target, []).extend(taken)
        return taken

    def undo(taken, source, target, act):
        held[target] = [item for item in held[target] if item not in taken]
        held[source] = taken

    register_mover(Mover("bags", "行李", lambda pk: len(held.get(pk, [])), move, undo))
    return held


def pair(cast, source=None, target=None):
    gone = investor(cast, name="宏图针织有限公司", **(source or {}))
    kept = investor(cast, name="宏图袜业有限公司", **(target or {}))
    return gone, kept


def do(cast, gone, kept, by="heyan", reason="执照相同", versions=None):
    return merge(
        actor=cast.actor(by),
        source=gone,
        target=kept,
        versions=versions or (gone.version, kept.version),
        reason=reason,
        now=cast.NOW,
    )


def snapshot():
    """除版本与更新时间外的全部内容。"""
    left_out = {"version", "updated_at"}
    return {
        "rows": [
            {k: v for k, v in row.items() if k not in left_out}
            for row in Investor.objects.order_by("pk").values()
        ],
        "aliases": sorted(Alias.objects.values_list("investor", "name", "kind")),
        "contacts": sorted(Contact.objects.values_list("investor", "name", "phone")),
        "keys": sorted(MatchKey.objects.values_list("kind", "value", "object_id")),
        "search": sorted(SearchRow.objects.values_list("object_id", "field", "text")),
    }


def test_merging_moves_everything_and_leaves_a_pointer(cast, luggage):
    gone, kept = pair(cast, {"uscc": CODE, "place": "杭州", "honours": ("listed",)})
    actor = cast.actor("longshan")
    add_alias(actor=actor, investor=gone, name="宏图", kind="short", now=cast.NOW)
    contact = ContactDraft("王五", phone="13812345678")
    add_contact(actor=actor, investor=gone, draft=contact, now=cast.NOW)
    luggage[gone.pk] = ["包"]
    shown = plan(actor=cast.actor("heyan"), source=gone, target=kept)
    assert dict(shown.moves)["行李"] == 1
    assert "补上注册地:杭州" in shown.lines

    entry = do(cast, gone, kept)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert (kept.uscc, kept.place, kept.honours) == (CODE, "杭州", ["listed"])
    assert set(kept.aliases.values_list("name", flat=True)) == {"宏图", "宏图针织有限公司"}
    assert kept.contacts.count() == 1
    assert luggage == {kept.pk: ["包"]}
    assert not MatchKey.objects.filter(object_id=gone.pk).exists()
    assert not SearchRow.objects.filter(object_id=gone.pk).exists()
    assert door(cast.actor("heyan"), gone.code) == kept
    # 用旧名称、旧代码登记项目,找到的是留下的一家
    assert ensure_investors(
        actor=actor, rows=[("宏图针织有限公司", ""), ("别名", CODE)], now=cast.NOW
    ) == [kept.pk, kept.pk]
    assert entry.reason == "执照相同"


def test_undo_puts_everything_back(cast, luggage):
    gone, kept = pair(
        cast,
        {"uscc": CODE, "group": "宏图集团", "founded_on": date(2020, 1, 1), "is_key": True},
        {"controller": "王五", "honours": ("central",)},
    )
    actor = cast.actor("longshan")
    add_alias(actor=actor, investor=gone, name="宏图", kind="short", now=cast.NOW)
    luggage[gone.pk], luggage[kept.pk] = ["甲"], ["乙"]
    before, bags = snapshot(), {k: list(v) for k, v in luggage.items()}
    entry = do(cast, *(Investor.objects.get(pk=x.pk) for x in (gone, kept)))
    back = undo_merge(
        actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW + timedelta(days=30)
    )
    assert back.pk == gone.pk
    assert snapshot() == before
    assert luggage == bags
    with pytest.raises(RuleBroken, match="已经撤销"):
        undo_merge(actor=cast.actor("heyan"), entry=entry, reason="再来", now=cast.NOW)


def test_what_was_added_or_changed_after_the_merge_is_kept_on_undo(cast, luggage):
    gone, kept = pair(cast, {"place": "杭州", "business": "袜子"})
    entry = do(cast, gone, kept)
    kept.refresh_from_db()
    changed = {**draft_of(kept).__dict__, "place": "苏州"}
    edit_investor(
        actor=cast.actor("chen"),
        investor=kept,
        draft=InvestorDraft(**changed),
        version=kept.version,
        now=cast.NOW,
    )
    add_alias(actor=cast.actor("chen"), investor=kept, name="新别名", kind="short", now=cast.NOW)
    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.place, kept.business) == ("苏州", "")
    assert (gone.place, gone.business) == ("杭州", "袜子")
    assert list(kept.aliases.values_list("name", flat=True)) == ["新别名"]


@pytest.mark.parametrize("by", ["longshan", "chen", "zongzhaoji", "caizheng", "sysadmin"])
def test_only_the_bureaus_head_or_verifier_merges(cast, luggage, by):
    gone, kept = pair(cast)
    with pytest.raises(Denied, match="负责人或核验人"):
        plan(actor=cast.actor(by), source=gone, target=kept)
    with pytest.raises(Denied, match="负责人或核验人"):
        do(cast, gone, kept, by=by)
    entry = do(cast, gone, kept)
    with pytest.raises(Denied, match="负责人或核验人"):
        undo_merge(actor=cast.actor(by), entry=entry, reason="x", now=cast.NOW)
    gone.refresh_from_db()
    assert gone.merged_into == kept


def test_refused_merges_leave_nothing(cast, luggage):
    gone, kept = pair(cast, {"uscc": code_of(1)}, {"uscc": code_of(2)})
    before = snapshot()
    with pytest.raises(RuleBroken, match="代码不同"):
        do(cast, gone, kept)
    with pytest.raises(RuleBroken, match="为什么"):
        do(cast, gone, kept, reason=" ")
    with pytest.raises(RuleBroken, match="它自己"):
        do(cast, gone, gone)
    assert snapshot() == before
    assert not MergeRecord.objects.exists()


def test_a_plan_seen_before_an_edit_is_stale(cast, luggage):
    gone, kept = pair(cast)
    with pytest.raises(Stale) as refused:
        do(cast, gone, kept, versions=(1, 9))
    assert refused.value.theirs == {"source": 1, "target": 1}
    assert not MergeRecord.objects.exists()


def test_undo_is_refused_late_or_under_a_later_merge(cast, luggage):
    gone, kept = pair(cast)
    third = investor(cast, name="第三家公司")
    first = do(cast, gone, kept)
    kept.refresh_from_db()
    second = do(cast, kept, third)
    for entry, later, said in ((first, 0, "后一次"), (second, 31, "30 天")):
        with pytest.raises(RuleBroken, match=said):
            undo_merge(
                actor=cast.actor("heyan"),
                entry=entry,
                reason="认错了",
                now=cast.NOW + timedelta(days=later),
            )
    assert door(cast.actor("heyan"), gone.code) == third
    for entry in (second, first):
        undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    assert Investor.objects.filter(merged_into__isnull=True).count() == 3


def test_undo_needs_a_reason_and_a_record(cast, luggage):
    gone, kept = pair(cast)
    entry = do(cast, gone, kept)
    with pytest.raises(RuleBroken, match="为什么撤销"):
        undo_merge(actor=cast.actor("heyan"), entry=entry, reason="", now=cast.NOW)
    entry.pk = 10**9
    with pytest.raises(NotFound):
        undo_merge(actor=cast.actor("heyan"), entry=entry, reason="x", now=cast.NOW)


def test_undo_is_refused_when_the_code_belongs_to_another_by_now(cast, luggage):
    gone, kept = pair(cast, {"uscc": CODE})
    entry = do(cast, gone, kept)
    kept.refresh_from_db()
    emptied = InvestorDraft(**{**draft_of(kept).__dict__, "uscc": ""})
    edit_investor(
        actor=cast.actor("chen"),
        investor=kept,
        draft=emptied,
        version=kept.version,
        now=cast.NOW,
    )
    investor(cast, name="抢先的公司", uscc=CODE)
    with pytest.raises(RuleBroken, match="已属另一家"):
        undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    gone.refresh_from_db()
    assert gone.merged_into == kept


SERIAL = count(1)
TEXT = st.sampled_from(["", "杭州", "苏州"])
SIDE = st.fixed_dictionaries(
    {
        "place": TEXT,
        "controller": TEXT,
        "business": TEXT,
        "is_key": st.booleans(),
        "honours": st.sampled_from([(), ("listed",), ("central", "listed")]),
        "registered_capital": st.sampled_from([None, 0, 100]),
    }
)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(source=SIDE, target=SIDE)
def test_merge_then_undo_is_as_if_nothing_happened(cast, luggage, source, target):
    number = next(SERIAL)
    gone = investor(cast, name=f"甲{number}号公司", **source)
    kept = investor(cast, name=f"乙{number}号公司", **target)
    before = snapshot()
    entry = do(cast, gone, kept)
    undo_merge(actor=cast.actor("heyan"), entry=entry, reason="认错了", now=cast.NOW)
    assert snapshot() == before
