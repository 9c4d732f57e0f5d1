"""履约跟踪与函的台账事件与它们的中文名。"""

EVENTS: dict[str, str] = {
    "evaluation.promise.added": "登记承诺",
    "evaluation.promise.changed": "承诺改约",
    "evaluation.promise.released": "解除承诺",
    "evaluation.promise.met": "认可兑现",
    "evaluation.promise.actual_added": "填报履约实况",
    "evaluation.debt.added": "登记政府先行事项",
    "evaluation.debt.done": "政府先行事项办结",
    "evaluation.debt.pressed": "政府先行事项转交办",
    "evaluation.breach.confirmed": "认定违约",
    "evaluation.breach.dismissed": "不认定违约",
    "evaluation.breach.closed": "了结违约",
    "evaluation.letter.drafted": "起草函",
    "evaluation.letter.issued": "函印发",
    "evaluation.letter.voided": "函作废",
    "evaluation.letter.lapsed": "函到期没有回复",
    "evaluation.letter.replied": "记投资方回复",
    "evaluation.letter.talked": "记约谈",
    "evaluation.letter.outcome_proposed": "提出函的结果",
    "evaluation.letter.outcome_returned": "退回函的结果",
    "evaluation.letter.closed": "函了结",
}
