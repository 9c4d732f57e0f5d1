"""权限矩阵里评审各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    LISTED,
    STAFF,
    WHOLE,
    Door,
    Page,
    others,
    post_only,
    project_door,
)

LIST = Door("各单位的人、召集人(三员看不见)", f"{STAFF} leader", ADMINS)
START = Door("各单位办事的人(三员看不见)", STAFF, ADMINS)
SEND = project_door("项目:送审", f"{BUREAU} own own_head", "verifier own")


def _review(label: str, admits: str, restricted: str) -> Door:
    """评审的门:看得全它的项目的人看得见;样例里本县区经办是评审人。"""
    return Door(label, admits, others(WHOLE), restricted, others(LISTED))


SEE = _review("评审:看", WHOLE, LISTED)
KEEP = _review("评审:主体核查、补充、撤回", f"{BUREAU} own own_head", "verifier own")
HANDLE = _review("评审:承办县区(一票否决、指定、结束)", "own own_head", "own")
SEAT = _review("评审:评审人本人(声明、打分)", "own", "own")
RECHECK = _review("评审:复核(不是本人)", "own_head", "")
OPINE = _review("评审:合规意见", "verifier", "verifier")
DECIDE = _review("评审:作决定(承办县区主要负责同志)", "own_head", "")
CALL_UP = _review("评审:调取(商务主管部门负责人)", "", "")

REVIEWS: tuple[Page, ...] = (
    Page("evaluation:reviews", LIST),
    Page("evaluation:review_send", SEND, post=422),
    Page("evaluation:review", SEE),
    Page("evaluation:review_diligence", KEEP, post=302),
    Page("evaluation:review_vetoes", HANDLE, post=302),
    Page("evaluation:review_reviewers", HANDLE, post=422),
    Page("evaluation:review_dismiss", HANDLE, post=422),
    Page("evaluation:review_declare", SEAT, post=422),
    Page("evaluation:review_score", SEAT, post=422),
    Page("evaluation:review_recheck", RECHECK, post=422),
    Page("evaluation:review_finish", HANDLE, post=422),
    Page("evaluation:review_opinion", OPINE, post=422),
    Page("evaluation:review_supply", KEEP, post=422),
    Page("evaluation:review_decide", DECIDE, post=422),
    Page("evaluation:review_call_up", CALL_UP, post=422),
    Page("evaluation:review_withdraw", KEEP, post=422),
    Page("api:reviews", START, post=422, get_door=LIST),
    Page("api:review", SEE),
    post_only("api:review_declare", SEAT, 422),
    post_only("api:review_score", SEAT, 422),
    post_only("api:review_recheck", HANDLE, 422),
    post_only("api:review_opinion", OPINE, 422),
    post_only("api:review_decide", DECIDE, 422),
    post_only("api:review_call_up", CALL_UP, 422),
)
