"""审查意见与承诺审查的台账事件与它们的中文名。"""

from juyuan.rooms.evaluation.rules.opinions import OpinionVerb
from juyuan.rooms.evaluation.rules.privileges import ScrutinyVerb

OPINION_EVENTS = {
    f"evaluation.opinion.{verb.value}": f"审查意见：{verb.label}" for verb in OpinionVerb
}
SCRUTINY_EVENTS = {
    f"evaluation.scrutiny.{verb.value}": f"承诺审查：{verb.label}" for verb in ScrutinyVerb
}
MERGE_EVENTS = {
    "evaluation.opinion.carried": "审查申请随项目并入",
    "evaluation.opinion.put_back": "审查申请随撤销合并放回",
}
EVENTS: dict[str, str] = OPINION_EVENTS | SCRUTINY_EVENTS | MERGE_EVENTS
