"""自参数所定之日起登记的项目:评审、两份审查意见、承诺审查记录都由各室办出来,自己上传的不算,一样不齐就不能签约。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.evaluation.rules.opinions import OpinionKind
from juyuan.rooms.evaluation.tests import opinions as scrutiny
from juyuan.rooms.evaluation.tests import reviewfactories as reviews
from juyuan.rooms.pipeline.models import Evidence
from juyuan.rooms.pipeline.queries.facts import facts_of
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.gates import missing
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
ROOM = {"review_passed", "legality", "fair_competition", "promise_check"}


def test_s3_4b_四样都办齐了才能签约_哪一样也不能拿文件代替(cast: Any) -> None:
    now = cast.NOW + timedelta(days=3)  # 2026-11-23,在参数所定之日以后
    scrutiny.people(cast)
    project = f.at(cast, Stage.INTENT, now=now, contract_amount=4900 * f.WAN)
    f.edit(
        cast, project, f.EDITOR, now, total_investment=4900 * f.WAN,
        fixed_investment=4000 * f.WAN,
    )  # fmt: skip
    f.evidence(cast, project, FactKey.FORMAL_CONTRACT, now=now)

    def lacking() -> set[str]:
        found = missing(facts_of(project), Stage.SIGNED, now.date())
        return {one.rule.rsplit(".", 1)[1] for one in found}

    assert lacking() == ROOM
    for fact in sorted(ROOM):
        with pytest.raises(RuleBroken, match="由系统内办出"):
            f.evidence(cast, project, FactKey(fact), now=now)
    with pytest.raises(RuleBroken, match="评审通过"):
        f.advance(cast, project, Stage.SIGNED, now=now)

    review = reviews.deciding(cast, reviews.sent(cast, project=project, now=now), now=now)
    reviews.decide(cast, review, now=now)
    assert lacking() == ROOM - {"review_passed"}
    for number, kind in enumerate(OpinionKind, 1):
        scrutiny.answered(cast, project, kind, now, number=f"审〔2026〕{number}号")
    assert lacking() == {"promise_check"}
    scrutiny.closed(cast, project, now=now)
    assert lacking() == set()
    made = Evidence.objects.filter(project=project, source="evaluation", voided_at=None)
    assert {row.fact for row in made} == ROOM and all(row.file_sha256 for row in made)

    scrutiny.privilege(cast, project, now=now)  # 又添一条优惠:记录重开,门槛收回
    assert lacking() == {"promise_check"}
    with pytest.raises(RuleBroken, match="承诺审查"):
        f.advance(cast, project, Stage.SIGNED, now=now)
