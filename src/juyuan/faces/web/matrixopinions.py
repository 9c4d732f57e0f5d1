"""权限矩阵里审查意见与承诺审查各页。

审查单位看得见交来的那一件(样例里问的是参与单位),看不见项目的其余;申请、优惠、疑点由能改项目的单位办。
"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    LISTED,
    STAFF,
    WHOLE,
    WRONG_METHOD,
    Door,
    Page,
    others,
    post_only,
    project_door,
)

KEEPERS, KEEPERS_LISTED = f"{BUREAU} own own_head", "verifier own"
REVIEWED = f"{LISTED} participant"
LIST = Door("各单位办事的人、召集人(三员看不见)", f"{STAFF} leader", ADMINS)
SEE = project_door("审查与承诺:看", WHOLE, LISTED)
KEEP = project_door("审查与承诺:申请、列优惠、答复疑点", KEEPERS, KEEPERS_LISTED)
CLOSE = project_door("审查与承诺:签核", "verifier own_head", "verifier")


def _opinion(label: str, admits: str, restricted: str) -> Door:
    return Door(label, admits, others(WHOLE), restricted, others(REVIEWED))


OPINION_SEE = _opinion("审查意见:看", WHOLE, REVIEWED)
OPINION_ASK = _opinion("审查意见:补齐、撤回", KEEPERS, KEEPERS_LISTED)
OPINION_DRAFT = _opinion("审查意见:拟、退回(审查单位)", "participant", "participant")
OPINION_SIGN = _opinion("审查意见:签发、撤销(审查单位负责人、核验人)", "", "")

OPINIONS: tuple[Page, ...] = (
    Page("evaluation:opinions", LIST),
    Page("evaluation:opinion", OPINION_SEE),
    Page("evaluation:opinion_draft", OPINION_DRAFT, post=422),
    Page("evaluation:opinion_return", OPINION_DRAFT, post=422),
    Page("evaluation:opinion_sign", OPINION_SIGN, post=422),
    Page("evaluation:opinion_send_back", OPINION_SIGN, post=422),
    Page("evaluation:opinion_revoke", OPINION_SIGN, post=422),
    Page("evaluation:opinion_resubmit", OPINION_ASK, post=422),
    Page("evaluation:opinion_withdraw", OPINION_ASK, post=422),
    Page("evaluation:opinion_ask", KEEP, post=422),
    Page("evaluation:scrutiny", SEE),
    Page("evaluation:privilege_new", KEEP, post=422),
    Page("evaluation:privilege_edit", KEEP, post=422),
    Page("evaluation:privilege_remove", KEEP, post=422),
    Page("evaluation:privilege_none", KEEP, post=422),
    Page("evaluation:scrutiny_text", KEEP, post=422),
    Page("evaluation:scrutiny_doubt", KEEP, post=422),
    Page("evaluation:scrutiny_submit", KEEP, post=422),
    Page("evaluation:scrutiny_close", CLOSE, post=422),
    Page("evaluation:scrutiny_return", CLOSE, post=422),
    Page("api:evaluation_opinions", LIST),
    Page("api:evaluation_opinion", OPINION_SEE),
    post_only("api:evaluation_opinions_asked", KEEP, 422),
    post_only("api:evaluation_opinion_draft", OPINION_DRAFT, 422),
    post_only("api:evaluation_opinion_return", OPINION_DRAFT, 422),
    post_only("api:evaluation_opinion_sign", OPINION_SIGN, 422),
    post_only("api:evaluation_opinion_send_back", OPINION_SIGN, 422),
    post_only("api:evaluation_opinion_revoke", OPINION_SIGN, 422),
    post_only("api:evaluation_opinion_resubmit", OPINION_ASK, 422),
    post_only("api:evaluation_opinion_withdraw", OPINION_ASK, 422),
    Page("api:evaluation_scrutiny", SEE),
    post_only("api:evaluation_privileges", KEEP, 422),
    post_only("api:evaluation_privilege_none", KEEP, 422),
    Page("api:evaluation_privilege_edit", KEEP, get=WRONG_METHOD, more={"PUT": 422}),
    post_only("api:evaluation_privilege_remove", KEEP, 422),
    post_only("api:evaluation_scrutiny_text", KEEP, 422),
    post_only("api:evaluation_scrutiny_doubt", KEEP, 422),
    post_only("api:evaluation_scrutiny_submit", KEEP, 422),
    post_only("api:evaluation_scrutiny_close", CLOSE, 422),
    post_only("api:evaluation_scrutiny_return", CLOSE, 422),
)
