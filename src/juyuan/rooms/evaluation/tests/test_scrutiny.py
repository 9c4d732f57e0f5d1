"""承诺审查:列优惠、换文本、答复疑点、签核办结、重新打开;每步的拒绝不留痕迹。读文件的各种情形。"""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, timedelta

import pytest
from pypdf import PdfReader, PdfWriter

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.files import registry as files
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.papers import docx as word
from juyuan.foundation.papers import pdf as typeset
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.rules import Paper, Para
from juyuan.kernel.verdict import Denied, RuleBroken, Stale
from juyuan.rooms.evaluation.actions import privileges as lists
from juyuan.rooms.evaluation.actions import scrutiny as acts
from juyuan.rooms.evaluation.models import Privilege, PrivilegeFinding, Scrutiny, ScrutinyStep
from juyuan.rooms.evaluation.queries import scrutiny as read
from juyuan.rooms.evaluation.queries import scrutiny_paper
from juyuan.rooms.evaluation.queries.agreement import MAX_CHARS, read_agreement
from juyuan.rooms.evaluation.queries.opinion_duty import CLOSE
from juyuan.rooms.evaluation.rules.privileges import FindingAnswer, ScrutinyState
from juyuan.rooms.evaluation.tests import opinions as o
from juyuan.rooms.pipeline.actions.recognise import recognise
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
LAWFUL, NOT_SUCH = FindingAnswer.LAWFUL, FindingAnswer.NOT_SUCH


@pytest.fixture
def project(cast):
    return f.at(cast, Stage.INTENT, name="高性能纱线智能制造")


def traces() -> tuple[object, ...]:
    counts = tuple(
        m.objects.count()
        for m in (Scrutiny, ScrutinyStep, Privilege, PrivilegeFinding, Evidence, Event, Notice, Duty, Document)
    )  # fmt: skip
    return counts, tuple(Scrutiny.objects.order_by("pk").values_list("state", "version", "round"))


def hard(record: Scrutiny) -> list[PrivilegeFinding]:
    return [one for one in read.findings_of(record) if one.present and not one.lesser]


def test_s3_4b_列一条优惠_随即对照_写明哪里可疑与出路(cast, project) -> None:
    row = o.privilege(
        cast, project, kind="tax", content="将税收地方留成的50%返还企业", ratio_bp=5000
    )
    found = read.shown(read.findings_of(row.scrutiny), read.forbidden(cast.TODAY))
    assert {d.row.kind for d in found} >= {"tax_return", "tax_break"}
    one = next(d for d in found if d.row.kind == "tax_return")
    assert one.clause.startswith("条例第十条") and one.way and one.blocking
    assert read.result_of(row, found) == ("bad", "疑似禁止")
    event = Event.objects.get(event="evaluation.scrutiny.list")
    assert (event.obj_type, event.obj_id, event.clause) == ("project", project.code, "3.4b")
    plain = o.privilege(cast, project)
    assert read.result_of(plain, found)[1] == "未见问题"


@pytest.mark.parametrize("who", ["dongfeng", "ziran", "guwen", "caizheng"])
def test_s3_4b_无关的人不能列_什么也不留(cast, project, who) -> None:
    before = traces()
    with pytest.raises(Denied):
        lists.list_privilege(
            actor=cast.actor(who), project=project, draft=o.privilege_draft(cast), now=cast.NOW
        )
    assert traces() == before


@pytest.mark.parametrize(
    "bad",
    [{"kind": "x"}, {"content": ""}, {"granter_id": None}, {"granter_id": 999999}, {"period": ""}],
)
def test_s3_4b_没写齐的不收(cast, project, bad) -> None:
    before = traces()
    with pytest.raises(RuleBroken):
        o.privilege(cast, project, **bad)
    assert traces() == before


def test_s3_4b_声明没有优惠_列了就不能声明(cast, project) -> None:
    record = lists.declare_none(actor=cast.actor("longshan"), project=project, now=cast.NOW)
    assert record.none_promised
    before = traces()
    with pytest.raises(RuleBroken):
        lists.declare_none(actor=cast.actor("longshan"), project=project, now=cast.NOW)
    assert traces() == before
    o.privilege(cast, project)
    assert not Scrutiny.objects.get().none_promised
    before = traces()
    with pytest.raises(RuleBroken) as error:
        lists.declare_none(actor=cast.actor("longshan"), project=project, now=cast.NOW)
    assert error.value.findings[0].rule == "privilege.both" and traces() == before


def test_s3_4b_文本里找得到_第几段第几个字_换文本之后认得没变的(cast, project) -> None:
    record = o.text(cast, project, f"{o.CLEAN}\n{o.FOUL}\n第四条 乙方不得迁出本县。")
    found = {(one.kind, one.paragraph) for one in hard(record)}
    assert {("tax_return", 3), ("no_move_out", 4)} <= found
    one = next(x for x in hard(record) if x.kind == "no_move_out")
    text = record.paragraphs[3][1]
    assert text[one.start : one.end] == one.passage == "不得迁出"
    lists.answer_finding(
        actor=cast.actor("longshan"), finding=one, answer=NOT_SUCH, basis="指设备不得迁出园区",
        now=cast.NOW,
    )  # fmt: skip
    record = o.text(cast, project, f"{o.CLEAN}\n第三条 删去。\n前言。\n第四条 乙方不得迁出本县。")
    left = hard(record)
    assert [(x.kind, x.paragraph, x.answer) for x in left] == [("no_move_out", 5, "not_such")]
    gone = [x for x in read.findings_of(record) if not x.present and x.kind == "tax_return"]
    assert gone and {x.answer for x in gone} == {"fixed"}


def test_s3_4b_改了的记已改正_删了的记已删除_又出现的重新答复(cast, project) -> None:
    row = o.privilege(cast, project, kind="fee", content="免收城市基础设施配套费")
    draft = o.privilege_draft(cast, kind="service", content="代办规划手续")
    lists.edit_privilege(actor=cast.actor("longshan"), privilege=row, draft=draft, now=cast.NOW)
    assert {x.answer for x in read.findings_of(row.scrutiny)} == {"fixed"}
    again = o.privilege_draft(cast, kind="fee", content="免收城市基础设施配套费")
    lists.edit_privilege(actor=cast.actor("longshan"), privilege=row, draft=again, now=cast.NOW)
    assert {(x.answer, x.present) for x in read.findings_of(row.scrutiny)} == {("", True)}
    lists.remove_privilege(
        actor=cast.actor("longshan"), privilege=row, reason="谈下来不给了", now=cast.NOW
    )
    assert {x.answer for x in read.findings_of(row.scrutiny)} == {"deleted"}
    assert read.rows_of(row.scrutiny) == []
    before = traces()
    with pytest.raises(RuleBroken):
        lists.edit_privilege(actor=cast.actor("longshan"), privilege=row, draft=draft, now=cast.NOW)
    assert traces() == before


def test_s3_4b_版本已变的不改(cast, project) -> None:
    row = o.privilege(cast, project)
    draft = o.privilege_draft(cast, content="另一句")
    lists.edit_privilege(
        actor=cast.actor("longshan"), privilege=row, draft=draft, version=1, now=cast.NOW
    )
    before = traces()
    with pytest.raises(Stale):
        lists.edit_privilege(
            actor=cast.actor("longshan"), privilege=row, draft=draft, version=1, now=cast.NOW
        )
    assert traces() == before


def test_s3_4b_没答复的不能送签核_答复改正而文本里还有的也不行(cast, project) -> None:
    lists.declare_none(actor=cast.actor("longshan"), project=project, now=cast.NOW)
    record = o.text(cast, project, f"{o.CLEAN}\n{o.FOUL}")
    before = traces()
    with pytest.raises(RuleBroken) as error:
        acts.submit(actor=cast.actor("longshan"), record_=record, now=cast.NOW)
    assert all("还没有答复" in x.message for x in error.value.findings) and traces() == before
    for one in hard(record):
        lists.answer_finding(
            actor=cast.actor("longshan"), finding=one, answer=FindingAnswer.FIXED, basis="",
            now=cast.NOW,
        )  # fmt: skip
    record.refresh_from_db()
    with pytest.raises(RuleBroken) as error:
        acts.submit(actor=cast.actor("longshan"), record_=record, now=cast.NOW)
    assert all("文本里还有" in x.message for x in error.value.findings)
    for one in hard(record):
        lists.answer_finding(
            actor=cast.actor("longshan"), finding=one, answer=LAWFUL, basis="国务院批准的试点",
            now=cast.NOW,
        )  # fmt: skip
    record.refresh_from_db()
    record = acts.submit(actor=cast.actor("longshan"), record_=record, now=cast.NOW)
    assert record.state == ScrutinyState.SUBMITTED
    assert Duty.objects.get(kind=CLOSE).unit == cast.unit("longshan")


def test_s3_4b_签核办结_第二人_排成文件_记作凭据(cast, project) -> None:
    record = o.closed(cast, project)
    assert record.state == ScrutinyState.CLOSED and record.closed_by_name == "longshan主官"
    fact = Evidence.objects.get(project=project, fact="promise_check")
    paper = Document.objects.get(kind="evaluation.promise_check")
    assert (fact.number, fact.source) == (paper.number, "evaluation")
    assert fact.file_sha256 == paper.pdf_sha256
    assert Duty.objects.get(kind=CLOSE).ended_act == "evaluation.scrutiny.close"
    assert Notice.objects.filter(kind="evaluation.scrutiny_closed").exists()
    step = ScrutinyStep.objects.get(verb="close")
    assert step.content["none"] is True and step.content["text"]["name"] == "投资协议.docx"
    words = typeset.render(scrutiny_paper.build(paper))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(words)).pages).replace(
        "\n", ""
    )
    assert "没有任何优惠承诺" in said and paper.number in said


def test_s3_4b_经手人不能签核_无关的人不能签核(cast, project) -> None:
    record = o.submitted(cast, project, by="longshan_head")
    before = traces()
    for who, error in (("longshan_head", Denied), ("longshan", Denied), ("dongfeng_head", Denied)):
        with pytest.raises(error):
            acts.close(actor=cast.actor(who), record_=record, now=cast.NOW)
    assert traces() == before
    assert acts.close(actor=cast.actor("heyan"), record_=record, now=cast.NOW).state == "closed"


def test_s3_4b_退回再办(cast, project) -> None:
    record = o.submitted(cast, project)
    before = traces()
    with pytest.raises(RuleBroken):
        acts.send_back(actor=cast.actor("longshan_head"), record_=record, reason="", now=cast.NOW)
    with pytest.raises(Denied):
        acts.send_back(actor=cast.actor("longshan"), record_=record, reason="改", now=cast.NOW)
    assert traces() == before
    record = acts.send_back(
        actor=cast.actor("longshan_head"), record_=record, reason="补列", now=cast.NOW
    )
    assert record.state == ScrutinyState.OPEN
    assert Duty.objects.get(kind=CLOSE).ended_at is not None
    assert Notice.objects.filter(kind="evaluation.scrutiny_returned").exists()


def test_s3_4b_看过之后又改了的_签核人的版本不作数(cast, project) -> None:
    record = o.submitted(cast, project)
    seen = record.version
    o.privilege(cast, project)  # 送签之后又列一条:自动回到填报中
    before = traces()
    with pytest.raises(Stale):
        acts.close(actor=cast.actor("longshan_head"), record_=record, version=seen, now=cast.NOW)
    assert traces() == before and Scrutiny.objects.get().state == "open"
    assert Duty.objects.get(kind=CLOSE).cancelled


def test_s3_4b_办结之后再改_重新打开_凭据撤回(cast, project) -> None:
    record = o.closed(cast, project)
    o.text(cast, project, f"{o.CLEAN}\n第三条 新加的一条。")
    record.refresh_from_db()
    assert (record.state, record.round, record.evidence_id) == ("open", 2, None)
    assert not Evidence.objects.filter(fact="promise_check", voided_at__isnull=True).exists()
    assert Event.objects.filter(event="evaluation.scrutiny.reopen").exists()
    record = acts.submit(actor=cast.actor("longshan"), record_=record, now=cast.NOW)
    acts.close(actor=cast.actor("longshan_head"), record_=record, now=cast.NOW)
    live = Evidence.objects.get(fact="promise_check", voided_at__isnull=True)
    assert live.source_ref == f"{record.code}-2"


def test_s3_4b_没有记录不能签约_签约已认定的不能再改(cast, settings) -> None:
    now = cast.NOW + timedelta(days=1)
    project = f.at(cast, Stage.INTENT, name="新项目", now=now)
    assert "promise_check" in {
        x.field for x in missing(facts_of(project), Stage.SIGNED, now.date())
    }
    o.closed(cast, project, now=now)
    f.fill(cast, project, Stage.SIGNED, now=now)
    f.advance(cast, project, Stage.SIGNED, now=now)
    recognise(actor=cast.actor("heyan"), project=project, stage=Stage.SIGNED, now=now)
    before = traces()
    with pytest.raises(RuleBroken) as error:
        o.privilege(cast, project, now=now)
    assert error.value.findings[0].rule == "evidence.rests" and traces() == before


def test_s3_4b_文件只有看得全项目的人打得开(cast, project) -> None:
    record = o.text(cast, project)
    for who, sees in {"longshan": True, "chen": True, "dongfeng": False, "shenji": False}.items():
        assert files.can_see(cast.actor(who), read.OBJ, str(record.pk)) is sees, who


# ───────── 读文件 ─────────


def refused(data: bytes, name: str = "协议.docx") -> str:
    with pytest.raises(RuleBroken) as error:
        read_agreement(data, name)
    (found,) = error.value.findings
    assert found.clause == "3.4b"
    return found.message


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name.replace("__", "/"), data)
    return made.getvalue()


def test_s3_4b_三种文件读出同样的话() -> None:
    lines = ["第一条 甲方给予乙方税收返还。", "第二条 其他。"]
    paper = Paper(
        "投资协议",
        tuple(Para(x) for x in lines),
        "某县政府",
        date(2026, 11, 20),
    )
    for data, name in (
        (o.docx("\n".join(lines)), "a.docx"), (word.render(paper), "b.docx"),
        (typeset.render(paper), "c.pdf"), ("\n".join(lines).encode(), "d.txt"),
        ("\r\n".join(lines).encode("gb18030"), "e.txt"),
    ):  # fmt: skip
        said = "".join(p.text for p in read_agreement(data, name)).replace(" ", "")
        assert "第一条甲方给予乙方税收返还" in said, name


def test_s3_4b_修订里删去的字不读_表格文本框里的读() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    xml = (
        f"<w:document {w}><w:body><w:p><w:del><w:r><w:delText>税收返还</w:delText></w:r></w:del>"
        "<w:r><w:t>保留</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>表里</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:t>外</w:t><w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"
        '<w:p><w:r><w:br w:type="page"/><w:t>次页</w:t></w:r></w:p></w:body></w:document>'
    )
    found = read_agreement(
        packed(**{"word/document.xml": xml.encode()}),
        "a.docx",
    )
    assert [(p.page, p.text) for p in found] == [
        (1, "保留"),
        (1, "表里"),
        (1, "外"),
        (1, "框里"),
        (2, "次页"),
    ]


def test_s3_4b_读不了的说清为什么() -> None:
    assert "扫描件" in refused(o.docx(" \n "))
    blank = PdfWriter()
    blank.add_blank_page(200, 200)
    made = io.BytesIO()
    blank.write(made)
    assert "没有可读的文字" in refused(made.getvalue(), "扫描.pdf")
    locked = PdfWriter()
    locked.add_blank_page(200, 200)
    locked.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    locked.write(made)
    assert "密码" in refused(made.getvalue(), "密.pdf")
    assert "不是 Word" in refused(packed(**{"xl/workbook.xml": b"<a/>"}))
    assert "损坏" in refused(b"PK\x03\x04" + b"x" * 100)
    assert "损坏" in refused(packed(**{"word/document.xml": b"<w:p"}))
    assert "损坏" in refused(b"%PDF-1.7\n%%EOF garbage", "坏.pdf")
    assert "另存为 .docx" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧.doc")
    assert "读不出文字" in refused(b"\0\1\2\3" * 100, "a.bin")
    assert "超过" in refused(("长" * (MAX_CHARS + 1)).encode(), "长.txt")


def test_s3_4b_有恶意的文件很快就拒() -> None:
    started = time.process_time()
    bomb = packed(**{"word/document.xml": b"0" * (70 * 1024 * 1024)})
    assert "太大" in refused(bomb)
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert "重新导出" in refused(packed(**{"word/document.xml": laughs}))
    deep = b"<w:p xmlns:w='x'>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</w:p>"
    assert "损坏" in refused(packed(**{"word/document.xml": deep}))
    assert time.process_time() - started < 5


def test_s3_4b_同一份文本不必再传_没存好的说明(cast, project) -> None:
    file = o.agreement(cast)
    lists.set_text(actor=cast.actor("longshan"), project=project, file_id=file.pk, now=cast.NOW)
    before = traces()
    for file_id in (file.pk, None, 999999):
        with pytest.raises(RuleBroken):
            lists.set_text(
                actor=cast.actor("longshan"), project=project, file_id=file_id, now=cast.NOW
            )
    assert traces() == before


def test_s3_4b_满篇疑点的文本不收(cast, project) -> None:
    text = "\n".join(f"第{i}条 将税收返还乙方。" for i in range(600))
    file = store_file(
        actor=cast.actor("longshan"), name="a.docx", stream=io.BytesIO(o.docx(text)), now=cast.NOW
    )
    before = traces()
    with pytest.raises(RuleBroken) as error:
        lists.set_text(actor=cast.actor("longshan"), project=project, file_id=file.pk, now=cast.NOW)
    assert error.value.findings[0].rule == "agreement.hits" and traces() == before
