"""权限矩阵里首谈各页的门。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import ADMINS, BUREAU, EVERYONE, STAFF, Door, others

# 首谈:本单位、等本单位接收的、商务主管部门、召集人;限名单的只有登记的人、核验人、召集人
FIRST_TALKS = Door("各单位办首谈的人、召集人(三员看不见)", f"{STAFF} leader", ADMINS)
CLAIM_SIDE, CLAIM_LISTED = f"{BUREAU} own own_head participant leader", "verifier own leader"


def _claim(label: str, admits: str, restricted: str) -> Door:
    return Door(label, admits, others(CLAIM_SIDE), restricted, others(CLAIM_LISTED))


CLAIM_SEE = _claim("首谈:看", CLAIM_SIDE, CLAIM_LISTED)
CLAIM_EXTEND = _claim("首谈:延长(召集人)", "leader", "leader")
CLAIM_DECIDE = _claim("首谈:失去独占", "verifier", "verifier")
CLAIM_TAKE = _claim("首谈:接手", "clerk verifier", "verifier")
CLAIM_OWN = _claim("首谈:移交、终结", "verifier own own_head", "verifier own")
CLAIM_FOUND = _claim("首谈:登记项目", "own own_head", "own")
CLAIM_ACCEPT = Door(
    "首谈:接收移交", "participant", others("participant"), "", EVERYONE,
)  # fmt: skip
# 撞单:争议的各方、商务主管部门、召集人;一方限名单的,那一方只有看得见那件首谈的人
CONFLICT_SIDE, CONFLICT_LISTED = f"{BUREAU} own own_head other leader", "verifier own other leader"


def _conflict(label: str, admits: str, restricted: str) -> Door:
    return Door(label, admits, others(CONFLICT_SIDE), restricted, others(CONFLICT_LISTED))


CONFLICT_SEE = _conflict("撞单:看", CONFLICT_SIDE, CONFLICT_LISTED)
CONFLICT_PARTY = Door(
    "撞单:补证据、提请召集人", "own own_head other", others("own own_head other"),
    "own other", others("own other"),
)  # fmt: skip
CONFLICT_RULE = _conflict("撞单:裁定", "verifier", "verifier")
