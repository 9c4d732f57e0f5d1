"""评审的台账事件与它们的中文名。"""

from juyuan.rooms.evaluation.rules.reviews import ReviewVerb

EVENTS: dict[str, str] = {
    **{f"evaluation.review.{verb.value}": f"评审：{verb.label}" for verb in ReviewVerb},
    "evaluation.review.vetoes_checked": "评审：核对一票否决",
    "evaluation.review.diligence_kept": "评审：填写主体核查单",
    "evaluation.review.reviewer_appointed": "评审：指定评审人",
    "evaluation.review.reviewer_dismissed": "评审：撤换评审人",
    "evaluation.review.declared": "评审：声明利害关系",
    "evaluation.review.scored": "评审：评分",
    "evaluation.review.rechecked": "评审：复核分",
    "evaluation.review.carried": "评审：随项目合并转入",
    "evaluation.review.returned": "评审：随撤销合并放回",
}
