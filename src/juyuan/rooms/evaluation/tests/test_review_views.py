"""评审的网页:每一步都从页面办得成;拒绝的话说清;看得见的按钮与能办的事一致。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.personal.models import FormDraft
from juyuan.rooms.evaluation.actions import reviewscoring as scoring
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return response.content.decode()


def page(cast: Any, who: str, path: str) -> str:
    response = cast.client(who).get(path)
    assert response.status_code == 200, (path, response.status_code)
    return text(response)


def post(cast: Any, who: str, path: str, **data: Any) -> Any:
    return cast.client(who).post(path, data)


def test_s3_4b_送审页_缺什么逐项给去处_齐了才送得出(cast: Any) -> None:
    empty = f.planning(cast, name="还缺材料的")
    said = page(cast, "gongxin", f"/reviews/send/{empty.code}/")
    assert "还差" in said and f"/projects/{empty.code}/evidence/?fact=prereview" in said
    project = r.ready(cast)
    url = f"/reviews/send/{project.code}/"
    assert "可以送审" in page(cast, "gongxin", url)
    bad = post(cast, "gongxin", url, land_mu="", energy_tce="x", city_funds="0")
    assert (
        bad.status_code == 422 and "不新增用地的写 0" in text(bad) and not Review.objects.exists()
    )
    good = post(cast, "gongxin", url, land_mu="20", energy_tce="800", city_funds="0",
                annual_output="8000", annual_tax="200", jobs="120", build_months="12")  # fmt: skip
    review = Review.objects.get()
    assert good.status_code == 302 and good["Location"] == f"/reviews/{review.code}/"
    assert (review.annual_tax, review.city_funds) == (200 * r.WAN, 0)
    assert review.code in page(cast, "gongxin", url)  # 再来:领到正在办的那一次
    assert cast.client("dongfeng").get(url).status_code == 404


def test_s3_4b_从网页办到底(cast: Any) -> None:
    review = r.sent(cast)
    base = f"/reviews/{review.code}/"
    said = page(cast, "longshan", base)
    assert "等龙山区人民政府填好主体核查单" in said and "指定评审人" in said
    items = {f"mark_{one.code}": "normal" for one in review.diligence.all()}
    items |= {f"note_{one.code}": "已查" for one in review.diligence.all()}
    items["file_controller"] = SimpleUploadedFile("股权图.pdf", f.pdf("股权图"))
    assert post(cast, "longshan", f"{base}diligence/", **items).status_code == 302
    said = page(cast, "longshan", base)
    assert "股权图.pdf" in said and "/files/" in said
    answers = {f"holds_{one.code}": "no" for one in review.vetoes.all()}
    assert post(cast, "gongxin", f"{base}vetoes/", **answers).status_code == 403
    assert post(cast, "longshan", f"{base}vetoes/", **answers).status_code == 302
    people = [cast.person(who).pk for who in r.reviewers_of(review)]
    assert "龙山商务经办" in page(cast, "longshan", f"{base}reviewers/")
    assert post(cast, "longshan", f"{base}reviewers/", people=people).status_code == 302
    assert cast.client("longshan_head").get(f"{base}score/").status_code == 302  # 先声明
    for who in r.reviewers_of(review):
        said = post(cast, who, f"{base}declare/", interest="no")
        assert said["Location"] == f"{base}score/"
        form = page(cast, who, f"{base}score/")
        assert "按数据 196 万元/亩" in form and "算出 14.00 分" in form
        marks = {f"score_{m.indicator}": m.score for m in r.marks(r.fresh(review))}
        marks |= {f"evidence_{m.indicator}": m.evidence for m in r.marks(r.fresh(review))}
        lacking = post(cast, who, f"{base}score/", **marks)
        assert lacking.status_code == 422 and "请说明理由" in text(lacking)
        marks |= {f"note_{m.indicator}": m.note for m in r.marks(r.fresh(review))}
        assert post(cast, who, f"{base}score/", **marks).status_code == 302
    seat = review.reviewers.get(person=cast.person("longshan_head"))
    recheck = f"{base}recheck/{seat.pk}/"
    assert cast.client("longshan_head").get(recheck).status_code == 403
    done = post(cast, "longshan_shangwu", recheck, recheck_chain_fit="15", note_chain_fit="偏高")
    assert done.status_code == 302
    table = page(cast, "longshan", base)
    assert "15.00" in table and "15.60" in table  # 复核分,与两人的平均
    alone = page(cast, "longshan_shangwu", base)
    assert "评分表" in alone  # 承办单位的人看得见全部
    assert post(cast, "longshan", f"{base}finish/").status_code == 302
    form = page(cast, "longshan_head", f"{base}decide/")
    assert "评分建议" in form and "89.40" in form
    assert post(cast, "longshan_head", f"{base}decide/", result="passed").status_code == 302
    said = page(cast, "gongxin", base)
    assert "县区决定：通过" in said and "评审报告" in said and "〔2026〕1号" in said
    assert cast.client("gongxin").get(f"{base}decide/").status_code == 403


def test_s3_4b_评审人打分期间看不见别人的分_回避的划去(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.LARGE), 0.9)
    base = f"/reviews/{review.code}/"
    assert "只看得见自己的分" in page(cast, "keji", base) and "评分表" not in page(
        cast, "keji", base
    )
    scoring.declare(
        actor=cast.actor("keji"), review=review, interest=True, reason="曾任顾问", now=cast.NOW
    )
    said = page(cast, "heyan", base)
    assert "<del>柯经办</del>" in said and "曾任顾问" in said
    for path in ("score/", "declare/"):
        response = cast.client("keji").get(base + path)
        assert response.status_code == 403 and "回避这次评审" in text(response)


def test_s3_4b_合规意见_补充_调取_撤回_都在页面上(cast: Any) -> None:
    review = r.scored(cast, r.sent(cast, r.MIDDLE))
    base = f"/reviews/{review.code}/"
    post(cast, "longshan", f"{base}finish/")
    assert "等市级合规意见" in page(cast, "longshan", base)
    bad = post(cast, "heyan", f"{base}opinion/", answer="more")
    assert bad.status_code == 422 and "要补充什么材料" in text(bad)
    assert post(cast, "heyan", f"{base}opinion/", answer="more", reason="缺能评").status_code == 302
    assert "补充材料" in page(cast, "longshan", base)
    file = SimpleUploadedFile("能评.pdf", f.pdf("能评"))
    assert post(cast, "longshan", f"{base}supply/", note="已补", file=file).status_code == 302
    assert post(cast, "heyan", f"{base}opinion/", answer="compliant").status_code == 302
    decided = post(
        cast, "longshan_head", f"{base}decide/", result="conditional", reasons="须补环评",
        condition_text_1="环评批复", condition_by_1="2026-12-31", condition_evidence_1="批复",
    )  # fmt: skip
    assert decided.status_code == 302
    said = page(cast, "shangwuju_head", base)
    assert "调取到市级" in said and "环评批复" in said and "CN-" in said
    assert post(cast, "shangwuju_head", f"{base}call-up/", reason="涉及布局").status_code == 302
    assert "已被市级调取" in page(cast, "gongxin", base)
    other = r.sent(cast, project=r.ready(cast, name="第二个"))
    gone = post(cast, "gongxin", f"/reviews/{other.code}/withdraw/", reason="再议")
    assert gone.status_code == 302


def test_s3_4b_清单_筛选_排序_看不懂的说明(cast: Any) -> None:
    review = r.sent(cast)
    said = page(cast, "chen", "/reviews/")
    assert review.code in said and "县区决定" in said and "受理" in said
    for query in ("tab=decided", "state=passed", "level=city", "unit=dongfeng",
                  "tab=all&as_of=2026-11-19"):  # fmt: skip
        assert review.code not in page(cast, "chen", f"/reviews/?{query}"), query
    for query in ("tab=all", "state=accepted", "level=county", "unit=longshan", "sort=-total",
                  "sort=due_on", "tab=all&as_of=2026-11-20"):  # fmt: skip
        assert review.code in page(cast, "chen", f"/reviews/?{query}"), query
    assert "读不懂" in page(cast, "chen", "/reviews/?state=nothing")
    assert "这里没有评审" in page(cast, "dongfeng", "/reviews/")
    assert cast.client("caizheng").get("/reviews/").status_code == 403


def test_s3_4b_项目页上有评审的卡片_门槛清单领到送审(cast: Any) -> None:
    later = cast.NOW + timedelta(days=1)
    project = r.ready(cast, now=later)
    said = page(cast, "gongxin", f"/projects/{project.code}/")
    assert f"/reviews/send/{project.code}/" in said and "还没有送审" in said
    review = r.sent(cast, project=project, now=later)
    said = page(cast, "gongxin", f"/projects/{project.code}/")
    assert f"/reviews/{review.code}/" in said and "等龙山区人民政府" in said


def keep(cast: Any, who: str, form: str, key: str, **typed: str) -> None:
    said = cast.client(who).post("/drafts/save/", {"_form": form, "_object": key, **typed})
    assert said.status_code == 200, said.content


def test_填到一半的送审与复核_回来还在_交成了就清(cast: Any) -> None:
    project = r.ready(cast)
    url = f"/reviews/send/{project.code}/"
    keep(cast, "gongxin", "evaluation.send", project.code, jobs="137")
    assert 'value="137"' in page(cast, "gongxin", url)
    sent = post(cast, "gongxin", url, land_mu="20", energy_tce="800", city_funds="0",
                annual_output="8000", annual_tax="200", jobs="137", build_months="12")  # fmt: skip
    assert sent.status_code == 302 and not FormDraft.objects.exists()
    review = r.scored(cast, Review.objects.get())
    seat = review.reviewers.first()
    recheck = f"/reviews/{review.code}/recheck/{seat.pk}/"
    who = next(
        w
        for w in ("longshan_shangwu", "longshan_head")
        if cast.client(w).get(recheck).status_code == 200
    )
    keep(cast, who, "evaluation.recheck", f"{review.code}.{seat.pk}", note_chain_fit="依据不足")
    assert "依据不足" in page(cast, who, recheck)
    listed = page(cast, who, "/drafts/")
    assert "复核评分" in listed and recheck in listed and project.name in listed
    done = post(cast, who, recheck, recheck_chain_fit="15", note_chain_fit="依据不足")
    assert done.status_code == 302 and not FormDraft.objects.exists()
