"""个人的东西的接线:哪些列表存视图,哪些表单自动保存草稿,调离时怎么移交。"""

from __future__ import annotations


def connect() -> None:
    """可重复。"""
    from juyuan.foundation.papers.drafts import FORMS as PAPERS
    from juyuan.foundation.people import handover
    from juyuan.foundation.personal import jobs, registry
    from juyuan.foundation.personal.actions import drafts, views
    from juyuan.foundation.work import registry as work
    from juyuan.rooms.council.queries.formdrafts import FORMS as COUNCIL
    from juyuan.rooms.evaluation.queries.formdrafts import FORMS as EVALUATION
    from juyuan.rooms.outreach.queries.formdrafts import FORMS as LEADS
    from juyuan.rooms.pipeline.queries.formdrafts import FORMS as PIPELINE

    for url_name, label in (
        ("pipeline:list", "项目库"), ("pipeline:facts", "认定事实"), ("pipeline:paid_in", "到位资金"),
        ("pipeline:escalations", "提级项目"), ("pipeline:monthly", "月度更新"),
        ("investors:list", "投资方"), ("duties:list", "待办"), ("outreach:list", "线索"),
    ):  # fmt: skip
        registry.register_page(url_name, label)
    for form in (*PIPELINE, *LEADS, *EVALUATION, *COUNCIL, *PAPERS):
        registry.register_form(form)
    handover.register("views", views.hand_over, "视图")
    handover.register("drafts", drafts.hand_over, "草稿")
    work.register(work.Job("personal.expire_drafts", "清除过期草稿", jobs.run, catch_up=False))
