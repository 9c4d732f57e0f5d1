"""线索台账:进得来、认得出、退得明白;同一文件两次什么也不变;成批与单行写出同样的行;各看各的导出。"""

from __future__ import annotations

import io
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
import xlsxwriter
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.exchange import exporters
from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.judging import Settlements
from juyuan.foundation.exchange.judging import judge_rows as judge_all
from juyuan.foundation.exchange.kinds import DOUBTFUL, NEW, REFUSED, SAME, UPDATE, Opening
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.exchange.templates_xlsx import template
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.investors.models import MatchKey, NearKey
from juyuan.rooms.outreach.actions.handle import refuse_lead
from juyuan.rooms.outreach.actions.keep import save_lead
from juyuan.rooms.outreach.exchange import EXPORT_COLUMNS, LEADS, LEADS_EXPORT, export_rows
from juyuan.rooms.outreach.models import Lead, LeadStep
from juyuan.rooms.outreach.queries.leads import draft_of
from juyuan.rooms.outreach.queries.ledger import prepare
from juyuan.rooms.outreach.rules.drafts import TEXTS, LeadDraft, LeadSecrecy
from juyuan.rooms.outreach.rules.ledger import LeadCommand, LeadLookups, identity_of, judge_rows
from juyuan.rooms.outreach.tests import factories as f

pytestmark = pytest.mark.django_db
HEADS = [
    "渠道",
    "投资方",
    "项目名称",
    "项目内容",
    "预计总投资(万元)",
    "联系电话",
    "接触日期",
    "密级",
]
ROW = ["商会", "浙江安澜纺织科技有限公司", "安澜高端纱线项目", "年产三万吨高端纱线", 30000, "0571-88886666",
       "2026-11-02", "一般"]  # fmt: skip
OTHER = [
    "部门",
    "江苏某某机械有限公司",
    "整机装配项目",
    "年产两千台整机",
    8000,
    "13812345678",
    "2026-11-03",
    "",
]


def book(*rows: Any, heads: Any = HEADS) -> bytes:
    """一张线索台账:标题行、表头、数据。"""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("线索")
    sheet.merge_range(0, 0, 0, len(heads) - 1, "线索台账")
    sheet.write_row(1, 0, heads)
    for number, row in enumerate(rows, start=2):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def verdicts(cast: Any, content: bytes, by: str = "longshan", settled: Any = None) -> list[Any]:
    f.parameters(cast)
    parsed = parse_book(read_book(content, "线索.xlsx"), LEADS.columns)
    return judge_all(LEADS, parsed.rows, cast.actor(by), cast.TODAY, Settlements(settled or {}))


def commit(cast: Any, found: list[Any], by: str = "longshan", one: bool = False) -> list[Any]:
    commands = [v.command for v in found if v.verdict in (NEW, UPDATE)]
    more = {
        "actor": cast.actor(by),
        "now": cast.NOW,
        "group": GROUP,
        "opening": Opening(batch_id="批1"),
    }
    if one:
        return [LEADS.commit_one(c, **more) for c in commands]
    return list(LEADS.commit_many(commands, **more))


GROUP = uuid4()


def said(verdict: Any) -> str:
    return "".join(x.reason + x.mend for x in verdict.findings)


def test_s2_5b_台账进得来_第二次什么也不变(cast: Any) -> None:
    content = book(ROW, OTHER)
    found = verdicts(cast, content)
    assert [v.verdict for v in found] == [NEW, NEW]
    refs = commit(cast, found)
    lead = Lead.objects.get(code=refs[0].id)
    assert (lead.state, lead.submitted_on, lead.amount, lead.channel, lead.referrer_name) == (
        "submitted", cast.TODAY, 300_000_000, "chamber", "龙山区人民政府"
    )  # fmt: skip
    kinds = Duty.objects.filter(object_type="outreach_lead", object_id=lead.pk)
    assert set(kinds.values_list("kind", flat=True)) == {"outreach.answer", "outreach.assign"}
    events = Event.objects.count()
    again = verdicts(cast, content)
    assert [v.verdict for v in again] == [SAME, SAME]
    assert commit(cast, again) == []
    assert (Lead.objects.count(), Event.objects.count()) == (2, events)


def rows_written() -> dict[str, Any]:
    """库里与线索有关的一切,编号换成次序。"""
    order = {lead.pk: n for n, lead in enumerate(Lead.objects.order_by("id"))}
    codes = dict(Lead.objects.values_list("code", "id"))
    skip = {"id", "code", "_state"}

    def plain(row: Any) -> dict[str, Any]:
        return {k: v for k, v in vars(row).items() if k not in skip}

    return {
        "leads": [plain(x) for x in Lead.objects.order_by("id")],
        "steps": sorted(
            ({**plain(x), "lead_id": order[x.lead_id]} for x in LeadStep.objects.all()),
            key=lambda x: (x["lead_id"], x["to_state"]),
        ),
        "duties": sorted(
            (order[x.object_id], x.kind, x.unit_id, x.due_on, x.said, x.rule["count"])
            for x in Duty.objects.filter(object_type="outreach_lead")
        ),
        "notices": sorted(
            (order[x.object_id], x.kind, x.recipient_id, x.title, x.due_on)
            for x in Notice.objects.filter(object_type="outreach_lead")
        ),
        "ledger": sorted(
            (order[codes[x.obj_id]], x.event, x.obj_label, str(x.before), str(x.after), x.actor_id,
             x.unit_code, x.clause, x.at, str(x.group))
            for x in Event.objects.filter(obj_type="outreach_lead")
        ),
        "keys": sorted(
            (order[pk], kind, value)
            for pk, kind, value in MatchKey.objects.filter(object_type="outreach_lead").values_list(
                "object_id", "kind", "value"
            )
        ),
        "near": sorted(
            (order[pk], keys)
            for pk, keys in NearKey.objects.filter(object_type="outreach_lead").values_list(
                "object_id", "keys"
            )
        ),
    }  # fmt: skip


def _commands(cast: Any) -> list[LeadCommand]:
    rows = (
        ROW,
        OTHER,
        [
            "展会活动",
            "山东某某股份有限公司",
            "保密项目",
            "保密的内容四字",
            "",
            "0531-1234567",
            "",
            "限名单",
        ],
    )
    return [v.command for v in verdicts(cast, book(*rows), by="keji")]


def test_s2_5b_成批与单行写出同样的行(cast: Any) -> None:
    commands = _commands(cast)
    assert len(commands) == 3
    more = {"actor": cast.actor("keji"), "now": cast.NOW, "group": GROUP, "opening": Opening()}
    found = []
    for one in (False, True):
        with transaction.atomic():
            if one:
                for command in commands:
                    LEADS.commit_one(command, **more)
            else:
                LEADS.commit_many(commands, **more)
            found.append(rows_written())
            transaction.set_rollback(True)
    assert found[0]["leads"] and found[0]["keys"] and found[0]["notices"]
    for name, rows in found[0].items():
        assert rows == found[1][name], name


def test_s2_5b_写的语句数不随行数增加(cast: Any) -> None:
    counts = []
    for number in (2, 12):
        rows = [
            [
                "商会",
                f"某某第{number}{n}号企业有限公司",
                f"项目{number}{n}号",
                "年产一批东西",
                10,
                "0571-88886666",
                "",
                "",
            ]
            for n in range(number)
        ]
        found = verdicts(cast, book(*rows))
        with CaptureQueriesContext(connection) as asked:
            commit(cast, found)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_s2_5b_取数的语句数不随行数增加(cast: Any) -> None:
    counts = []
    for number in (1, 9):
        parsed = parse_book(read_book(book(*[ROW] * number), "线索.xlsx"), LEADS.columns)
        f.parameters(cast)
        prepare(parsed.rows, cast.actor("longshan"), cast.TODAY)
        with CaptureQueriesContext(connection) as asked:
            prepare(parsed.rows, cast.actor("longshan"), cast.TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({0: "天上"}, "channel", "可填"),
        ({1: "某"}, "investor_name", "全称"),
        ({3: ""}, "content", "项目内容"),
        ({4: "三亿"}, "amount", "阿拉伯数字"),
        ({5: ""}, "contact_phone", "电话"),
        ({6: "2027-01-01"}, "contacted_on", "不能晚于今天"),
        ({6: "十一月"}, "contacted_on", "日期"),
        ({7: "绝密"}, "secrecy", "可填"),
    ],
)
def test_s2_5b_填不对的退回_说得出哪一格怎么改(
    cast: Any, change: Any, field: str, told: str
) -> None:
    row = [change.get(n, value) for n, value in enumerate(ROW)]
    (verdict,) = verdicts(cast, book(row))
    assert verdict.verdict == REFUSED
    (finding,) = [x for x in verdict.findings if x.level == "refuse"]
    assert finding.field == field and told in finding.reason + finding.mend and finding.mend
    if change != {3: ""}:
        assert finding.cell.startswith("ABCDEFGH"[next(iter(change))])


def test_s2_5b_登记过的不改所填_自己的草稿改齐并登记(cast: Any) -> None:
    fixed = f.submitted(cast, "longshan", contacted_on=date(2026, 11, 2))
    same, changed = verdicts(cast, book(ROW, [*ROW[:4], 99, *ROW[5:]]))
    assert same.verdict == SAME and same.target.id == fixed.code
    assert changed.verdict == REFUSED and "预计总投资与登记的不同" in said(changed)
    blank = verdicts(cast, book([*ROW[:4], "", *ROW[5:]]))
    assert blank[0].verdict == SAME, "空着的格子不比"
    half = f.submitted(cast, "longshan", submit=False, investor_name="江苏某某机械公司",
                       project_name="整机装配项目", content="", contact_phone="",
                       contacted_on=date(2026, 11, 3))  # fmt: skip
    (verdict,) = verdicts(cast, book(OTHER))
    assert verdict.verdict == UPDATE and verdict.target.id == half.code
    assert ("项目内容", "", "年产两千台整机") in verdict.changes
    commit(cast, [verdict])
    half.refresh_from_db()
    assert (half.state, half.content, half.requests) == (
        "submitted", "年产两千台整机", f.DRAFT.requests
    )  # fmt: skip
    assert Lead.objects.count() == 2


def test_s2_5b_预览之后草稿被改_一行也不写(cast: Any) -> None:
    half = f.submitted(cast, "longshan", submit=False, contacted_on=date(2026, 11, 2))
    found = verdicts(cast, book(OTHER, ROW))
    assert [v.verdict for v in found] == [NEW, UPDATE]
    save_lead(
        actor=cast.actor("longshan"), lead=half, draft=f.draft(remark="又添一句"), now=cast.NOW
    )
    before = rows_written()
    with pytest.raises(Stale):
        commit(cast, found)
    assert rows_written() == before


def test_s2_5b_写到一半不合规则_一行也不留(cast: Any) -> None:
    good = [v.command for v in verdicts(cast, book(ROW))]
    bad = LeadCommand(LeadDraft(investor_name="某"))
    with pytest.raises(RuleBroken):
        LEADS.commit_many([*good, bad], actor=cast.actor("longshan"), now=cast.NOW, group=GROUP, opening=Opening())  # fmt: skip
    assert not Lead.objects.exists() and not LeadStep.objects.exists()
    assert not MatchKey.objects.filter(object_type="outreach_lead").exists()


def test_s2_5b_同一份表里像同一条的要人来定(cast: Any) -> None:
    twin = [*ROW[:4], 99, *ROW[5:]]
    content = book(ROW, ROW, twin)
    first, same, doubt = verdicts(cast, content)
    assert [first.verdict, same.verdict, doubt.verdict] == [NEW, SAME, DOUBTFUL]
    key = doubt.row.key
    assert verdicts(cast, content, settled={key: "new"})[2].verdict == NEW
    assert verdicts(cast, content, settled={key: "same:线索!3"})[2].verdict == SAME


def test_s2_5b_了结了的可以再报_一样的不再报(cast: Any) -> None:
    lead = f.submitted(cast, "longshan", contacted_on=date(2026, 11, 2))
    refuse_lead(actor=cast.actor("chen"), lead=lead, reason="用能超出指标", now=cast.NOW)
    assert verdicts(cast, book(ROW))[0].verdict == SAME
    assert verdicts(cast, book([*ROW[:4], 99, *ROW[5:]]))[0].verdict == NEW


def test_s2_5b_别的单位与别的人报的不是同一条_也不露出来(cast: Any) -> None:
    f.submitted(cast, "dongfeng", contacted_on=date(2026, 11, 2))
    f.submitted(cast, "guwen", contacted_on=date(2026, 11, 2))
    for who in ("longshan", "shanghui"):
        (verdict,) = verdicts(cast, book(ROW), by=who)
        assert verdict.verdict == NEW and not verdict.candidates and not verdict.hidden


def test_s2_5b_顾问商会导得进来_不写引荐人就是本人(cast: Any) -> None:
    (verdict,) = verdicts(cast, book(["", *ROW[1:]]), by="guwen")
    assert verdict.verdict == NEW
    (ref,) = commit(cast, [verdict], by="guwen")
    lead = Lead.objects.get(code=ref.id)
    assert (lead.channel, lead.referrer_kind, lead.referrer_name) == (
        "adviser",
        "adviser",
        "招商顾问",
    )


@pytest.mark.parametrize("who", ["zongzhaoji", "caizheng", "sysadmin", "lianzhang", "kong"])
def test_s2_5b_只能查阅的不能导入(cast: Any, who: str) -> None:
    commands = [v.command for v in verdicts(cast, book(ROW))]
    assert not LEADS.may(cast.actor(who))
    with pytest.raises(Denied):
        LEADS.commit_many(commands, actor=cast.actor(who), now=cast.NOW, group=GROUP, opening=Opening())  # fmt: skip
    assert not Lead.objects.exists()


def test_s2_5b_模板有每一栏_渠道有下拉(cast: Any) -> None:
    f.parameters(cast)
    assert {c.field for c in LEADS.columns} == {x.name for x in fields(LeadDraft)}
    sheet = openpyxl.load_workbook(io.BytesIO(template(LEADS)))["数据"]
    heads = [cell.value for cell in sheet[1]]
    assert len(heads) == len(LEADS.columns) + 1 and "预计总投资(万元)" in heads
    lists = "".join(str(v.formula1) for v in sheet.data_validations.dataValidation)
    assert "招商顾问" in lists and "限名单" in lists
    assert all(cell.comment for cell in sheet[1][1:])
    out = io.BytesIO(template(LEADS))
    parsed = parse_book(read_book(out.getvalue(), "空表.xlsx"), LEADS.columns)
    assert not parsed.rows and not parsed.problems, "示例行不算,每一列都认得"


def test_s2_5b_导出只给看得见的_个人信息不在内(cast: Any) -> None:
    own = f.submitted(cast, "shanghui")
    other = f.submitted(cast, "guwen", project_name="顾问报的项目")
    secret = f.submitted(
        cast, "dongfeng", project_name="东丰的限名单项目", secrecy=LeadSecrecy.RESTRICTED
    )

    def codes(who: str, **filters: str) -> list[str]:
        return [row["code"] for row in export_rows(cast.actor(who), filters, cast.TODAY)]

    assert codes("shanghui") == [own.code]
    assert codes("guwen") == [other.code]
    assert codes("chen") == [other.code, own.code]
    assert codes("heyan") == [secret.code, other.code, own.code]
    assert codes("heyan", q="顾问") == [other.code] and codes("chen", state="refused") == []
    assert codes("longshan") == []
    assert not LEADS_EXPORT.may(cast.actor("sysadmin")) and not LEADS_EXPORT.may(cast.actor("kong"))
    personal = {"referrer_phone", "contact_name", "contact_title", "contact_phone", "referrer_name"}
    assert not personal & {c.field for c in EXPORT_COLUMNS}
    (row,) = export_rows(cast.actor("shanghui"), {}, cast.TODAY)
    assert set(row) == {c.field for c in EXPORT_COLUMNS}
    assert "88886666" not in str(row)


def test_s2_5b_导出再导入_认得出是同一条(cast: Any) -> None:
    f.submitted(cast, "longshan", contacted_on=date(2026, 11, 2), jobs=320)
    stream = io.BytesIO()
    exporters.export(
        actor=cast.actor("longshan"), kind="leads", stream=stream, now=cast.NOW, today=cast.TODAY
    )
    assert Event.objects.filter(event="exchange.exported", obj_id="leads").count() == 1
    # 电话不在导出里,登记要它:退回并说明;补上电话即认出是同一条
    (verdict,) = verdicts(cast, stream.getvalue())
    assert verdict.verdict == REFUSED and "电话" in said(verdict)
    made = openpyxl.load_workbook(stream)
    sheet = made.worksheets[0]
    head = next(n for n, row in enumerate(sheet.values, 1) if "线索编号" in row)
    last = sheet.max_column + 1
    sheet.cell(head, last, "联系电话")
    sheet.cell(head + 1, last, "0571-88886666")
    again = io.BytesIO()
    made.save(again)
    (verdict,) = verdicts(cast, again.getvalue())
    assert verdict.verdict == SAME, said(verdict)


WORDS = st.text("安澜纺织科技 ()()ＡA12　.", min_size=0, max_size=12)


@given(WORDS, WORDS, st.none() | st.just(date(2026, 11, 2)))
def test_s2_5b_同一条的认定只看那几样_与空白标点无关(name: str, what: str, on: date | None) -> None:
    one = LeadDraft(investor_name=name, project_name=what, contacted_on=on)
    same = replace(
        one, investor_name=f" {name} ", project_name=f"{what}。", remark="别的", amount=1
    )
    assert identity_of(one) == identity_of(same)
    assert identity_of(one) != identity_of(replace(one, contacted_on=date(2020, 1, 1)))


@given(st.lists(st.sampled_from(["安澜纺织有限公司", "北方袜业有限公司", ""]), max_size=6))
def test_s2_5b_判定与行一一对应_写过的再判都相同(names: list[str]) -> None:
    look = LeadLookups(date(2026, 11, 20), {"chamber": "商会"})
    rows = [
        ParsedRow("线索", n, values={"channel": "商会", "investor_name": name, "referrer_name": "某人",
                                   "content": "年产一批东西", "contact_phone": "0571-88886666"})
        for n, name in enumerate(names, 2)
    ]  # fmt: skip
    found = judge_rows(rows, look)
    assert len(found) == len(rows)
    assert sum(j.verdict == NEW for j in found) == len(set(names) - {""})
    assert all((j.command is not None) == (j.verdict in (NEW, UPDATE)) for j in found)


def test_s2_5b_每一栏都有长度的说法() -> None:
    assert set(TEXTS) < {c.field for c in LEADS.columns}
    assert draft_of(Lead(referrer_kind="", urgency="plain", secrecy="normal")) == LeadDraft()
