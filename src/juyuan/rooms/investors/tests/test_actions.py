"""投资方的动作:每个成功旁边放着它的拒绝;拒绝之后什么也没留下(核对事项除外)。"""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.near import near_keys
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale, held_answer
from juyuan.rooms.investors.actions import (
    add_alias,
    add_contact,
    edit_investor,
    ensure_investors,
    register_investor,
    remove_alias,
    remove_contact,
    settle_case,
    write_match_keys,
    write_match_keys_many,
)
from juyuan.rooms.investors.actions.edit import draft_of
from juyuan.rooms.investors.models import (
    Alias,
    Case,
    Contact,
    Grant,
    Group,
    Investor,
    MatchKey,
    NearKey,
)
from juyuan.rooms.investors.queries import visible_to
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft
from juyuan.rooms.investors.tests.factories import CODE, NAME, code_of, investor

pytestmark = pytest.mark.django_db


def nothing_happened(before=0):
    assert Investor.objects.count() == before
    assert not MatchKey.objects.exclude(object_type="investor").exists()


def messages(refused):
    return [f.message for f in refused.value.findings]


def test_registering_writes_row_keys_search_and_ledger(cast):
    made = investor(
        cast,
        uscc=CODE.lower(),
        controller="王五",
        group="宏图集团",
        honours=("specialised",),
        registered_capital=50_000_000,
    )
    assert made.code.startswith("TZ-")
    assert (made.uscc, made.group.name, made.honours) == (CODE, "宏图集团", ["specialised"])
    assert (made.owner_unit.code, made.created_by.username) == ("longshan", "longshan")
    assert set(MatchKey.objects.values_list("kind", "value")) == {
        ("uscc", CODE),
        ("name", "|宏图袜业||"),
        ("controller", "|王五||"),
        ("controller", "|宏图|集团|"),  # 所属集团与实际控制人同类
    }
    near = NearKey.objects.get(object_type="investor", object_id=made.pk)
    assert set(near.keys) == set(near_keys(NAME))
    assert set(SearchRow.objects.values_list("field", "text")) >= {
        ("name", NAME),
        ("name~", "htwyyxgs"),
        ("uscc", CODE.lower()),
    }
    event = Event.objects.get(event="investors.investor.registered")
    assert (event.obj_id, event.clause, event.after["registered_capital"]) == (
        made.code,
        "2.5b",
        50_000_000,
    )


def test_a_reader_cannot_register(cast):
    with pytest.raises(Denied, match="只能查阅"):
        investor(cast, by="caizheng")
    nothing_happened()


def test_nonsense_is_refused_field_by_field(cast):
    with pytest.raises(RuleBroken) as refused:
        investor(cast, name="有限公司", uscc="123")
    assert [f.field for f in refused.value.findings] == ["name", "uscc"]
    nothing_happened()


@pytest.mark.parametrize(
    "again", [{"name": "宏图袜业有限责任公司"}, {"name": "改了名的公司", "uscc": CODE}]
)
def test_registering_a_visible_one_again_names_it(cast, again):
    first = investor(cast, uscc=CODE)
    with pytest.raises(RuleBroken) as refused:
        investor(cast, **again)
    assert first.code in messages(refused)[0]
    nothing_happened(1)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "again", [{"name": "宏图袜业有限责任公司"}, {"name": "改了名的公司", "uscc": CODE}]
)
def test_registering_a_hidden_one_tells_nothing_and_opens_a_case(cast, again):
    first = investor(cast, uscc=CODE)
    for _ in range(2):
        with pytest.raises(RuleBroken) as refused:
            investor(cast, by="dongfeng", **again)
        assert messages(refused) == [held_answer("市商务局")]
        assert first.code not in str(refused.value)
    nothing_happened(1)
    case = Case.objects.get()
    assert (case.investor, case.unit.code, case.state) == (first, "dongfeng", "open")
    assert case.typed["name"] == again["name"]
    assert Event.objects.filter(event="investors.case.opened").count() == 1


def test_another_code_is_another_party_though_the_name_is_the_same(cast):
    investor(cast, uscc=code_of(1))
    other = investor(cast, by="dongfeng", uscc=code_of(2))
    assert other.uscc == code_of(2)
    assert Investor.objects.count() == 2


def test_the_bureau_finds_it_same_and_lets_the_unit_use_it(cast):
    first = investor(cast)
    with pytest.raises(RuleBroken):
        investor(cast, by="dongfeng")
    found = settle_case(
        actor=cast.actor("heyan"),
        case=Case.objects.get(),
        same=True,
        reason="执照相符",
        now=cast.NOW,
    )
    assert found == first
    assert first in visible_to(cast.actor("dongfeng"))
    assert Grant.objects.get().unit.code == "dongfeng"
    assert first not in visible_to(cast.actor("xian"))
    with pytest.raises(RuleBroken, match="已经核对过"):
        settle_case(
            actor=cast.actor("heyan"), case=Case.objects.get(), same=False, reason="x", now=cast.NOW
        )


def test_the_bureau_finds_it_different_and_it_is_registered_for_the_unit(cast):
    first = investor(cast)
    with pytest.raises(RuleBroken):
        investor(cast, by="dongfeng", place="杭州", honours=("listed",))
    made = settle_case(
        actor=cast.actor("heyan"), case=Case.objects.get(), same=False, reason="两家", now=cast.NOW
    )
    assert (made.owner_unit.code, made.place, made.honours) == ("dongfeng", "杭州", ["listed"])
    assert made != first
    # 此后再登记,认得出是自己的这一家
    with pytest.raises(RuleBroken, match=made.code):
        investor(cast, by="dongfeng")


def test_one_code_cannot_be_found_different(cast):
    investor(cast, uscc=CODE)
    with pytest.raises(RuleBroken):
        investor(cast, by="dongfeng", uscc=CODE)
    with pytest.raises(RuleBroken, match="就是同一家"):
        settle_case(
            actor=cast.actor("heyan"), case=Case.objects.get(), same=False, reason="x", now=cast.NOW
        )
    assert Case.objects.get().state == "open"


@pytest.mark.parametrize("by", ["longshan", "zongzhaoji", "sysadmin", "caizheng"])
def test_only_the_bureau_settles(cast, by):
    investor(cast)
    with pytest.raises(RuleBroken):
        investor(cast, by="dongfeng")
    with pytest.raises(Denied, match="市商务局"):
        settle_case(
            actor=cast.actor(by), case=Case.objects.get(), same=True, reason="x", now=cast.NOW
        )
    assert (Case.objects.get().state, Grant.objects.count()) == ("open", 0)


def ensure(cast, rows, by="longshan"):
    return ensure_investors(actor=cast.actor(by), rows=rows, now=cast.NOW)


def test_ensure_uses_what_is_there_and_registers_the_rest_once(cast):
    first = investor(cast)
    ids = ensure(
        cast,
        [
            ("宏图袜业有限责任公司", ""),
            ("新来的公司", ""),
            ("新来的有限公司", ""),
            ("又一家", CODE),
            ("又一家改名", CODE),
        ],
    )
    assert ids[0] == first.pk
    assert ids[1] == ids[2]
    assert ids[3] == ids[4]
    assert Investor.objects.count() == 3
    assert ensure(cast, [("新来的公司", "")]) == ids[1:2]
    assert ensure(cast, []) == []


def test_ensure_fills_an_empty_code_and_never_overwrites_one(cast):
    first = investor(cast)
    assert ensure(cast, [(NAME, CODE)]) == [first.pk]
    first.refresh_from_db()
    assert (first.uscc, first.version) == (CODE, 2)
    other = ensure(cast, [(NAME, code_of(2))])
    assert other != [first.pk]
    first.refresh_from_db()
    assert first.uscc == CODE


@pytest.mark.parametrize("row", [(NAME, ""), (NAME, CODE), ("别的名字公司", CODE)])
def test_ensure_on_a_hidden_one_keeps_both_apart_until_the_bureau_decides(cast, row):
    first = investor(cast, uscc=CODE, controller="王五")
    (mine,) = ensure(cast, [row], by="dongfeng")
    pending = Investor.objects.get(pk=mine)
    assert mine != first.pk
    assert (pending.pending, pending.name, pending.uscc, pending.controller) == (True, *row, "")
    seen = visible_to(cast.actor("dongfeng"))
    assert list(seen) == [pending]
    case = Case.objects.get()
    assert (case.investor, case.pending) == (first, pending)
    # 再来一次,用的是自己的那一行,不再立案
    assert ensure(cast, [row], by="dongfeng") == [mine]
    assert Case.objects.count() == 1

    found = settle_case(
        actor=cast.actor("heyan"), case=case, same=True, reason="同一家", now=cast.NOW
    )
    pending.refresh_from_db()
    assert (found, pending.merged_into) == (first, first)
    assert list(visible_to(cast.actor("dongfeng"))) == [first]
    assert ensure(cast, [row], by="dongfeng") == [first.pk]


def test_a_pending_row_found_different_stands_on_its_own(cast):
    first = investor(cast)
    (mine,) = ensure(cast, [(NAME, "")], by="dongfeng")
    settle_case(
        actor=cast.actor("chen"), case=Case.objects.get(), same=False, reason="两家", now=cast.NOW
    )
    row = Investor.objects.get(pk=mine)
    assert (row.pending, row.merged_into, first.pk != mine) == (False, None, True)


def test_ensure_refuses_the_whole_batch_and_says_which(cast):
    with pytest.raises(RuleBroken, match="123") as refused:
        ensure(cast, [("好公司", ""), ("坏公司123", "123")])
    assert "坏公司123" in messages(refused)[0]
    nothing_happened()


def test_single_and_set_based_registering_give_the_same_rows(cast):
    """编号是随机的,不比;其余的行、匹配键、检索行、台账逐项相同。"""

    def facts(events_from):
        return [
            sorted(
                Investor.objects.values_list(
                    "name", "key", "uscc", "kind", "owner_unit", "created_by", "pending", "version"
                )
            ),
            sorted(MatchKey.objects.values_list("kind", "value")),
            sorted(SearchRow.objects.exclude(field="code").values_list("field", "weight", "text")),
            sorted(
                Event.objects.filter(pk__gt=events_from).values_list(
                    "event", "obj_label", "clause", "after__name"
                )
            ),
        ]

    def last():
        return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    rows = [(NAME, CODE), ("吉林省宏大新能源有限公司", ""), ("Harbor Light Ltd", "")]
    mark = last()
    for name, code in rows:
        investor(cast, name=name, uscc=code)
    single = facts(mark)
    for model in (Investor, MatchKey, SearchRow):
        model.objects.all().delete()
    mark = last()
    ensure(cast, rows)
    assert facts(mark) == single
    assert len(single[3]) == 3


def test_number_of_statements_does_not_grow_with_rows(cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        ensure(cast, [(f"第{i}新能源有限公司", code_of(i)) for i in range(100, 180)])


def test_editing_keeps_the_former_name_and_finds_it(cast):
    row = investor(cast)
    draft = InvestorDraft(name="鸿运袜业有限公司", place="杭州", group="宏图集团")
    edited = edit_investor(
        actor=cast.actor("longshan"), investor=row, draft=draft, version=1, now=cast.NOW
    )
    assert (edited.name, edited.place, edited.version) == ("鸿运袜业有限公司", "杭州", 2)
    assert list(Alias.objects.values_list("name", "kind")) == [(NAME, "former")]
    assert MatchKey.objects.filter(kind="alias", value="|宏图袜业||").exists()
    assert ensure(cast, [(NAME, "")]) == [row.pk]
    event = Event.objects.get(event="investors.investor.edited")
    assert (event.before["name"], event.after["name"]) == (NAME, "鸿运袜业有限公司")


def test_clearing_a_field_clears_it(cast):
    row = investor(cast, place="杭州", group="宏图集团", registered_capital=1)
    edit_investor(
        actor=cast.actor("longshan"),
        investor=row,
        draft=InvestorDraft(name=NAME),
        version=1,
        now=cast.NOW,
    )
    row.refresh_from_db()
    assert (row.place, row.group, row.registered_capital) == ("", None, None)
    assert Group.objects.count() == 1


def test_saving_unchanged_content_writes_nothing(cast):
    row = investor(cast, uscc=CODE)
    events = Event.objects.count()
    edit_investor(
        actor=cast.actor("longshan"), investor=row, draft=draft_of(row), version=1, now=cast.NOW
    )
    row.refresh_from_db()
    assert (row.version, Event.objects.count()) == (1, events)


def test_a_stale_edit_is_refused_with_both_versions(cast):
    row = investor(cast)
    for version, place in ((1, "杭州"), (1, "苏州")):
        edit = {
            "actor": cast.actor("longshan"),
            "investor": row,
            "draft": InvestorDraft(name=NAME, place=place),
            "version": version,
            "now": cast.NOW,
        }
        if place == "杭州":
            edit_investor(**edit)
        else:
            with pytest.raises(Stale) as refused:
                edit_investor(**edit)
            assert (refused.value.mine, refused.value.theirs) == ({"version": 1}, {"version": 2})
    row.refresh_from_db()
    assert row.place == "杭州"


def test_editing_into_another_one_answers_like_registering(cast):
    seen = investor(cast, name="看得见的公司")
    investor(cast, by="dongfeng", name="看不见的公司")
    row = investor(cast)
    for name, said in (
        ("看得见的有限公司", seen.code),
        ("看不见的有限公司", held_answer("市商务局")),
    ):
        with pytest.raises(RuleBroken, match=said):
            edit_investor(
                actor=cast.actor("longshan"),
                investor=row,
                draft=InvestorDraft(name=name),
                version=1,
                now=cast.NOW,
            )
    row.refresh_from_db()
    assert (row.name, row.version) == (NAME, 1)
    assert Case.objects.get().pending == row


@pytest.mark.parametrize("by", ["dongfeng", "zongzhaoji", "caizheng", "sysadmin"])
def test_others_cannot_edit(cast, by):
    row = investor(cast)
    with pytest.raises(Denied):
        edit_investor(
            actor=cast.actor(by),
            investor=row,
            draft=InvestorDraft(name="x改名"),
            version=1,
            now=cast.NOW,
        )
    row.refresh_from_db()
    assert row.name == NAME


def test_aliases_come_and_go_with_their_keys(cast):
    row, actor = investor(cast), cast.actor("longshan")
    alias = add_alias(actor=actor, investor=row, name="宏图针纺", kind="short", now=cast.NOW)
    assert ensure(cast, [("宏图针纺", "")]) == [row.pk]
    for name in ("宏图针纺", NAME, "有限公司"):
        with pytest.raises(RuleBroken):
            add_alias(actor=actor, investor=row, name=name, kind="short", now=cast.NOW)
    assert Alias.objects.count() == 1
    with pytest.raises(Denied):
        add_alias(
            actor=cast.actor("dongfeng"), investor=row, name="别名", kind="short", now=cast.NOW
        )
    remove_alias(actor=actor, investor=row, alias_id=alias.pk, now=cast.NOW)
    assert not MatchKey.objects.filter(kind="alias").exists()
    with pytest.raises(NotFound):
        remove_alias(actor=actor, investor=row, alias_id=alias.pk, now=cast.NOW)


def test_contacts_make_keys_and_leave_only_masks_in_the_ledger(cast):
    row, actor = investor(cast), cast.actor("longshan")
    draft = ContactDraft("王经理", "总经理", "138 1234 5678", "wang@hongtu.cn")
    contact = add_contact(actor=actor, investor=row, draft=draft, now=cast.NOW)
    assert set(MatchKey.objects.values_list("kind", "value")) >= {
        ("phone", "13812345678"),
        ("domain", "hongtu.cn"),
    }
    written = "".join(str(e.after) for e in Event.objects.all())
    assert "5678" in written
    assert "12345678" not in written.replace(" ", "")
    assert "王经理" not in written
    assert not SearchRow.objects.filter(text__contains="1381234").exists()
    with pytest.raises(RuleBroken):
        add_contact(actor=actor, investor=row, draft=ContactDraft("甲"), now=cast.NOW)
    with pytest.raises(NotFound):
        remove_contact(
            actor=cast.actor("dongfeng"), investor=row, contact_id=contact.pk, now=cast.NOW
        )
    remove_contact(actor=cast.actor("chen"), investor=row, contact_id=contact.pk, now=cast.NOW)
    assert not Contact.objects.exists()
    assert not MatchKey.objects.filter(kind="phone").exists()


def test_other_rooms_write_their_own_match_keys(cast):
    write_match_keys("project", 7, [("phone", "1"), ("phone", "1"), ("parcel", "")])
    write_match_keys_many([("project", 7, [("phone", "2")]), ("claim", 7, [("phone", "2")])])
    assert sorted(MatchKey.objects.values_list("object_type", "value")) == [
        ("claim", "2"),
        ("project", "2"),
    ]


@pytest.mark.django_db(transaction=True)
def test_match_keys_only_within_an_act():
    with pytest.raises(RuntimeError, match="同一事务"):
        write_match_keys("project", 7, [("phone", "1")])
    assert not MatchKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_units_registering_one_party_at_the_same_instant_end_with_one_row(cast):
    """八个单位同一刻登记同一家:一行、其余各立一件核对事项,无人互相等死。"""
    names = ["dongfeng", "dongliao", "longshan", "xian", "gaoxin", "gongxin", "keji", "ziran"]
    actors = [cast.actor(name) for name in names]
    gate = threading.Barrier(len(actors))
    said: list[str] = []

    def act(actor):
        gate.wait()
        try:
            made = register_investor(actor=actor, draft=InvestorDraft(name=NAME), now=cast.NOW)
            said.append(made.code)
        except RuleBroken as refused:
            said.append(refused.findings[0].message)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert Investor.objects.count() == 1
    assert said.count(held_answer("市商务局")) == len(names) - 1
    assert Case.objects.count() == len(names) - 1


def test_registration_times_are_given_not_taken(cast):
    later = cast.NOW + timedelta(days=3)
    row = register_investor(actor=cast.actor("longshan"), draft=InvestorDraft(name=NAME), now=later)
    assert row.created_at == row.updated_at == later
