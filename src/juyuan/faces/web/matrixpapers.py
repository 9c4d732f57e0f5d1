"""权限矩阵里公文各页:公文随它的对象(样例是项目);起草归发文单位,批准归其主要负责同志。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import (
    ADMINS,
    BUREAU,
    BUSINESS,
    EVERYONE,
    LISTED,
    WHOLE,
    Door,
    Page,
    post_only,
    project_door,
)

CHECK = Door("登录即可", EVERYONE)
PAPERS_DOOR = Door("三员看不见", f"{BUSINESS} no_post", ADMINS)
SEE = project_door("公文:看", WHOLE, LISTED)
PREPARE = project_door("公文:起草单位", "own own_head", "own")
APPROVE = project_door("公文:批准", "own_head", "")

POSTS = Door("业务任职", BUSINESS)
MONTH_SEE = Door("业务任职(其余看不见)", BUSINESS, f"{ADMINS} no_post")
MONTH_MAKE = Door("商务主管部门", BUREAU)

PAPERS: tuple[Page, ...] = (
    Page("papers:list", PAPERS_DOOR),
    Page("papers:register", PAPERS_DOOR),
    Page("papers:check", CHECK),
    Page("papers:detail", SEE),
    Page("papers:file", SEE),
    # 样例公文已作废:什么都办不成(412),缺必填的先答 422
    post_only("papers:words", PREPARE, 422),
    Page("papers:submit", PREPARE, post=412),
    Page("papers:approve", APPROVE, post=412),
    Page("papers:return", APPROVE, post=412),
    Page("papers:issue", PREPARE, post=412),
    Page("papers:void", APPROVE, post=412),
    Page("papers:scan", PREPARE, post=412),
    Page("papers:deliver", PREPARE, post=412),
    Page("figures_monthly", MONTH_MAKE, get_door=POSTS, post=422),
    Page("figures_monthly_book", MONTH_SEE),
    Page("api:papers", PAPERS_DOOR),
    Page("api:paper_check", CHECK),
    Page("api:paper", SEE),
    Page("api:paper_file", SEE),
    post_only("api:paper_words", PREPARE, 428),
    post_only("api:paper_submit", PREPARE, 428),
    post_only("api:paper_approve", APPROVE, 428),
    post_only("api:paper_return", APPROVE, 428),
    post_only("api:paper_issue", PREPARE, 428),
    post_only("api:paper_void", APPROVE, 428),
    post_only("api:paper_deliver", PREPARE, 428),
)
