"""月度更新的规则:哪一期、算不算实质进展、按时与否。"""

from __future__ import annotations

from juyuan.kernel.labelled import Labelled


class EventSource(Labelled):
    """进展事件从哪里来:人填的,或由系统里已发生的动作带来的(不必再填)。"""

    TYPED = "typed", "填报"
    MOVE = "move", "阶段移动"
    EVIDENCE = "evidence", "提交证据"
    VOUCHER = "voucher", "到位资金"


class NoChange(Labelled):
    """「无变化」为什么。"""

    WAITING_INVESTOR = "waiting_investor", "等投资方答复"
    WAITING_FACTOR = "waiting_factor", "等用地用能等要素"
    WAITING_APPROVAL = "waiting_approval", "等审批或上会"
    SEASON = "season", "季节或停工期"
    STEADY = "steady", "按计划正常推进"
    OTHER = "other", "其他"
