"""已登记各家的一份摘录,按代码与名称键可查(纯数据,不碰数据库)。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from juyuan.kernel.names import lookup_keys
from juyuan.kernel.text import compact
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.investors.rules.drafts import InvestorDraft
from juyuan.rooms.investors.rules.matching import Known


class Register:
    """摘录;新登记的可随时添入(同一批里的先来后到)。"""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_key: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        for one in known:
            self.add(one)

    def add(self, one: Known) -> None:
        """添一家。"""
        for key in one.keys:
            self._by_key["name", key].append(one)
        if one.uscc:
            self._by_key["uscc", one.uscc].append(one)
        if one.foreign_id:
            self._by_key["foreign_id", compact(one.foreign_id)].append(one)

    def near(self, draft: InvestorDraft) -> list[Known]:
        """与所填有任何一处吻合的各家,去重。"""
        wanted = [("name", key) for key in lookup_keys(draft.name)]
        wanted.append(("uscc", compact_uscc(draft.uscc)))
        wanted.append(("foreign_id", compact(draft.foreign_id)))
        found = (one for key in wanted if key[1] for one in self._by_key.get(key, ()))
        return list({one.id: one for one in found}.values())
