"""停留与转化:单个项目的规则,成批的 SQL 与之逐项相同,清单与数字对得上。"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juyuan.foundation.figures import queries as registry
from juyuan.rooms.pipeline.models import Project, ProjectState, StageMove
from juyuan.rooms.pipeline.queries import ageing
from juyuan.rooms.pipeline.queries.criteria import Criteria
from juyuan.rooms.pipeline.queries.criteria import read as read_criteria
from juyuan.rooms.pipeline.queries.listing import filtered
from juyuan.rooms.pipeline.rules.ageing import (
    WATCHED,
    Entry,
    completed_stays,
    converted,
    days_in_stage,
    median,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.tests import factories as f

P, N, I, S, L = STAGES  # noqa: E741
DAY = date(2026, 3, 2)


def went(*steps: tuple[Stage, int]) -> list[Entry]:
    """(进了哪个库, 第几天)。"""
    return [Entry(stage, DAY + timedelta(days=day)) for stage, day in steps]


@pytest.mark.parametrize(
    ("values", "middle"), [([], None), ([5], 5), ([9, 1, 5], 5), ([8, 2, 4, 6], 4), ([3, 3], 3)]
)
def test_中位数_偶数个取较小的_没有则为空(values: list[int], middle: int | None) -> None:
    assert median(values) == middle


def test_s3_3b_停留自最近一次入库起_事实日在后的不为负() -> None:
    assert days_in_stage(went((N, 0), (I, 10)), DAY + timedelta(days=40)) == 30
    assert days_in_stage(went((N, 0), (I, 10)), DAY) == 0


def test_s3_3b_退回去的一次没有走完_再走过去的才算() -> None:
    story = went((N, 0), (I, 10), (N, 15), (I, 45))
    assert completed_stays(story) == [(N, 10), (N, 30)]


@pytest.mark.parametrize(
    ("story", "stage", "answer"),
    [
        (went((N, 0)), N, False),
        (went((N, 0), (I, 5)), N, True),
        (went((N, 0), (I, 5), (N, 9)), N, False),
        (went((P, 0), (S, 5)), N, None),  # 越级跳过的没进过
        (went((P, 0), (S, 5)), P, True),
        (went((L, 0)), S, None),
    ],
)
def test_s3_3b_转化看现在在哪_没进过的不在分母里(
    story: list[Entry], stage: Stage, answer: bool | None
) -> None:
    assert converted(story, stage) is answer


STORIES = st.lists(
    st.lists(st.tuples(st.sampled_from(STAGES), st.integers(0, 60)), min_size=1, max_size=5),
    min_size=1, max_size=5,
)  # fmt: skip


def place(project: Project, steps: list[tuple[Stage, int]], standing: str) -> list[Entry]:
    """让一个项目走过这些库(同一天入库的照次序),返回它的入库记录(连同登记时的)。"""
    first = StageMove.objects.get(project=project)
    day, before = first.fact_on, Stage(first.to_stage)
    entries = [Entry(before, day)]
    for number, (stage, more) in enumerate(steps, start=1):
        day += timedelta(days=more)
        moment = first.at + timedelta(days=(day - first.fact_on).days, seconds=number)
        StageMove.objects.create(
            project=project, from_stage=before, to_stage=stage, verb="advance", actor_name="甲",
            at=moment, fact_on=day,
        )  # fmt: skip
        entries.append(Entry(stage, day))
        snap(project, stage, standing if number == len(steps) else "active", moment)
        before = stage
    Project.objects.filter(pk=project.pk).update(stage=before, stage_since=day, standing=standing)
    return entries


def snap(project: Project, stage: Stage, standing: str, moment: datetime) -> None:
    last = ProjectState.objects.filter(project=project).order_by("-recorded_at", "-id").first()
    last.pk = None
    last.stage, last.standing, last.recorded_at = stage, standing, moment
    last.save(force_insert=True)


def expected(entries: list[list[Entry]], standings: list[str], on: date) -> dict[str, int | None]:
    """由纯规则算出的各个数。"""
    ages, stays = defaultdict(list), defaultdict(list)
    entered: dict[Stage, list[bool]] = defaultdict(list)
    for story, standing in zip(entries, standings, strict=True):
        if standing in ("active", "paused"):
            ages[story[-1].stage].append(days_in_stage(story, on))
        for stage, days in completed_stays(story):
            stays[stage].append(days)
        for stage in WATCHED:
            answer = converted(story, stage)
            if answer is not None:
                entered[stage].append(answer)
    out: dict[str, int | None] = {}
    for stage in WATCHED:
        share = sum(entered[stage]) * 10000 // len(entered[stage]) if entered[stage] else None
        out |= {
            f"{stage.value}_{ageing.AGE}": median(ages[stage]),
            f"{stage.value}_{ageing.STAY}": median(stays[stage]),
            f"{stage.value}_{ageing.CONVERSION}": share,
        }
    return out


def values(as_of: date | None, today: date) -> dict[str, int | None]:
    names = frozenset(figure.name for figure in ageing.FIGURES)
    return {k: r.value for k, r in ageing.compute(as_of, None, names, today).items()}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories=STORIES, standings=st.lists(st.sampled_from(["active", "paused", "ended"]), min_size=5, max_size=5))  # fmt: skip
def test_s3_3b_成批的与逐个的相同_此刻与重算相同(
    cast: Any, stories: list[list[tuple[Stage, int]]], standings: list[str]
) -> None:
    with transaction.atomic():
        made = []
        for number, story in enumerate(stories):
            project = f.planning(cast, name=f"停留第{number}号")
            made.append(place(project, story, standings[number]))
        on = max(entry.on for story in made for entry in story) + timedelta(days=7)
        wanted = expected(made, standings[: len(made)], on)
        assert values(None, on) == wanted
        assert values(on, on) == wanted
        transaction.set_rollback(True)


def test_s3_3b_过去某日的数_不受后来的移动影响(cast: Any) -> None:
    project = f.planning(cast)
    before = values(cast.TODAY + timedelta(days=3), cast.TODAY)
    place(project, [(N, 10), (I, 10)], "ended")
    assert values(cast.TODAY + timedelta(days=3), cast.TODAY) == before
    after = values(cast.TODAY + timedelta(days=30), cast.TODAY)
    assert after[f"planning_{ageing.STAY}"] == 10 and after[f"negotiation_{ageing.STAY}"] == 10
    assert after[f"negotiation_{ageing.CONVERSION}"] == 10000  # 终止在意向库,已从洽谈转化
    assert after[f"intent_{ageing.CONVERSION}"] == 0 and after[f"intent_{ageing.AGE}"] is None


def count(cast: Any, url: str) -> int:
    query = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    criteria: Criteria = read_criteria(query)
    assert not criteria.problems
    return filtered(cast.actor("zongzhaoji"), criteria).count()


@pytest.mark.parametrize("as_of", [None, 45])
def test_s3_3b_数背后的清单就是所计的项目(cast: Any, as_of: int | None) -> None:
    stories = [[(N, 10), (I, 10)], [(N, 5)], [(N, 5), (I, 5), (N, 5)], []]
    for number, story in enumerate(stories):
        place(
            f.planning(cast, name=f"清单第{number}号"), story, "ended" if number == 0 else "active"
        )
    day = cast.TODAY + timedelta(days=as_of) if as_of else None
    names = frozenset(figure.name for figure in ageing.FIGURES)
    found = ageing.compute(day, cast.actor("zongzhaoji"), names, cast.TODAY + timedelta(days=60))
    assert count(cast, found[f"negotiation_{ageing.AGE}"].rows_url) == 2
    assert count(cast, found[f"negotiation_{ageing.CONVERSION}"].rows_url) == 3
    assert count(cast, found[f"negotiation_{ageing.STAY}"].rows_url) == 2
    assert count(cast, found[f"planning_{ageing.CONVERSION}"].rows_url) == 4
    assert found[f"negotiation_{ageing.CONVERSION}"].value == 3333


def test_数按看的人裁_别的县区的项目不在内(cast: Any) -> None:
    f.planning(cast, by="longshan")
    names = frozenset({f"planning_{ageing.AGE}"})
    name = f"planning_{ageing.AGE}"
    mine = ageing.compute(None, cast.actor("longshan"), names, cast.TODAY)
    theirs = ageing.compute(None, cast.actor("dongfeng"), names, cast.TODAY)
    assert (mine[name].value, theirs[name].value) == (0, None)


def test_登记在册_查询数固定(cast: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        f.planning(cast, name=f"固定第{number}号")
    wanted = {figure.name for figure in ageing.FIGURES}
    assert wanted <= {found.name for found in registry.compute(cast.TODAY)}
    with django_assert_max_num_queries(5):
        ageing.compute(cast.TODAY, None, frozenset(wanted), cast.TODAY)
