"""行业分类全表的导入(判定、单行与成批写出同样的行)与两种导出;检索。"""

import csv
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.kinds import Opening
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.queries import find
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Denied
from juyuan.rooms.chains import exchange, search
from juyuan.rooms.chains.actions.indexing import index_chains
from juyuan.rooms.chains.actions.industries import CodeRow
from juyuan.rooms.chains.models import IndustryCode
from juyuan.rooms.chains.tests.factories import NOW, PACKS, make_chain

TODAY = date(2026, 11, 20)


def rows(*triples):
    return [
        ParsedRow("表", number, {"code": code, "name": name, "section": section})
        for number, (code, name, section) in enumerate(triples, start=2)
    ]


def judge(given, known=None):
    return exchange.judge(given, known or {})


@pytest.mark.parametrize(
    ("triple", "verdict"),
    [
        (("A", "农、林、牧、渔业", None), "new"),
        (("01", "农业", "A"), "new"),
        (("011", "谷物种植", None), "new"),
        (("0111", "稻谷种植", "A"), "new"),
        (("01", "农业", None), "refused"),
        (("Z", "没有的门类", None), "refused"),
        (("1", "丢了零", None), "refused"),
        (("01111", "太长", None), "refused"),
        (("０111", "全角未归一", None), "refused"),
    ],
)
def test_a_code_is_judged_by_its_form(triple, verdict):
    (answer,) = judge(rows(triple))
    assert answer.verdict == verdict
    assert bool(answer.findings) is (verdict == "refused")


def test_the_same_row_is_same_and_a_changed_one_shows_what_changes():
    known = {"0111": ("稻谷种植", "011"), "0112": ("小麦", "011")}
    same, update = judge(rows(("0111", "稻谷种植", "A"), ("0112", "小麦种植", "A")), known)
    assert same.verdict == "same"
    assert update.verdict == "update"
    assert update.changes == (("行业名称", "小麦", "小麦种植"),)


def test_a_code_twice_in_one_file_is_same_or_refused():
    first, same, other = judge(
        rows(("0111", "稻谷种植", ""), ("0111", "稻谷种植", ""), ("0111", "别的", ""))
    )
    assert (first.verdict, same.verdict, other.verdict) == ("new", "same", "refused")
    assert "本文件 表!2" in other.findings[0].reason


def write(commands, one_by_one):
    group, opening = uuid4(), Opening()
    actor = Actor.console()
    with transaction.atomic():
        if one_by_one:
            for command in commands:
                exchange.commit_one(command, actor=actor, now=NOW, group=group, opening=opening)
        else:
            exchange.commit_many(commands, actor=actor, now=NOW, group=group, opening=opening)


COMMANDS = [CodeRow("A", "农业门类", ""), CodeRow("01", "农业", "A"), CodeRow("0111", "稻谷", "A")]


@pytest.mark.parametrize("one_by_one", [True, False])
def test_both_executors_write_the_same_rows(db, one_by_one):
    IndustryCode.objects.create(code="0111", name="旧名", level=4, parent="011")
    write(COMMANDS, one_by_one)
    assert list(IndustryCode.objects.values_list("code", "name", "level", "parent")) == [
        ("01", "农业", 2, "A"),
        ("0111", "稻谷", 4, "011"),
        ("A", "农业门类", 1, ""),
    ]
    assert Event.objects.filter(event="chains.industry_code.put").count() == 3


def test_only_the_bureau_imports_codes(cast):
    with pytest.raises(Denied), transaction.atomic():
        exchange.commit_many(
            COMMANDS, actor=cast.actor("longshan"), now=NOW, group=uuid4(), opening=Opening()
        )
    assert not IndustryCode.objects.exists()
    assert not exchange.INDUSTRY_IMPORT.may(cast.actor("longshan"))
    assert exchange.INDUSTRY_IMPORT.may(cast.actor("chen"))


def test_every_code_of_the_packs_is_judged_good():
    for name in ("liaoyuan", "testcity"):
        with (PACKS / name / "industries.csv").open(encoding="utf-8") as handle:
            given = [(r["code"], r["name"], r["section"]) for r in csv.DictReader(handle)]
        assert {answer.verdict for answer in judge(rows(*given))} == {"new"}


def test_the_export_gives_one_row_a_node(cast):
    make_chain("C9")
    make_chain("C8")
    given = list(exchange.node_rows(cast.actor("chen"), {"chain": "C9"}, TODAY))
    assert [row["node"] for row in given] == ["高端纱线", "织造", "电商销售", "滑雪服"]
    assert [row["supply"] for row in given] == ["断链", "弱链", "已有", "断链"]
    assert given[1]["firms"] == "C9甲织造有限公司(龙头)"
    assert given[0]["industries"] == "1711 棉纺纱加工"
    columns = {column.field for column in exchange.NODES_EXPORT.columns}
    assert set(given[0]) == columns
    assert len(list(exchange.node_rows(cast.actor("chen"), {}, TODAY))) == 8


def test_the_catalogue_export_gives_what_is_in_force(cast):
    chain = make_chain("C9")
    chain.catalogue.filter(code="C9-02").update(ended_on=date(2026, 11, 19))
    given = list(exchange.catalogue_rows(cast.actor("chen"), {"chain": "C9"}, TODAY))
    assert [(row["code"], row["level"]) for row in given] == [("C9-01", "鼓励")]
    assert set(given[0]) == {column.field for column in exchange.CATALOGUE_EXPORT.columns}


def test_a_chain_is_found_by_node_product_and_initials_by_business_roles_only(cast):
    chain = make_chain("C9", name="袜业纺织产业链")
    with transaction.atomic():
        index_chains([chain])
    for q in ("袜业", "高端纱线", "滑雪", "wyfz", "甲织造"):
        groups = find(q, cast.actor("longshan")).groups
        assert [hit.title for g in groups for hit in g.hits] == ["袜业纺织产业链"], q
        assert find(q, cast.actor("sysadmin")).count == 0
    assert search.visible_ids(cast.actor("chen"), [chain.pk, chain.pk + 999]) == {chain.pk}
