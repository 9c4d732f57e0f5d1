"""履约跟踪与函的台账事件与它们的中文名。"""

EVENTS: dict[str, str] = {}
