"""评审报告:决定时的事实都在;再排一次字一样;docx 与 pdf 同样的字;合并随项目走;全库关系成立。"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pypdf
import pytest

from juyuan.foundation.files.models import FileUse
from juyuan.foundation.files.storage import path_of
from juyuan.foundation.invariants import check
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.queries import paper_of, rendered, visible_to
from juyuan.foundation.papers.rules import lines_of
from juyuan.rooms.evaluation.actions import reviewmerging
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.rules.review_scoring import ReviewResult
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.actions.merge import merge_projects, undo_merge
from juyuan.rooms.pipeline.models import Project

pytestmark = pytest.mark.django_db


def test_s3_4b_评审报告写全_再排一次字一样(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.MIDDLE), 0.7)
    cast.add("zhang", "longshan", "clerk", "张三")
    r.appointed(cast, review, ["zhang"])
    scoring.declare(
        actor=cast.actor("zhang"), review=review, interest=True, reason="曾任顾问", now=cast.NOW
    )
    scoring.finish_scoring(actor=cast.actor("longshan"), review=review, now=cast.NOW)
    r.acts.give_opinion(
        actor=cast.actor("heyan"), review=review, answer=r.OpinionAnswer.COMPLIANT,
        reason="符合分工", now=cast.NOW,
    )  # fmt: skip
    r.decide(
        cast, review, ReviewResult.CONDITIONAL, reasons="须补环评", conditions=[r.condition(cast)]
    )
    row = Document.objects.get(kind="evaluation.review_report")
    said = "\n".join(lines_of(paper_of(row)))
    for words in (
        "关于「高性能纱线智能制造」的评审报告", "总投资 3 亿元，在 5,000 万元以上、不满 5 亿元",
        "张三", "有利害关系，回避", "合计 70.00 分，评分建议：有条件通过", "出具：合规。符合分工。",
        "决定：有条件通过。理由：须补环评。", "签约前取得环评批复", "2026年12月20日", "龙山区人民政府",
    ):  # fmt: skip
        assert words in said, words
    assert rendered(row, "pdf") == rendered(row, "pdf")
    kept = path_of(FileUse.objects.get(pk=row.pdf_use_id).file.sha256).read_bytes()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(kept)).pages)
    assert "有条件通过" in text.replace("\n", "") and row.check_code in text
    for who, sees in (("gongxin", True), ("heyan", True), ("dongfeng", False)):
        assert visible_to(cast.actor(who)).filter(pk=row.pk).exists() is sees


def test_s3_4b_项目合并_评审随着走_两边都开着的不能并(cast: Any) -> None:
    review = r.decided(cast)
    kept = r.ready(cast, name="留下的一个")
    gone = Project.objects.get(pk=review.project_id)
    assert reviewmerging.count(gone.pk) == 1 and reviewmerging.blocks(gone.pk, kept.pk) == []
    made = merge_projects(
        actor=cast.actor("heyan"), source=gone, target=kept, reason="同一件",
        versions=(gone.version, Project.objects.get(pk=kept.pk).version),
        now=cast.NOW + timedelta(days=1),
    )  # fmt: skip
    assert Review.objects.get().project_id == kept.pk
    assert [f.rule for f in check(cast.TODAY) if f.rule.startswith("review_")] == []
    undo_merge(
        actor=cast.actor("heyan"), entry=made, reason="并错了", now=cast.NOW + timedelta(days=2)
    )
    assert Review.objects.get().project_id == gone.pk
    other = r.sent(cast, project=r.ready(cast, name="甲"))
    third = r.sent(cast, project=r.ready(cast, name="乙"))
    said = reviewmerging.blocks(other.project_id, third.project_id)
    assert len(said) == 1 and other.code in said[0] and third.code in said[0]
    Review.objects.filter(pk=other.pk).update(state="passed")
    broken = {f.rule for f in check(cast.TODAY) if f.rule.startswith("review_")}
    assert broken == {"review_state_is_last_step", "review_decided_has_decision"}
