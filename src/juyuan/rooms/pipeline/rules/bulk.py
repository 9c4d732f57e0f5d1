"""批量:能批量办的几件事,以及一次最多办几个。逐个仍走与平时相同的动作。纯函数。"""

from __future__ import annotations

from collections.abc import Sequence

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding


class BulkAct(Labelled):
    """批量办的事。"""

    LEAD = "lead", "改首谈单位"
    PARTICIPANTS = "participants", "加参与单位"
    NODE = "node", "归入环节"
    CONFIDENTIALITY = "confidentiality", "改密级"
    PROMISE = "promise", "改承诺日期"
    PAUSE = "pause", "暂缓推进"
    RESUME = "resume", "恢复推进"
    ADVANCE = "advance", "前移到下一库"


class Outcome(Labelled):
    """一个项目办得怎样。"""

    DONE = "done", "办成"
    SAME = "same", "本来就是"
    REFUSED = "refused", "没办"


@rule("3.3b")
def judge_picks(codes: Sequence[str], most: int) -> list[Finding]:
    """「实施动态管理」:选中的逐个照常办,各过各的权限、版本、门槛;一个不选、选得太多的不办。"""
    if not codes:
        return [Finding("pick", "bulk.none", "", "没有选中项目,请先在表格里勾选")]
    if len(set(codes)) > most:
        said = f"一次最多办 {most} 个项目,选了 {len(set(codes))} 个,请分几次"
        return [Finding("pick", "bulk.many", "", said)]
    return []
