"""读:链长的链、台账写法认链、断链弱链、看得见的项目数、查询条数不随行数增加。"""

from datetime import timedelta

import pytest

from juyuan.kernel.verdict import NotFound
from juyuan.rooms.chains import queries
from juyuan.rooms.chains.models import Chain, ChainPost, Node
from juyuan.rooms.chains.queries import ProjectLine, ProjectTally, projects
from juyuan.rooms.chains.rules import CatalogueClass, MatchedBy, Segment, Supply
from juyuan.rooms.chains.tests.factories import city_pack, load_city_pack, make_chain


@pytest.fixture
def chain(cast):
    return make_chain(
        "C9",
        lead_unit=cast.unit("gongxin"),
        lead=cast.person("lianzhang"),
        secretary=cast.person("mishu"),
    )


@pytest.fixture
def provided(monkeypatch):
    """项目数的假来处:只有 `chen` 看得见全部,别人只看得见一个。"""
    for name in ("_counts", "_lines", "_rows_url"):
        monkeypatch.setattr(projects, name, [])

    def counts(actor):
        node = Node.objects.get(code="C9-M1")
        every = [
            ProjectTally(node.chain_id, node.pk, "landed", "落地", False, 1, 300, 4),
            ProjectTally(node.chain_id, node.pk, "planning", "谋划", True, 2, 500, 0),
            ProjectTally(node.chain_id, node.pk, "planning", "谋划", False, 1, 100, 0),
            ProjectTally(node.chain_id, None, "signed", "签约", True, 1, 700, 3),
        ]
        return every if actor.username == "chen" else every[1:2]

    def lines(actor, chain_id, limit):
        node = Node.objects.get(code="C9-M1")
        rows = [
            ProjectLine("P1", "甲项目", node.pk, "planning", True, 500, "/projects/P1/"),
            ProjectLine("P2", "乙项目", None, "signed", True, 700, "/projects/P2/"),
        ]
        return (rows if actor.username == "chen" else rows[:1])[:limit]

    queries.register_project_counts(counts)
    queries.register_project_lines(lines)
    queries.register_rows_url(
        lambda chain="", node="", stage="": f"/projects/?{chain}.{node}.{stage}"
    )


def test_chains_led_by_a_person_follow_the_term(cast, chain):
    lead = cast.person("lianzhang")
    assert queries.chains_led_by(lead.pk) == {chain.pk}
    assert queries.chains_led_by(cast.person("mishu").pk) == {chain.pk}
    assert queries.chains_led_by(cast.person("chen").pk) == set()
    assert queries.chains_led_by(None) == set()
    ChainPost.objects.filter(person=lead).update(ends_on=cast.TODAY)
    assert queries.chains_led_by(lead.pk) == set()
    assert queries.chains_led_by(lead.pk, cast.TODAY) == {chain.pk}
    assert queries.chains_led_by(lead.pk, cast.TODAY + timedelta(days=1)) == set()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("袜业纺织", "C1"),
        ("袜业纺织产业链", "C1"),
        ("袜业纺织产业", "C1"),
        (" 新文旅链", "C7"),
        ("新文旅", "C7"),
        ("C3", "C3"),
        ("装备", None),
        ("", None),
    ],
)
def test_a_ledger_word_names_its_chain(db, word, code):
    for entry in city_pack().chains:
        Chain.objects.create(code=entry.code, name=entry.name, short_name=entry.short_name)
    found = queries.chain_named([word])
    assert (found[word].code if word in found else None) == code


def test_aliases_name_the_chain_too(cast, chain):
    Chain.objects.filter(pk=chain.pk).update(aliases=["纺织服装"])
    assert queries.chain_named(["纺织服装", "不知道"]) == {"纺织服装": chain}


def test_gaps_and_weak_nodes_are_seen_on_list_and_page(cast, chain):
    (row,) = queries.chain_rows(cast.actor("chen"), cast.TODAY)
    assert (row.nodes, row.gaps, row.weak) == (4, 2, 1)
    page = queries.chain_page("C9", cast.actor("chen"), cast.TODAY)
    assert {card.node.name: card.supply for card in page.cards} == {
        "高端纱线": Supply.GAP,
        "织造": Supply.WEAK,
        "电商销售": Supply.STANDS,
        "滑雪服": Supply.GAP,
    }
    assert [card.node.name for card in page.gaps] == ["高端纱线", "滑雪服"]
    assert [column.segment for column in page.columns] == list(Segment)
    assert [card.before for card in page.cards] == [[], ["高端纱线"], ["织造"], []]


def test_numbers_are_the_viewers_and_kept_apart_by_verification(cast, chain, provided):
    mine = queries.chain_page("C9", cast.actor("chen"), cast.TODAY)
    assert [(s.stage, s.recognised, s.claimed, s.amount) for s in mine.stages] == [
        ("planning", 2, 1, 600),
        ("signed", 1, 0, 700),
        ("landed", 0, 1, 300),
    ]
    assert mine.projects == 5
    assert [s.stage for s in mine.unplaced] == ["signed"]
    assert [line.code for line in mine.unplaced_lines] == ["P2"]
    card = next(card for card in mine.cards if card.node.code == "C9-M1")
    assert [(s.stage, s.count, s.url) for s in card.stages] == [
        ("planning", 3, "/projects/?C9.C9-M1.planning"),
        ("landed", 1, "/projects/?C9.C9-M1.landed"),
    ]
    theirs = queries.chain_page("C9", cast.actor("longshan"), cast.TODAY)
    assert theirs.projects == 2
    assert theirs.unplaced_lines == []
    (row,) = queries.chain_rows(cast.actor("longshan"), cast.TODAY)
    assert (row.projects, row.amount, row.url) == (2, 500, "/projects/?C9..")


def test_without_a_provider_the_page_stands_empty(cast, chain, monkeypatch):
    for name in ("_counts", "_lines", "_rows_url"):
        monkeypatch.setattr(projects, name, [])
    page = queries.chain_page("C9", cast.actor("chen"), cast.TODAY)
    assert (page.stages, page.projects, page.url) == ([], 0, "")


def test_the_documents_words_stand_under_their_clauses(cast, chain):
    page = queries.chain_page("C9", cast.actor("chen"), cast.TODAY)
    assert [sentence.code for sentence in page.sentences] == ["4.1b", "4.1c"]
    assert page.sentences[0].text.startswith("发挥北方袜业集团")
    yarn = next(card for card in page.cards if card.node.name == "高端纱线")
    assert [(product.name, product.stated) for product in yarn.products] == [("高端纱线", True)]
    weave = next(card for card in page.cards if card.node.name == "织造")
    assert [product.stated for product in weave.products] == [False]
    assert yarn.industries == [("1711", "棉纺纱加工")]


def test_the_catalogue_runs_from_encouraged_to_forbidden(cast, chain):
    page = queries.chain_page("C9", cast.actor("chen"), cast.TODAY)
    assert [entry.level for entry in page.catalogue] == ["encouraged", "forbidden"]


def test_an_unknown_chain_is_not_found(cast, chain):
    with pytest.raises(NotFound):
        queries.chain_page("C0", cast.actor("chen"), cast.TODAY)


def test_a_project_gets_hints_of_node_and_catalogue_class(cast, chain):
    (fit,) = queries.suggest(industry_code="1711", words="", limit=3)
    assert (fit.node, fit.chain, fit.score) == ("C9-U1", "C9", 40)
    hit = queries.catalogue_hit(on=cast.TODAY, node="C9-U1")
    assert (hit.level, hit.matched_by) == (CatalogueClass.ENCOURAGED, MatchedBy.NODE)
    assert queries.catalogue_hit(on=cast.TODAY, words="养老院") is None


def test_statement_counts_do_not_grow_with_rows(db, django_assert_num_queries):
    from juyuan.foundation.workdays import clock
    from juyuan.kernel.actor import Actor

    load_city_pack(city_pack())
    system, today = Actor.system(), clock.today()
    Chain.objects.exclude(code__in=["C1", "C2"]).update(disabled_on=today)
    with django_assert_num_queries(6) as two:
        queries.chain_rows(None, today)
    Chain.objects.update(disabled_on=None)
    with django_assert_num_queries(len(two)):
        assert len(queries.chain_rows(None, today)) == 8
    for code in ("C1", "C2", "C6"):
        with django_assert_num_queries(15):
            queries.chain_page(code, system, today)
