"""权限矩阵里履约跟踪与函各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    LISTED,
    STAFF,
    WHOLE,
    Door,
    Page,
    post_only,
    project_door,
)

LIST = Door("履约:清单(三员看不见)", f"{STAFF} leader", ADMINS)
SEE = project_door("履约:看", WHOLE, LISTED)
KEEP = project_door("履约:登记承诺", f"{BUREAU} own own_head", "verifier own")
REPORT = project_door("履约:填实况", f"{BUREAU} own own_head participant", "verifier own")
JUDGE = project_door("履约:认定", "verifier own_head", "verifier")
HANDLE = project_door("函:发函单位", "own own_head", "own")
DECIDE = project_door("函:批准结果", "own_head", "")

TRACKING: tuple[Page, ...] = (
    Page("evaluation:tracking", LIST),
    Page("evaluation:promises", SEE),
    Page("evaluation:promise_new", KEEP, post=422),
    Page("evaluation:promise_fill", KEEP, post=422),
    Page("evaluation:promise_actual", REPORT, post=422),
    Page("evaluation:promise_met", JUDGE, post=422),
    Page("evaluation:promise_change", KEEP, post=422),
    Page("evaluation:promise_release", JUDGE, post=422),
    Page("evaluation:promise_debt", KEEP, post=422),
    Page("evaluation:debt_settle", REPORT, post=422),
    Page("evaluation:promise_press", KEEP, post=422),
    Page("evaluation:promise_breach", JUDGE, post=422),
    Page("evaluation:promise_manual", JUDGE, post=422),
    Page("evaluation:breach_close", JUDGE, post=422),
    Page("evaluation:letter_new", KEEP, post=422),
    Page("evaluation:letters", LIST),
    post_only("evaluation:letter_batch", LIST, 422),
    Page("evaluation:letter", SEE),
    Page("evaluation:letter_deliver", HANDLE, post=412),
    Page("evaluation:letter_reply", HANDLE, post=422),
    Page("evaluation:letter_talk", HANDLE, post=422),
    Page("evaluation:letter_outcome", HANDLE, post=422),
    Page("evaluation:letter_decide", DECIDE, post=422),
    Page("api:promises", LIST),
    Page("api:promise", SEE),
    post_only("api:promise_add", KEEP, 422),
    post_only("api:promise_release", JUDGE, 422),
    post_only("api:promise_breach", JUDGE, 422),
    post_only("api:promise_press", KEEP, 422),
    post_only("api:promise_actual", REPORT, 422),
    post_only("api:promise_debt", REPORT, 422),
    Page("api:letters", LIST),
    Page("api:letter", SEE),
    post_only("api:letter_draft", KEEP, 422),
    post_only("api:letter_deliver", HANDLE, 422),
    post_only("api:letter_reply", HANDLE, 422),
    post_only("api:letter_talk", HANDLE, 422),
    post_only("api:letter_outcome", HANDLE, 422),
    post_only("api:letter_decide", DECIDE, 422),
)
