"""维护本地企业、任命链长与服务秘书:每一次成功旁边是它的拒绝,拒绝后什么也没有发生。"""

from datetime import timedelta

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import Denied, NotFound, RuleBroken, Stale
from juyuan.rooms.chains.actions import appoint, register_enterprise, retire_enterprise
from juyuan.rooms.chains.models import ChainPost, LocalEnterprise
from juyuan.rooms.chains.rules import PostKind
from juyuan.rooms.chains.tests.factories import make_chain


@pytest.fixture
def chain(cast):
    return make_chain("C9", lead_unit=cast.unit("gongxin"), lead=cast.person("lianzhang"))


def add(cast, actor="gongxin", **changes):
    given = {"chain_code": "C9", "node_code": "C9-U1", "name": "丁纱线有限公司"} | changes
    return register_enterprise(actor=cast.actor(actor), now=cast.NOW, **given)


def events(kind):
    return Event.objects.filter(event=kind)


# ───────── 登记本地企业 ─────────


@pytest.mark.parametrize("who", ["chen", "gongxin", "lianzhang", "heyan"])
def test_the_bureau_the_lead_unit_and_the_chain_lead_may_register(cast, chain, who):
    row = add(cast, who)
    assert (row.name, row.node.code, row.origin) == ("丁纱线有限公司", "C9-U1", "建议值")
    (event,) = events("chains.enterprise.registered")
    assert event.after == {"enterprise": "丁纱线有限公司", "node": "C9-U1", "is_anchor": False}
    assert SearchRow.objects.filter(
        object_type="chain", object_id=chain.pk, field="firm", text__contains="丁纱线"
    ).exists()


@pytest.mark.parametrize("who", ["longshan", "keji", "mishu", "zhaoji", "caizheng", "sysadmin"])
def test_others_may_not(cast, chain, who):
    with pytest.raises(Denied):
        add(cast, who)
    assert LocalEnterprise.objects.count() == 3
    assert not events("chains.enterprise.registered").exists()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": "  "}, "name_needed"),
        ({"name": "长" * 101}, "name_too_long"),
        ({"node_code": ""}, "node_in_chain"),
        ({"node_code": "C8-U1"}, "node_in_chain"),
        ({"name": "C9甲织造有限公司"}, "enterprise_once"),
        ({"name": "C9甲织造有限责任公司"}, "enterprise_once"),
    ],
)
def test_a_wrong_entry_is_refused_and_nothing_is_written(cast, chain, changes, rule):
    make_chain("C8")
    with pytest.raises(RuleBroken) as refused:
        add(cast, **changes)
    assert rule in [finding.rule for finding in refused.value.findings]
    assert LocalEnterprise.objects.filter(chain=chain).count() == 3
    assert not events("chains.enterprise.registered").exists()


def test_the_same_firm_may_stand_in_two_chains(cast, chain):
    make_chain("C8", lead_unit=cast.unit("keji"))
    add(cast, name="戊集团")
    row = add(cast, "chen", chain_code="C8", node_code="C8-U1", name="戊集团")
    assert row.chain.code == "C8"


def test_an_unknown_chain_is_not_found(cast, chain):
    with pytest.raises(NotFound):
        add(cast, chain_code="C0")


# ───────── 移出本地企业 ─────────


def retire(cast, pk, actor="gongxin", reason="已迁走", code="C9"):
    return retire_enterprise(
        actor=cast.actor(actor), chain_code=code, enterprise_id=pk, reason=reason, now=cast.NOW
    )


def test_a_retired_firm_stays_on_record_and_leaves_the_search(cast, chain):
    firm = add(cast)
    retire(cast, firm.pk)
    firm.refresh_from_db()
    assert firm.ended_on == cast.TODAY
    (event,) = events("chains.enterprise.retired")
    assert event.reason == "已迁走"
    assert not SearchRow.objects.filter(object_type="chain", text__contains="丁纱线").exists()
    # 移出后可以再登记
    assert add(cast).pk != firm.pk


def test_retiring_twice_is_stale_and_without_reason_refused(cast, chain):
    firm = add(cast)
    with pytest.raises(RuleBroken):
        retire(cast, firm.pk, reason=" ")
    retire(cast, firm.pk)
    with pytest.raises(Stale):
        retire(cast, firm.pk)
    assert events("chains.enterprise.retired").count() == 1


def test_retiring_through_another_chain_is_not_found(cast, chain):
    make_chain("C8")
    firm = add(cast)
    with pytest.raises(NotFound):
        retire(cast, firm.pk, actor="chen", code="C8")
    firm.refresh_from_db()
    assert firm.ended_on is None


def test_strangers_may_not_retire(cast, chain):
    firm = add(cast)
    with pytest.raises(Denied):
        retire(cast, firm.pk, actor="longshan")
    firm.refresh_from_db()
    assert firm.ended_on is None


# ───────── 任命 ─────────


def name_lead(cast, person="mishu", actor="chen", days=0, kind=PostKind.LEAD):
    return appoint(
        actor=cast.actor(actor),
        chain_code="C9",
        kind=kind,
        person=cast.person(person),
        unit=cast.unit("gongxin"),
        starts_on=cast.TODAY + timedelta(days=days),
        now=cast.NOW,
    )


def test_s4_0c_新链长到任_前任任至前一日(cast, chain):
    post = name_lead(cast)
    old = ChainPost.objects.get(chain=chain, kind="lead", person=cast.person("lianzhang"))
    assert old.ends_on == cast.TODAY - timedelta(days=1)
    assert post.starts_on == cast.TODAY
    assert post.ends_on is None
    (event,) = events("chains.post.appointed")
    assert event.before == {"person": "链长"}
    assert event.clause == "4.0c"


def test_a_first_secretary_ends_nobodys_term(cast, chain):
    name_lead(cast, kind=PostKind.SECRETARY)
    assert ChainPost.objects.filter(chain=chain, ends_on__isnull=True).count() == 2


def test_the_head_of_the_lead_unit_may_appoint_and_its_clerk_may_not(cast, chain):
    cast.add("gongxin_head", "gongxin", "head")
    name_lead(cast, actor="gongxin_head")
    for who in ("gongxin", "longshan_head", "lianzhang", "secadmin"):
        with pytest.raises(Denied):
            name_lead(cast, person="keji", actor=who, days=10)
    assert ChainPost.objects.filter(chain=chain, kind="lead", ends_on__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("person", "days", "rule"),
    [("lianzhang", 0, "already_in_post"), ("mishu", -2000, "after_incumbent")],
)
def test_s4_0c_每链一名_重复任命与倒任命都拒绝(cast, chain, person, days, rule):
    with pytest.raises(RuleBroken) as refused:
        name_lead(cast, person=person, days=days)
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert ChainPost.objects.get(chain=chain).ends_on is None
    assert not events("chains.post.appointed").exists()


def test_a_person_who_left_cannot_be_appointed(cast, chain):
    person = cast.person("mishu")
    person.disabled_on = cast.TODAY
    person.save()
    with pytest.raises(RuleBroken) as refused:
        name_lead(cast)
    assert [finding.rule for finding in refused.value.findings] == ["person_left"]
    assert ChainPost.objects.get(chain=chain).ends_on is None
