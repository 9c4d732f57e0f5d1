"""评审的台账事件与它们的中文名。"""

EVENTS: dict[str, str] = {}
