"""权限矩阵里促进会议各页。样例会议正在开,主持的是总召集人;难题、交办随样例项目,承办的是参与单位。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    STAFF,
    Door,
    Page,
    others,
    post_only,
    project_door,
)

# 各单位办事的人与召集人;财政查阅、顾问、链长、没有任职的进不来
INSIDE = f"{STAFF} leader"
COUNCIL = Door("各单位办事的人、召集人(三员看不见)", INSIDE, ADMINS)
PREPARE = Door("办会:商务主管部门(三员看不见)", BUREAU, ADMINS)
# 会议本身:发了通知,各单位都看得见;进不来促进会议的看不见
MEETING_SEE = Door("会议:看", INSIDE, others(INSIDE))
MEETING_PREPARE = Door("会议:办会", BUREAU, others(INSIDE))
MEETING_RUN = Door("会议:开会、散会", f"{BUREAU} leader", others(INSIDE))
# 议题、难题:看得见项目全貌而又进得来促进会议的;限名单的只有名单上的、核验人、召集人
SIDE, LISTED = f"{BUREAU} own own_head participant leader", "verifier own leader"


def _object(label: str, admits: str, restricted: str) -> Door:
    return Door(label, admits, others(SIDE), restricted, others(LISTED))


ITEM_SEE = _object("议题:看", SIDE, LISTED)
ITEM_CONFIRM = _object("议题:主持的确认", "leader", "leader")
ITEM_RUN = _object("议题:退回草稿", f"{BUREAU} leader", "verifier leader")
ITEM_PREPARE = _object("议题:办会", BUREAU, "verifier")
ITEM_DECIDE = _object("议题:决定、记下", f"{BUREAU} leader", "verifier leader")
PROBLEM_SEE = _object("难题:看", SIDE, LISTED)
PROBLEM_ASSIGN = _object("难题:交办", "verifier", "verifier")
PROBLEM_CLOSE = _object("难题:不再需要", f"{BUREAU} own own_head", "verifier own")
PROBLEM_NEW = project_door("难题:提出", f"{BUREAU} own own_head participant", "verifier own")
# 交办:看得见项目的与承办单位;限名单的,承办单位里只有指名的人与主要负责同志
ACTION_SEE = _object("交办:看", SIDE, LISTED)
ACTION_WORK = _object("交办:承办单位", "participant", "")
ACTION_CLOSE = _object("交办:销号", BUREAU, "verifier")
ACTION_ANSWER = _object("交办:答复延期", "verifier leader", "verifier leader")

MEETINGS: tuple[Page, ...] = (
    Page("council:index", COUNCIL),
    Page("council:roster", COUNCIL),
    Page("council:meetings", COUNCIL),
    Page("council:meeting_new", PREPARE, post=422),
    Page("council:meeting", MEETING_SEE),
    Page("council:materials", MEETING_SEE),
    # 样例会议正在开:不能再改、再通知、取消
    Page("council:meeting_edit", MEETING_PREPARE, post=422),
    Page("council:meeting_call", MEETING_PREPARE, post=422),
    Page("council:meeting_cancel", MEETING_PREPARE, post=422),
    Page("council:meeting_start", MEETING_RUN, post=422),
    Page("council:meeting_end", MEETING_RUN, post=302),
    Page("council:attendance", MEETING_PREPARE, post=422),
    Page("council:minutes", MEETING_PREPARE, post=422),
    Page("council:agenda_add", MEETING_PREPARE, post=422),
    Page("council:agenda_order", MEETING_PREPARE, post=422),
    Page("council:agenda_postpone", MEETING_RUN, get=302, post=422),
    Page("council:agenda_item", ITEM_DECIDE, post=422, get_door=ITEM_SEE),
    post_only("council:agenda_restore", ITEM_PREPARE, 422),
    Page("council:agenda_confirm", ITEM_CONFIRM, post=422),
    Page("council:agenda_discard", ITEM_RUN, post=422),
    Page("council:actions", COUNCIL),
    Page("council:action", ACTION_SEE),
    Page("council:action_act", ACTION_WORK, post=422),
    Page("council:problems", COUNCIL),
    Page("council:problem_new", PROBLEM_NEW, post=422),
    Page("council:problem", PROBLEM_SEE),
    Page("council:problem_assign", PROBLEM_ASSIGN, post=422),
    Page("council:problem_close", PROBLEM_CLOSE, post=422),
    Page("api:meetings", PREPARE, post=422, get_door=COUNCIL),
    Page("api:meeting", MEETING_SEE),
    post_only("api:meeting_call", MEETING_PREPARE, 422),
    post_only("api:meeting_start", MEETING_RUN, 422),
    post_only("api:meeting_end", MEETING_RUN, 200),
    post_only("api:meeting_decide", ITEM_DECIDE, 422),
    post_only("api:meeting_confirm", ITEM_CONFIRM, 422),
    Page("api:action_items", COUNCIL),
    Page("api:action_item", ACTION_SEE),
    post_only("api:action_item_report", ACTION_WORK, 422),
    post_only("api:action_item_submit", ACTION_WORK, 422),
    post_only("api:action_item_return", ACTION_CLOSE, 422),
    post_only("api:action_item_close", ACTION_CLOSE, 422),
    post_only("api:action_item_extension", ACTION_WORK, 422),
    post_only("api:action_item_answer", ACTION_ANSWER, 422),
    # 空的请求没有写项目:与看不见的项目一样
    Page("api:problems", COUNCIL, post=404),
    Page("api:problem", PROBLEM_SEE),
    post_only("api:problem_close", PROBLEM_CLOSE, 422),
)
