"""项目之间的关系与「只计一次」(三(三)、三(一)):升格、增资、换业主、二期、拆分。"""

from __future__ import annotations

from juyuan.kernel.labelled import Labelled


class RelationKind(Labelled):
    """关系:`later` 项目是 `earlier` 项目的什么。"""

    UPGRADE = "upgrade", "升格"
    CAPITAL_INCREASE = "capital_increase", "增资"
    NEW_OWNER = "new_owner", "换业主"
    SECOND_PHASE = "second_phase", "二期"
    SPLIT = "split", "拆分"


class RelationState(Labelled):
    """系统提出,人来定。"""

    PROPOSED = "proposed", "待判定"
    CONFIRMED = "confirmed", "属实"
    DISMISSED = "dismissed", "不属实"
    REVOKED = "revoked", "判定撤销"
