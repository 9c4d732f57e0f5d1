"""产业链的规则(不碰数据库)。"""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.rooms.chains import rules
from juyuan.rooms.chains.rules import (
    CatalogueClass,
    CatalogueRow,
    GraphNode,
    LinkKind,
    MatchedBy,
    NodeProfile,
    Origin,
    PostKind,
    Segment,
    Supply,
    Term,
)

DAY = date(2026, 11, 20)

# ───────── 来历 ─────────


@pytest.mark.parametrize(
    ("words", "sentence", "stated"),
    [
        ("高端纱线", "向上引进高端纱线研发制造类项目", True),
        ("高端纱 线", "向上引进高端纱线研发制造类项目", True),
        ("３０万千瓦风力发电项目", "加快30万千瓦风力发电项目建设", True),
        ("化纤", "向上引进高端纱线研发制造类项目", False),
        ("", "向上引进高端纱线研发制造类项目", False),
        ("  ", "任何一句", False),
        ("高端纱线", "", False),
    ],
)
def test_only_words_found_in_the_sentence_are_the_documents(words, sentence, stated):
    assert rules.is_stated(words, sentence) is stated


def test_origin_is_the_documents_when_any_sentence_says_so():
    said = ["发挥甲企业作用", "重点引进传感器等项目"]
    assert rules.origin_of("传感器", said) is Origin.DOCUMENT
    assert rules.origin_of("敏感元件", said) is Origin.SUGGESTED
    assert rules.origin_of("传感器", []) is Origin.SUGGESTED


# ───────── 链图 ─────────


def test_a_cycle_is_shown_from_end_to_end():
    assert rules.find_cycle([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [
        "a",
        "b",
        "c",
        "a",
    ]
    assert rules.find_cycle([("a", "a")]) == ["a", "a"]
    assert rules.find_cycle([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]) == []
    assert rules.find_cycle([]) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40))
def test_a_found_cycle_really_follows_the_links_and_none_means_sortable(pairs):
    links = [(str(a), str(b)) for a, b in pairs]
    cycle = rules.find_cycle(links)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert set(pairwise(cycle)) <= set(links)
        return
    # 没有环:逐层摘去没有上家的环节,必能摘完
    left, edges = {n for pair in links for n in pair}, set(links)
    while left:
        free = left - {target for _, target in edges}
        assert free
        left -= free
        edges = {(s, t) for s, t in edges if s not in free}


def test_a_very_long_chain_does_not_exhaust_the_stack():
    links = [(str(i), str(i + 1)) for i in range(5000)]
    assert rules.find_cycle(links) == []
    assert len(rules.find_cycle([*links, ("5000", "0")])) == 5002


@pytest.mark.parametrize(
    ("count", "supply"), [(0, Supply.GAP), (1, Supply.WEAK), (2, Supply.STANDS), (9, Supply.STANDS)]
)
def test_s4_0b_没有本地企业即断链_只有一家即弱链(count, supply):
    assert rules.supply_of(count) is supply


def test_a_sound_graph_has_no_findings():
    nodes = [GraphNode("A-U", "A"), GraphNode("A-M", "A", ("A-U",)), GraphNode("B-U", "B")]
    assert rules.graph_findings(nodes) == []


@pytest.mark.parametrize(
    ("nodes", "broken"),
    [
        ([GraphNode("A-U", "A"), GraphNode("A-U", "B")], {"node_code_once"}),
        ([GraphNode("A-U", "A"), GraphNode("B-M", "B", ("A-U",))], {"link_inside_chain"}),
        ([GraphNode("A-M", "A", ("A-X",))], {"link_inside_chain"}),
        ([GraphNode("A-U", "A", ("A-M",)), GraphNode("A-M", "A", ("A-U",))], {"no_cycle"}),
        ([GraphNode("A-U", "A", ("A-U",))], {"no_cycle"}),
    ],
)
def test_s4_0b_图谱不成环_上家同链_代码不重(nodes, broken):
    found = rules.graph_findings(nodes)
    assert {finding.rule for finding in found} == broken
    assert {finding.clause for finding in found} == {"4.0b"}


def test_links_touching_the_lateral_column_are_side_links():
    assert rules.link_kind(Segment.UPSTREAM, Segment.MIDSTREAM) is LinkKind.FLOW
    assert rules.link_kind(Segment.LATERAL, Segment.DOWNSTREAM) is LinkKind.SIDE
    assert rules.link_kind(Segment.UPSTREAM, Segment.LATERAL) is LinkKind.SIDE


def test_columns_keep_the_order_of_the_pack():
    columns = rules.split_by_segment(
        {"c": Segment.MIDSTREAM, "a": Segment.UPSTREAM, "b": Segment.UPSTREAM}
    )
    assert columns[Segment.UPSTREAM] == ["a", "b"]
    assert columns[Segment.MIDSTREAM] == ["c"]
    assert columns[Segment.LATERAL] == []
    assert list(columns) == list(Segment)


# ───────── 指导目录 ─────────

YARN = CatalogueRow("高端纱线", CatalogueClass.ENCOURAGED, DAY, "1711", "N1")
DYEING = CatalogueRow("未治污的印染", CatalogueClass.RESTRICTED, DAY, "", "N2")
SOCKS = CatalogueRow("常规织造", CatalogueClass.ALLOWED, DAY, "", "N2")
OLD = CatalogueRow("淘汰工艺", CatalogueClass.FORBIDDEN, DAY, "", "")
ROWS = [YARN, DYEING, SOCKS, OLD]


@pytest.mark.parametrize(
    ("given_words", "level", "by"),
    [
        ({"industry_code": "1711"}, CatalogueClass.ENCOURAGED, MatchedBy.CODE),
        ({"words": "年产万吨 高端纱线 项目"}, CatalogueClass.ENCOURAGED, MatchedBy.NAME),
        ({"node": "N2"}, CatalogueClass.ALLOWED, MatchedBy.NODE),
        ({"node": "N2", "words": "未治污的印染"}, CatalogueClass.RESTRICTED, MatchedBy.NAME),
        # 同时命中取最严
        (
            {"industry_code": "1711", "words": "采用淘汰工艺"},
            CatalogueClass.FORBIDDEN,
            MatchedBy.NAME,
        ),
    ],
)
def test_s4_0b_指导目录归类(given_words, level, by):
    hit = rules.catalogue_class(ROWS, on=DAY, **given_words)
    assert (hit.level, hit.matched_by) == (level, by)


@pytest.mark.parametrize(
    "given_words", [{}, {"words": "养老院"}, {"industry_code": "1712"}, {"node": "N9"}]
)
def test_what_is_not_listed_has_no_class(given_words):
    assert rules.catalogue_class(ROWS, on=DAY, **given_words) is None


def test_a_restriction_is_not_put_on_a_project_for_sitting_in_the_same_node():
    assert rules.catalogue_class([DYEING], on=DAY, node="N2") is None


@pytest.mark.parametrize(("days", "found"), [(-1, False), (0, True), (10, True), (11, False)])
def test_an_entry_counts_from_its_first_to_its_last_day(days, found):
    row = CatalogueRow("甲", CatalogueClass.ALLOWED, DAY, ended_on=DAY + timedelta(days=10))
    hit = rules.catalogue_class([row], on=DAY + timedelta(days=days), words="甲")
    assert (hit is not None) is found


@pytest.mark.parametrize(
    ("prefix", "code", "covers"),
    [
        ("17", "1711", True),
        ("1711", "1711", True),
        ("1711", "171", False),
        ("C", "1711", False),
        ("", "1711", False),
        ("17", "", False),
    ],
)
def test_a_code_covers_the_levels_below_it(prefix, code, covers):
    assert rules.covers_code(prefix, code) is covers


# ───────── 项目落在哪个环节 ─────────

NODES = [
    NodeProfile("T-U", "T", "高端纱线", ("高端纱线",), ("1711",)),
    NodeProfile("T-M", "T", "袜品织造", ("棉袜", "功能袜"), ("1763", "183")),
    NodeProfile("E-M", "E", "零部件", ("电池包壳体",), ("3670",)),
]


def test_s4_0c_链式招商_按代码与产品提示环节():
    (first, second) = rules.suggest_nodes(
        NODES, industry_code="1830", words="新建功能袜及高端纱线项目"
    )
    assert (first.node, first.score) == ("T-M", 38)  # 三位代码 30 + 产品 8
    assert (second.node, second.score) == ("T-U", 12)  # 产品与环节同名只记一次
    assert second.reasons == ("写到环节「高端纱线」",)


def test_no_clue_gives_no_suggestion():
    assert rules.suggest_nodes(NODES, industry_code="", words="") == []
    assert rules.suggest_nodes(NODES, industry_code="9999", words="养老院") == []


@given(st.text(max_size=20), st.from_regex(r"[0-9]{0,4}", fullmatch=True))
def test_more_words_never_lower_a_suggestion(extra, code):
    before = {
        fit.node: fit.score
        for fit in rules.suggest_nodes(NODES, industry_code=code, words="棉袜", limit=9)
    }
    after = {
        fit.node: fit.score
        for fit in rules.suggest_nodes(NODES, industry_code=code, words="棉袜" + extra, limit=9)
    }
    assert all(after.get(node, 0) >= score for node, score in before.items())


# ───────── 链长与服务秘书 ─────────

SINCE = date(2025, 7, 7)


def test_s4_0c_首任与接任都可以():
    assert rules.appointment_findings(PostKind.LEAD, [], Term("甲", SINCE)) == []
    held = [Term("甲", SINCE)]
    assert rules.appointment_findings(PostKind.LEAD, held, Term("乙", DAY), "甲") == []


@pytest.mark.parametrize(
    ("terms", "new", "incumbent", "broken"),
    [
        ([Term("甲", SINCE)], Term("乙", SINCE), "甲", "after_incumbent"),
        ([Term("甲", SINCE)], Term("甲", DAY), "甲", "already_in_post"),
        ([Term("甲", SINCE, DAY)], Term("乙", DAY), "", "one_in_office"),
        ([], Term("乙", DAY, DAY - timedelta(days=1)), "", "term_order"),
    ],
)
def test_s4_0c_每链一名领导一名服务秘书(terms, new, incumbent, broken):
    found = rules.appointment_findings(PostKind.LEAD, terms, new, incumbent)
    assert [finding.rule for finding in found] == [broken]
    assert found[0].clause == "4.0c"


def test_the_day_after_the_last_day_is_free():
    terms = [Term("甲", SINCE, DAY)]
    new = Term("乙", DAY + timedelta(days=1))
    assert rules.appointment_findings(PostKind.SECRETARY, terms, new) == []


def test_a_term_counts_on_its_first_and_last_day():
    term = Term("甲", SINCE, DAY)
    assert rules.in_office([term], SINCE) == [term]
    assert rules.in_office([term], DAY) == [term]
    assert rules.in_office([term], DAY + timedelta(days=1)) == []
    assert rules.in_office([term], SINCE - timedelta(days=1)) == []
