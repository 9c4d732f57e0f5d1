"""待办「凭证待核验」:登记(或提出冲回)即开,核验、冲回即办结;期限是参数,自提交之日起算。

一张凭证一件:对象是项目,期是凭证的编号(网址由它一步到核验)。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.utils.timezone import localdate

from juyuan.foundation.duties.registry import DutyKind, DutyRow
from juyuan.foundation.duties.rules import DueRule, Opening, Owed
from juyuan.foundation.people.models import Role, Unit
from juyuan.foundation.policy.queries import params
from juyuan.rooms.pipeline.models import Voucher
from juyuan.rooms.pipeline.queries.vouchers import QUEUE, with_standing

KIND = "pipeline.voucher_check"
OBJECT = "project"
PREFIX = "凭证"


def rule(on: date) -> DueRule:
    """提交之后几个工作日内核验。"""
    row = params(on).row("paid_in.check_workdays")
    return DueRule(row.python, said=f"参数 {row.key},{row.origin}")


def period(voucher_id: int) -> str:
    """待办的期:一张凭证一件。"""
    return f"{PREFIX}{voucher_id}"


def _units(functions: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    rows = Unit.objects.filter(function__in=set(functions), disabled_on__isnull=True)
    for function, pk in rows.order_by("order", "code").values_list("function", "pk"):
        found.setdefault(function, pk)
    return found


def owing(rows: Iterable[Voucher], on: date) -> Iterator[Owed]:
    """这些凭证(带着项目与首谈单位)应开的待办;没有设那个单位的城市不开。"""
    book = params(on)
    general = book["recognition.verifier_function"]
    own = book["recognition.own_verifier_function"]
    units = _units((general, own))
    rules: dict[date, DueRule] = {}
    for row in rows:
        lead = row.project.lead_unit
        unit = units.get(own if lead and lead.function == general else general)
        if unit is not None:
            asked = localdate(row.at)
            if asked not in rules:
                rules[asked] = rule(asked)
            yield Owed(OBJECT, row.project_id, unit, asked, rules[asked], period=period(row.pk))


def openings(rows: Sequence[Voucher], on: date) -> list[Opening]:
    """刚写入的几张要开的。"""
    return [Opening(KIND, owed) for owed in owing(rows, on)]


def owed(on: date) -> Iterator[Owed]:
    """此刻等核验的全部(每日核对)。"""
    rows = with_standing(Voucher.objects.filter(project__voided_at__isnull=True)).filter(QUEUE)
    yield from owing(rows.select_related("project__lead_unit").order_by("pk"), on)


def _url(row: DutyRow) -> str:
    return f"{row.object_url}vouchers/{row.period.removeprefix(PREFIX)}/check/"


def kind() -> DutyKind:
    """登记处要的一种。"""
    return DutyKind(
        KIND, "凭证待核验", "3.3b", "核验到位资金凭证", _url, owed=owed, roles=(Role.VERIFIER,)
    )
