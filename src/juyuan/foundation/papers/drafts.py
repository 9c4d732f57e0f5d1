"""公文里可改的话自动保存;名称只给看得见的。由 wiring 登记。"""

from __future__ import annotations

from collections.abc import Sequence

from juyuan.foundation.papers.queries import visible_to
from juyuan.foundation.personal.registry import DraftForm
from juyuan.kernel.actor import Actor


def _names(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    rows = visible_to(actor).filter(code__in=list(keys)).order_by()
    return dict(rows.values_list("code", "title"))


FORMS = (DraftForm("papers.words", "改公文的话", "papers:detail", names=_names),)
