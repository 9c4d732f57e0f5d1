"""企业台账:进得来、认得出、退得明白;同一文件两次什么也不变;成批与单行写出同样的行。"""

from __future__ import annotations

import io
from datetime import date
from uuid import uuid4

import pytest
import xlsxwriter

from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.judging import judge_rows as judge_all
from juyuan.foundation.exchange.kinds import DOUBTFUL, NEW, REFUSED, SAME, UPDATE, Opening
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.search.models import SearchRow
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.investors.exchange import ENTERPRISES, ENTERPRISES_EXPORT, export_rows
from juyuan.rooms.investors.models import Contact, Investor, MatchKey
from juyuan.rooms.investors.queries.ledger import judge_rows, prepare
from juyuan.rooms.investors.tests.factories import CODE, NAME, code_of, investor

pytestmark = pytest.mark.django_db
HEADS = [
    "企业名称",
    "信用代码",
    "注册资金(万元)",
    "企业资质",
    "是否重点",
    "联系人",
    "电话",
    "注册地址",
]


def book(*rows):
    """一张企业台账:标题行、表头、数据。"""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("企业")
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, "重点企业名录")
    sheet.write_row(1, 0, HEADS)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    workbook.close()
    return stream.getvalue()


def verdicts(cast, content, by="longshan"):
    parsed = parse_book(read_book(content, "企业.xlsx"), ENTERPRISES.columns)
    return judge_all(ENTERPRISES, parsed.rows, cast.actor(by), cast.TODAY)


def commit(cast, found, by="longshan"):
    commands = [v.command for v in found if v.verdict in (NEW, UPDATE)]
    return ENTERPRISES.commit_many(
        commands, actor=cast.actor(by), now=cast.NOW, group=uuid4(), opening=Opening(batch_id="批1")
    )


ROW = [NAME, CODE, 5000, "上市公司、专精特新", "是", "李经理", "13812345678", "浙江省诸暨市"]


def test_a_ledger_goes_in_and_the_second_time_changes_nothing(cast):
    content = book(ROW, ["乙机械有限公司"], ["", "", ""])
    found = verdicts(cast, content)
    assert [v.verdict for v in found] == [NEW, NEW]
    refs = commit(cast, found)
    row = Investor.objects.get(uscc=CODE)
    assert refs[0].id == row.code
    assert (row.registered_capital, row.is_key, row.honours, row.place, row.batch_id) == (
        50_000_000,
        True,
        ["listed", "specialised"],
        "浙江省诸暨市",
        "批1",
    )
    assert Contact.objects.get().phone == "13812345678"
    assert MatchKey.objects.filter(kind="phone", object_id=row.pk).exists()
    events = Event.objects.count()
    again = verdicts(cast, content)
    assert [v.verdict for v in again] == [SAME, SAME]
    commit(cast, again)
    assert (Investor.objects.count(), Event.objects.count()) == (2, events)


def test_updates_change_only_what_is_filled(cast):
    row = investor(cast, place="杭州", controller="王五")
    found = verdicts(cast, book([NAME, CODE, "", "", "", "", "", "苏州"]))
    assert [v.verdict for v in found] == [UPDATE]
    assert found[0].changes == (("统一社会信用代码", "", CODE), ("注册地", "杭州", "苏州"))
    commit(cast, found)
    row.refresh_from_db()
    assert (row.uscc, row.place, row.controller, row.version) == (CODE, "苏州", "王五", 2)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", CODE], "企业名称"),
        (["有限公司"], "全称"),
        (["甲公司", CODE[:-1] + "0"], "校验码"),
        (["甲公司", 91220400000000001], "数字"),
        (["甲公司", "", "五千"], "阿拉伯数字"),
        (["甲公司", "", "", "最好的公司"], "企业资质"),
        (["甲公司", "", "", "", "", "李经理"], "至少填一项"),
        (["甲公司", "", "", "", "", "", "打给我"], "姓名"),
    ],
)
def test_rows_that_cannot_be_right_are_refused_with_a_mend(cast, row, said):
    (verdict,) = verdicts(cast, book(row))
    assert verdict.verdict == REFUSED
    assert said in "".join(f.reason + f.mend for f in verdict.findings)


def test_a_hidden_one_is_doubtful_without_any_identity(cast):
    hidden = investor(cast, by="dongfeng", uscc=CODE)
    for row in ([NAME], ["换了名字的公司", CODE]):
        (verdict,) = verdicts(cast, book(row))
        assert verdict.verdict == DOUBTFUL
        assert verdict.candidates == ()
        assert [c.ref.id for c in verdict.hidden] == [hidden.code]
        told = "".join(f.reason + f.mend for f in verdict.findings)
        assert "已登记,由市商务局核对" in told
        assert hidden.code not in told


def test_someone_elses_row_may_be_named_but_not_changed(cast):
    row = investor(cast, by="dongfeng")
    row.grants.create(unit=cast.unit("longshan"), granted_at=cast.NOW)
    same, changed = (verdicts(cast, book(r))[0] for r in ([NAME], [NAME, CODE]))
    assert same.verdict == SAME
    assert changed.verdict == REFUSED
    assert "别的单位" in changed.findings[0].reason
    assert verdicts(cast, book([NAME, CODE]), by="chen")[0].verdict == UPDATE


def test_twins_in_one_sheet(cast):
    same = verdicts(cast, book(ROW, ROW))
    assert [v.verdict for v in same] == [NEW, SAME]
    other = verdicts(cast, book(["甲袜业有限公司"], ["甲袜业有限责任公司", CODE]))
    assert [v.verdict for v in other] == [NEW, DOUBTFUL]
    two = verdicts(cast, book(["甲袜业有限公司", code_of(1)], ["甲袜业有限公司", code_of(2)]))
    assert [v.verdict for v in two] == [NEW, NEW]


def settled(cast, choice, values, by="longshan"):
    row = ParsedRow("企业", 3, values=values, settled=choice)
    lookups = prepare([row], cast.actor(by), cast.TODAY)
    return judge_rows([row], lookups)[0]


def test_settling_a_doubtful_row_by_hand(cast):
    one, two = investor(cast, uscc=code_of(1)), investor(cast, uscc=code_of(2))
    values = {"name": "宏图袜业有限责任公司", "place": "杭州"}
    doubtful = settled(cast, "", values)
    assert doubtful.verdict == DOUBTFUL
    assert {c.ref.id for c in doubtful.candidates} == {one.code, two.code}
    chosen = settled(cast, f"same:{two.code}", values)
    assert (chosen.verdict, chosen.command.target) == (UPDATE, two.pk)
    assert settled(cast, "new", values).verdict == NEW
    taken = settled(cast, "new", {"name": "别的公司", "uscc": code_of(1)})
    assert taken.verdict == REFUSED
    assert settled(cast, "same:TZ-NOWHERE", values).verdict == SAME


def facts():
    left_out = {"id", "code", "batch_id", "created_at", "updated_at"}
    return [
        sorted(
            str({k: v for k, v in row.items() if k not in left_out})
            for row in Investor.objects.values()
        ),
        sorted(Contact.objects.values_list("name", "phone", "unit")),
        sorted(MatchKey.objects.values_list("kind", "value")),
        sorted(SearchRow.objects.exclude(field="code").values_list("field", "weight", "text")),
    ]


def test_single_and_set_based_executors_give_the_same_rows(cast):
    content = book(ROW, ["乙机械有限公司", "", 300], ["丙新能源有限公司", code_of(3), "", "央企"])
    commands = [v.command for v in verdicts(cast, content)]
    opening, actor = Opening(), cast.actor("longshan")
    for command in commands:
        ENTERPRISES.commit_one(command, actor=actor, now=cast.NOW, group=uuid4(), opening=opening)
    single = facts()
    for model in (Contact, Investor, MatchKey, SearchRow):
        model.objects.all().delete()
    ENTERPRISES.commit_many(commands, actor=actor, now=cast.NOW, group=uuid4(), opening=opening)
    assert facts() == single


def test_a_code_taken_between_preview_and_commit_stops_the_batch(cast):
    found = verdicts(cast, book(["甲公司", CODE], ["乙公司"]))
    investor(cast, by="dongfeng", name="抢先的公司", uscc=CODE)
    with pytest.raises(RuleBroken, match="重新预览"):
        commit(cast, found)
    assert Investor.objects.count() == 1


def test_a_reader_cannot_import(cast):
    found = verdicts(cast, book(["甲公司"]))
    with pytest.raises(Denied):
        commit(cast, found, by="caizheng")
    assert not Investor.objects.exists()


def test_statements_do_not_grow_with_rows(cast, django_assert_max_num_queries):
    content = book(*[[f"第{i}号公司", code_of(i), i] for i in range(10, 210)])
    with django_assert_max_num_queries(12):
        found = verdicts(cast, content)
    with django_assert_max_num_queries(30):
        commit(cast, found)
    assert Investor.objects.count() == 200


def test_export_gives_the_visible_without_contacts(cast):
    investor(cast, uscc=CODE, founded_on=date(2020, 1, 2), honours=("listed",))
    investor(cast, by="dongfeng", name="东边的公司")
    (row,) = export_rows(cast.actor("longshan"), {}, cast.TODAY)
    assert (row["name"], row["honours"], row["founded_on"]) == (NAME, "上市公司", date(2020, 1, 2))
    assert {c.field for c in ENTERPRISES_EXPORT.columns} == set(row)
    assert len(list(export_rows(cast.actor("chen"), {"q": "东边"}, cast.TODAY))) == 1
    assert list(export_rows(cast.actor("caizheng"), {}, cast.TODAY)) == []
