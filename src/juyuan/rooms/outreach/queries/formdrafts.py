"""自动保存草稿的表单:报线索、接着填。由 wiring 登记。"""

from __future__ import annotations

from juyuan.foundation.personal.registry import DraftForm
from juyuan.rooms.outreach.queries.leads import names_of

FORMS = (
    DraftForm("outreach.new", "报线索", "outreach:new", has_object=False),
    DraftForm("outreach.edit", "接着填线索", "outreach:edit", names=names_of),
)
