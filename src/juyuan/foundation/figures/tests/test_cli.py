"""命令行:全市数;JSON 是一份文档,金额是万元字符串。"""

import json
from datetime import date

import pytest

from juyuan.foundation.figures.cli import cli_figures
from juyuan.foundation.figures.registry import Dimension, Figure, Part, Result

PLACE = Dimension("place", "地方")


def declare(registry, seen):
    def compute(as_of, actor, names):
        seen.append((as_of, actor))
        return {
            "n": Result(3, [Part("east", "东", 2, "/e"), Part("west", "西", 2, "/w")], "/rows"),
            "m": Result(123_456_789, [], "/rows?m"),
            "r": Result(None),
        }

    words = {"clause": "9.9z", "definition": "口径", "counts_by": "当日", "section": "一节"}
    registry.register_group(
        [
            Figure(name="n", label="篮子数", unit="个", dimensions=(PLACE,), **words),
            Figure(name="m", label="篮子钱", unit="万元", **words),
            Figure(name="r", label="好果率", unit="%", **words),
        ],
        compute,
    )


@pytest.mark.django_db
def test_json_is_one_document_with_exact_amounts(clean_registry):
    seen = []
    declare(clean_registry, seen)
    rows = json.loads(cli_figures(date(2026, 3, 1), json=True))
    assert seen == [(date(2026, 3, 1), None)]
    assert [(row["name"], row["unit"], row["value"]) for row in rows] == [
        ("n", "个", 3),
        ("m", "万元", "12345.6789"),
        ("r", "%", None),
    ]
    assert rows[0]["rows_url"] == "/rows"
    assert rows[0]["splits"] == [
        {
            "by": "place",
            "label": "地方",
            "difference": 1,
            "parts": [
                {"key": "east", "label": "东", "value": 2, "rows_url": "/e"},
                {"key": "west", "label": "西", "value": 2, "rows_url": "/w"},
            ],
        }
    ]


@pytest.mark.django_db
def test_the_table_names_the_day_and_every_figure(clean_registry):
    declare(clean_registry, [])
    text = cli_figures(date(2026, 3, 1))
    lines = text.splitlines()
    assert lines[0] == "统计口径 · 全市数 · 2026-03-01"
    assert lines[2] == "一节"
    assert lines[3].split() == ["篮子数", "3", "个", "9.9z"]
    assert lines[4].split() == ["篮子钱", "12,345.68", "万元", "9.9z"]
    assert lines[5].split() == ["好果率", "—", "%", "9.9z"]


def test_nothing_registered_is_said_plainly(clean_registry):
    assert cli_figures().endswith("还没有登记任何统计数字")
    assert json.loads(cli_figures(json=True)) == []
