"""改参数的影响:项目、凭证、期、关系、待办、数字各由平时的规则算;看不见的项目不列。"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from juyuan.foundation.duties.models import DueChange, Duty
from juyuan.foundation.policy import queries
from juyuan.foundation.policy.actions import confirm_parameter, propose_parameter
from juyuan.foundation.policy.effects import Group, Preview, preview
from juyuan.rooms.pipeline.models import Escalation, ProgressEvent, Project
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
LAW_DAY = date(2025, 7, 7)


def look(
    cast: Any, key: str, value: Any, *, who: str = "heyan", day: date | None = None, after: int = 0
) -> Preview:
    """`after`: 在几天之后看。"""
    return preview(
        actor=cast.actor(who), key=key, value=value, effective_from=day or cast.TODAY,
        today=cast.TODAY + timedelta(days=after),
    )  # fmt: skip


def group(found: Preview, label: str) -> Group:
    return next(g for g in found.groups if g.label.startswith(label))


def signed(cast: Any, **more: Any) -> Project:
    """一半市内一半省外、合同 8 亿元:市外口径 4 亿元,全部口径 8 亿元。"""
    f.parameters(cast)
    parties = (
        PartyDraft(f.investor(cast), 5000, Origin.OUTSIDE_PROVINCE),
        PartyDraft(f.investor(cast, "辽源市本地投资有限公司"), 5000, Origin.LOCAL),
    )
    return f.at(cast, Stage.SIGNED, parties=parties, contract_amount=8 * f.YI, **more)


def test_s3_3c_other_measure_of_committed_investment_lists_who_would_be_escalated(
    cast: Any,
) -> None:
    project = signed(cast)
    found = look(cast, "pipeline.committed_strategy", "whole_contract", day=LAW_DAY)
    (change,) = group(found, "签约项目").changes
    assert (change.title, change.url) == (project.name, f"/projects/{project.code}/")
    assert change.before == "合同引资额 4 亿元，不提级"
    assert change.after == "合同引资额 8 亿元，够提级门槛"
    assert not Escalation.objects.exists()  # 只是看


def test_s3_3c_a_version_of_tomorrow_leaves_what_was_signed_before(cast: Any) -> None:
    signed(cast)
    found = look(
        cast, "pipeline.committed_strategy", "whole_contract", day=cast.TODAY + timedelta(days=1)
    )
    assert group(found, "签约项目").found == 0 and group(found, "签约项目").looked == 1


def test_hidden_project_is_neither_listed_nor_counted(cast: Any) -> None:
    signed(cast, confidentiality="restricted")
    for who, seen in (("heyan", 1), ("chen", 0)):
        found = look(cast, "pipeline.committed_strategy", "whole_contract", who=who, day=LAW_DAY)
        assert (group(found, "签约项目").looked, group(found, "签约项目").found) == (seen, seen)


def test_s3_3b_periods_of_the_month_move(cast: Any) -> None:
    f.parameters(cast)
    found = look(cast, "update.close_day", 28)
    changes = {c.title: (c.before, c.after) for c in group(found, "月度更新").changes}
    assert "2026-11 一期" not in changes  # 一期用月首那天的参数
    before, after = changes["2026-12 一期"]
    assert "12-25锁账" in before and "12-28锁账" in after


def test_open_duties_of_the_day_get_another_due_date_and_only_those(cast: Any) -> None:
    f.parameters(cast)
    f.at(cast, Stage.SIGNED)
    found = look(cast, "recognition.due_workdays", 10, day=cast.TODAY, after=3)
    (change,) = group(found, "待办").changes
    assert change.title.startswith("认定签约") and change.before != change.after
    tomorrow = cast.TODAY + timedelta(days=1)
    later = look(cast, "recognition.due_workdays", 10, day=tomorrow, after=3)
    assert group(later, "待办").found == 0  # 起算日在施行日之前的不变


def test_confirmation_moves_exactly_the_due_dates_that_were_previewed(cast: Any) -> None:
    from juyuan.foundation.duties.jobs import reconcile

    f.parameters(cast)
    f.at(cast, Stage.SIGNED)
    reconcile(today=cast.TODAY, now=cast.NOW)
    (change,) = group(look(cast, "recognition.due_workdays", 10), "待办").changes
    duty = Duty.objects.get(kind="pipeline.recognise_signed")
    assert duty.due_on.isoformat() in change.before
    proposal = propose_parameter(
        actor=cast.actor("chen"), key="recognition.due_workdays", text="10", reason="人手不够",
        effective_from=cast.TODAY, now=cast.NOW,
    )  # fmt: skip
    assert Duty.objects.get(pk=duty.pk).due_on == duty.due_on  # 确认之前不变
    confirm_parameter(actor=cast.actor("heyan"), proposal_id=proposal.pk, now=cast.NOW)
    moved = Duty.objects.get(pk=duty.pk)
    assert moved.due_on.isoformat() in change.after and moved.due_on > duty.due_on
    assert DueChange.objects.get(duty=duty).was_on == duty.due_on
    again = reconcile(today=cast.TODAY, now=cast.NOW)
    assert again["pipeline.recognise_signed"] == [0, 0]


def test_figures_are_counted_by_the_same_rules(cast: Any) -> None:
    f.parameters(cast)
    table = dict(queries.params(cast.TODAY)["counting.relations"])
    found = look(cast, "counting.relations", table)
    assert group(found, "统计数字").found == 0 and group(found, "统计数字").looked > 20


def test_second_person_finds_the_proposal_on_the_workbench_and_among_the_duties(cast: Any) -> None:
    f.parameters(cast)
    f.planning(cast)
    proposal = propose_parameter(
        actor=cast.actor("heyan"), key="lights.red_months", text="4", reason="偏紧",
        effective_from=cast.TODAY, now=cast.NOW,
    )  # fmt: skip
    page = f"/policy/proposals/{proposal.pk}/"
    head = cast.client("shangwuju_head")
    for url in ("/", "/duties/"):
        assert page in head.get(url).content.decode()
    for who in ("heyan", "chen", "longshan"):  # 提议人自己、经办、别的单位不在此列
        assert page not in cast.client(who).get("/duties/").content.decode()
        assert "等我确认的参数" not in cast.client(who).get("/").content.decode()


LAMPS = "项目的灯"


def talking(cast: Any, name: str = "久未推进", *, after: int = 0, **more: Any) -> Project:
    """`after` 天之后谈到洽谈,此后没有实质进展。"""
    return f.at(cast, Stage.NEGOTIATION, name=name, now=f.later(cast, after), **more)


def test_s3_3b_other_months_turn_these_lights_and_no_others(cast: Any) -> None:
    f.parameters(cast)
    old = talking(cast)
    talking(cast, "刚谈不久", after=55)
    found = look(cast, "lights.red_months", 2, after=75)
    (change,) = group(found, LAMPS).changes
    assert (change.title, change.url) == (old.name, f"/projects/{old.code}/#light")
    assert (change.before, change.after) == ("预警（黄灯）", "滞后（红灯）")
    assert (group(found, LAMPS).found, group(found, LAMPS).looked) == (1, 2)
    figures = {c.title: (c.before, c.after) for c in group(found, "统计数字").changes}
    assert figures["红灯项目数"] == ("0 个", "1 个") and figures["黄灯项目数"] == ("1 个", "0 个")


@pytest.mark.parametrize(
    ("key", "value", "after"),
    [
        ("lights.yellow_months", 3, "正常"),
        ("lights.withdraw_months", 2, "预警（黄灯），提请退库"),
        ("lights.stages", ["intent"], "正常"),
        ("lights.promise_red_days", 5, None),
    ],
)
def test_s3_3b_every_parameter_of_the_lights_is_previewed(
    cast: Any, key: str, value: Any, after: str | None
) -> None:
    f.parameters(cast)
    talking(cast)
    changes = group(look(cast, key, value, after=75), LAMPS).changes
    assert [c.after for c in changes] == ([] if after is None else [after])


def test_s3_3b_a_later_promise_limit_dims_the_light_of_a_signed_project(cast: Any) -> None:
    f.parameters(cast)
    f.at(cast, Stage.SIGNED, promised_land_on=cast.TODAY - timedelta(days=4))
    (change,) = group(look(cast, "lights.promise_yellow_days", 5), LAMPS).changes
    assert (change.before, change.after) == ("预警（黄灯）", "正常")


def test_s3_3b_kinds_of_progress_that_count_are_previewed_too(cast: Any) -> None:
    f.parameters(cast)
    day = f.later(cast, 40)
    ProgressEvent.objects.create(
        project=talking(cast), kind="contact", happened_on=day.date(), at=day
    )
    book = queries.params(cast.TODAY)
    more = [k for k in book["update.other_kinds"] if k["code"] == "contact"]
    kinds = [*book["update.substantive_kinds"], *more]
    (change,) = group(look(cast, "update.substantive_kinds", kinds, after=75), LAMPS).changes
    assert (change.before, change.after) == ("预警（黄灯）", "正常")  # 电话也算了


def test_s3_3b_light_on_the_day_it_takes_effect_with_what_is_known_today(cast: Any) -> None:
    f.parameters(cast)
    talking(cast, "快满两个月")
    soon = cast.TODAY + timedelta(days=65)
    (change,) = group(look(cast, "lights.red_months", 2, day=soon, after=55), LAMPS).changes
    assert (change.before, change.after) == ("预警（黄灯）", "滞后（红灯）")
    assert group(look(cast, "lights.red_months", 2, after=55), LAMPS).found == 0  # 今天还没有满


@pytest.mark.parametrize(("who", "seen"), [("heyan", 1), ("chen", 0)])
def test_s3_3b_light_of_a_hidden_project_is_not_even_counted(
    cast: Any, who: str, seen: int
) -> None:
    f.parameters(cast)
    talking(cast, "限名单的", confidentiality="restricted")
    lamps = group(look(cast, "lights.red_months", 2, who=who, after=75), LAMPS)
    assert (lamps.looked, lamps.found) == (seen, seen)


def test_s3_3b_lights_are_compared_in_the_same_statements_for_any_number(cast: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from juyuan.rooms.pipeline.actions import effects

    f.parameters(cast)
    actor, day, counts = cast.actor("heyan"), cast.TODAY + timedelta(days=75), set()
    queries.params(day)
    for n in range(3):
        talking(cast, f"久未推进{n}")
        with CaptureQueriesContext(connection) as seen:
            found = effects.signals(actor, day)
            assert len(effects.present_lit(actor, found)) == n + 1
        counts.add(len(seen))
    assert len(counts) == 1
