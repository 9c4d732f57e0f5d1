"""装载城市包:八条链恰如文件所写;再装不动;错一处则一行不写。"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from juyuan.foundation.ledger.models import Event
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.chains import rules
from juyuan.rooms.chains.actions import appoint, load_pack_chains, retire_enterprise
from juyuan.rooms.chains.models import (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    Expo,
    IndustryCode,
    Link,
    LocalEnterprise,
    Node,
    Park,
    Statement,
)
from juyuan.rooms.chains.rules import Origin, PostKind
from juyuan.rooms.chains.tests.factories import NOW, city_pack, load_city_pack

CONSOLE = Actor.console()
MODELS = (
    CatalogueEntry,
    Chain,
    ChainPost,
    ChainUnit,
    Expo,
    IndustryCode,
    Link,
    LocalEnterprise,
    Node,
    Park,
    Statement,
)


def counts():
    return {model.__name__: model.objects.count() for model in MODELS}


@pytest.fixture(scope="module")
def pack():
    return city_pack()


def test_the_pack_comes_in_whole_and_a_second_load_changes_nothing(db, pack):
    first = load_city_pack(pack)
    assert first.created > 0
    assert first.absent == []
    assert Chain.objects.count() == len(pack.chains) == 8
    assert [chain.code for chain in Chain.objects.all()] == [f"C{n}" for n in range(1, 9)]
    assert Node.objects.count() == sum(len(chain.nodes) for chain in pack.chains)
    assert Statement.objects.count() == sum(len(chain.said) for chain in pack.chains)
    assert CatalogueEntry.objects.count() == len(pack.catalogue)
    assert IndustryCode.objects.count() == len(pack.industries)
    before, ledger = counts(), Event.objects.count()
    again = load_pack_chains(pack, actor=CONSOLE, now=NOW + timedelta(days=1))
    assert again.changed == 0
    assert counts() == before
    assert Event.objects.count() == ledger


def test_the_load_leaves_one_ledger_row_with_its_counts(db, pack):
    loaded = load_city_pack(pack)
    (event,) = Event.objects.filter(event="chains.pack.loaded")
    assert event.after["created"] == loaded.created
    assert event.clause == "4.0b"
    assert event.via == "console"


def test_s4_0c_每链一名链长一名服务秘书(db, pack):
    load_city_pack(pack)
    for chain in Chain.objects.all():
        held = ChainPost.objects.filter(chain=chain, ends_on__isnull=True)
        assert sorted(held.values_list("kind", flat=True)) == ["lead", "secretary"]
        with pytest.raises(IntegrityError), transaction.atomic():
            ChainPost.objects.create(
                chain=chain,
                kind="lead",
                person=held[0].person,
                unit=held[0].unit,
                starts_on=NOW.date(),
            )


def test_responsible_units_stand_in_the_documents_order_and_one_is_a_suggested_lead(db, pack):
    load_city_pack(pack)
    for entry in pack.chains:
        rows = list(ChainUnit.objects.filter(chain__code=entry.code).select_related("unit"))
        assert [row.unit.code for row in rows] == list(entry.responsible)
        assert [row.unit.code for row in rows if row.is_lead] == [entry.lead_unit]
        assert {row.lead_origin for row in rows if row.is_lead} == {Origin.SUGGESTED}


# 文件写链的各句,句号即测试号;每一句至少被一处原话、环节或本地企业引用,引文逐字在句中
S4_1 = ["4.1b", "4.1c"]  # test_s4_1b test_s4_1c
S4_2 = ["4.2b", "4.2c", "4.2d"]
S4_3 = ["4.3b", "4.3c"]
S4_4 = ["4.4b", "4.4c", "4.4d", "4.4e"]
S4_5 = ["4.5b", "4.5c"]
S4_6 = ["4.6b", "4.6c", "4.6d", "4.6e"]
S4_7 = ["4.7b", "4.7c"]
S4_8 = ["4.8b", "4.8c", "4.8d"]


def carried(pack, chain_code, sentences):
    """这些句子都被引用,且每处引文逐字见于所引的句子。"""
    chain = Chain.objects.get(code=chain_code)
    assert set(chain.sentences) == set(sentences)
    quoted = [(s.clause, s.text) for s in Statement.objects.filter(chain=chain)]
    quoted += [
        (n.clause, n.quote) for n in Node.objects.filter(chain=chain, origin=Origin.DOCUMENT)
    ]
    assert {clause for clause, _ in quoted} == set(sentences)
    for clause, words in quoted:
        assert rules.is_stated(words, pack.clauses_by_code[clause].text), (clause, words)


@pytest.fixture
def loaded(db, pack):
    load_city_pack(pack)
    return pack


def test_s4_1b_s4_1c_袜业纺织(loaded):
    carried(loaded, "C1", S4_1)
    segments = dict(Node.objects.filter(chain__code="C1").values_list("name", "segment"))
    assert segments["高端纱线"] == "upstream"
    assert segments["品牌运营"] == segments["电商销售"] == "downstream"
    assert segments["滑雪服"] == "lateral"
    stated = Node.objects.filter(chain__code="C1", position_origin=Origin.DOCUMENT)
    assert {node.segment for node in stated} == {"upstream", "downstream", "lateral"}
    assert (
        list(Expo.objects.filter(chain__code="C1").values_list("clause", flat=True)) == ["4.1c"] * 3
    )


def test_s4_2b_s4_2c_s4_2d_农产品加工(loaded):
    carried(loaded, "C2", S4_2)
    assert Park.objects.filter(chain__code="C2", clause="4.2d").count() == 2
    anchors = LocalEnterprise.objects.filter(chain__code="C2", is_anchor=True)
    assert list(anchors.values_list("name", flat=True)) == ["厚德食品", "三只松鼠"]


def test_s4_3b_s4_3c_装备制造(loaded):
    carried(loaded, "C3", S4_3)


def test_s4_4b_s4_4c_s4_4d_s4_4e_医药健康(loaded):
    carried(loaded, "C4", S4_4)
    named = Statement.objects.filter(chain__code="C4", kind="project")
    assert [row.text for row in named] == ["皇家围场1619", "关药村中药材产学研基地"]


def test_s4_5b_s4_5c_冶金建材(loaded):
    carried(loaded, "C5", S4_5)


def test_s4_6b_s4_6c_s4_6d_s4_6e_新能源(loaded):
    carried(loaded, "C6", S4_6)
    stated = Node.objects.filter(chain__code="C6", position_origin=Origin.DOCUMENT)
    assert {node.segment for node in stated} == {"upstream", "downstream"}


def test_s4_7b_s4_7c_新文旅(loaded):
    carried(loaded, "C7", S4_7)
    assert Park.objects.filter(chain__code="C7", note="片区").count() == 3


def test_s4_8b_s4_8c_s4_8d_未来经济(loaded):
    carried(loaded, "C8", S4_8)


def test_only_two_chains_have_positions_fixed_by_the_document(loaded):
    fixed = Node.objects.filter(position_origin=Origin.DOCUMENT)
    assert set(fixed.values_list("chain__code", flat=True)) == {"C1", "C6"}


def test_another_city_loads_by_its_own_pack(db):
    pack = city_pack("testcity")
    load_city_pack(pack)
    assert list(Chain.objects.values_list("code", flat=True)) == ["K1", "K2", "K3"]
    chain = Chain.objects.get(code="K1")
    assert chain.sentences == ["A11"]
    assert load_pack_chains(pack, actor=CONSOLE, now=NOW).changed == 0


# ───────── 更新 ─────────


def with_chain(pack, index, **changes):
    chains = list(pack.chains)
    chains[index] = replace(chains[index], **changes)
    return replace(pack, chains=tuple(chains))


def test_a_new_edition_updates_in_place_and_disables_what_it_drops(loaded):
    entry = loaded.chains[0]
    leaf = next(
        n
        for n in entry.nodes
        if not any(n.code in other.after for other in entry.nodes)
        and not any(a.node == n.code for a in entry.anchors)
    )
    kept = tuple(
        replace(n, products=(*n.products, "新品")) if n.code == "C1-U1" else n
        for n in entry.nodes
        if n.code != leaf.code
    )
    second = with_chain(loaded, 0, nodes=kept, lead_unit="shangwuju")
    second = replace(second, catalogue=tuple(c for c in loaded.catalogue if c.node != leaf.code))
    ids = dict(Node.objects.values_list("code", "pk"))
    load_pack_chains(second, actor=CONSOLE, now=NOW)
    assert dict(Node.objects.values_list("code", "pk")) == ids
    assert Node.objects.get(code=leaf.code).disabled_on == NOW.date()
    assert Node.objects.get(code="C1-U1").products[-1] == "新品"
    assert not Link.objects.filter(target__code=leaf.code).exists()
    leads = ChainUnit.objects.filter(chain__code="C1", is_lead=True)
    assert [row.unit.code for row in leads] == ["shangwuju"]


def test_what_people_changed_on_screen_survives_the_next_load(loaded):
    chain = Chain.objects.get(code="C1")
    firm = LocalEnterprise.objects.filter(chain=chain).first()
    retire_enterprise(actor=CONSOLE, chain_code="C1", enterprise_id=firm.pk, reason="迁走", now=NOW)
    other = ChainPost.objects.get(chain__code="C2", kind="lead", ends_on__isnull=True)
    post = appoint(
        actor=CONSOLE,
        chain_code="C1",
        kind=PostKind.LEAD,
        person=other.person,
        unit=other.unit,
        starts_on=NOW.date(),
        now=NOW,
    )
    assert load_pack_chains(loaded, actor=CONSOLE, now=NOW).changed == 0
    assert not LocalEnterprise.objects.filter(name=firm.name, ended_on__isnull=True).exists()
    assert ChainPost.objects.get(chain=chain, kind="lead", ends_on__isnull=True) == post


# ───────── 拒绝 ─────────


def spoil_cycle(pack):
    nodes = list(pack.chains[0].nodes)
    nodes[0] = replace(nodes[0], after=(nodes[-1].code,))
    nodes[-1] = replace(nodes[-1], after=(nodes[0].code,))
    return with_chain(pack, 0, nodes=tuple(nodes))


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (spoil_cycle, "no_cycle"),
        (lambda p: with_chain(p, 0, responsible=("nobody",), lead_unit=""), "unit_loaded"),
        (
            lambda p: with_chain(p, 1, nodes=(replace(p.chains[1].nodes[0], position="left"),)),
            "segment",
        ),
        (
            lambda p: with_chain(p, 0, said=(replace(p.chains[0].said[0], kind="gossip"),)),
            "statement",
        ),
        (
            lambda p: replace(p, catalogue=(replace(p.catalogue[0], klass="随便"),)),
            "catalogue_class",
        ),
    ],
)
def test_a_wrong_pack_is_refused_and_nothing_is_written(db, pack, spoil, rule):
    with pytest.raises(RuleBroken) as refused:
        load_city_pack(spoil(pack))
    assert rule in {finding.rule for finding in refused.value.findings}
    assert set(counts().values()) == {0}
    assert not Event.objects.filter(event="chains.pack.loaded").exists()


def test_a_person_who_is_not_loaded_leaves_the_post_open_and_is_named(db, pack):
    from juyuan.foundation.people.models import Person

    load_city_pack(pack)
    ChainPost.objects.all().delete()
    Person.objects.filter(code="lianzhang1").update(code="someone_else")
    loaded = load_pack_chains(pack, actor=CONSOLE, now=NOW)
    assert loaded.absent == ["lianzhang1"]
    assert not ChainPost.objects.filter(chain__code="C1", kind="lead").exists()
    assert ChainPost.objects.filter(chain__code="C1", kind="secretary").exists()
