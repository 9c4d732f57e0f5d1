"""把各个文件读成数据;只管形状(有没有、是什么类型),互相对不对得上在 `pack_check`。"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from juyuan.foundation.policy.mechanisms import (
    FUNCTIONS,
    MECHANISMS,
    ROLES,
    ROOMS,
    UNBUILT,
    UNIT_KINDS,
)
from juyuan.foundation.policy.pack_read import Entry, Source
from juyuan.foundation.policy.pack_types import (
    AnchorEntry,
    CatalogueEntry,
    ChainEntry,
    Clause,
    Collective,
    Document,
    Industry,
    NodeEntry,
    Parameter,
    ParameterType,
    PersonEntry,
    PostEntry,
    Said,
    SourceKind,
    UnitEntry,
)

CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$")
KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
ORIGINS = tuple(SourceKind)
POSITIONS = ("upstream", "midstream", "downstream", "lateral")
CATALOGUE_CLASSES = ("鼓励", "允许", "限制", "禁止")
SAID_KINDS = (
    "anchor", "upstream", "downstream", "lateral", "brand", "expo", "park", "base", "platform",
    "product", "direction", "resource", "project", "university", "slogan", "zone", "model",
    "field", "target", "region", "ecosystem", "advantage",
)  # fmt: skip
NO_DAY = date.min
ROOMS_DIR = Path(__file__).resolve().parents[2] / "rooms"


def room_is_built(room: str) -> bool:
    """这一间的包建了没有。"""
    return (ROOMS_DIR / room / "__init__.py").is_file()


def code_of(entry: Entry, key: str = "code") -> str:
    code = entry.text(key)
    if code and not CODE.match(code):
        entry.bad(f"{key} 只能用字母、数字和 _ . -,现在是「{code}」")
    return code


def header(source: Source) -> tuple[dict[str, str], Document] | None:
    """pack.toml 与全文。"""
    parsed = source.toml("pack.toml")
    if parsed is None:
        return None
    data, _ = parsed
    for name in data:
        if name not in ("pack", "document", "demo"):
            source.problems.add("pack.toml", "", f"不认识的段 {name}")
    head = Entry(source.problems, "pack.toml", "[pack]", dict(data.get("pack", {})))
    fields = {
        name: head.text(name)
        for name in ("id", "name", "full_name", "system_name", "version", "timezone",
                     "adcode", "bureau", "confirmer")
    }  # fmt: skip
    code_of(head, "id")
    head.finish()
    demo = Entry(source.problems, "pack.toml", "[demo]", dict(data.get("demo", {})))
    fields["notice"] = demo.text("notice")
    demo.finish()
    entry = Entry(source.problems, "pack.toml", "[document]", dict(data.get("document", {})))
    text = source.text(entry.text("file") or "document.txt") or ""
    document = Document(
        title=entry.text("title"),
        number=entry.text("number"),
        issuer=entry.text("issuer"),
        signed_on=entry.day("signed_on") or NO_DAY,
        published_on=entry.day("published_on") or NO_DAY,
        effective_from=entry.day("effective_from") or NO_DAY,
        effective_origin=entry.one_of("effective_origin", ORIGINS),
        url=entry.text("url", required=False),
        attachment=entry.text("attachment", required=False),
        text=text,
    )
    entry.finish()
    return fields, document


def clauses(source: Source) -> list[tuple[Entry, Clause]] | None:
    found = source.tables("clauses.toml", "clause", ("clause",))
    if found is None:
        return None
    out = []
    for entry, _ in found:
        code = code_of(entry)
        if code == "general":
            entry.bad("general 是通用参数页的名字,条款不得用它")
        room = entry.one_of("room", ROOMS, required=False)
        explicit = "mechanism" in entry.table
        mechanisms = entry.texts("mechanism")
        if not explicit and code in MECHANISMS:
            mechanisms = (code,)
        clause = Clause(
            code=code,
            display=entry.text("display"),
            text=entry.text("text"),
            heading=entry.flag("heading"),
            bracket=entry.text("bracket", required=False),
            duty=entry.texts("duty"),
            room=room,
            not_software=entry.text("not_software", required=False),
            mechanisms=mechanisms,
            built=bool(room) and room_is_built(room) and not UNBUILT & set(mechanisms),
        )
        entry.finish()
        out.append((entry, clause))
    return out


def parameters(source: Source) -> list[tuple[Entry, Parameter]] | None:
    found = source.tables("parameters.toml", "parameter", ("parameter",))
    if found is None:
        return None
    out = []
    for entry, _ in found:
        key = entry.text("key")
        if key and not KEY.match(key):
            entry.bad(f"key 应为小写英文点分名,现在是「{key}」")
        value = entry.raw("value")
        if value is None:
            entry.bad("缺少 value")
        out.append(
            (
                entry,
                Parameter(
                    key=key,
                    label=entry.text("label"),
                    type=entry.one_of("type", tuple(ParameterType)),
                    value=value,
                    unit=entry.text("unit", required=False),
                    clause=entry.text("clause", required=False),
                    effective_from=entry.day("effective_from") or NO_DAY,
                    origin=entry.one_of("origin", ORIGINS),
                    note=entry.text("note", required=False),
                    text_q=entry.text("text_q", required=False),
                    op=entry.one_of("op", (">=", ">", "<=", "<"), required=False),
                    choices=entry.texts("choices"),
                    labels=entry.words("labels"),
                    derived=entry.flag("derived"),
                ),
            )
        )
        entry.finish()
    return out


def units(
    source: Source,
) -> tuple[list[tuple[Entry, UnitEntry]], list[tuple[Entry, Collective]]] | None:
    known = ("unit", "collective")
    found = source.tables("units.toml", "unit", known)
    if found is None:
        return None
    out = []
    for order, (entry, _) in enumerate(found, 1):
        unit = UnitEntry(
            code=code_of(entry),
            name=entry.text("name"),
            short_name=entry.text("short_name"),
            kind=entry.one_of("kind", UNIT_KINDS),
            function=entry.one_of("function", FUNCTIONS, required=False),
            parent=entry.text("parent", required=False),
            adcode=entry.text("adcode", required=False),
            is_county=entry.flag("is_county"),
            order=order,
            origin=entry.one_of("origin", ORIGINS),
            note=entry.text("note", required=False),
            aliases=entry.texts("aliases"),
            disabled_on=entry.day("disabled_on", required=False),
        )
        entry.finish()
        out.append((entry, unit))
    groups = []
    for entry, _ in source.tables("units.toml", "collective", known) or []:
        group = Collective(
            name=entry.text("name"),
            members=entry.texts("members", required=True),
            open=entry.flag("open"),
            origin=entry.one_of("origin", ORIGINS),
            note=entry.text("note", required=False),
        )
        entry.finish()
        groups.append((entry, group))
    return out, groups


def people(source: Source) -> list[tuple[Entry, PersonEntry]] | None:
    parsed = source.toml("people.toml")
    if parsed is None:
        return None
    lines = parsed[1]
    out = []
    for entry, line in source.tables("people.toml", "person", ("person",)) or []:
        posts = []
        for row in entry.entries("posts", "任职", lines, line):
            row.place = entry.place + " 任职"
            posts.append(
                PostEntry(
                    unit=row.text("unit"),
                    role=row.one_of("role", tuple(ROLES)),
                    title=row.text("title"),
                    starts_on=row.day("starts_on") or NO_DAY,
                    ends_on=row.day("ends_on", required=False),
                    chain=row.text("chain", required=False),
                )
            )
            row.finish()
        person = PersonEntry(
            code=code_of(entry),
            name=entry.text("name"),
            account=entry.text("account"),
            demo=entry.flag("demo"),
            posts=tuple(posts),
        )
        entry.finish()
        out.append((entry, person))
    return out


def chains(source: Source) -> list[tuple[Entry, ChainEntry]] | None:
    parsed = source.toml("chains.toml")
    if parsed is None:
        return None
    lines = parsed[1]
    out = []
    for entry, line in source.tables("chains.toml", "chain", ("chain",)) or []:
        said = []
        for row in entry.entries("said", "原话", lines, line):
            said.append(Said(row.one_of("kind", SAID_KINDS), row.text("clause"), row.text("q")))
            row.finish()
        anchors = []
        for row in entry.entries("anchors", "龙头", lines, line):
            anchors.append(
                AnchorEntry(
                    name=row.text("name"),
                    node=row.text("node"),
                    clause=row.text("clause"),
                    q=row.text("q"),
                    node_origin=row.one_of("node_origin", ORIGINS),
                )
            )
            row.finish()
        nodes = []
        for row in entry.entries("nodes", "环节", lines, line):
            nodes.append(
                NodeEntry(
                    code=code_of(row),
                    name=row.text("name"),
                    position=row.one_of("position", POSITIONS),
                    after=row.texts("after"),
                    products=row.texts("products"),
                    industry=row.texts("industry"),
                    origin=row.one_of("origin", ORIGINS),
                    position_origin=row.one_of("position_origin", ORIGINS),
                    clause=row.text("clause", required=False),
                    q=row.text("q", required=False),
                )
            )
            row.finish()
        chain = ChainEntry(
            code=code_of(entry),
            name=entry.text("name"),
            short_name=entry.text("short_name"),
            clause=entry.text("clause"),
            responsible_q=entry.texts("responsible_q", required=True),
            responsible=entry.texts("responsible", required=True),
            lead_unit=entry.text("lead_unit"),
            lead_origin=entry.one_of("lead_origin", ORIGINS),
            note=entry.text("note", required=False),
            said=tuple(said),
            anchors=tuple(anchors),
            nodes=tuple(nodes),
        )
        entry.finish()
        out.append((entry, chain))
    return out


def industries(source: Source) -> list[tuple[Entry, Industry]] | None:
    found = source.rows("industries.csv", ("code", "name", "section"))
    if found is None:
        return None
    return [
        (e, Industry(code=e.text("code"), name=e.text("name"), section=e.text("section")))
        for e in found
    ]


def catalogue(source: Source) -> list[tuple[Entry, CatalogueEntry]] | None:
    columns = ("code", "chain", "node", "class", "item", "standard", "origin", "note")
    found = source.rows("catalogue.csv", columns)
    if found is None:
        return None
    return [
        (
            e,
            CatalogueEntry(
                code=code_of(e),
                chain=e.text("chain"),
                node=e.text("node", required=False),
                klass=e.one_of("class", CATALOGUE_CLASSES),
                item=e.text("item"),
                standard=e.text("standard"),
                origin=e.one_of("origin", ORIGINS),
                note=e.text("note", required=False),
            ),
        )
        for e in found
    ]
