"""审查意见与承诺审查的台账事件与它们的中文名。"""

from juyuan.rooms.evaluation.rules.opinions import OpinionVerb
from juyuan.rooms.evaluation.rules.privileges import ScrutinyVerb

OPINION_EVENTS = {
    f"evaluation.opinion.{verb.value}": f"审查意见：{verb.label}" for verb in OpinionVerb
}
SCRUTINY_EVENTS = {
    f"evaluation.scrutiny.{verb.value}": f"承诺审查：{verb.label}" for verb in ScrutinyVerb
}
EVENTS: dict[str, str] = OPINION_EVENTS | SCRUTINY_EVENTS
