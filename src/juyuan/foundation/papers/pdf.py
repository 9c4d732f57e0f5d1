"""排成 pdf:版式在 `typst/paper.typ`,内容以数据送进去,不拼进排版的代码里。"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from juyuan.foundation.papers import fonts
from juyuan.foundation.papers.rules import Form, Paper, pieces, plain

HERE = Path(__file__).parent / "typst"
_lock = Lock()


@lru_cache(maxsize=1)
def _compiler(folders: tuple[str, ...]) -> tuple[typst.Compiler, frozenset[str]]:
    """一个进程一个:每次新建要重读全部字体。"""
    found = typst.Fonts(font_paths=list(folders))
    return (
        typst.Compiler(input=str(HERE / "paper.typ"), root=str(HERE), font_paths=found),
        frozenset(found.families()),
    )


def data_of(paper: Paper, installed: frozenset[str]) -> dict[str, Any]:
    """送给版式的数据。没有装的字体不列,免得每页一句警告。"""
    return {
        "letter": paper.form is Form.LETTER,
        "minutes": paper.form is Form.MINUTES,
        "issuer": plain(paper.issuer),
        "fonts": {
            use: [name for name in names if name in installed]
            for use, names in fonts.FAMILIES.items()
        },
        "bold_title": not any(name in installed for name in fonts.FAMILIES["title"][:-1]),
        "pieces": [asdict(piece) for piece in pieces(paper)],
        "title": plain(paper.title),
    }


def render(paper: Paper) -> bytes:
    """pdf 的字节;同样的内容字节相同。

    Raises: ValueError(内容不成公文,见 `rules.pieces`)。
    """
    compiler, installed = _compiler(tuple(str(folder) for folder in fonts.folders()))
    data = json.dumps(data_of(paper, installed), ensure_ascii=False)
    moment = datetime(paper.dated.year, paper.dated.month, paper.dated.day, tzinfo=UTC)
    with _lock:
        made = compiler.compile(
            sys_inputs={"paper": data}, format="pdf", timestamp=int(moment.timestamp())
        )
    if not isinstance(made, bytes):
        raise TypeError("排版没有给出 pdf")
    return made
