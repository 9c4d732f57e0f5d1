"""公文:度量、落款、序数由规则;两种文件写的字相同;同样的内容字节相同;什么字都排得出。"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx as reader
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juyuan.foundation.papers import docx, fonts, pdf, rules
from juyuan.foundation.papers.rules import Annex, Form, Heading, Paper, Para, Roll, Table

DAY = date(2026, 11, 7)
TABLE = Table(
    ("单位", "证据", "日期"),
    (
        ("东丰县人民政府", "会谈纪要(双方签字)", "2026-10-08"),
        ("龙山区人民政府", "来访登记", "2026-10-12"),
    ),
)
BODY = (
    Para("两单位登记重合,经核对证据,裁定如下:"),
    Heading("查明的事实"),
    Para("埇桥、沚水、浉河、瀍河、猇亭、硚口、鄠邑来的人都有名字。\n第二段。"),
    Heading("各方的证据", 2),
    TABLE,
    Heading("裁定"),
    Para("东丰县人民政府为首谈单位。" * 20),
)


def paper(**changes: Any) -> Paper:
    return Paper(**{
        "title": "关于某项目首谈归属的裁定", "body": BODY, "signer": "辽源市商务局", "dated": DAY,
        "form": Form.LETTER, "issuer": "辽源市商务局", "number": "辽商函〔2026〕3号",
        "addressee": "东丰县人民政府、龙山区人民政府", "attachments": ("证据清单", "计算说明"),
        "copies": ("市政府办公室",), "note": "此件不公开",
        "annexes": (Annex("回执", (Para("请于期限内填写。"), TABLE)), Annex("证据清单", (TABLE,))),
        "rolls": (Roll("出席", ("甲", "乙")), Roll("请假", ())), "printer": "辽源市商务局",
        "check": "0A1B-2C3D-4E5F-6789", **changes,
    })  # fmt: skip


def texts_of(raw: bytes) -> list[str]:
    """docx 里的字,按次序;空段不算。"""
    book = reader.Document(io.BytesIO(raw))
    found = [p.text for p in book.sections[0].first_page_header.paragraphs]
    for item in book.iter_inner_content():
        if hasattr(item, "rows"):
            found += [cell.text for row in item.rows for cell in row.cells]
        else:
            found += item.text.split("\t")
    return [text for text in found if text]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "一百"), (105, "一百零五"),
     (110, "一百一十"), (120, "一百二十"), (999, "九百九十九")],
)  # fmt: skip
def test_层次序数(number: int, said: str) -> None:
    assert rules.chinese(number) == said


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_层次序数_不在其内报错(number: int) -> None:
    with pytest.raises(ValueError, match="1 至 999"):
        rules.chinese(number)


def test_四层序号_上一层进了下一层从头数() -> None:
    body = (
        Para("正文"), Heading("甲"), Heading("乙", 2), Heading("丙", 3), Heading("丁", 4),
        Heading("戊", 4), Heading("己", 2), Heading("庚"), Heading("辛", 2),
    )  # fmt: skip
    said = [p.text for p in rules.pieces(paper(body=body)) if p.kind.startswith("h")]
    assert said == [
        "一、甲",
        "（一）乙",
        "1.丙",
        "（1）丁",
        "（2）戊",
        "（二）己",
        "二、庚",
        "（一）辛",
    ]
    with pytest.raises(ValueError, match="只有四层"):
        rules.pieces(paper(body=(Para("正文"), Heading("甲", 5))))


def test_日期与字号不编虚位() -> None:
    assert rules.said_day(DAY) == "2026年11月7日"
    assert rules.said_number("辽商函", 2026, 3) == "辽商函〔2026〕3号"
    with pytest.raises(ValueError, match="从 1 起"):
        rules.said_number("辽商函", 2026, 0)


@pytest.mark.parametrize(
    ("signer", "sealed", "right"),
    [
        # 日期「2026年11月7日」宽 6.5 字:年月日三字,数字七个
        ("辽源市商务局", True, (4.25, 4.0)),
        ("辽源市人民政府办公室", True, (2.25, 4.0)),
        ("辽源市商务局", False, (4.5, 2.0)),
        ("辽源市人民政府办公室", False, (2.0, 3.5)),
    ],
)
def test_落款_盖章以日期为准居中_不盖章右空二字(
    signer: str, sealed: bool, right: tuple[float, float]
) -> None:
    assert rules.signing(signer, rules.said_day(DAY), sealed=sealed) == right


def test_标点_汉字旁边用全角_数字与西文里的不动() -> None:
    assert (
        rules.plain("经核对,如下:(一)1,200 万元(含税);A,B")
        == "经核对\uff0c如下\uff1a\uff08一\uff091,200 万元\uff08含税\uff09\uff1bA,B"
    )


@pytest.mark.parametrize("make", [docx.render, pdf.render])
def test_没有标题_没有正文_列数不齐_是编码错误(make: Any) -> None:
    for changes in (
        {"title": " \x00"}, {"body": (Heading("甲"),)}, {"body": (Para("甲"), Table(("a",), (("1", "2"),)))},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            make(paper(**changes))


@pytest.mark.parametrize("form", list(Form))
def test_同样的内容字节相同_改一个字就不同(form: Form) -> None:
    for make in (docx.render, pdf.render):
        assert make(paper(form=form)) == make(paper(form=form))
        assert make(paper(form=form)) != make(paper(form=form, number="辽商函〔2026〕4号"))


@pytest.mark.parametrize("form", list(Form))
def test_docx写的字就是内容(form: Form) -> None:
    made = texts_of(docx.render(paper(form=form)))
    assert made == rules.lines_of(paper(form=form))


def test_docx_纸张版心字体照国标() -> None:
    raw = docx.render(paper())
    section = reader.Document(io.BytesIO(raw)).sections[0]
    assert [round(x.mm) for x in (
        section.page_width, section.page_height, section.top_margin, section.left_margin,
        section.right_margin, section.bottom_margin,
    )] == [210, 297, 37, 28, 26, 35]  # fmt: skip
    body = zipfile.ZipFile(io.BytesIO(raw)).read("word/document.xml").decode()
    assert {"仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"} <= set(
        re.findall(r'eastAsia="([^"]+)"', body)
    )


def test_pdf_随带的字体就够_生僻地名也有字() -> None:
    raw = pdf.render(paper())
    assert raw.startswith(b"%PDF-")
    _, installed = pdf._compiler(tuple(map(str, fonts.folders())))
    assert {fonts.SONG, fonts.HEI} <= installed
    data = pdf.data_of(paper(), installed)
    assert all(data["fonts"].values())


@pytest.mark.parametrize("form", list(Form))
def test_pdf写的字与docx相同(form: Form) -> None:
    book = pypdf.PdfReader(io.BytesIO(pdf.render(paper(form=form))))
    made = re.sub(r"\s", "", "".join(page.extract_text() for page in book.pages))
    for line in rules.lines_of(paper(form=form)):
        assert re.sub(r"\s", "", line)[:20] in made
    assert book.metadata is not None and book.metadata.title == "关于某项目首谈归属的裁定"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有装 LibreOffice,不强求")
def test_docx别的软件打得开_字不少(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx.render(paper()))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to",
         "pdf", "--outdir", str(tmp_path), str(tmp_path / "a.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    book = pypdf.PdfReader(tmp_path / "a.pdf")
    made = re.sub(r"\s", "", "".join(page.extract_text() for page in book.pages))
    for line in rules.lines_of(paper()):
        assert re.sub(r"\s", "", line)[:12] in made


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=40, deadline=None)
@given(HOSTILE, HOSTILE, st.lists(st.tuples(HOSTILE, HOSTILE), max_size=3))
def test_什么字都排得出_排版的记号只是字(
    title: str, text: str, rows: list[tuple[str, str]]
) -> None:
    given_ = paper(
        title=f"题{title}", attachments=(f"件{title}",), note=text,
        body=(Para(f'#import "x.typ" $x$ *b* {{{{ y }}}} <w:p/> {text}'), Table(("#a", "b"), tuple(rows))),
    )  # fmt: skip
    assert pdf.render(given_).startswith(b"%PDF-")
    squeeze = re.compile(r"\s")
    made = squeeze.sub("", "".join(texts_of(docx.render(given_))))
    assert made == squeeze.sub("", "".join(rules.lines_of(given_)))


@given(st.text(max_size=40))
def test_去掉的只是控制字符_再去一次不变(text: str) -> None:
    once = rules.plain(text)
    assert rules.plain(once) == once
    assert "\x00" not in once


@given(
    st.text(st.sampled_from("东丰县人民政府办公室"), min_size=1, max_size=20),
    st.dates(),
    st.booleans(),
)
def test_落款从不出界(signer: str, day: date, sealed: bool) -> None:
    name, dated = rules.signing(signer, rules.said_day(day), sealed=sealed)
    assert 0 <= name <= 28 and 0 <= dated <= 28


def test_核验码_差一个字就不同_不算它自己() -> None:
    made = paper()
    code = rules.check_code(made)
    assert re.fullmatch(r"([0-9A-F]{4}-){3}[0-9A-F]{4}", code)
    assert rules.check_code(paper(check=code)) == code == rules.check_code(paper(check=""))
    assert rules.check_code(paper(title="关于某项目首谈归属的裁决")) != code


def test_纪要_标志在先_署名日期在红线之上_名单在正文之后_没有落款() -> None:
    kinds = [p.kind for p in rules.pieces(paper(form=Form.MINUTES))]
    assert kinds[:4] == ["mark", "number", "masthead", "title"]
    assert not {"signer", "dated", "addressee", "note"} & set(kinds)
    said = [p.text for p in rules.pieces(paper(form=Form.MINUTES)) if p.kind == "roll"]
    assert said == ["出席：甲、乙", "请假：无"]
    assert kinds.index("roll") > kinds.index("table")
    assert kinds[-3:] == ["copies", "printed", "check"]


def test_附件另面_几件的编序号() -> None:
    made = rules.pieces(paper())
    assert [p.text for p in made if p.kind == "annex"] == ["附件1", "附件2"]
    one = rules.pieces(paper(annexes=(Annex("回执", (TABLE,)),)))
    assert [p.text for p in one if p.kind == "annex"] == ["附件"]
    assert [p.kind for p in one].index("annex") > [p.kind for p in one].index("dated")
