"""「条款与参数」两屏的读模型:逐条列出,和一条条款的全貌。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from juyuan.foundation.policy import access, queries
from juyuan.foundation.policy.citations import Citations, Spot, scan
from juyuan.foundation.policy.models import ParameterProposal
from juyuan.foundation.policy.pack_types import Clause, ClauseState, Pack
from juyuan.foundation.policy.rulebook import clause_rows, naming
from juyuan.foundation.policy.timeline import ParameterRow, Timeline, UnknownParameter
from juyuan.foundation.policy.values import OPS, shown_lines, written
from juyuan.kernel.actor import Actor

STATES = {
    "built": ClauseState.BUILT,
    "planned": ClauseState.PLANNED,
    "not": ClauseState.NOT_SOFTWARE,
}
BRIEF_LINES = 3
BRIEF_CHARS = 24


@lru_cache(maxsize=4)
def _citations(pack_id: str, version: str) -> Citations:
    """源码里的引用(每个进程读一次)。"""
    return scan(settings.ROOT, queries.pack())


def citations() -> Citations:
    pack = queries.pack()
    return _citations(pack.id, pack.version)


@dataclass(frozen=True)
class ParameterView:
    """参数一行。`brief` 是列表里的一行字,`lines` 是全部;`read` = 已有代码读它,`built` = 承办的房间已建。"""

    row: ParameterRow
    lines: tuple[str, ...]
    pending: bool = False
    read: bool = True
    built: bool = True

    @property
    def brief(self) -> str:
        if len(self.lines) > BRIEF_LINES or any(len(x) > BRIEF_CHARS for x in self.lines):
            return (
                f"{self.lines[0][:BRIEF_CHARS]}…"
                if len(self.lines) == 1
                else (f"{'、'.join(line[:8] for line in self.lines[:2])}等 {len(self.lines)} 项")
            )
        return "、".join(self.lines)

    @property
    def bound(self) -> str:
        return OPS.get(self.row.op, "")


@dataclass(frozen=True)
class ClauseView:
    clause: Clause
    parameters: tuple[ParameterView, ...]
    screens: tuple[Spot, ...]
    rules: tuple[Spot, ...] = ()
    data: tuple[Spot, ...] = ()
    tests: int = 0
    place: str = ""  # 第几句;该层只有一句时为空

    @property
    def number(self) -> str:
        """文件自己的编号,同层有几句的再说第几句:「三(三) 第 2 句」。"""
        return f"{self.clause.display} {self.place}".strip()

    @property
    def pill(self) -> str:
        return {"已实现": "yes", "待建": "wait"}.get(self.clause.state, "")


@dataclass(frozen=True)
class Section:
    """同一层级(如「三(三)」)的各句;`title` 是该层的标题。"""

    display: str
    title: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True)
class Waiting:
    """等待确认的一项改动。"""

    label: str
    url: str


@dataclass(frozen=True)
class ListPage:
    sections: tuple[Section, ...]
    general: tuple[ParameterView, ...]
    counts: dict[str, int]
    found: int
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True)
class Query:
    """列表的条件。"""

    text: str = ""
    state: str = ""
    room: str = ""
    origin: str = ""
    duty: str = ""

    def wants(self, view: ClauseView) -> bool:
        clause = view.clause
        if self.state and clause.state is not STATES.get(self.state):
            return False
        if self.room and clause.room != self.room:
            return False
        if self.origin and not any(p.row.origin == self.origin for p in view.parameters):
            return False
        if self.duty and self.duty not in clause.duty:
            return False
        return not self.text or self._mentions(view)

    def _mentions(self, view: ClauseView) -> bool:
        clause = view.clause
        words = [clause.code, clause.display, clause.text, *clause.duty, clause.room_label]
        words += [w for p in view.parameters for w in (p.row.label, p.row.key, *p.lines)]
        return any(self.text.lower() in word.lower() for word in words)


def _is_built(code: str) -> bool:
    """承办这一条的房间建了没有;与哪一条都无关的通用参数算建了。"""
    clause = queries.pack().clauses_by_code.get(code)
    return clause is None or clause.built


def _views(
    rows: Iterable[ParameterRow], who: Callable[[str], str], open_keys: set[str]
) -> tuple[ParameterView, ...]:
    readers = citations().readers
    return tuple(
        ParameterView(
            row,
            tuple(shown_lines(row, who)),
            row.key in open_keys,
            row.key in readers,
            _is_built(row.clause),
        )
        for row in rows
    )


def list_page(query: Query, as_of: date) -> ListPage:
    """逐条列出;`as_of` 那一天有效的参数。"""
    pack = queries.pack()
    book = queries.params(as_of)
    who = naming(pack)
    proposals = queries.open_proposals()
    open_keys = {proposal.key for proposal in proposals}
    places = _places(pack)
    views = [
        ClauseView(
            row.clause,
            _views(book.rows(row.clause.code), who, open_keys),
            row.screens,
            tests=len(row.tests),
            place=places.get(row.clause.code, ""),
        )
        for row in clause_rows(pack, citations())
    ]
    body = [view for view in views if not _is_title(view.clause)]
    counts = {"all": len(body)} | {
        key: sum(view.clause.state is state for view in body) for key, state in STATES.items()
    }
    titles = {v.clause.display: v.clause.text for v in views if _is_title(v.clause)}
    kept = [view for view in body if query.wants(view)]
    sections: list[Section] = []
    for view in kept:
        display = view.clause.display
        if sections and sections[-1].display == display:
            last = sections[-1]
            sections[-1] = Section(display, last.title, (*last.clauses, view))
        else:
            sections.append(Section(display, titles.get(display, ""), (view,)))
    general = () if query != Query() else _views(book.rows(""), who, open_keys)
    waiting = tuple(
        Waiting(row.label, home(row))
        for row in (book.row(p.key) for p in proposals if p.key in book)
    )
    return ListPage(tuple(sections), general, counts, len(kept), waiting)


def home(row: ParameterRow) -> str:
    """一条参数在哪一页。"""
    return reverse("clause", args=[row.clause]) if row.clause else reverse("policy_general")


def _is_title(clause: Clause) -> bool:
    return clause.heading and bool(clause.not_software)


def _places(pack: Pack) -> dict[str, str]:
    """条款代码 → 「第 n 句」:同一编号之下有几句正文才写。"""
    groups: dict[str, list[str]] = {}
    for clause in pack.clauses:
        if not _is_title(clause):
            groups.setdefault(clause.display, []).append(clause.code)
    return {
        code: f"第 {number} 句"
        for codes in groups.values()
        if len(codes) > 1
        for number, code in enumerate(codes, start=1)
    }


@dataclass(frozen=True)
class Neighbour:
    """前后一句:代码(作网址)与文件自己的编号。"""

    code: str
    number: str


def _neighbour(clause: Clause, places: dict[str, str]) -> Neighbour:
    return Neighbour(clause.code, f"{clause.display} {places.get(clause.code, '')}".strip())


@dataclass(frozen=True)
class Holder:
    """责任单位的一个称谓,和它所指的单位(与称谓相同时不重复)。"""

    name: str
    units: str = ""


@dataclass(frozen=True)
class History:
    """一条参数的各版,现行的在 `now`。"""

    view: ParameterView
    versions: tuple[ParameterView, ...]
    may_propose: bool


@dataclass(frozen=True)
class Difference:
    """现值与新值逐项之差:去掉的、增加的、没有变的项数。"""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: int

    @property
    def same(self) -> bool:
        return not self.removed and not self.added


def difference(before: list[str], after: list[str]) -> Difference:
    return Difference(
        tuple(line for line in before if line not in after),
        tuple(line for line in after if line not in before),
        sum(line in after for line in before),
    )


@dataclass(frozen=True)
class ProposalView:
    proposal: ParameterProposal
    label: str
    may_open: bool
    change: Difference
    may_settle: bool


@dataclass(frozen=True)
class ClausePage:
    view: ClauseView
    title: str
    holders: tuple[Holder, ...]
    histories: tuple[History, ...]
    proposals: tuple[ProposalView, ...]
    before: Neighbour | None
    after: Neighbour | None


def clause_page(clause: Clause, actor: Actor, as_of: date) -> ClausePage:
    """一条条款的全貌。"""
    pack = queries.pack()
    line = queries.timeline()
    who = naming(pack)
    proposals = [p for p in queries.open_proposals() if p.key in line]
    open_keys = {proposal.key for proposal in proposals}
    row = next(r for r in clause_rows(pack, citations()) if r.clause.code == clause.code)
    parameters = _views(line.on(as_of).rows(clause.code), who, open_keys)
    places = _places(pack)
    view = ClauseView(
        clause,
        parameters,
        row.screens,
        row.rules,
        row.data,
        tests=len(row.tests),
        place=places.get(clause.code, ""),
    )
    order = [c for c in pack.clauses if not _is_title(c)]
    place = order.index(clause) if clause in order else -1
    own = {p.row.key for p in parameters}
    return ClausePage(
        view=view,
        title=next(
            (c.text for c in pack.clauses if _is_title(c) and c.display == clause.display), ""
        ),
        holders=tuple(_holder(pack, name) for name in clause.duty),
        histories=histories(parameters, line, actor, pack),
        proposals=tuple(proposal_view(p, line, actor, pack) for p in proposals if p.key in own),
        before=_neighbour(order[place - 1], places) if place > 0 else None,
        after=_neighbour(order[place + 1], places) if 0 <= place < len(order) - 1 else None,
    )


@dataclass(frozen=True)
class GeneralPage:
    """与哪一条都无关的通用建议值。"""

    histories: tuple[History, ...]
    proposals: tuple[ProposalView, ...]


def general_page(actor: Actor, as_of: date) -> GeneralPage:
    pack = queries.pack()
    line = queries.timeline()
    open_now = queries.open_proposals()
    open_keys = {proposal.key for proposal in open_now}
    parameters = _views(line.on(as_of).rows(""), naming(pack), open_keys)
    own = {p.row.key for p in parameters}
    return GeneralPage(
        histories(parameters, line, actor, pack),
        tuple(proposal_view(p, line, actor, pack) for p in open_now if p.key in own),
    )


def _holder(pack: Pack, name: str) -> Holder:
    units = pack.units_named(name)
    names = "、".join(unit.short_name for unit in units)
    return Holder(name, names if len(units) > 1 else "")


def histories(
    parameters: Iterable[ParameterView], line: Timeline, actor: Actor, pack: Pack
) -> tuple[History, ...]:
    who = naming(pack)
    return tuple(
        History(
            view,
            _views(reversed(line.versions(view.row.key)), who, set()),
            bool(access.can_propose(actor, view.row, pack.bureau)) and not view.pending,
        )
        for view in parameters
    )


def proposal_view(
    proposal: ParameterProposal, line: Timeline, actor: Actor, pack: Pack
) -> ProposalView:
    """提议:现值 → 新值。"""
    row = line.on(proposal.effective_from).row(proposal.key)
    who = naming(pack)
    new = replace(row, value=proposal.value)
    return ProposalView(
        proposal,
        row.label,
        bool(access.can_view_proposals(actor, pack.bureau)),
        difference(shown_lines(row, who), shown_lines(new, who)),
        bool(access.can_settle(actor, proposal.proposed_by_id_at, pack.bureau)),
    )


@dataclass(frozen=True)
class PaperView:
    """提议、版本的依据文件。"""

    number: str
    on: date | None
    url: str


def paper_of(proposal: ParameterProposal) -> PaperView | None:
    """提议所附的依据文件;没有即空。"""
    if not proposal.paper_use_id:
        return None
    url = f"/files/{proposal.paper_use_id}/"
    return PaperView(proposal.paper_number, proposal.paper_on, url)


def parameter_row(key: str, on: date) -> ParameterRow | None:
    """某日有效的一版;没有这个参数为 None。"""
    try:
        return queries.params(on).row(key)
    except UnknownParameter:
        return None


def may_read(actor: Actor, key: str) -> bool:
    """参数与它的依据文件:登录的人都可以看。"""
    return parameter_row(key, date.max) is not None


def present_key(actor: Actor, key: str) -> tuple[str, str]:
    """参数的名称与网址。"""
    row = queries.params(date.max).row(key)
    return row.label, f"{home(row)}#p-{key}"


def start_text(row: ParameterRow) -> str:
    """表单的初值。"""
    return written(row)
