"""表。"""

from juyuan.rooms.evaluation.models.breaches import Breach
from juyuan.rooms.evaluation.models.promises import GovernmentDebt, Promise, PromiseActual

__all__ = ["Breach", "GovernmentDebt", "Promise", "PromiseActual"]
