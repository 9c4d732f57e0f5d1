"""城市包:读、核对、给出只读的数据。不依赖框架。

`load(path)` 要么给出完整的 `Pack`,要么抛出 `PackError`,列出全部不对之处(文件、位置、理由)。
"""

from __future__ import annotations

from pathlib import Path

from juyuan.foundation.policy import pack_parse as parse
from juyuan.foundation.policy.pack_check import (
    Draft,
    check_chains,
    check_clauses,
    check_header,
    check_people,
    check_tables,
    check_units,
)
from juyuan.foundation.policy.pack_read import PackError, Problem, Problems, Source
from juyuan.foundation.policy.pack_types import (
    Clause,
    ClauseState,
    Pack,
    Parameter,
    ParameterType,
    SourceKind,
)
from juyuan.foundation.policy.parameter_check import check_parameters
from juyuan.foundation.policy.scorecards import check_scorecards, scorecards

__all__ = [
    "Clause",
    "ClauseState",
    "Pack",
    "PackError",
    "Parameter",
    "ParameterType",
    "Problem",
    "SourceKind",
    "load",
    "resolve",
]


def resolve(name: str, packs_dir: Path) -> Path:
    """`JUYUAN_PACK` 的值 → 文件夹:是路径就用路径,是名字就在 `packs_dir` 里找。

    Raises:
        PackError: 没有这个文件夹。
    """
    given = Path(name)
    candidates = [packs_dir / name] if len(given.parts) == 1 else []
    candidates.append(given)
    for path in candidates:
        if (path / "pack.toml").is_file():
            return path.resolve()
    raise PackError([Problem("pack.toml", "", f"找不到城市包「{name}」")])


def load(path: Path | str) -> Pack:
    """读一个城市包文件夹。

    Raises:
        PackError: 有任何一处不对。
    """
    root = Path(path)
    problems = Problems()
    source = Source(root, problems)
    head = parse.header(source)
    clauses = parse.clauses(source)
    parameters = parse.parameters(source)
    units = parse.units(source)
    people = parse.people(source)
    chains = parse.chains(source)
    industries = parse.industries(source)
    catalogue = parse.catalogue(source)
    cards = scorecards(source)
    if (
        head is None or clauses is None or parameters is None or units is None
        or people is None or chains is None or industries is None or catalogue is None
        or cards is None
    ):  # fmt: skip
        raise PackError(problems.found)  # 有文件读不了,互相核对没有意义
    fields, document = head
    draft = Draft(document, clauses, units[0], units[1], people, chains, industries, catalogue)
    check_header(fields, document, problems)
    check_clauses(draft)
    check_parameters(draft, parameters)
    check_units(draft, problems)
    check_people(draft)
    check_chains(draft)
    check_tables(draft)
    check_scorecards(cards, {c.code for _, c in clauses}, {c.code for _, c in chains}, problems)
    if problems.found:
        raise PackError(problems.found)
    return Pack(
        **fields,
        root=root,
        document=document,
        clauses=tuple(clause for _, clause in clauses),
        parameters=tuple(parameter for _, parameter in parameters),
        units=tuple(unit for _, unit in units[0]),
        collectives=tuple(group for _, group in units[1]),
        people=tuple(person for _, person in people),
        chains=tuple(chain for _, chain in chains),
        industries=tuple(industry for _, industry in industries),
        catalogue=tuple(row for _, row in catalogue),
        scorecards=tuple(card for _, card in cards),
    )
