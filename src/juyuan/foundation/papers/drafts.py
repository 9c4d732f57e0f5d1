"""公文里可改的话自动保存;名称只给看得见的。由 wiring 登记。"""

from __future__ import annotations

from juyuan.foundation.papers.queries import visible_to
from juyuan.foundation.personal.registry import DraftForm, named

FORMS = (
    DraftForm("papers.words", "改公文的话", "papers:detail", names=named(visible_to, "title")),
)
