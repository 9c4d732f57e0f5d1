"""首谈台账:期初与日常;同一文件两次什么也不变;成批与单行一样;撞上的立件;整批撤回;各看各的导出。"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
import xlsxwriter
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange import exporters
from juyuan.foundation.exchange.actions import OpeningPaper
from juyuan.foundation.exchange.columns import ParsedRow
from juyuan.foundation.exchange.judging import judge_rows as judge_all
from juyuan.foundation.exchange.kinds import NEW, REFUSED, SAME, Opening
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.rows import parse_book
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.models import Unit
from juyuan.kernel.verdict import Denied, RuleBroken
from juyuan.rooms.first_contact.actions.ledger import add_claim_file, lacks_file
from juyuan.rooms.first_contact.actions.rights import confirm_opening_claims
from juyuan.rooms.first_contact.exchange import CLAIMS, CLAIMS_EXPORT, export_rows
from juyuan.rooms.first_contact.models import CheckLog, Claim, ClaimEvent, Conflict, ConflictParty
from juyuan.rooms.first_contact.queries.claims import visible_to
from juyuan.rooms.first_contact.queries.incumbents import kin
from juyuan.rooms.first_contact.queries.ledger import Tree, prepare
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.ledger import (
    ClaimLookups,
    KnownUnit,
    identity_of,
    judge_rows,
)
from juyuan.rooms.first_contact.rules.overlap import Scale
from juyuan.rooms.first_contact.rules.rights import LIVE
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.investors.models import MatchKey
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.relations import Limits
from juyuan.rooms.pipeline.tests import factories as projects
from juyuan.rooms.pipeline.tests.factories import stored

pytestmark = pytest.mark.django_db
HEADS = [
    "首谈单位",
    "投资方",
    "项目",
    "洽谈内容",
    "总投资(万元)",
    "意向地点",
    "首次接触日期",
    "凭据",
    "凭据日期",
    "凭据文件",
    "项目编号",
]
ROW = ["", "浙江安澜纺织科技有限公司", "安澜高端纱线项目", "年产三万吨高端纱线", 30000, "纺织园A3地块", "2025-03-12",
       "纪要", "2025-03-13", "会谈纪要.pdf", ""]  # fmt: skip
OTHER = ["", "江苏某某机械有限公司", "整机装配项目", "年产两千台整机", 8000, "装备园B1地块", "2025-04-01", "来函",
         "2025-04-02", "", ""]  # fmt: skip
MACHINES = {
    "name": "江苏某某机械有限公司",
    "project_name": "整机装配项目",
    "content": "年产两千台整机",
    "site": "装备园B1地块",
}
GROUP = uuid4()
OPENING = Opening(True, "辽商函〔2026〕8号", date(2026, 11, 1), "")


def book(*rows: Any) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("首谈")
    sheet.write_row(0, 0, HEADS)
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def at(row: list[Any], **changes: Any) -> list[Any]:
    """改几栏:键是列名。"""
    names = {head: n for n, head in enumerate(HEADS)}
    found = list(row)
    for name, value in changes.items():
        found[names[name]] = value
    return found


def verdicts(cast: Any, content: bytes, by: str = "longshan") -> list[Any]:
    f.parameters(cast)
    parsed = parse_book(read_book(content, "首谈.xlsx"), CLAIMS.columns)
    assert not parsed.problems
    return judge_all(CLAIMS, parsed.rows, cast.actor(by), cast.TODAY)


def commit(
    cast: Any,
    found: list[Any],
    by: str = "longshan",
    *,
    opening: Opening = OPENING,
    one: bool = False,
) -> list[Claim]:
    commands = [v.command for v in found if v.verdict == NEW]
    more = {"actor": cast.actor(by), "now": cast.NOW, "group": GROUP, "opening": opening}
    refs = [CLAIMS.commit_one(c, **more) for c in commands] if one else CLAIMS.commit_many(commands, **more)  # fmt: skip
    return [Claim.objects.get(code=ref.id) for ref in refs]


def said(verdict: Any) -> str:
    return "".join(x.reason + x.mend for x in verdict.findings)


def test_s3_2b_期初批次待确认_确认后按凭据的日子_再导什么也不变(cast: Any) -> None:
    content = book(ROW, OTHER)
    found = verdicts(cast, content)
    assert [v.verdict for v in found] == [NEW, NEW]
    claims = commit(cast, found)
    assert {c.state for c in claims} == {"registered"} and all(c.opening for c in claims)
    assert [c.merit_at for c in claims] == [cast.NOW, cast.NOW] and not any(c.late for c in claims)
    first = claims[0]
    assert (first.unit, first.person, first.file_name, first.amount) == (
        cast.unit("longshan"), cast.person("longshan"), "会谈纪要.pdf", 300_000_000
    )  # fmt: skip
    project = Project.objects.get(pk=first.project_id)
    assert (project.stage, project.lead_unit, project.lead_claimed) == (
        "planning", cast.unit("longshan"), True
    )  # fmt: skip
    assert CheckLog.objects.filter(binding=True, counted=False).count() == 2
    events = Event.objects.count()
    again = verdicts(cast, content)
    assert [v.verdict for v in again] == [SAME, SAME]
    assert commit(cast, again) == [] and Event.objects.count() == events
    confirm_opening_claims(
        actor=cast.actor("heyan"), claims=claims, reason="核对原件", now=cast.NOW
    )
    first.refresh_from_db()
    assert first.state == "protected" and first.merit_at.date() < date(2025, 3, 14)
    assert [v.verdict for v in verdicts(cast, content)] == [SAME, SAME]


def test_s3_2b_平时导入是一般登记_功劳取晚_标明迟登(cast: Any) -> None:
    (claim,) = commit(cast, verdicts(cast, book(ROW)), opening=Opening())
    assert (claim.state, claim.merit_at, claim.late, claim.opening) == (
        "protected", cast.NOW, True, False
    )  # fmt: skip
    assert [e.verb for e in claim.events.all()] == ["register", "protect"]


def rows_written() -> dict[str, Any]:
    order = {c.pk: n for n, c in enumerate(Claim.objects.order_by("id"))}
    codes = dict(Claim.objects.values_list("code", "id"))
    fights = {c.pk: n for n, c in enumerate(Conflict.objects.order_by("id"))}

    def plain(row: Any, *skip: str) -> dict[str, Any]:
        return {k: v for k, v in vars(row).items() if k not in {"id", "code", "_state", *skip}}

    return {
        "claims": [plain(c, "project_id", "investor_id") for c in Claim.objects.order_by("id")],
        "projects": [
            (order[c.pk], c.project and c.project.name, c.project and c.project.lead_unit_id,
             c.project and c.project.version, c.project and c.project.contested)
            for c in Claim.objects.order_by("id").select_related("project")
        ],
        "steps": [
            {**plain(e, "claim_id"), "of": order[e.claim_id]} for e in ClaimEvent.objects.order_by("id")
        ],
        "conflicts": [plain(c, "project_id") for c in Conflict.objects.order_by("id")],
        "parties": [
            (fights[p.conflict_id], p.unit_id, p.claim_id and order[p.claim_id], p.incumbent)
            for p in ConflictParty.objects.order_by("id")
        ],
        "keys": sorted(
            (order.get(pk, -1), kind, value)
            for pk, kind, value in MatchKey.objects.filter(
                object_type="first_contact_claim"
            ).values_list("object_id", "kind", "value")
        ),
        "checks": [
            (c.tier, c.overlaps, c.ruled, c.binding, c.asked["name"])
            for c in CheckLog.objects.order_by("id")
        ],
        "ledger": [
            (e.event, order.get(codes.get(e.obj_id, 0), e.obj_type), str(e.after), str(e.group))
            for e in Event.objects.filter(obj_type__startswith="first_contact").order_by("id")
        ],
    }  # fmt: skip


def test_s3_2b_成批与单行写出同样的行_连撞单也一样(cast: Any) -> None:
    f.register(cast, "dongfeng", subject=MACHINES)  # fmt: skip
    rows = (
        at(ROW, 首谈单位="东辽县"),
        at(ROW, 首谈单位="西安区", 投资方="浙江安澜纺织科技股份公司"),
        at(OTHER, 首谈单位="龙山区"),
    )
    commands = [v.command for v in verdicts(cast, book(*rows), by="chen")]
    assert len(commands) == 3 and None not in commands
    more = {"actor": cast.actor("chen"), "now": cast.NOW, "group": GROUP, "opening": OPENING}
    found = []
    for one in (False, True):
        with transaction.atomic():
            if one:
                for command in commands:
                    CLAIMS.commit_one(command, **more)
            else:
                CLAIMS.commit_many(commands, **more)
            found.append(rows_written())
            transaction.set_rollback(True)
    assert len(found[0]["conflicts"]) == 2 and len(found[0]["parties"]) == 4
    for name, rows_ in found[0].items():
        assert rows_ == found[1][name], name


def test_s3_2b_期初里撞在一起的与撞上在办的都立件_谁也看不见谁(cast: Any) -> None:
    live = f.register(cast, "dongfeng", subject=MACHINES).claim  # fmt: skip
    rows = (at(ROW, 首谈单位="东辽县"), at(ROW, 首谈单位="西安区"), at(OTHER, 首谈单位="龙山区"))
    claims = commit(cast, verdicts(cast, book(*rows), by="chen"), by="chen")
    assert [c.state for c in claims] == ["registered", "disputed", "disputed"]
    first, second = Conflict.objects.order_by("id")
    assert set(first.parties.values_list("claim_id", flat=True)) == {claims[0].pk, claims[1].pk}
    assert set(second.parties.values_list("claim_id", flat=True)) == {live.pk, claims[2].pk}
    assert [c.person for c in claims] == [None] * 3 and claims[0].by == cast.account("chen")
    for who, mine in (("dongliao", claims[0]), ("xian", claims[1]), ("longshan", claims[2])):
        seen = set(visible_to(cast.actor(who)).values_list("pk", flat=True))
        assert seen == {mine.pk}, who


def test_s3_2b_替别的单位只能作期初批次_由商务主管部门(cast: Any) -> None:
    content = book(at(ROW, 首谈单位="东丰县"))
    (verdict,) = verdicts(cast, content)
    assert verdict.verdict == REFUSED and "不能替它登记" in said(verdict)
    (verdict,) = verdicts(cast, content, by="chen")
    assert verdict.verdict == NEW and "只能作期初批次" in said(verdict)
    with pytest.raises(RuleBroken) as broken:
        commit(cast, [verdict], by="chen", opening=Opening())
    assert "首谈!2" in str(broken.value) and not Claim.objects.exists()
    with pytest.raises(RuleBroken):
        commit(cast, [verdict], by="longshan")
    assert not Claim.objects.exists() and not Project.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"投资方": "某"}, "investor", "全称"),
        ({"项目": ""}, "name", "项目名称"),
        ({"洽谈内容": ""}, "content", "谈的是什么"),
        ({"总投资(万元)": "三亿"}, "amount", "阿拉伯数字"),
        ({"首次接触日期": "2027-01-01"}, "contacted_on", "不能晚于今天"),
        ({"凭据": "口头"}, "proof", "可填"),
        ({"凭据日期": ""}, "evidence_on", "凭据日期"),
        ({"首谈单位": "天上局"}, "unit", "没有叫"),
        ({"项目编号": "XM-ZZZZZZZZ"}, "code", "看不见"),
    ],
)
def test_s3_2b_填不对的退回_说得出哪一格怎么改(
    cast: Any, change: Any, field: str, told: str
) -> None:
    (verdict,) = verdicts(cast, book(at(ROW, **change)))
    assert verdict.verdict == REFUSED
    found = [x for x in verdict.findings if x.level == "refuse"]
    assert [x.field for x in found] == [field] and told in said(verdict) and found[0].mend


def test_s3_2b_本单位已有的同一件不再登记_写法不同也认得出(cast: Any) -> None:
    made = f.register(cast).claim
    for change in ({}, {"投资方": "浙江安澜纺织科技股份公司"}, {"项目": "安澜高端纱线二号"}):
        (verdict,) = verdicts(cast, book(at(ROW, **change)))
        assert verdict.verdict == REFUSED and made.code in said(verdict), change
    other = at(ROW, 项目="安澜袜业项目", 洽谈内容="织袜机两千台的车间", 意向地点="装备园B9地块")
    assert [v.verdict for v in verdicts(cast, book(other))] == [NEW], "同一家的另一件"
    twice = verdicts(cast, book(other, other, at(other, 首次接触日期="2025-05-05")))
    assert [v.verdict for v in twice] == [NEW, SAME, REFUSED] and "本文件" in said(twice[2])
    below = f.register(cast, "longshan_shangwu", subject=MACHINES).claim
    (verdict,) = verdicts(cast, book(OTHER))
    assert verdict.verdict == REFUSED and below.code in said(verdict), "县区的部门与县区是一家"


def test_s3_2b_有项目的登记在项目上_没有关系的不行(cast: Any) -> None:
    mine = projects.planning(cast, name="安澜高端纱线项目", lead_unit_id=cast.unit("longshan").pk)
    theirs = projects.planning(
        cast, by="dongfeng", name="东丰的项目某某", lead_unit_id=cast.unit("dongfeng").pk, hosts=()
    )
    (verdict,) = verdicts(cast, book(ROW))
    assert (
        verdict.verdict == NEW
        and verdict.command.project_id == mine.pk
        and mine.code in said(verdict)
    )
    (claim,) = commit(cast, [verdict])
    assert claim.project_id == mine.pk and Project.objects.count() == 2
    assert verdicts(cast, book(ROW))[0].verdict == SAME
    (verdict,) = verdicts(cast, book(at(OTHER, 项目编号=theirs.code)))
    assert (
        verdict.verdict == REFUSED
        and "看不见" in said(verdict)
        and theirs.name not in said(verdict)
    )
    shown = verdicts(cast, book(at(OTHER, 项目编号=theirs.code)), by="chen")
    assert shown[0].command.project_id == theirs.pk
    (claim,) = commit(cast, shown, by="chen")
    assert claim.state == "disputed", "项目已由东丰县牵头"


def test_s3_2b_预览之后本单位登了同一件_一行也不写_说得出哪一行(cast: Any) -> None:
    found = verdicts(cast, book(OTHER, ROW))
    f.register(cast)
    before = rows_written()
    with pytest.raises(RuleBroken) as broken:
        commit(cast, found)
    assert "首谈!3" in str(broken.value)
    assert rows_written() == before


def test_s3_2b_取数的语句数不随行数增加(cast: Any) -> None:
    f.register(cast)
    counts = []
    for number in (1, 9):
        rows = [at(ROW, 投资方=f"浙江安澜{n}纺织科技有限公司") for n in range(number)]
        parsed = parse_book(read_book(book(*rows, ROW), "首谈.xlsx"), CLAIMS.columns)
        prepare(parsed.rows, cast.actor("longshan"), cast.TODAY)
        with CaptureQueriesContext(connection) as asked:
            prepare(parsed.rows, cast.actor("longshan"), cast.TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_s3_2b_预览不是查重_别的单位的登记不影响结论(cast: Any) -> None:
    before = verdicts(cast, book(ROW))[0]
    f.register(cast, "dongfeng")
    after = verdicts(cast, book(ROW))[0]
    assert (before.verdict, before.findings, before.candidates, before.hidden) == (
        after.verdict, after.findings, after.candidates, after.hidden
    )  # fmt: skip
    assert CheckLog.objects.filter(account=cast.account("longshan")).count() == 0


@pytest.mark.parametrize("who", ["zongzhaoji", "guwen", "shanghui", "caizheng", "sysadmin", "kong"])
def test_s3_2b_只能查阅的不能导入_导出也各有其门(cast: Any, who: str) -> None:
    found = verdicts(cast, book(ROW))
    assert not CLAIMS.may(cast.actor(who))
    with pytest.raises(Denied):
        commit(cast, found, by=who)
    assert not Claim.objects.exists()
    assert bool(CLAIMS_EXPORT.may(cast.actor(who))) == (who == "zongzhaoji")


def opened(cast: Any, content: bytes, by: str, scan: bool = True) -> ImportBatch:
    """经导入框架开一个期初批次并提交。"""
    f.parameters(cast)
    paper = OpeningPaper(
        number="辽商函〔2026〕8号", on=date(2026, 11, 1), name="首谈登记簿.txt" if scan else "",
        stream=io.BytesIO("首谈登记簿".encode()) if scan else None,
    )  # fmt: skip
    more = {"actor": cast.actor(by), "now": cast.NOW, "today": cast.TODAY}
    batch = exchange.open_batch(kind="claims", name="首谈.xlsx", stream=io.BytesIO(content), paper=paper, **more)  # fmt: skip
    return exchange.commit(batch_id=batch.pk, **more)


def test_s3_2b_期初的依据文件各件共用_自己的凭据随后补交(cast: Any) -> None:
    opened(cast, book(ROW, OTHER), "longshan")
    one, two = Claim.objects.order_by("id")
    assert one.file_sha256 == two.file_sha256 != "" and one.file_name == "会谈纪要.pdf"
    assert lacks_file(one)
    with pytest.raises(Denied):
        add_claim_file(actor=cast.actor("dongfeng"), claim=one, file=None, now=cast.NOW)
    with pytest.raises(RuleBroken):
        add_claim_file(actor=cast.actor("longshan"), claim=one, file=None, now=cast.NOW)
    file = stored(cast.actor("longshan"), "真的会谈纪要", cast.NOW)
    add_claim_file(actor=cast.actor("longshan"), claim=one, file=file, now=cast.NOW)
    one.refresh_from_db()
    assert one.file_sha256 == file.sha256 and not lacks_file(one)
    assert Event.objects.filter(event="first_contact.claim.filed", obj_id=one.code).count() == 1
    with pytest.raises(RuleBroken):
        add_claim_file(actor=cast.actor("longshan"), claim=one, file=file, now=cast.NOW)


def test_s3_2b_期初批次整批撤回_撞单撤销_项目作废_对方照旧(cast: Any) -> None:
    live = f.register(cast, "dongfeng", subject=MACHINES).claim  # fmt: skip
    rows = (at(ROW, 首谈单位="东辽县"), at(ROW, 首谈单位="西安区"), at(OTHER, 首谈单位="龙山区"))
    batch = opened(cast, book(*rows), "chen", scan=False)
    assert Conflict.objects.filter(state="open").count() == 2
    later = cast.NOW + timedelta(hours=1)
    exchange.reverse_batch(
        actor=cast.actor("heyan"), batch_id=batch.pk, reason="交错了簿子", now=later
    )
    assert set(Claim.objects.filter(opening=True).values_list("state", flat=True)) == {"ended"}
    assert not Conflict.objects.exclude(state="closed").exists()
    assert Project.objects.filter(voided_at__isnull=True).count() == 1
    live.refresh_from_db()
    project = Project.objects.get(pk=live.project_id)
    assert live.state == "protected" and not project.contested and project.lead_unit == live.unit
    assert not MatchKey.objects.filter(object_type="first_contact_claim").exists()
    assert Event.objects.filter(event="exchange.batch.reversed").count() == 1


def test_s3_2b_登记在已有项目上的撤回之后_项目照旧(cast: Any) -> None:
    unit = cast.unit("longshan")
    mine = projects.planning(cast, name="安澜高端纱线项目", lead_unit_id=unit.pk)
    batch = opened(cast, book(ROW), "longshan", scan=False)
    mine.refresh_from_db()
    assert mine.lead_claimed and Claim.objects.get().project_id == mine.pk
    later = cast.NOW + timedelta(hours=1)
    exchange.reverse_batch(
        actor=cast.actor("longshan"), batch_id=batch.pk, reason="错了", now=later
    )
    mine.refresh_from_db()
    assert (mine.voided_at, mine.lead_unit_id, mine.lead_claimed) == (None, unit.pk, False)
    assert verdicts(cast, book(ROW))[0].verdict == SAME, "原文件再导什么也不变"
    other = verdicts(cast, book(at(ROW, 凭据日期="2025-03-20")))
    assert other[0].verdict == NEW, "改过的可以再登"


def test_s3_2b_确认过的批次不能整批撤回_一件也不动(cast: Any) -> None:
    batch = opened(cast, book(ROW, OTHER), "longshan")
    one = Claim.objects.order_by("id")[0]
    confirm_opening_claims(actor=cast.actor("heyan"), claims=[one], reason="核对原件", now=cast.NOW)
    before = rows_written()
    with pytest.raises(RuleBroken) as broken:
        exchange.reverse_batch(actor=cast.actor("longshan"), batch_id=batch.pk, reason="错了", now=cast.NOW)  # fmt: skip
    assert one.code in str(broken.value) and rows_written() == before


def test_s3_2b_导出只给看得见的_导出再导入全是相同(cast: Any) -> None:
    mine, theirs = f.register(cast).claim, f.register(cast, "dongfeng").claim
    secret = f.register(cast, "xian", subject={"name": "山东限名单食品有限公司", "project_name": "限名单项目"},
                        secrecy=Secrecy.RESTRICTED).claim  # fmt: skip

    def codes(who: str, **filters: str) -> set[str]:
        return {row["claim"] for row in export_rows(cast.actor(who), filters, cast.TODAY)}

    assert codes("longshan") == {mine.code} and codes("dongfeng") == {theirs.code}
    assert codes("chen") == {mine.code, theirs.code}
    assert codes("heyan") == {mine.code, theirs.code, secret.code}
    assert codes("heyan", unit="xian") == {secret.code} and codes("chen", tab="mine") == set()
    assert codes("gongxin") == set()
    stream = io.BytesIO()
    exporters.export(actor=cast.actor("longshan"), kind="claims", stream=stream, now=cast.NOW, today=cast.TODAY)  # fmt: skip
    assert Event.objects.filter(event="exchange.exported", obj_id="claims").count() == 1
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    assert "浙江安澜纺织科技有限公司" in str(list(sheet.values))
    (verdict,) = verdicts(cast, stream.getvalue())
    assert verdict.verdict == SAME, said(verdict)


def test_一家的算法与逐个查的相同(cast: Any) -> None:
    tree = Tree(Unit.objects.values_list("pk", "parent_id", "is_county", "name"))
    for unit in Unit.objects.all():
        assert tree.kin(unit.pk) == kin(unit.pk), unit


LOOK = ClaimLookups(date(2026, 11, 20), Scale(500, Limits(30, (500_000_000,), 500)))


@given(
    st.lists(
        st.sampled_from(["安澜纺织有限公司", "北方袜业有限公司", "安澜纺织股份公司", ""]),
        max_size=6,
    )
)
def test_s3_2b_判定与行一一对应_同一家同一件只收一行(names: list[str]) -> None:
    look = replace(LOOK, own=KnownUnit(1, "龙山区", frozenset({1})))
    rows = [
        ParsedRow("首谈", n, values={
            "investor": name, "name": "高端纱线项目", "content": "年产三万吨高端纱线", "proof": "minutes",
            "contacted_on": date(2026, 11, 2), "evidence_on": date(2026, 11, 2)})
        for n, name in enumerate(names, 2)
    ]  # fmt: skip
    found = judge_rows(rows, look)
    assert len(found) == len(rows)
    families = {name[:2] for name in names if name}
    assert sum(j.verdict == NEW for j in found) == len(families)
    assert all((j.command is not None) == (j.verdict == NEW) for j in found)


@given(st.text("安澜纺织()() 。A", max_size=10), st.text("高端纱线项目 、", max_size=10))
def test_s3_2b_同一件的认定与空白标点无关(investor: str, project: str) -> None:
    one = identity_of(1, investor, project, date(2026, 1, 1))
    assert one == identity_of(1, f" {investor}", f"{project} ", date(2026, 1, 1))
    assert one != identity_of(2, investor, project, date(2026, 1, 1))
    assert one != identity_of(1, investor, project, date(2026, 1, 2))


def test_在办的状态没有漏() -> None:
    assert {s.value for s in LIVE} == {"registered", "protected", "disputed"}
