"""促进会议的台账事件与它们的中文名。"""

EVENTS: dict[str, str] = {}
