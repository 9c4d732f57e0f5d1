"""偏差与违约的检验:拿实况对约定,算出灯色与触发的检验;政府欠着的先说。纯函数,灯从不存成状态。

机器只提出,违约由人认定。比例以基点(万分之一)算,不用小数;「超」不含本数,「不足」不含、「以上」含。
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.rooms.evaluation.rules.promises import Measure, Owing, first_owed, reached

FULL_BP = 10_000
START, PRODUCTION, LAND, EFFECT = "start", "production", "land", "full_effect"
INVESTED = ("fixed_investment", "paid_in")
INTENSITY, TAX_PER_MU = "intensity", "tax_per_mu"


class Light(Labelled):
    """履约的灯色;值与界面的信号同名。"""

    NONE = "idle", "未到期"
    GREEN = "ok", "正常"
    YELLOW = "warn", "偏差"
    RED = "bad", "严重偏差"


RANK = {Light.NONE: 0, Light.GREEN: 1, Light.YELLOW: 2, Light.RED: 3}


class BreachTest(Labelled):
    """违约的检验。`MANUAL` 里的由人提出,其余由规则提出。"""

    LATE_START = "late_start", "逾期开工"
    INVEST_LAG = "invest_lag", "投资进度偏差"
    STOPPED = "stopped", "停工"
    LOW_INTENSITY = "low_intensity", "投资强度不足"
    LATE_PRODUCTION = "late_production", "逾期投产"
    LOW_TAX = "low_tax", "亩均税收不足"
    LATE_OTHER = "late_other", "逾期未做到"
    SHORT = "short", "逾期未达约定值"
    CHANGED_USE = "changed_use", "擅自改变用途、转让或出租"
    OWNER_CHANGED = "owner_changed", "主体变更未报"
    DISCREDITED = "discredited", "失信、破产或被执行"
    VOUCHER_ODD = "voucher_odd", "凭证异常"


MANUAL = (
    BreachTest.CHANGED_USE, BreachTest.OWNER_CHANGED, BreachTest.DISCREDITED, BreachTest.VOUCHER_ODD,
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """参数 tracking.*:天数「以上」含本数;百分点「超」不含;比例「不足」不含。"""

    late_yellow_days: int
    late_red_days: int
    lag_yellow_bp: int
    lag_red_bp: int
    stop_days: int
    stop_red_days: int
    intensity_bp: int
    tax_bp: int
    tests: Collection[str]


@dataclass(frozen=True)
class Case:
    """一项承诺在某日的样子。

    `start_on` 是进度从哪天起算(签约日);`done_on` 是做到的日子(到期做到的);`value` 是到 `value_on` 达到多少;
    `active_on` 是最近一次施工的迹象(开工之后才有);`produced` 即已投产。
    """

    kind: str
    label: str
    measure: Measure
    due_on: date
    target: int | None = None
    start_on: date | None = None
    done_on: date | None = None
    value: int | None = None
    value_on: date | None = None
    active_on: date | None = None
    debts: tuple[Owing, ...] = ()


@dataclass(frozen=True)
class Hit:
    """触发的一条检验:灯色、约定、实际、偏差(天数或基点)与一句话;`owed` 是政府欠着的,有它就不追企业。"""

    test: BreachTest
    light: Light
    days: int = 0
    gap_bp: int = 0
    owed: tuple[Owing, ...] = ()

    @property
    def blocked(self) -> bool:
        return bool(self.owed)


@dataclass(frozen=True)
class Judged:
    """一项承诺某日的灯、应计的期限(政府晚了几天,期限顺延几天)、触发的检验、政府欠着的。"""

    light: Light
    fair_due: date
    hits: tuple[Hit, ...] = ()
    owed: tuple[Owing, ...] = ()
    missing: bool = False
    """到期还没有填实况。"""


@rule("3.4c")
def fair_due(due_on: date, debts: Collection[Owing]) -> date:
    """未按约定的责任先分清:政府先行的事晚办了几天,企业的期限顺延几天(取最久的一件)。"""
    late = [(d.done_on - d.due_on).days for d in debts if d.done_on is not None]
    return due_on + timedelta(days=max([0, *late]))


def _late(test: BreachTest, case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    if case.done_on is not None or today <= due:
        return None
    days = (today - due).days
    if days < limits.late_yellow_days:
        return None
    return Hit(test, Light.RED if days >= limits.late_red_days else Light.YELLOW, days=days)


@rule("3.4c")
def late_start(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按规定建设之一,逾期开工:过了约定的开工日期还没有开工(当日不算)。"""
    return _late(BreachTest.LATE_START, case, due, today, limits) if case.kind == START else None


@rule("3.4c")
def late_production(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按约定达效之一,逾期投产:过了约定的投产日期还没有投产(当日不算)。"""
    if case.kind != PRODUCTION:
        return None
    return _late(BreachTest.LATE_PRODUCTION, case, due, today, limits)


@rule("3.4c")
def late_other(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按规定建设、未按约定达效的其余约定:到期做到的,过了日子还没有做到(当日不算)。"""
    if case.measure is not Measure.DAY or case.kind in (START, PRODUCTION):
        return None
    return _late(BreachTest.LATE_OTHER, case, due, today, limits)


@rule("3.4c")
def expected_bp(start_on: date | None, due_on: date, today: date) -> int:
    """按约定的进度:自签约日起到期限匀速,到今天应完成几成(基点);到期及以后为全部。"""
    if today >= due_on:
        return FULL_BP
    if start_on is None or today <= start_on or due_on <= start_on:
        return 0
    return FULL_BP * (today - start_on).days // (due_on - start_on).days


def share_bp(value: int | None, target: int | None) -> int:
    """完成几成(基点,舍去零头;没有数算 0)。"""
    return FULL_BP * (value or 0) // target if target else 0


@rule("3.4c")
def invest_lag(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按规定建设之一,投资进度偏差:应完成的减去已完成的,超 10 个百分点黄、超 30 个红(建议值)。"""
    if case.kind not in INVESTED or not case.target:
        return None
    gap = expected_bp(case.start_on, due, today) - share_bp(case.value, case.target)
    if gap <= limits.lag_yellow_bp:
        return None
    light = Light.RED if gap > limits.lag_red_bp else Light.YELLOW
    return Hit(BreachTest.INVEST_LAG, light, gap_bp=gap)


@rule("3.4c")
def stopped(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按规定建设之一,停工:已开工未投产,连续三十天以上(建议值)没有施工的迹象。"""
    if case.kind != PRODUCTION or case.done_on is not None or case.active_on is None:
        return None
    days = (today - case.active_on).days
    if days < limits.stop_days:
        return None
    light = Light.RED if days >= limits.stop_red_days else Light.YELLOW
    return Hit(BreachTest.STOPPED, light, days=days)


def _below(test: BreachTest, case: Case, due: date, today: date, least_bp: int) -> Hit | None:
    if today <= due or not case.target or case.value is None:
        return None
    if case.value * FULL_BP >= case.target * least_bp:
        return None
    return Hit(test, Light.RED, gap_bp=FULL_BP - share_bp(case.value, case.target))


@rule("3.4c")
def low_intensity(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按约定达效之一,投资强度:到期之后不足约定的九成(建议值)。"""
    if case.kind != INTENSITY:
        return None
    return _below(BreachTest.LOW_INTENSITY, case, due, today, limits.intensity_bp)


@rule("3.4c")
def low_tax(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按约定达效之一,亩均税收:达产年起不足承诺的八成(建议值)。"""
    if case.kind != TAX_PER_MU:
        return None
    return _below(BreachTest.LOW_TAX, case, due, today, limits.tax_bp)


@rule("3.4c")
def short(case: Case, due: date, today: date, limits: Limits) -> Hit | None:
    """未按约定达效:产值、税收、就业等过了期限,还没有达到约定值。"""
    if case.measure is Measure.DAY or case.kind in (INTENSITY, TAX_PER_MU):
        return None
    if today <= due or not case.target or (case.value or 0) >= case.target:
        return None
    days = (today - due).days
    if days < limits.late_yellow_days:
        return None
    light = Light.RED if days >= limits.late_red_days else Light.YELLOW
    gap = FULL_BP - share_bp(case.value, case.target)
    return Hit(BreachTest.SHORT, light, days=days, gap_bp=gap)


TESTS = {
    BreachTest.LATE_START: late_start,
    BreachTest.INVEST_LAG: invest_lag,
    BreachTest.STOPPED: stopped,
    BreachTest.LOW_INTENSITY: low_intensity,
    BreachTest.LATE_PRODUCTION: late_production,
    BreachTest.LOW_TAX: low_tax,
    BreachTest.LATE_OTHER: late_other,
    BreachTest.SHORT: short,
}


@rule("3.4c")
def judge_case(case: Case, today: date, limits: Limits) -> Judged:
    """未按规定建设、未按约定达效的违约项目:逐条检验,政府欠着的附在每一条上,灯取最重的一条。"""
    owed = tuple(first_owed(case.debts))
    due = fair_due(case.due_on, case.debts)
    found = []
    for test, check in TESTS.items():
        hit = check(case, due, today, limits) if test.value in limits.tests else None
        if hit is not None:
            found.append(Hit(hit.test, hit.light, hit.days, hit.gap_bp, owed))
    if found:
        light = max((h.light for h in found), key=lambda x: RANK[x])
    elif fulfilled(case) or (case.kind in INVESTED and case.start_on is not None):
        light = Light.GREEN
    else:
        light = Light.NONE
    # 进度落后已说明了少多少,到期未达不另说一遍;灯仍取最重的,免得做得多反而更重
    if any(h.test is BreachTest.INVEST_LAG for h in found):
        found = [
            replace(h, light=light) if h.test is BreachTest.INVEST_LAG else h
            for h in found
            if h.test is not BreachTest.SHORT
        ]
    missing = today > due and case.measure is not Measure.DAY and case.value is None
    return Judged(light, due, tuple(found), owed, missing)


def fulfilled(case: Case) -> bool:
    """做到了没有:到期做到的看日子,数值的看达没达到(含本数)。"""
    if case.measure is Measure.DAY:
        return case.done_on is not None
    return reached(case.measure, case.target, case.value)
