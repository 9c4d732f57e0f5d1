"""灯的取数:集合式的与逐个的逐项一致,过去任何一天重演等于当时所见。"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from juyuan.foundation.policy.queries import params
from juyuan.kernel.period import end_of
from juyuan.rooms.pipeline.actions.move import change_standing
from juyuan.rooms.pipeline.actions.supplements import add_supplement
from juyuan.rooms.pipeline.models import Evidence, ProgressEvent, Project, ProjectState, StageMove
from juyuan.rooms.pipeline.queries import lightfigures, lights
from juyuan.rooms.pipeline.queries.past import snapshots
from juyuan.rooms.pipeline.queries.periods import kinds_of
from juyuan.rooms.pipeline.queries.progress import happenings
from juyuan.rooms.pipeline.rules.lights import (
    DONE_BY,
    DONE_WHEN_LANDED,
    PROMISED,
    Light,
    Promise,
    Watched,
    signal,
)
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage, Standing
from juyuan.rooms.pipeline.rules.supplements import SupplementDraft
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.test_api import Caller

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2025, 12, 1)
KINDS = ("investor_visit", "contact", "land_acquired", "construction", "production", "full_effect")


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(10), tzinfo=ZONE)


def _generated(cast, count: int = 40) -> list[Project]:
    """随机的项目:各库、各状态、各种承诺、各种来源的进展(有撤销、有作废、有退回、有迟录)。"""
    f.parameters(cast)
    dice = random.Random(20261120)

    def day(first: date = FIRST) -> date:
        return first + timedelta(days=dice.randrange(max((cast.TODAY - first).days, 1)))

    made = []
    for number in range(count):
        born = day()
        stage = dice.choice(STAGES)
        standing = dice.choice((Standing.ACTIVE,) * 5 + tuple(Standing))
        promised = {c: day() for c in PROMISED.values() if dice.random() < 0.4}
        started = day() if dice.random() < 0.2 else None
        resumed = day(born) if dice.random() < 0.3 else None
        project = Project.objects.create(
            code=f"G-{number:04d}", name=f"样例 {number}", stage=stage, standing=standing,
            stage_since=born, standing_since=resumed, started_on=started,
            lead_unit=cast.unit(dice.choice((f.LEAD, f.HOST))), owner_unit=cast.unit(f.HOST),
            created_at=_moment(born), updated_at=_moment(born), **promised,
        )  # fmt: skip
        ProjectState.objects.create(
            project=project, recorded_at=_moment(born), stage=stage, standing=standing,
            stage_since=born, standing_since=resumed, started_on=started,
            lead_unit_id_at=project.lead_unit_id, **promised,
        )  # fmt: skip
        for _ in range(dice.randrange(5)):
            on = day()
            known = _moment(min(on + timedelta(days=dice.randrange(40)), cast.TODAY))
            match dice.randrange(3):
                case 0:
                    row = ProgressEvent.objects.create(
                        project=project, kind=dice.choice(KINDS), happened_on=on, at=known
                    )
                    if dice.random() < 0.3:
                        ProgressEvent.objects.create(
                            project=project, kind=row.kind, happened_on=on, withdraws=row,
                            reason="误填", at=known + timedelta(days=dice.randrange(20)),
                        )  # fmt: skip
                case 1:
                    gone = known + timedelta(days=3) if dice.random() < 0.3 else None
                    Evidence.objects.create(
                        project=project, title="材料", dated_on=on, at=known, voided_at=gone,
                        fact=dice.choice(("contact", "site_right", "works_photo", "other")),
                    )  # fmt: skip
                case _:
                    StageMove.objects.create(
                        project=project, from_stage="negotiation", at=known, fact_on=on,
                        to_stage=dice.choice(("intent", "signed", "landed", "negotiation")),
                        verb=dice.choice(("advance", "jump", "back")),
                    )  # fmt: skip
        made.append(project)
    return made


def _by_hand(ids: list[int], on: date, *, past: bool) -> dict[int, tuple[str, bool]]:
    """逐个项目按规则算,进展取自「本期发生」的那一份。"""
    book = params(on)
    kinds = kinds_of(book)
    done = happenings(ids, date(1990, 1, 1), on, kinds, until=end_of(on) if past else None)
    rows = snapshots(on).filter(project_id__in=ids) if past else Project.objects.filter(pk__in=ids)
    found = {}
    for row in rows:
        pk = row.project_id if past else row.pk
        had = done.get(pk, [])
        codes = {h.kind for h in had}
        kept = {p for p, some in DONE_BY.items() if codes & set(some)}
        if row.started_on and row.started_on <= on:
            kept.add(Promise.START)
        if row.stage == Stage.LANDED:
            kept |= DONE_WHEN_LANDED
        since = max(d for d in (row.stage_since, row.standing_since) if d)
        said = signal(
            Watched(
                Stage(row.stage), Standing(row.standing), since,
                max((h.on for h in had if h.substantive), default=None),
                {p: getattr(row, c) for p, c in PROMISED.items() if getattr(row, c)}, kept,
            ),
            on, lights.thresholds(book),
        )  # fmt: skip
        found[pk] = (said.light.value, said.propose_withdrawal)
    return found


@pytest.mark.parametrize("back", [0, 1, 20, 45, 90, 150, 260])
@pytest.mark.parametrize("past", [False, True])
def test_s3_3b_集合式的灯与规则逐个一致(cast, back, past) -> None:
    ids = [p.pk for p in _generated(cast)]
    on = cast.TODAY - timedelta(days=back)
    wanted = _by_hand(ids, on, past=past)
    single = lights.lamps(ids, on, past=past)
    assert {pk: (x.light.value, x.signal.propose_withdrawal) for pk, x in single.items()} == wanted
    base = snapshots(on) if past else Project.objects.all()
    name = "project_id" if past else "pk"
    found = lights.with_light(base.filter(**{f"{name}__in": ids}), on, past=past)
    assert {pk: (a, b) for pk, a, b in found.values_list(name, "light", "withdraw")} == wanted
    for light in Light:
        kept = lights.lit(base, light.value, on, past=past).values_list(name, flat=True)
        assert set(kept) == {pk for pk, (said, _) in wanted.items() if said == light.value}
    if not back:
        assert {said for said, _ in wanted.values()} == {light.value for light in Light}


def test_s3_3b_灯的查询数不随项目数变(cast, django_assert_num_queries) -> None:
    ids = [p.pk for p in _generated(cast, 30)]
    params(cast.TODAY)
    for some in (ids[:2], ids):
        with django_assert_num_queries(3):
            lights.lamps(some, cast.TODAY)
        with django_assert_num_queries(3):
            lights.lamps(some, cast.TODAY, past=True)
    with django_assert_num_queries(2):
        lights.tally(None, cast.TODAY)


def test_s3_3b_亮灯的缘由与转绿(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    assert lights.lamps([project.pk], cast.TODAY)[project.pk].light == Light.GREEN
    later = cast.TODAY + timedelta(days=75)
    lamp = lights.lamps([project.pk], later)[project.pk]
    assert lamp.light == Light.YELLOW and lamp.last and lamp.last_on == cast.TODAY
    (reason,) = lamp.signal.reasons
    assert "2 个月" in reason.text and "满 2 个月亮黄灯" in reason.limit
    ProgressEvent.objects.create(
        project=project, kind="contact", happened_on=later, at=_moment(later)
    )
    assert lights.lamps([project.pk], later)[project.pk].light == Light.YELLOW  # 电话不算
    ProgressEvent.objects.create(
        project=project, kind="site_survey", happened_on=later, at=_moment(later)
    )
    lamp = lights.lamps([project.pk], later)[project.pk]
    assert lamp.light == Light.GREEN and lamp.last == "选址踏勘" and lamp.last_on == later


def test_s3_3b_暂缓时不亮_恢复后重新算起_那时的样子不变(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    day = cast.TODAY + timedelta(days=100)

    def light(on: date, *, past: bool = False) -> Light:
        return lights.lamps([project.pk], on, past=past)[project.pk].light

    assert light(day) == Light.RED
    change_standing(actor=cast.actor("longshan"), project=project, verb="pause",
                    reason_code="market", note="等市场", fact_on=day, now=_moment(day))  # fmt: skip
    assert light(day) == Light.NONE
    back = day + timedelta(days=100)
    change_standing(actor=cast.actor("longshan"), project=project, verb="resume",
                    note="重新洽谈", fact_on=back, now=_moment(back))  # fmt: skip
    assert light(back) == Light.GREEN
    assert light(back + timedelta(days=65)) == Light.YELLOW
    assert light(day - timedelta(days=1), past=True) == Light.RED
    assert light(back - timedelta(days=1), past=True) == Light.NONE


def test_s3_3b_补充协议改期_灯随之变_改之前的日子照旧(cast) -> None:
    project = f.at(cast, Stage.SIGNED, promised_land_on=cast.TODAY + timedelta(days=10))
    late = cast.TODAY + timedelta(days=12)
    # 签约这一步没有用地的凭据,承诺拿地过了两天
    lamp = lights.lamps([project.pk], late)[project.pk]
    assert lamp.light == Light.YELLOW and "拿地" in lamp.signal.reasons[0].text
    add_supplement(
        actor=cast.actor("longshan"), project=Project.objects.get(pk=project.pk),
        draft=SupplementDraft(
            title="补充协议", number="补1", signed_on=late, reason="规划调整",
            changes={"promised_land_on": late + timedelta(days=60)},
            file_id=f.stored(cast.actor("longshan"), "补充协议", _moment(late)).pk,
        ),
        now=_moment(late),
    )  # fmt: skip
    assert lights.lamps([project.pk], late)[project.pk].light == Light.GREEN
    before = late - timedelta(days=1)
    assert lights.lamps([project.pk], before, past=True)[project.pk].light == Light.YELLOW


def test_s3_3b_一旦存下_过去的灯不再变(cast) -> None:
    """重演:随后录入的事不改变已经过去的日子。"""
    ids = [p.pk for p in _generated(cast, 25)]
    days = [cast.TODAY - timedelta(days=n) for n in (1, 30, 70, 120)]
    seen = {day: lights.lamps(ids, day, past=True) for day in days}
    for pk in ids:
        ProgressEvent.objects.create(
            project_id=pk, kind="site_survey", happened_on=cast.TODAY - timedelta(days=80),
            at=_moment(cast.TODAY),
        )  # fmt: skip
    assert {day: lights.lamps(ids, day, past=True) for day in days} == seen


# ───────── 数字与清单 ─────────

NAMES = {"projects_yellow": "warn", "projects_red": "bad", "projects_to_withdraw": "withdraw"}


def _rows(client, url: str) -> int:
    page = client.get(url)
    assert page.status_code == 200
    return int(page.context["listing"].page.total)


@pytest.mark.parametrize("who", ["heyan", "longshan", "dongfeng"])
@pytest.mark.parametrize("back", [0, 60])
def test_s3_3b_灯的数字等于明细的行数_只在看得见的范围里(cast, who, back) -> None:
    _generated(cast)
    Project.objects.filter(lead_unit=cast.unit(f.HOST)).update(unit_ids=[cast.unit(f.HOST).pk])
    Project.objects.filter(lead_unit=cast.unit(f.LEAD)).update(unit_ids=[cast.unit(f.LEAD).pk])
    day = cast.TODAY - timedelta(days=back) if back else None
    client = cast.client(who)
    found = lightfigures.compute(day, cast.actor(who), frozenset(NAMES), cast.TODAY)
    assert set(found) == set(NAMES)
    for result in found.values():
        assert _rows(client, result.rows_url) == result.value
        assert sum(part.value or 0 for part in result.parts) == result.value
        for part in result.parts:
            assert _rows(client, part.rows_url) == part.value
    total = sum(result.value or 0 for result in found.values())
    assert total > 0 if who == "heyan" else total == 0 if who == "dongfeng" else True


def test_s3_3b_库里看见黄灯_一点就到为什么(cast) -> None:
    project = f.at(cast, Stage.NEGOTIATION)
    long_ago = cast.TODAY - timedelta(days=75)
    ProjectState.objects.filter(project=project).delete()
    StageMove.objects.filter(project=project).update(fact_on=long_ago)
    Evidence.objects.filter(project=project).update(dated_on=long_ago)
    Project.objects.filter(pk=project.pk).update(stage_since=long_ago)
    client = cast.client("longshan")
    page = client.get("/projects/?light=warn").content.decode()
    assert f"/projects/{project.code}/#light" in page and "预警" in page
    assert project.name not in client.get("/projects/?light=ok").content.decode()
    assert "预警" in client.get("/projects/board/").content.decode()
    shown = client.get(f"/projects/{project.code}/").content.decode()
    for said in (
        'id="light"',
        "2 个月没有实质进展",
        "建议值",
        "添一件进展",
        "转绿",
    ):
        assert said in shown
    caller = Caller(cast, "longshan")
    record = caller.get(f"/api/v1/projects/{project.code}").json()
    assert record["light"] == "warn" and record["light_reasons"][0]["clause"] == "3.3b"
    listed = caller.get("/api/v1/projects?light=warn&count=exact").json()
    assert listed["total"] == 1 and listed["items"][0]["light"] == "warn"
    ProgressEvent.objects.create(
        project=project, kind="site_survey", happened_on=cast.TODAY, at=cast.NOW
    )
    assert "2 个月没有实质进展" not in client.get(f"/projects/{project.code}/").content.decode()
