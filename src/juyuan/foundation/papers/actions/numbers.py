"""发号:一本登记簿里序号从 1 起、连续、不空号。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from juyuan.foundation.papers.models import Register
from juyuan.foundation.papers.rules import said_number
from juyuan.foundation.papers.states import Numbering
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.queries import params


def word_of(unit: Unit, series: str, on: date) -> str:
    """机关代字:参数 papers.codes 里写了的用它,没有写的用简称加系列名。"""
    listed = params(on)["papers.codes"].get(f"{unit.name} {series}")
    if listed:
        return str(listed)
    return f"{unit.short_name or unit.name}{series}"


def numbering(on: date) -> Numbering:
    """文号由本系统发,还是抄录办公系统的。"""
    return Numbering(params(on)["papers.numbering"])


def take_number(unit: Unit, series: str, year: int) -> int:
    """取下一号。必须在印发的事务里:事务没成,号就没有用掉;同一本登记簿一个接一个。

    Raises: RuntimeError(不在事务里:编码错误)。
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("发号要在印发的事务里")
    Register.objects.bulk_create(
        [Register(unit=unit, series=series, year=year)], ignore_conflicts=True
    )
    book = Register.objects.select_for_update().get(unit=unit, series=series, year=year)
    book.last += 1
    Register.objects.filter(pk=book.pk).update(last=book.last)
    return book.last


def said(unit: Unit, series: str, on: date, sequence: int) -> str:
    """写出来的文号。"""
    return said_number(word_of(unit, series, on), on.year, sequence)
