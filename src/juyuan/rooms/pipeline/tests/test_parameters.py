"""城市包与参数真的管用:换一座城市、换一个值,判断与数字随之而变。"""

from __future__ import annotations

from datetime import date

import pytest

from juyuan.foundation.policy.queries import pack
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.queries.facts import assemble
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage


@pytest.mark.parametrize(
    ("city", "day"), [("liaoyuan", date(2025, 7, 7)), ("testcity", date(2026, 1, 1))]
)
def test_s3_3b_门槛自本市文件施行之日起(settings, city, day) -> None:
    settings.JUYUAN_PACK = city
    assert pack().document.effective_from == day
    facts = assemble(Project(name="空项目"), [], [])
    before = date.fromordinal(day.toordinal() - 1)
    assert missing(facts, Stage.NEGOTIATION, before) == []
    assert {f.field for f in missing(facts, Stage.NEGOTIATION, day)} == {
        "investor", "contact", "lead_unit",
    }  # fmt: skip
