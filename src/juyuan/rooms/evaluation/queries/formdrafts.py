"""自动保存草稿的表单:名称、网址、对象的名称(只给看得见的)。由 wiring 登记。"""

from __future__ import annotations

from juyuan.foundation.personal.registry import DraftForm, named
from juyuan.rooms.evaluation.queries import breaches, letters, opinions, promises, reviews
from juyuan.rooms.pipeline.queries.scope import seen_whole

_projects = named(seen_whole, "name")
_reviews = named(reviews.visible_to, "project__name")
_opinions = named(opinions.visible_to, "project__name")
_promises = named(promises.visible_to, "project__name")
_breaches = named(breaches.visible_to, "promise__project__name")
_letters = named(letters.visible_to, "breach__promise__project__name")

FORMS = tuple(
    DraftForm(f"evaluation.{name}", label, f"evaluation:{url}", names=names)
    for names, forms in (
        (_projects, (
            ("send", "送审", "review_send"), ("opinion_ask", "申请审查意见", "opinion_ask"),
            ("privilege_new", "列承诺事项", "privilege_new"),
            ("privilege_edit", "改承诺事项", "privilege_edit"),  ("doubt", "答复疑点", "scrutiny_doubt"),
            ("promise_new", "登记承诺", "promise_new"),
        )),
        (_reviews, (
            ("diligence", "主体核查单", "review_diligence"), ("vetoes", "一票否决", "review_vetoes"),
            ("score", "评分", "review_score"), ("recheck", "复核评分", "review_recheck"),
            ("review_opinion", "合规意见", "review_opinion"), ("supply", "补充材料", "review_supply"),
            ("decide", "评审决定", "review_decide"),
        )),
        (_opinions, (
            ("opinion_draft", "答复审查申请", "opinion_draft"),
            ("opinion_resubmit", "补材料再报", "opinion_resubmit"),
        )),
        (_promises, (
            ("actual", "填实况", "promise_actual"), ("promise_change", "改承诺", "promise_change"),
            ("debt", "登记政府先行事项", "promise_debt"), ("manual", "手工认定违约", "promise_manual"),
            ("breach", "认定违约", "promise_breach"),
        )),
        (_breaches, (("breach_close", "了结违约", "breach_close"),)),
        (_letters, (
            ("letter_reply", "记投资方回复", "letter_reply"), ("letter_talk", "记约谈", "letter_talk"),
            ("letter_outcome", "提出结果", "letter_outcome"),
        )),
    )
    for name, label, url in forms
)  # fmt: skip
