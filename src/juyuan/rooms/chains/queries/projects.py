"""项目数的来处:本室在最下层,不认得项目;上层房间在 wiring 里登记四个函数。

- `register_project_counts(fn)`:`fn(actor)` 一条查询给出各链各环节各库的个数与金额(已按可见范围裁过);
- `register_project_lines(fn)`:`fn(actor, chain_id, limit)` 给出一条链上的项目行;
- `register_project_page(fn)`:`fn(actor, chain_id, sort, cursor, limit)` 给出一页项目行(键集翻页);
- `register_rows_url(fn)`:`fn(chain=…, node=…, stage=…)` 给出数字背后的清单网址。

没有登记时一律为空,页面照常。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from juyuan.kernel.actor import Actor


@dataclass(frozen=True)
class ProjectTally:
    """某链某环节某库的项目个数与总投资(元);`node_id` 为空即未归入环节。

    `recognised` 区分已认定与待核实,二者分行给出;`stage_order` 是库的先后,列表按它排。
    """

    chain_id: int
    node_id: int | None
    stage: str
    stage_label: str
    recognised: bool
    count: int
    amount: int
    stage_order: int = 0


@dataclass(frozen=True)
class ProjectLine:
    """链页上的一个项目。金额单位:元;不便透露或待定为空。"""

    code: str
    name: str
    node_id: int | None
    stage: str
    recognised: bool
    amount: int | None
    url: str
    unit: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True)
class ProjectPage:
    """链页上的一页项目;`next`、`prev` 是键集游标,`sort` 是实际所用的次序。"""

    lines: list[ProjectLine] = field(default_factory=list)
    next: str = ""
    prev: str = ""
    sort: str = ""
    limit: int = 0


Counts = Callable[[Actor | None], Iterable[ProjectTally]]
Lines = Callable[[Actor | None, int, int], Iterable[ProjectLine]]
Pages = Callable[[Actor | None, int, str, str, int], ProjectPage]
RowsUrl = Callable[..., str]

_counts: list[Counts] = []
_lines: list[Lines] = []
_pages: list[Pages] = []
_rows_url: list[RowsUrl] = []


def register_project_counts(provider: Counts) -> None:
    """登记项目数的来处;后登记者生效,重复登记无妨。"""
    _counts[:] = [provider]


def register_project_lines(provider: Lines) -> None:
    """登记链上项目行的来处。"""
    _lines[:] = [provider]


def register_project_page(provider: Pages) -> None:
    """登记链上一页项目的来处。"""
    _pages[:] = [provider]


def register_rows_url(builder: RowsUrl) -> None:
    """登记明细清单的网址;参数 `chain`、`node`、`stage` 都是代码,空为不限。"""
    _rows_url[:] = [builder]


def tallies(actor: Actor | None) -> list[ProjectTally]:
    """看的人看得见的项目数;`actor` 为空即全市。"""
    return list(_counts[0](actor)) if _counts else []


def lines(actor: Actor | None, chain_id: int, limit: int) -> list[ProjectLine]:
    """一条链上看得见的项目,至多 `limit` 行。"""
    return list(_lines[0](actor, chain_id, limit)) if _lines else []


def page(actor: Actor | None, chain_id: int, sort: str, cursor: str, limit: int) -> ProjectPage:
    """一条链上看得见的在库项目,一页。"""
    return _pages[0](actor, chain_id, sort, cursor, limit) if _pages else ProjectPage()


def rows_url(chain: str = "", node: str = "", stage: str = "") -> str:
    """数字背后的清单;没有登记时为空。"""
    return _rows_url[0](chain=chain, node=node, stage=stage) if _rows_url else ""
