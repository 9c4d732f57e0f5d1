"""提级管理的规则(三(三)):何时打开、何时确认、何时自己撤回;由谁管、多久一报。"""

from __future__ import annotations

from juyuan.kernel.labelled import Labelled


class EscalationState(Labelled):
    """提级的状态:登记签约即开(待核实),签约认定即定(提级中),办结或撤回。"""

    PENDING = "pending", "提级待核实"
    CONFIRMED = "confirmed", "提级中"
    CLOSED = "closed", "提级办结"
    LAPSED = "lapsed", "提级撤回"


OPEN_STATES = (EscalationState.PENDING, EscalationState.CONFIRMED)
