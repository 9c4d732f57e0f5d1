"""函的文稿:同样的事实写出同样的字(与存下的文稿逐字相同),两种文件排得出来。"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.papers import docx, pdf
from juyuan.foundation.papers.rules import Paper, lines_of
from juyuan.rooms.evaluation.rules.breaches import LetterLevel
from juyuan.rooms.evaluation.rules.letterpaper import build, default_words, title_of

GOLDEN = Path(__file__).parent / "golden" / "letter.txt"
FACTS: dict[str, Any] = {
    "level": "urge", "project": "高性能纱线智能制造项目", "project_code": "XM-8K2M4P6R",
    "addressee": "浙江安澜纺织科技有限公司", "signed_on": "2026年3月18日",
    "contract_number": "HT-2026-08", "place": "第三条第二款（第4页）",
    "quote": "乙方应于2026年9月30日前开工建设。", "text": "2026年9月30日前开工建设", "kind": "开工",
    "promised": "2026年9月30日前开工", "actual": "至2026年11月20日尚未开工", "deviation": "逾期51天",
    "evidence": ["合同约定：HT-2026-08 第三条第二款（第4页）", "项目进展：本系统登记的进展事件"],
    "found_on": "2026年11月20日", "days": 30,
    "government": "经自查，政府先行事项已办到：市自然资源局应于2026年6月30日前交付净地50亩，已于2026年6月28日办到。",
    "rule": "《云川市招商引资促进办法》（云府发〔2026〕1号）第七条",
    "clause_text": "及时规范未按规定建设、未按约定达效的违约项目，及时发出履约提醒函，督促项目单位加快建设进度或调整投资计划。",
    "signer": "云川市投资促进局", "breach": "WY-2B4D6F8H",
    "before": [
        {"title": "履约提醒函", "number": "云投履函〔2026〕6号", "on": "2026年10月9日"},
    ],
}  # fmt: skip


def paper(level: str = "urge", **words: str) -> Paper:
    facts = {**FACTS, "level": level}
    said = {**default_words(LetterLevel(level)), "contact": "何某，0437-1234567", **words}
    return build(
        facts, said, title=title_of(LetterLevel(level), FACTS["project"]),
        number="云投履函〔2026〕7号", dated=date(2026, 11, 23),
    )  # fmt: skip


def test_s3_4c_文稿与存下的逐字相同() -> None:
    assert "\n".join(lines_of(paper())) + "\n" == GOLDEN.read_text(encoding="utf-8")
    assert lines_of(paper()) == lines_of(paper())


@pytest.mark.parametrize("level", [level.value for level in LetterLevel])
def test_s3_4c_四级都排得成两种文件(level: str) -> None:
    one = paper(level)
    assert pdf.render(one).startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(docx.render(one))) as package:
        text = package.read("word/document.xml").decode()
    assert "责任区分" in text and "回执" in text and "30日以内" in text


def test_s3_4c_改话不改事实_约谈安排只在约谈里() -> None:
    changed = lines_of(paper(demand="请于春节前开工。"))
    assert "请于春节前开工。" in changed
    assert "逾期51天" in changed and "至2026年11月20日尚未开工" in changed
    assert "约谈安排" not in "".join(lines_of(paper(meeting="周五上午九点")))
    assert "周五上午九点" in "".join(lines_of(paper("talk", meeting="周五上午九点")))


def test_s3_4c_标题不重复项目二字() -> None:
    assert title_of(LetterLevel.REMIND, "安澜纱线") == "关于安澜纱线项目的履约提醒函"
    assert title_of(LetterLevel.EXIT, "安澜纱线项目") == "关于安澜纱线项目的退出告知函"
