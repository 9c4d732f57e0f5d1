"""一次评审上此人此刻能办的事;网页的按钮、接口的 `acts` 同一份。只为显示,判断仍在动作里。"""

from __future__ import annotations

from datetime import date

from django.utils.timezone import localdate

from juyuan.foundation.policy.queries import params
from juyuan.foundation.workdays.queries import calendar
from juyuan.kernel.actor import Actor
from juyuan.rooms.evaluation.models import Review
from juyuan.rooms.evaluation.queries import reviewaccess as access
from juyuan.rooms.evaluation.rules.reviews import (
    DECIDED,
    Declaration,
    OpinionAnswer,
    ReviewState,
    may_call_up,
)

S = ReviewState
ACTS = {
    "diligence": ("主体核查", "clipboard-list"),
    "vetoes": ("一票否决", "hand-stop"),
    "reviewers": ("指定评审人", "users"),
    "declare": ("声明利害关系", "shield-check"),
    "score": ("打分", "pencil"),
    "finish": ("结束评分", "checks"),
    "opinion": ("出合规意见", "stethoscope"),
    "supply": ("补充材料", "file-plus"),
    "decide": ("作决定", "gavel"),
    "call_up": ("调取到市级", "arrow-up"),
    "withdraw": ("撤回送审", "arrow-back-up"),
}


def offered(actor: Actor, review: Review, today: date) -> list[str]:
    """能办的各步,先后即显示的次序。"""
    state, found = review.state_enum, []
    seat = access.seat_of(actor, review)
    early = state in (S.ACCEPTED, S.REVIEWING)
    if state == S.REVIEWING and seat is not None and not seat.recused:
        found.append("declare" if seat.declaration == Declaration.PENDING else "score")
    if state == S.OPINION and access.can_give_opinion(actor, review) and not waits(review):
        found.append("opinion")
    if state == S.OPINION and waits(review) and access.can_keep_diligence(actor, review):
        found.append("supply")
    if state == S.DECIDING and access.can_decide(actor, review):
        found.append("decide")
    if state == S.REVIEWING and access.can_check_vetoes(actor, review):
        found.append("finish")
    if early and access.can_keep_diligence(actor, review):
        found.append("diligence")
    if early and access.can_check_vetoes(actor, review):
        found.append("vetoes")
    if early and access.can_handle(actor, review):
        found.append("reviewers")
    if may_be_called_up(review, today) and access.can_call_up(actor):
        found.append("call_up")
    open_yet = state in (S.ACCEPTED, S.REVIEWING, S.OPINION) and review.called_up_at is None
    if open_yet and access.can_withdraw(actor, review):
        found.append("withdraw")
    return found


def waits(review: Review) -> bool:
    """市级要求补充材料,还没有补。"""
    last = review.opinions.order_by("-id").first()
    if last is None or last.answer != OpinionAnswer.MORE:
        return False
    return not review.steps.filter(verb="supply", at__gte=last.at).exists()


def may_be_called_up(review: Review, today: date) -> bool:
    """县区的决定还在可以调取的期限里。"""
    if review.at_city or review.state_enum not in DECIDED or review.decided_at is None:
        return False
    decided = localdate(review.decided_at)
    days = params(decided)["evaluation.call_up_workdays"]
    return may_call_up(decided, today, days, calendar())


def next_said(review: Review) -> str:
    """下一步等谁办什么。"""
    state, host = review.state_enum, access.host_said(review)
    if state == S.ACCEPTED:
        return f"等{host}填好主体核查单、核对一票否决，再指定评审人"
    if state == S.REVIEWING:
        return f"等评审人声明利害关系、打分，再由{host}结束评分"
    if state == S.OPINION:
        if waits(review):
            return f"市级要求补充材料，等{host}补充"
        return "等市级合规意见；县区在它之前不能决定"
    if state == S.DECIDING:
        who = "总召集人、分管副市长或召集人" if review.at_city else f"{host}主要负责同志"
        return f"等{who}作决定"
    return ""
