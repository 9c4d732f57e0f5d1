"""改参数的影响:评审分流、承诺的灯、交办的待办,各由平时的规则算;看不见的不列。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.foundation.policy.effects import Group, Preview, preview
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.evaluation.tests import reviewfactories as r
from juyuan.rooms.evaluation.tests.test_breaches import late
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db


def look(cast: Any, key: str, value: Any, *, who: str = "heyan", day: Any = None) -> Preview:
    return preview(
        actor=cast.actor(who), key=key, value=value, effective_from=day or cast.TODAY,
        today=day or cast.TODAY,
    )  # fmt: skip


def group(found: Preview, label: str) -> Group:
    return next(g for g in found.groups if g.label.startswith(label))


def test_s3_4b_分流的界限一改_列出由哪一级决定变了的(cast: Any) -> None:
    f.parameters(cast)
    exact = f.at(cast, Stage.NEGOTIATION, name="正好三亿", total_investment=3 * f.YI)
    f.at(cast, Stage.NEGOTIATION, name="差一元", total_investment=3 * f.YI - 1)
    sent = r.sent(cast, r.MIDDLE)
    found = group(look(cast, "evaluation.city_threshold", 3 * f.YI), "还没有送审的项目")
    assert [(c.title, c.before, c.after) for c in found.changes] == [
        (exact.name, "县区决定并须市级合规意见", "市级决定")
    ]
    assert found.changes[0].url == f"/projects/{exact.code}/" and "送审那天" in found.note
    assert sent.project.name not in {c.title for c in found.changes}


def test_s3_4b_看不见的项目不列(cast: Any) -> None:
    f.parameters(cast)
    f.at(
        cast,
        Stage.NEGOTIATION,
        name="限名单的",
        total_investment=3 * f.YI,
        confidentiality="restricted",
    )
    label = "还没有送审的项目"
    assert group(look(cast, "evaluation.city_threshold", 3 * f.YI), label).found == 1
    hidden = group(look(cast, "evaluation.city_threshold", 3 * f.YI, who="dongfeng"), label)
    assert (hidden.found, hidden.changes) == (0, ())


def test_s3_4c_检验的界限一改_列出灯与提出的变了的承诺(cast: Any) -> None:
    project = p.signed(cast)
    row, moment = late(cast, project)  # 逾期 20 天
    day = moment.date()
    found = group(look(cast, "tracking.late_red_days", 20, day=day), "承诺的灯")
    assert [(c.before, c.after) for c in found.changes] == [
        ("偏差，提出逾期开工", "严重偏差，提出逾期开工")
    ]
    assert found.changes[0].title.startswith(project.name) and row.code in found.changes[0].url
    quiet = group(look(cast, "tracking.late_yellow_days", 21, day=day), "承诺的灯")
    assert [c.after for c in quiet.changes] == ["未到期"]
    same = group(look(cast, "tracking.late_red_days", 21, day=day), "承诺的灯")
    assert same.found == 0
    hidden = group(look(cast, "tracking.late_red_days", 20, who="dongfeng", day=day), "承诺的灯")
    assert hidden.found == 0


def test_s3_4c_只管以后的参数不算灯_说一句老实话(cast: Any) -> None:
    late(cast, p.signed(cast))
    found = look(cast, "tracking.letter_days", 5)
    assert found.groups == () and "只影响施行日以后" in found.sentence


def test_s3_4c_确认违约的时限一改_待办的到期日随之(cast: Any) -> None:
    row, moment = late(cast, p.signed(cast))  # 12月20日(周日)起算
    found = group(look(cast, "tracking.settle_workdays", 9, day=moment.date()), "待办的到期日")
    assert [(c.before[-12:], c.after[-12:]) for c in found.changes] == [
        ("2026-12-25到期", "2026-12-31到期")
    ]
    assert row.code in found.changes[0].url
