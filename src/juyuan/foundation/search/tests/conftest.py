"""一类假想的对象「物」:偶数编号人人可见,奇数编号无人可见。"""

import pytest

from juyuan.foundation.search import frequency, registry
from juyuan.foundation.search.registry import Hit


@pytest.fixture
def things(monkeypatch):
    monkeypatch.setattr(registry, "_SEARCHABLES", {})
    asked = []

    def visible_ids(actor, ids):
        asked.append(set(ids))
        return {i for i in ids if i % 2 == 0}

    def present(actor, ids):
        return [Hit(i, f"物{i}", "", f"/things/{i}/") for i in ids]

    registry.register("thing", visible_ids=visible_ids, present=present, label="物")
    frequency.forget()
    yield asked
    frequency.forget()
