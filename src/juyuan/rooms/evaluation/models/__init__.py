"""表。"""

from juyuan.rooms.evaluation.models.breaches import Breach
from juyuan.rooms.evaluation.models.letters import Letter, LetterReply, Talk
from juyuan.rooms.evaluation.models.promises import GovernmentDebt, Promise, PromiseActual

__all__ = ["Breach", "GovernmentDebt", "Letter", "LetterReply", "Promise", "PromiseActual", "Talk"]
