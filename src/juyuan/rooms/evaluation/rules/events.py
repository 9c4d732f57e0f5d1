"""评价与履约的台账事件与它们的中文名。"""

from juyuan.rooms.evaluation.rules import opinion_events, review_events, tracking_events

EVENTS: dict[str, str] = review_events.EVENTS | opinion_events.EVENTS | tracking_events.EVENTS
