"""权限矩阵(数据):每个网址 × 方法 × 看的人 × 对象 → 应得的状态码。

每个网址归一种「门」;门逐人写明放行、不准(403)、看不见(404)。新网址不列在 `PAGES`,
tests/architecture/test_doors.py 就失败;同一测试逐行真的去请求,与此处逐格相比。
`rows()` 供「权限矩阵」页与 `./juyuan permission-matrix`。
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    BUSINESS,
    EVERYONE,
    LISTED,
    OBJECTS,
    STAFF,
    VIEWERS,
    WHOLE,
    Door,
    Page,
    others,
    post_only,
    project_door,
)
from juyuan.faces.web.matrixmeetings import MEETINGS
from juyuan.faces.web.matrixopinions import OPINIONS
from juyuan.faces.web.matrixpapers import PAPERS
from juyuan.faces.web.matrixreviews import REVIEWS
from juyuan.faces.web.matrixtalks import (
    CLAIM_ACCEPT,
    CLAIM_DECIDE,
    CLAIM_EXTEND,
    CLAIM_FOUND,
    CLAIM_OWN,
    CLAIM_SEE,
    CLAIM_TAKE,
    CONFLICT_PARTY,
    CONFLICT_RULE,
    CONFLICT_SEE,
    FIRST_TALKS,
)
from juyuan.faces.web.matrixtracking import TRACKING

PUBLIC = Door("公开", EVERYONE, public=True)
ANYONE = Door("登录即可", EVERYONE)
POSTS = Door("业务任职", BUSINESS)
NOT_ADMIN = Door("三员看不见", f"{BUSINESS} no_post", ADMINS)
NO_ADMIN = Door("三员不准", f"{BUSINESS} no_post")
STAFF_ONLY = Door("经办、负责、核验", STAFF)
STAFF_NOT_ADMIN = Door("经办、负责、核验(三员看不见)", STAFF, ADMINS)
BUREAU_ONLY = Door("商务主管部门", BUREAU)
BUREAU_OR_404 = Door("商务主管部门(其余看不见)", BUREAU, others(BUREAU))
BUREAU_NOT_ADMIN = Door("商务主管部门(三员看不见)", BUREAU, ADMINS)
BUREAU_VERIFIER = Door("商务主管部门负责人、核验人", "verifier")
BUREAU_VERIFIER_NOT_ADMIN = Door("商务主管部门负责人、核验人(三员看不见)", "verifier", ADMINS)
VERIFIER_NO_ADMIN = Door("商务主管部门核验人", "verifier")
KEEP_CHAIN = Door("商务主管部门、本链维护者", f"{BUREAU} chain_lead")
HEAD = Door("主要负责同志", "own_head")
LEAVE = Door("主要负责同志、安全管理员", "own_head secadmin")
IMPORTERS = Door("有可导入的台账的人", f"{STAFF} adviser sysadmin secadmin")
OVERSEER = Door("监督的核验人", "verifier", others("verifier"))
IMPORT_OWN = Door("导入人本人与监督的核验人", "own verifier", others("own verifier"))
IMPORT_MINE = Door("导入人本人", "own", others("own verifier"))
REGISTRY = Door("系统、安全管理员", "sysadmin secadmin")
SYSADMIN = Door("系统管理员", "sysadmin")
SECADMIN = Door("安全管理员", "secadmin")
AUDIT = Door("审计、安全管理员", "secadmin auditadmin")
AUDITADMIN = Door("审计管理员", "auditadmin")
ANY_ADMIN = Door("三员", ADMINS)
TOKEN_OWNER = Door("令牌本人、系统管理员", "own sysadmin")
NOTICE_OWNER = Door("收件人本人", "own", others("own"))
VIEW_OWNER = Door("存的人、本单位主要负责同志", "own own_head", others("own own_head"))
RUN_OWNER = Door("批量办理的人", "own", others("own"))
DRAFT_OWNER = Door("写草稿的人", "own", others("own"))
HAS_POST = Door("有任职的人", f"{BUSINESS} {ADMINS}")
ABSENCE = Door("离岗人、主要负责同志", "own own_head", others("own own_head"))
TASK_OWNER = Door("任务发起人", "own", others("own"))

UNITS = Door("主要负责同志、商务主管部门、召集人", f"{BUREAU} own_head leader")
SEE = project_door("项目:看", WHOLE, LISTED, facts=True)
SEE_WHOLE = project_door("项目:看全貌", WHOLE, LISTED)
EDIT = project_door("项目:改", f"{BUREAU} own own_head", "verifier own")
MONTH = Door("月度更新:看", f"{STAFF} leader")
MONTH_CLOSE = Door("商务主管部门负责人", "")
MONTH_ONE = project_door("项目:报月度更新", BUREAU, "verifier")
EVIDENCE = project_door("项目:交证据", f"{BUREAU} own own_head participant", "verifier own")
VERIFY = project_door("项目:认定", "verifier", "verifier")
CONVENE = project_door("提级:定召集人", f"{BUREAU} leader", "verifier leader")
ESCALATE = project_door(
    "提级:专班、方案、报告", f"{BUREAU} own own_head leader", "verifier own leader"
)
CONVENER = project_door("提级:办结(召集人)", "leader", "leader")
CONFIRM = project_door("项目:确认作废", "verifier", "verifier")

# 只由限名单项目知道的投资方,商务主管部门未列名的经办也看不见
INVESTOR_KNOWN = "verifier own own_head leader"
INVESTOR_SEE = Door(
    "投资方:看", WHOLE, others(WHOLE), INVESTOR_KNOWN, others(INVESTOR_KNOWN),
)  # fmt: skip
INVESTOR_EDIT = Door(
    "投资方:改", f"{BUREAU} own own_head", others(WHOLE),
    "verifier own own_head", others(INVESTOR_KNOWN),
)  # fmt: skip
INVESTOR_CONTACT = Door(
    "投资方:登记联系人", f"{BUREAU} own own_head participant", others(WHOLE),
    "verifier own own_head", others(INVESTOR_KNOWN),
)  # fmt: skip
CONTACT_REMOVE = Door(
    "投资方:撤下自己单位的联系人", f"{BUREAU} own own_head", others(WHOLE) + " participant",
    "verifier own own_head", others(INVESTOR_KNOWN),
)  # fmt: skip
INVESTOR_MERGE = Door(
    "投资方:合并", "verifier", others(WHOLE), "verifier", others(INVESTOR_KNOWN),
)  # fmt: skip

LEAD_KNOWN = f"{BUREAU} own own_head leader"
LEAD_SEE = Door("线索:看", LEAD_KNOWN, others(LEAD_KNOWN), LISTED, others(LISTED))
LEAD_OWN = Door("线索:报送人", "own", others(LEAD_KNOWN), "own", others(LISTED))
LEAD_ANSWER = Door(
    "线索:答复", BUREAU, others(LEAD_KNOWN), "verifier", others(LISTED),
)  # fmt: skip
LEAD_HANDLE = Door("线索:承办单位(分办之后)", "", others(LEAD_KNOWN), "", others(LISTED))
LEAD_FILES = Door(
    "线索:附件", f"{BUREAU} own", others(LEAD_KNOWN), "own verifier", others(LISTED),
)  # fmt: skip
LEAD_NEW = Door("报线索的人(三员看不见)", f"{STAFF} adviser", ADMINS)


PAGES: tuple[Page, ...] = (
    # 公开
    Page("healthz", PUBLIC),
    Page("readyz", PUBLIC),
    Page("login", PUBLIC, post=422, known=302),
    Page("api:openapi-json", PUBLIC),
    Page("api:openapi-view", PUBLIC),
    Page("api:api-root", PUBLIC, get=404),
    # 登录即可
    Page("home", ANYONE),
    Page("desk_units", UNITS),
    post_only("logout", ANYONE, 302),
    Page("password", ANYONE, post=422),
    post_only("switch_post", ANYONE, 403),
    Page("ui_components", ANYONE),
    Page("ui_menu", ANYONE),
    post_only("ui_unit", ANYONE, 302),
    Page("policy", ANYONE),
    Page("policy_general", ANYONE),
    Page("clause", ANYONE),
    Page("parameter_propose", BUREAU_ONLY, post=422),
    Page("parameter_proposal", BUREAU_VERIFIER, post=422, get_door=BUREAU_ONLY),
    Page("search", ANYONE),
    Page("workdays", SYSADMIN, post=422, get_door=ANYONE),
    Page("figures", ANYONE),
    Page("figure", ANYONE),
    Page("figures_compare", ANYONE),
    Page("figure_compare", ANYONE),
    Page("duties:list", ANYONE),
    Page("duties:calendar", ANYONE),
    Page("duties:go", SEE_WHOLE, get=302),
    Page("notices:inbox", ANYONE),
    post_only("notices:read_all", ANYONE, 302),
    Page("notices:settings", ANYONE, post=302),
    post_only("notices:feed_settings", ANYONE, 200),
    post_only("notices:open", NOTICE_OWNER, 302),
    Page("notices:feed", PUBLIC, get=404),  # 凭地址里的秘密;矩阵用的是不存在的一个
    Page("personal:views", ANYONE),
    Page("personal:view_new", HAS_POST, get=302, post=422),
    Page("personal:view", VIEW_OWNER, post=422),
    Page("personal:drafts", ANYONE),
    post_only("personal:draft_save", ANYONE, 404),
    post_only("personal:draft_discard", DRAFT_OWNER, 302),
    Page("people:absences", ANYONE, post=422),
    post_only("people:cancel_absence", ABSENCE, 302),
    Page("work:tasks", ANYONE),
    Page("work:task", TASK_OWNER),
    Page("work:progress", TASK_OWNER),
    post_only("work:cancel", TASK_OWNER, 302),
    # 三员
    Page("admin_matrix", ANY_ADMIN),
    Page("admin_jobs", SYSADMIN),
    Page("keeping:backups", SYSADMIN),
    Page("people:accounts", REGISTRY),
    Page("people:new_person", SYSADMIN, post=422),
    Page("people:person", REGISTRY),
    Page("people:edit_person", SYSADMIN, post=422),
    Page("people:reset_password", SYSADMIN, post=200),
    Page("people:switch", SYSADMIN, post=422),
    Page("people:grant", SECADMIN, post=422),
    Page("people:end_post", SECADMIN, post=422),
    post_only("people:revoke_token", TOKEN_OWNER, 302),
    Page("people:units", REGISTRY),
    Page("people:new_unit", SYSADMIN, post=422),
    Page("people:unit", SYSADMIN, post=422, get_door=REGISTRY),
    Page("people:staff", HEAD),
    Page("people:leave", LEAVE, post=422),
    Page("ledger:audit", AUDIT),
    Page("ledger:event", AUDIT),
    Page("ledger:seals", AUDITADMIN),
    post_only("ledger:anchor", AUDITADMIN, 200),
    # 投资方
    Page("first_contact:list", FIRST_TALKS),
    Page("first_contact:new", STAFF_NOT_ADMIN, post=422),
    Page("first_contact:opening", BUREAU_VERIFIER_NOT_ADMIN, post=422),
    Page("first_contact:claim", CLAIM_SEE),
    Page("first_contact:extend", CLAIM_EXTEND, post=422),
    Page("first_contact:lapse", CLAIM_DECIDE, post=422),
    Page("first_contact:take_up", CLAIM_TAKE, post=422),
    Page("first_contact:end", CLAIM_OWN, post=422),
    Page("first_contact:hand_over", CLAIM_OWN, post=422),
    Page("first_contact:accept", CLAIM_ACCEPT, post=422),
    Page("first_contact:found", CLAIM_FOUND, post=422),
    Page("first_contact:file", CLAIM_FOUND, post=422),
    Page("first_contact:conflicts", FIRST_TALKS),
    Page("first_contact:conflict_new", BUREAU_VERIFIER_NOT_ADMIN, post=422),
    Page("first_contact:conflict", CONFLICT_SEE),
    Page("first_contact:paper", CONFLICT_SEE),
    Page("first_contact:prove", CONFLICT_PARTY, post=422),
    Page("first_contact:appeal", CONFLICT_PARTY, post=422),
    Page("first_contact:rule", CONFLICT_RULE, post=422),
    Page("first_contact:dismiss", CONFLICT_RULE, post=422),
    Page("first_contact:check", STAFF_NOT_ADMIN, post=422),
    Page("first_contact:checks", BUREAU_NOT_ADMIN),
    Page("first_contact:compare", BUREAU_NOT_ADMIN),
    Page("outreach:list", NOT_ADMIN),
    Page("outreach:new", LEAD_NEW, post=422),
    Page("outreach:detail", LEAD_SEE),
    Page("outreach:edit", LEAD_OWN, get=302, post=302),
    Page("outreach:attach", LEAD_FILES, post=422),
    Page("outreach:act", LEAD_ANSWER, post=422),
    Page("investors:list", NOT_ADMIN),
    Page("investors:new", STAFF_NOT_ADMIN, post=422),
    Page("investors:cases", BUREAU_NOT_ADMIN),
    Page("investors:settle", BUREAU_NOT_ADMIN, post=200),
    Page("investors:undo_merge", BUREAU_VERIFIER_NOT_ADMIN, post=200),
    Page("investors:detail", INVESTOR_SEE),
    Page("investors:edit", INVESTOR_EDIT, post=422),
    Page("investors:alias_new", INVESTOR_EDIT, post=422),
    post_only("investors:alias_remove", INVESTOR_EDIT, 302),
    Page("investors:contact_new", INVESTOR_CONTACT, post=422),
    post_only("investors:contact_remove", CONTACT_REMOVE, 302),
    Page("investors:merge", INVESTOR_MERGE, post=200),
    # 产业链
    Page("chains:list", POSTS),
    Page("chains:detail", POSTS),
    Page("chains:enterprise_new", KEEP_CHAIN, post=200),
    Page("chains:enterprise_retire", KEEP_CHAIN, post=200),
    Page("chains:appoint", BUREAU_ONLY, post=200),
    # 项目库
    Page("pipeline:list", NO_ADMIN),
    Page("pipeline:board", NO_ADMIN),
    Page("pipeline:facts", NO_ADMIN),
    Page("pipeline:changes", NO_ADMIN),
    Page("pipeline:register", STAFF_ONLY, post=422),
    Page("pipeline:suggest_investors", STAFF_ONLY),
    Page("pipeline:settle_void", CONFIRM, post=422),
    Page("pipeline:bulk", STAFF_ONLY, get=302, post=422),
    Page("pipeline:bulk_result", RUN_OWNER),
    Page("pipeline:detail", SEE),
    Page("pipeline:edit", EDIT, post=422),
    Page("pipeline:cell", EDIT, post=422),
    Page("pipeline:move", EDIT, post=422),
    Page("pipeline:standing", EDIT, post=422),
    Page("pipeline:recognise", VERIFY, post=422),
    Page("pipeline:withdraw_recognition", VERIFY, post=422),
    Page("pipeline:evidence", EVIDENCE, post=422),
    Page("pipeline:monthly", STAFF_ONLY, post=422, get_door=MONTH),
    Page("pipeline:monthly_rows", MONTH),
    Page("pipeline:monthly_book", MONTH),
    Page("pipeline:monthly_close", MONTH_CLOSE, post=422),
    Page("pipeline:project_month", MONTH_ONE, post=422, get_door=SEE_WHOLE),
    Page("pipeline:progress_new", EVIDENCE, post=422),
    Page("pipeline:progress_withdraw", EVIDENCE, post=422),
    Page("pipeline:void", EDIT, post=422),
    Page("pipeline:void_evidence", EDIT, post=422),
    Page("pipeline:escalations", NO_ADMIN),
    Page("pipeline:escalation_convener", CONVENE, post=422),
    Page("pipeline:escalation_team", ESCALATE, post=422),
    Page("pipeline:escalation_plan", ESCALATE, post=422),
    Page("pipeline:escalation_report", ESCALATE, post=422),
    Page("pipeline:escalation_close", CONVENER, post=422),
    Page("pipeline:relations", NO_ADMIN),
    Page("pipeline:relation", VERIFIER_NO_ADMIN, post=422),
    Page("pipeline:merge", VERIFY, post=422),
    Page("pipeline:unmerge", VERIFY, post=422),
    Page("pipeline:supplement_new", EDIT, post=422),
    Page("pipeline:supplement_check", VERIFY, post=422),
    Page("pipeline:paid_in", NO_ADMIN),
    Page("pipeline:voucher_cases", VERIFIER_NO_ADMIN),
    Page("pipeline:voucher_case", VERIFIER_NO_ADMIN, post=422),
    Page("pipeline:voucher_new", EDIT, post=422),
    Page("pipeline:voucher_check", VERIFY, post=422),
    Page("pipeline:voucher_reverse", EDIT, post=422),
    Page("pipeline:voucher_file", EDIT, post=422),
    Page("file_download", SEE_WHOLE),
    # 导入导出
    Page("exchange:batches", ANYONE),
    Page("exchange:new", IMPORTERS, post=422),
    Page("exchange:cases", BUREAU_OR_404),
    Page("exchange:case", OVERSEER, post=422),
    Page("exchange:close_opening", BUREAU_OR_404, post=422),
    Page("exchange:template", STAFF_ONLY),
    Page("exchange:batch", IMPORT_OWN),
    Page("exchange:columns", IMPORT_MINE, post=302),
    Page("exchange:row", IMPORT_MINE, post=422),
    post_only("exchange:commit", IMPORT_MINE, 302),
    Page("exchange:abandon", IMPORT_MINE, post=302, get_door=IMPORT_OWN),
    Page("exchange:reverse", IMPORT_OWN, post=422),
    Page("exchange:refused", IMPORT_OWN),
    Page("exchange:source", IMPORT_OWN),
    Page("exchange:export", ANYONE),
    # 接口
    Page("api:clauses", ANYONE),
    Page("api:parameters", ANYONE),
    post_only("api:parameter_preview", BUREAU_ONLY, 422),
    post_only("api:parameter_propose", BUREAU_ONLY, 422),
    post_only("api:parameter_confirmation", BUREAU_ONLY, 422),
    Page("api:parameter_proposals", BUREAU_ONLY),
    Page("api:parameter_proposal", BUREAU_ONLY),
    post_only("api:parameter_proposal_confirm", BUREAU_VERIFIER, 200),
    post_only("api:parameter_proposal_reject", BUREAU_VERIFIER, 422),
    Page("api:imports", ANYONE, post=422),
    Page("api:import_batch", IMPORT_OWN),
    post_only("api:import_commit", IMPORT_MINE, 200),
    post_only("api:import_reverse", IMPORT_OWN, 422),
    Page("api:opening", ANYONE),
    post_only("api:opening_close", BUREAU_ONLY, 422),
    Page("api:units", ANYONE),
    Page("api:me", ANYONE),
    Page("api:search", ANYONE),
    Page("api:projects", STAFF_ONLY, post=422, get_door=ANYONE),
    Page("api:project", EDIT, get_door=SEE, more={"PATCH": 428}),
    post_only("api:project_advance", EDIT, 422),
    post_only("api:project_recognise", VERIFY, 422),
    post_only("api:project_withdraw", VERIFY, 422),
    post_only("api:project_standing", EDIT, 422),
    post_only("api:project_evidence", EVIDENCE, 422),
    Page("api:project_voids", SEE_WHOLE),
    post_only("api:project_void", EDIT, 422),
    post_only("api:project_evidence_void", EDIT, 422),
    post_only("api:project_void_confirm", CONFIRM, 200),
    post_only("api:project_void_reject", CONFIRM, 200),
    Page("api:project_timeline", SEE_WHOLE),
    Page("api:project_relations", SEE_WHOLE),
    post_only("api:project_relation", VERIFY, 422),
    Page("api:project_merge", VERIFY, post=422),
    Page("api:project_merges", SEE_WHOLE),
    post_only("api:project_unmerge", VERIFY, 422),
    Page("api:project_supplements", EDIT, get_door=SEE_WHOLE, post=422),
    post_only("api:project_supplement_check", VERIFY, 422),
    Page("api:project_escalation", SEE_WHOLE),
    post_only("api:project_escalation_convener", CONVENE, 422),
    post_only("api:project_escalation_team", ESCALATE, 422),
    post_only("api:project_escalation_plan", ESCALATE, 422),
    post_only("api:project_escalation_report", ESCALATE, 422),
    post_only("api:project_escalation_close", CONVENER, 422),
    Page("api:monthly_updates", STAFF_ONLY, post=422, get_door=MONTH),
    Page("api:monthly_units", MONTH),
    post_only("api:monthly_close", MONTH_CLOSE, 422),
    post_only("api:monthly_events", EVIDENCE, 422),
    post_only("api:monthly_event_withdraw", EVIDENCE, 422),
    Page("api:project_vouchers", EDIT, get_door=SEE, post=422),
    post_only("api:project_voucher_check", VERIFY, 422),
    post_only("api:project_voucher_reverse", EDIT, 422),
    Page("api:investors", STAFF_ONLY, post=422, get_door=ANYONE),
    Page("api:investor_cases", BUREAU_ONLY),
    post_only("api:first_contact_check", STAFF_ONLY, 422),
    Page("api:first_contacts", STAFF_NOT_ADMIN, post=422, get_door=FIRST_TALKS),
    Page("api:first_contact", CLAIM_SEE),
    post_only("api:first_contact_opening", BUREAU_VERIFIER_NOT_ADMIN, 422),
    post_only("api:first_contact_extend", CLAIM_EXTEND, 422),
    post_only("api:first_contact_lapse", CLAIM_DECIDE, 422),
    post_only("api:first_contact_take_up", CLAIM_TAKE, 422),
    post_only("api:first_contact_end", CLAIM_OWN, 422),
    post_only("api:first_contact_hand_over", CLAIM_OWN, 422),
    post_only("api:first_contact_accept", CLAIM_ACCEPT, 422),
    post_only("api:first_contact_found", CLAIM_FOUND, 422),
    post_only("api:first_contact_file", CLAIM_FOUND, 422),
    Page("api:first_contact_conflicts", BUREAU_VERIFIER_NOT_ADMIN, post=422, get_door=FIRST_TALKS),
    Page("api:first_contact_conflict", CONFLICT_SEE),
    Page("api:first_contact_paper", CONFLICT_SEE),
    post_only("api:first_contact_prove", CONFLICT_PARTY, 422),
    post_only("api:first_contact_appeal", CONFLICT_PARTY, 422),
    post_only("api:first_contact_rule", CONFLICT_RULE, 422),
    post_only("api:first_contact_dismiss", CONFLICT_RULE, 422),
    Page("api:leads", LEAD_NEW, post=422, get_door=NOT_ADMIN),
    Page("api:lead", LEAD_OWN, get_door=LEAD_SEE, more={"PATCH": 428}),
    post_only("api:lead_submit", LEAD_OWN, 422),
    post_only("api:lead_withdraw", LEAD_OWN, 422),
    post_only("api:lead_answer", LEAD_ANSWER, 422),
    post_only("api:lead_assign", LEAD_ANSWER, 422),
    post_only("api:lead_judge", LEAD_HANDLE, 422),
    post_only("api:lead_feed_back", LEAD_HANDLE, 422),
    post_only("api:lead_refuse", LEAD_ANSWER, 422),
    post_only("api:lead_convert", LEAD_HANDLE, 422),
    post_only("api:lead_files", LEAD_FILES, 422),
    post_only("api:investor_settle", BUREAU_ONLY, 422),
    post_only("api:investor_unmerge", BUREAU_VERIFIER, 422),
    Page("api:investor", INVESTOR_EDIT, get_door=INVESTOR_SEE, more={"PATCH": 428}),
    post_only("api:investor_aliases", INVESTOR_EDIT, 422),
    post_only("api:investor_contacts", INVESTOR_CONTACT, 422),
    Page("api:investor_plan", INVESTOR_MERGE, get=422),
    post_only("api:investor_merge", INVESTOR_MERGE, 422),
    Page("api:chains", POSTS),
    Page("api:chain", POSTS),
    Page("api:figures", POSTS),
    Page("api:figure_compare", POSTS),
    Page("api:duties", ANYONE),
    Page("api:notices", ANYONE),
)
PAGES += (*REVIEWS, *OPINIONS, *TRACKING, *MEETINGS, *PAPERS)
BY_NAME = {page.name: page for page in PAGES}


def urls() -> dict[str, str]:
    """全部网址:名称 → 样式(从解析器取,不另抄一份)。"""
    found: dict[str, str] = {}
    for name, pattern in _walk(get_resolver(), "", ""):
        found.setdefault(name, pattern)
    return found


def _walk(resolver: URLResolver, space: str, start: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = start + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield space + (entry.name or pattern), "/" + pattern
        else:
            inner = space + (f"{entry.namespace}:" if entry.namespace else "")
            yield from _walk(entry, inner, pattern)


def rows() -> list[dict[str, str]]:
    """矩阵逐行(网址 × 方法);有密级之分的格写「一般/限名单」。"""
    patterns = urls()
    return [_row(page, method, patterns) for page in PAGES for method in page.methods]


def _row(page: Page, method: str, patterns: dict[str, str]) -> dict[str, str]:
    line = {
        "url": patterns.get(page.name, ""), "name": page.name, "method": method,
        "door": page.door_for(method).label,
    }  # fmt: skip
    for viewer in VIEWERS:
        wanted = [page.expected(viewer, method, target) for target in OBJECTS]
        line[viewer] = "/".join(map(str, dict.fromkeys(wanted)))
    return line
