"""评分卡:两座城市都读得进;权重不合一百、曲线写错的,整包拒绝并说出文件、位置、理由。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from juyuan.foundation.policy.pack import PackError, load

PACKS = Path(__file__).resolve().parents[5] / "packs"
FILE = "scorecards.toml"


def test_s3_4b_两座城市的评分卡权重合计一百() -> None:
    for name in ("liaoyuan", "testcity"):
        city = load(PACKS / name)
        assert all(sum(i.weight for i in card.indicators) == 100 for card in city.scorecards)
        assert city.scorecard_for("").chains == ()
        assert city.scorecard_for("C1") == city.scorecards[0]


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("weight = 40", "weight = 39", "[[scorecard]] general", "各项权重合计为 99,须恰好为 100"),
        ("weight = 40", "weight = 41", "[[scorecard]] general", "各项权重合计为 101,须恰好为 100"),
        ("weight = 40", 'weight = "40"', "指标 fit", "weight 应为 1 至 100 的整数"),
        ("weight = 40", "weight = 0", "指标 fit", "weight 应为 1 至 100 的整数"),
        ('source = "jobs"', 'source = "job"', "指标 jobs", "source 不认识「job」"),
        ('curve = "linear"', 'curve = "line"', "指标 jobs", "curve 不认识「line」"),
        ('direction = "up"', 'direction = "down"', "指标 intensity", "得分须只减不增"),
        ("[[80, 5000], [120, 10000]]", "[[120, 5000], [80, 10000]]", "指标 intensity", "由小到大"),
        ("[[80, 5000], [120, 10000]]", "[[80, 5000], [120, 9000]]", "指标 intensity", "没有得满分"),
        ("[[80, 5000], [120, 10000]]", "[[80, 5000], [120, 10001]]", "指标 intensity", "之间"),
        ("[[80, 5000], [120, 10000]]", "[[80.5, 5000]]", "指标 intensity", "都是整数"),
        ("[[0, 0], [100, 10000]]", "[[0, 10000]]", "指标 jobs", "linear 至少两点"),
        ('curve = "linear"', 'curve = "efficacy"\nby_industry = [{industry=["x"], points=[[0, 0], [9, 10000]]}]',
         "指标 jobs", "行业代码的前2至4位"),
        ('guide = "按产业指导目录"', 'points = [[0, 0]]\nguide = "x"', "指标 fit", "评审人打分的不写"),
        ('guide = "按产业指导目录"', "", "指标 fit", "缺少 guide"),
        ('clause = "A7-1"', 'clause = "A77"', "[[scorecard]] general", "不认识的条款「A77」"),
        ("chains = []", 'chains = ["K9"]', "[[scorecard]] general", "不认识的产业链「K9」"),
        ("chains = []", 'chains = ["K1"]', "", "通用的评分卡(不写 chains)须恰好一张"),
        ('code = "fit"', 'code = "jobs"', "[[scorecard]] general", "指标编号「jobs」重复"),
        ('note = "测试用缺省"', 'nota = "x"', "[[scorecard]] general", "不认识的名字 nota"),
    ],
)  # fmt: skip
def test_s3_4b_写错的评分卡整包拒绝(
    tmp_path: Path, old: str, new: str, place: str, reason: str
) -> None:
    city = Path(shutil.copytree(PACKS / "testcity", tmp_path / "city"))
    text = (city / FILE).read_text(encoding="utf-8")
    assert old in text
    (city / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load(city)
    assert any(
        p.file == FILE and place in p.place and reason in p.reason for p in caught.value.problems
    ), caught.value.problems


def test_s3_4b_评分卡文件没有_拒绝(tmp_path: Path) -> None:
    city = Path(shutil.copytree(PACKS / "testcity", tmp_path / "city"))
    (city / FILE).unlink()
    with pytest.raises(PackError) as caught:
        load(city)
    assert {(p.file, p.reason) for p in caught.value.problems} == {(FILE, "文件不存在")}
