"""灯:一个项目现在该不该有人去看一眼。由事实与今天算出,从不存成状态;为什么亮,逐条说明。

洽谈、意向看多久没有实质进展;签约之后看承诺的日子过了没有。机器只亮灯、只提请,退库由人确认。
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.period import add_months
from juyuan.rooms.pipeline.rules.stages import Stage, Standing

CLAUSE = "3.3b"


class Light(Labelled):
    """灯色;值与界面的信号同名。"""

    NONE = "idle", "不亮灯"
    GREEN = "ok", "正常"
    YELLOW = "warn", "预警"
    RED = "bad", "滞后"

    @property
    def rank(self) -> int:
        return RANK[self]


RANK = {Light.NONE: 0, Light.GREEN: 1, Light.YELLOW: 2, Light.RED: 3}


class Promise(Labelled):
    """签约之后承诺的节点。"""

    LAND = "land", "拿地"
    START = "start", "开工"
    PRODUCTION = "production", "投产"
    FULL_EFFECT = "full_effect", "达效"


# 哪些进展(本期发生的种类)说明节点已经做到;达效的自然已投产
DONE_BY: Mapping[Promise, tuple[str, ...]] = {
    Promise.LAND: ("land_acquired",),
    Promise.START: ("construction",),
    Promise.PRODUCTION: ("production", "full_effect"),
    Promise.FULL_EFFECT: ("full_effect",),
}
# 承诺记在项目的哪一栏
PROMISED: Mapping[Promise, str] = {
    Promise.LAND: "promised_land_on",
    Promise.START: "promised_start_on",
    Promise.PRODUCTION: "promised_production_on",
    Promise.FULL_EFFECT: "promised_capacity_on",
}
# 已到落地库的,用地、开工已经落实
DONE_WHEN_LANDED = frozenset({Promise.LAND, Promise.START})


@dataclass(frozen=True)
class Thresholds:
    """参数 lights.*。`stages` 是看实质进展的库;月数「以上」含本数,天数同。"""

    yellow_months: int
    red_months: int
    withdraw_months: int
    promise_yellow_days: int
    promise_red_days: int
    stages: Collection[str]


@dataclass(frozen=True)
class Watched:
    """亮灯要知道的事实。`last_substantive` 是最近一次实质进展(没有即空,自入库日算起)。

    `promised` 是承诺的日子,`done` 是已经做到的节点。
    """

    stage: Stage
    standing: Standing
    since: date
    last_substantive: date | None
    promised: Mapping[Promise, date]
    done: Collection[Promise]


@dataclass(frozen=True)
class Reason:
    """为什么亮:灯色、说明、自哪天算起、越了哪条线、该办什么。`promise` 为空即久无实质进展。"""

    light: Light
    text: str
    since: date
    remedy: str
    clause: str = CLAUSE
    limit: str = ""
    promise: Promise | None = None


@dataclass(frozen=True)
class Signal:
    """灯与全部缘由;`propose_withdrawal` 即提请退库(由人确认)。"""

    light: Light
    reasons: tuple[Reason, ...] = ()
    propose_withdrawal: bool = False


def full_months(start: date, today: date) -> int:
    """自 `start` 至 `today` 满几个月(到对应的日子即满,没有这一天取月末)。"""
    if today < start:
        return 0
    months = (today.year - start.year) * 12 + today.month - start.month
    return months if add_months(start, months) <= today else months - 1


def latest_start(months: int, today: date) -> date:
    """至 `today` 满 `months` 个月的,最晚哪天开始(与 `full_months` 同义,供集合式的查询用)。"""
    if months <= 0:
        return date.max
    day = add_months(today, -months)
    while add_months(day + timedelta(days=1), months) <= today:
        day += timedelta(days=1)
    return day


def latest_promise(days: int, today: date) -> date:
    """至 `today` 已过 `days` 天的,最晚是哪天的承诺。"""
    return today - timedelta(days=days)


@rule("3.3b")
def signal(project: Watched, today: date, limits: Thresholds) -> Signal:
    """强化项目动态管理:由最近的实质进展和承诺的日子算出灯色与缘由。暂缓、终止、退库的不亮灯。"""
    if project.standing != Standing.ACTIVE or project.stage == Stage.PLANNING:
        return Signal(Light.NONE)
    found: list[Reason] = []
    withdraw = False
    if project.stage.value in limits.stages:
        base = max(project.since, project.last_substantive or project.since)
        months = full_months(base, today)
        withdraw = months >= limits.withdraw_months
        if months >= limits.yellow_months:
            red = months >= limits.red_months
            found.append(
                Reason(
                    Light.RED if red else Light.YELLOW,
                    f"已 {months} 个月没有实质进展（自 {base.isoformat()} 算起）",
                    base,
                    "补填已发生的实质进展，或前移、暂缓、退回、终止",
                    limit=_months_said(limits),
                )
            )
    if project.stage.order >= Stage.SIGNED.order:
        found += _late_promises(project, today, limits)
    worst = max((r.light for r in found), key=lambda light: light.rank, default=Light.GREEN)
    return Signal(worst, tuple(found), withdraw)


def _months_said(limits: Thresholds) -> str:
    return (
        f"满 {limits.yellow_months} 个月亮黄灯、{limits.red_months} 个月亮红灯、"
        f"{limits.withdraw_months} 个月提请退库"
    )


def _late_promises(project: Watched, today: date, limits: Thresholds) -> list[Reason]:
    found = []
    for promise in Promise:
        day = project.promised.get(promise)
        if day is None or promise in project.done:
            continue
        late = (today - day).days
        if late < limits.promise_yellow_days:
            continue
        found.append(
            Reason(
                Light.RED if late >= limits.promise_red_days else Light.YELLOW,
                f"承诺 {day.isoformat()} {promise.label}，已过 {late} 天",
                day,
                f"提交{promise.label}的凭据或补填这件进展，或以补充协议改期",
                limit=f"过期 {limits.promise_yellow_days} 天亮黄灯、{limits.promise_red_days} 天亮红灯",
                promise=promise,
            )
        )
    return found
