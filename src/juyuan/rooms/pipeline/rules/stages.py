"""阶段(五个库)与项目状态,以及它们怎么动。两张小表,各管一件事:走到哪(阶段)⟂ 走不走(状态)。"""

from __future__ import annotations

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled


class Stage(Labelled):
    PLANNING = "planning", "谋划"
    NEGOTIATION = "negotiation", "洽谈"
    INTENT = "intent", "意向"
    SIGNED = "signed", "签约"
    LANDED = "landed", "落地"

    @property
    def order(self) -> int:
        return ORDER[self]

    @property
    def next(self) -> Stage | None:
        following = self.order + 1
        return STAGES[following] if following < len(STAGES) else None


STAGES: tuple[Stage, ...] = tuple(Stage)
ORDER: dict[Stage, int] = {stage: index for index, stage in enumerate(STAGES)}

# 这两个库的认定留一行冻结的数字;哪些库须核验人认定另由参数 recognition.stages 定
VERIFIED_STAGES = frozenset({Stage.SIGNED, Stage.LANDED})


class StageStatus(Labelled):
    CLAIMED = "claimed", "待核实"
    RECOGNISED = "recognised", "已认定"


class Standing(Labelled):
    ACTIVE = "active", "推进"
    PAUSED = "paused", "暂缓"
    ENDED = "ended", "终止"
    WITHDRAWN = "withdrawn", "退库"


class MoveVerb(Labelled):
    ENTER = "enter", "入库"
    ADVANCE = "advance", "前移"
    BACK = "back", "退回"
    JUMP = "jump", "越级"
    IMPORT = "import", "台账入库"


class ClosingReason(Labelled):
    """暂缓、终止、退库的事由。"""

    FUNDING = "funding", "投资方资金不到位"
    MARKET = "market", "市场或产品变化"
    SITE = "site", "用地用能等要素未落实"
    APPROVAL = "approval", "审批或政策不允许"
    ELSEWHERE = "elsewhere", "转投他地"
    STALLED = "stalled", "长期无实质进展"
    DUPLICATE = "duplicate", "重复登记"
    OTHER = "other", "其他"


# (现状, 动作) → 新状。退库只由人确认,机器至多提议;终止、退库可以恢复推进,都要理由。
STANDING_MOVES: dict[tuple[Standing, str], Standing] = {
    (Standing.ACTIVE, "pause"): Standing.PAUSED,
    (Standing.ACTIVE, "end"): Standing.ENDED,
    (Standing.ACTIVE, "withdraw"): Standing.WITHDRAWN,
    (Standing.PAUSED, "resume"): Standing.ACTIVE,
    (Standing.PAUSED, "end"): Standing.ENDED,
    (Standing.PAUSED, "withdraw"): Standing.WITHDRAWN,
    (Standing.ENDED, "resume"): Standing.ACTIVE,
    (Standing.WITHDRAWN, "resume"): Standing.ACTIVE,
}

STANDING_VERBS: dict[str, str] = {
    "pause": "暂缓",
    "end": "终止",
    "withdraw": "退库",
    "resume": "恢复推进",
}


@rule("3.3b")
def verb_for(current: Stage, target: Stage) -> MoveVerb | None:
    """建立招商引资项目谋划、洽谈、意向、签约、落地5个数据库。

    从一个库到另一个库是前移(下一个库)、退回(任何在前的库)还是越级(跳过中间的库);
    同一个库之间没有移动。谋划是可以不经过的:外来的线索直接进入洽谈不算越级(建议值)。
    """
    if target == current:
        return None
    if target.order < current.order:
        return MoveVerb.BACK
    if target.order == current.order + 1:
        return MoveVerb.ADVANCE
    return MoveVerb.JUMP


def standing_after(current: Standing, verb: str) -> Standing | None:
    """状态表查一格;没有这一格返回 None。"""
    return STANDING_MOVES.get((current, verb))
