"""表。"""

from juyuan.rooms.evaluation.models.promises import GovernmentDebt, Promise, PromiseActual

__all__ = ["GovernmentDebt", "Promise", "PromiseActual"]
