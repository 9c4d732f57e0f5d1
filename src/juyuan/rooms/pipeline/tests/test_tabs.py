"""页签上的数与统计数字是同一口径:已认定按认定所在库,申报按所在库。"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juyuan.foundation.figures.queries import compute
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.register import Intake, Names, build, insert
from juyuan.rooms.pipeline.queries import boards, listing
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.rules.stages import STAGES, MoveVerb, Stage
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.pages import get, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(cast: Any) -> None:
    """各库各样:已认定、待认定、认定在前而申报在后、台账待核实、已终止。"""
    for stage in STAGES:
        f.at(cast, stage, name=f"走到{stage.label}的")
    f.recognised(cast, Stage.SIGNED, name="签约认定的")
    f.recognised(cast, Stage.LANDED, name="落地认定的")
    ahead = f.recognised(cast, Stage.SIGNED, name="签约认定、申报落地的")
    f.fill(cast, ahead, Stage.LANDED)
    f.advance(cast, ahead, Stage.LANDED)
    ended = f.recognised(cast, Stage.SIGNED, name="签了又黄的")
    change_standing(
        actor=cast.actor("longshan"), project=ended, verb="end", reason_code="funding",
        note="资金断了", now=cast.NOW,
    )  # fmt: skip
    intake = Intake(f.draft(cast, name="台账带来的"), Stage.LANDED, MoveVerb.IMPORT)
    names = Names.of([intake.draft])
    actor = cast.actor("longshan")
    built = build(intake, actor=actor, now=cast.NOW, names=names)
    insert([built], actor=actor, now=cast.NOW, names=names, group=None)


VIEWERS = ("heyan", "zhaoji", "chen", "longshan", "dongfeng")


def test_每个库_页签的数等于统计数字(cast: Any, mixed: None) -> None:
    for who in VIEWERS:
        for as_of in (None, cast.TODAY):
            compare(cast, who, as_of)


def compare(cast: Any, who: str, as_of: date | None) -> None:
    """此人此日:页签、看板、统计三处的数逐库相同。"""
    actor = cast.actor(who)
    found = listing.listing(actor, Criteria(as_of=as_of), on=cast.TODAY).libraries
    names = [f"{s.value}_{kind}" for s in STAGES
             for kind in ("projects", "total", "recognised", "recognised_total")]  # fmt: skip
    figure = {r.figure.name: r.value for r in compute(names=names, as_of=as_of, actor=actor)}
    for library in found:
        stage = library.stage.value
        assert (library.known.n, library.known.total) == (
            figure[f"{stage}_recognised"], figure[f"{stage}_recognised_total"],
        ), stage  # fmt: skip
        everything = library.tally.recognised + library.tally.claimed
        assert (everything.n, everything.total) == (
            figure[f"{stage}_projects"], figure[f"{stage}_total"],
        ), stage  # fmt: skip
    if who == "heyan":
        by_stage = {library.stage: library for library in found}
        assert by_stage[Stage.SIGNED].known.n == 2
        assert by_stage[Stage.SIGNED].ahead == 1
        assert by_stage[Stage.LANDED].tally.claimed.n == 3
    if as_of is None:
        lanes = [lane.library for lane in boards.board(actor, Criteria(), on=cast.TODAY)]
        assert lanes == found
        assert listing.library_strip(actor) == found


def test_页签写明_认定在此而申报已到后面的库(cast: Any, mixed: None) -> None:
    page = get(cast, "heyan", url("list"))
    assert "其中 1 个已申报到后面的库" in page
