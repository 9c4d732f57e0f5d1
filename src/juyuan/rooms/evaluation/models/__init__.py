"""表。"""

from juyuan.rooms.evaluation.models.breaches import Breach
from juyuan.rooms.evaluation.models.letters import Letter, LetterReply, Talk
from juyuan.rooms.evaluation.models.opinions import OpinionRequest, OpinionStep
from juyuan.rooms.evaluation.models.privileges import (
    Privilege,
    PrivilegeFinding,
    Scrutiny,
    ScrutinyStep,
)
from juyuan.rooms.evaluation.models.promises import GovernmentDebt, Promise, PromiseActual
from juyuan.rooms.evaluation.models.reviews import (
    ComplianceOpinion,
    DiligenceItem,
    Review,
    ReviewCondition,
    ReviewDecision,
    Reviewer,
    ReviewScore,
    ReviewStep,
    ReviewVeto,
)

__all__ = [
    "Breach",
    "ComplianceOpinion",
    "DiligenceItem",
    "GovernmentDebt",
    "Letter",
    "LetterReply",
    "OpinionRequest",
    "OpinionStep",
    "Privilege",
    "PrivilegeFinding",
    "Promise",
    "PromiseActual",
    "Review",
    "ReviewCondition",
    "ReviewDecision",
    "ReviewScore",
    "ReviewStep",
    "ReviewVeto",
    "Reviewer",
    "Scrutiny",
    "ScrutinyStep",
    "Talk",
]
