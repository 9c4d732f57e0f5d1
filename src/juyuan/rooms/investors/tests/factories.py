"""造投资方:走真的登记动作。"""

from __future__ import annotations

from typing import Any

from juyuan.kernel.uscc import check_digit
from juyuan.rooms.investors.actions import register_investor
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.investors.rules.drafts import InvestorDraft
from tests.replay import replayed

NAME = "宏图袜业有限公司"


def code_of(number: int) -> str:
    """第几个有效的统一社会信用代码(编造)。"""
    first17 = f"91220400{number:09d}"
    return first17 + check_digit(first17)


CODE = code_of(1)


@replayed
def investor(cast: Any, by: str = "longshan", name: str = NAME, **more: Any) -> Investor:
    """由某人登记一家。"""
    return register_investor(
        actor=cast.actor(by), draft=InvestorDraft(name=name, **more), now=cast.NOW
    )
