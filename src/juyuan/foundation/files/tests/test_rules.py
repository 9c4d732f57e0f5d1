"""以内容认类型:每种可收的样子,与每种伪装、残缺、夹带。"""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.files import rules

ALLOWED = ("pdf", "ofd", "jpg", "jpeg", "png", "docx", "doc", "xlsx", "xls", "csv", "txt")


def package(*names, **parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names:
            z.writestr(name, parts.get(name.rsplit("/", 1)[-1].split(".")[0], "<x/>"))
    return target.getvalue()


def png(width=10, height=10):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\0" * 9


def jpeg(width=10, height=10):
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    frame = b"\xff\xc0" + struct.pack(">HBHH", 11, 8, height, width) + b"\1\0\0\0"
    return b"\xff\xd8" + app0 + frame + b"\xff\xd9"


def compound(*streams):
    marks = b"".join(s.encode("utf-16-le") + b"\0" * 64 for s in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + marks


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n"
DOCX = package("[Content_Types].xml", "word/document.xml")
XLSX = package("[Content_Types].xml", "xl/workbook.xml")
GOOD = {
    "合同.pdf": PDF,
    "公文.ofd": package("OFD.xml", "Doc_0/Document.xml"),
    "现场.jpg": jpeg(),
    "现场.JPEG": jpeg(),
    "图.png": png(),
    "意向书.docx": DOCX,
    "台账.xlsx": XLSX,
    "旧文.doc": compound("WordDocument"),
    "旧表.xls": compound("Workbook"),
    "更旧的表.xls": compound("Book\0"),
    "名单.csv": "单位,金额\n甲,1".encode("gb18030"),
    "说明.txt": "\ufeff已到现场。\n".encode(),
}


def judge(name, data):
    name = rules.safe_name(name)
    found = rules.name_findings(name, ALLOWED)
    if not found:
        found = rules.content_findings(io.BytesIO(data), len(data), name, ALLOWED)[1]
    return [f.rule for f in found]


@pytest.mark.parametrize("name", GOOD)
def test_accepted(name):
    assert judge(name, GOOD[name]) == []


@pytest.mark.parametrize("name", [n for n in GOOD if not n.endswith((".txt", ".csv"))])
def test_the_extension_must_agree_with_the_content(name):
    other = "x.png" if not name.endswith("png") else "x.pdf"
    assert judge(other, GOOD[name]) == ["file_mismatch"]


SECRET = package("[Content_Types].xml", "word/document.xml", document="<w:t>机密</w:t><w:t>★</w:t>")
BAD = {
    "网页伪装成文本.txt": (b"<!DOCTYPE html><script>alert(1)</script>", "file_type"),
    "矢量图伪装.txt": (b"<svg onload=alert(1)>", "file_type"),
    "程序伪装.pdf": (b"MZ\x90\0" + b"\0" * 100, "file_type"),
    "脚本.exe": (b"MZ", "file_type"),
    "没有扩展名": (PDF, "file_type"),
    "压缩包.docx": (package("a.txt"), "file_type"),
    "含宏.docx": (
        package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        "file_active",
    ),
    "含宏.xls": (compound("Workbook", "_VBA_PROJECT"), "file_active"),
    "穿越.xlsx": (package("[Content_Types].xml", "xl/workbook.xml", "../evil"), "file_tampered"),
    "残缺.docx": (DOCX[:-30], "file_damaged"),
    "残缺.pdf": (PDF[:20], "file_damaged"),
    "带脚本.pdf": (PDF.replace(b"/Catalog", b"/Catalog/JavaScript 5 0 R"), "file_active"),
    "带启动.pdf": (PDF.replace(b"/Catalog", b"/Catalog/Launch"), "file_active"),
    "残缺.png": (b"\x89PNG\r\n\x1a\n", "file_damaged"),
    "洪水.png": (png(30000, 30000), "file_pixels"),
    "洪水.jpg": (jpeg(30000, 30000), "file_pixels"),
    "零宽.jpg": (jpeg(0, 10), "file_damaged"),
    "残缺.jpg": (b"\xff\xd8\xff\xe0", "file_damaged"),
    "二进制.csv": (b"a,b\0c", "file_type"),
    "关于机密★的通知.pdf": (PDF, "file_secret"),
    "密件.docx": (SECRET, "file_secret"),
    "密件.txt": ("秘密 ★ 一年".encode("gb18030"), "file_secret"),
    ".pdf": (PDF, "file_type"),
    " . ": (PDF, "file_name"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name):
    data, rule = BAD[name]
    assert rule in judge(name, data)


def test_a_bomb_is_refused_without_unpacking():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "")
        z.writestr("xl/workbook.xml", "")
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(60):
                part.write(b"\0" * (10 * 1024 * 1024))
    assert judge("炸弹.xlsx", target.getvalue()) == ["file_bomb"]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\用户\\合同.pdf", "合同.pdf"),
        ("合\u202e同.pdf", "合同.pdf"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ('引"号<>|.pdf', "引_号___.pdf"),
        ("  名 .pdf. ", "名 .pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_names_are_made_safe(given_name, kept):
    assert rules.safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_safe_name_is_short_flat_and_stays_the_same(name):
    safe = rules.safe_name(name)
    assert len(safe) <= rules.NAME_LENGTH
    assert not set('/\\\r\n\0"<>|') & set(safe)
    assert rules.safe_name(safe) == safe


@given(st.binary(max_size=2000), st.sampled_from(ALLOWED))
def test_no_content_brings_the_judge_down(data, ext):
    rules.content_findings(io.BytesIO(data), len(data), f"x.{ext}", ALLOWED)


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 3000), st.binary(min_size=1, max_size=20))
def test_no_damage_to_a_good_file_brings_the_judge_down(name, place, noise):
    data = bytearray(GOOD[name])
    place %= len(data)
    data[place : place + len(noise)] = noise
    rules.content_findings(io.BytesIO(bytes(data)), len(data), name, ALLOWED)


@pytest.mark.parametrize(
    ("size", "rule"), [(0, "file_empty"), (1, None), (10, None), (11, "file_size")]
)
def test_size_limit_includes_the_number_itself(size, rule):
    found = rules.size_finding(size, 10)
    assert (found.rule if found else None) == rule
