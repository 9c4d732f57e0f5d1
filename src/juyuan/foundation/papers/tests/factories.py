"""测试用的一种公文:写给一个单位的函,事实是一句话与一张表。"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.papers import registry
from juyuan.foundation.papers.actions import draft_paper
from juyuan.foundation.papers.models import Document
from juyuan.foundation.papers.registry import PaperKind, WordField
from juyuan.foundation.papers.rules import Form, Heading, Paper, Para, Table
from juyuan.foundation.people.models import Unit
from juyuan.foundation.policy.actions import load_pack
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import Access, Allowed, Denial

KIND = "test.letter"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def build(document: Document) -> Paper:
    return Paper(
        title=document.title,
        body=(
            Para(f"贵单位{document.facts['fact']}。"),
            Table(("项", "值"), (("约定", str(document.facts["promised"])),)),
            Heading("有关要求"),
            Para(document.words.get("demand") or "请按约定办理。"),
        ),
        signer=document.unit.name, dated=document.dated, form=Form.LETTER,
        issuer=document.unit.name, number=document.number, addressee="某公司",
    )  # fmt: skip


def _within(actor: Actor) -> Any:
    """样例的对象就是单位:只看得见自己的单位;商务主管部门都看得见。"""
    rows = (
        Unit.objects.all()
        if actor.has_any("verifier")
        else Unit.objects.filter(pk__in=actor.unit_ids)
    )
    return rows.values("pk")


def _may(*roles: str) -> Any:
    def check(actor: Actor, document: Document) -> Access:
        return Allowed() if actor.has_any(*roles) else Denial("不归你办", "3.4c")

    return check


@contextmanager
def letters(**changes: Any) -> Iterator[list[Document]]:
    """登记样例公文;给出已印发的(`on_issued` 记下的)。"""
    issued: list[Document] = []
    values: dict[str, Any] = {
        "kind": KIND, "label": "样例函", "clause": "3.4c", "series": "样函", "build": build,
        "within": _within, "can_prepare": _may("clerk", "head"),
        "can_approve": _may("head", "clerk"), "url": lambda document: "/",
        "word_fields": (WordField("demand", "有关要求", required=True, limit=50),),
        "on_issued": lambda document, actor, now: issued.append(document), **changes,
    }  # fmt: skip
    registry.register(PaperKind(**values))
    try:
        yield issued
    finally:
        registry.unregister(KIND)


def draft(cast: Any, who: str = "longshan", **more: Any) -> Document:
    """龙山区经办起草的一份。"""
    load_pack(now=cast.NOW)
    unit = cast.actor(who).post.unit_id
    values: dict[str, Any] = {
        "kind": KIND, "object_type": "unit", "object_id": unit, "unit_id": unit,
        "title": "关于按约定办理的函", "facts": {"fact": "逾期未开工", "promised": "2026-10-01"},
        "words": {"demand": "请于30日内开工。"}, **more,
    }  # fmt: skip
    return draft_paper(actor=cast.actor(who), now=cast.NOW, **values)


def upload(cast: Any, who: str, name: str = "盖章件.png", raw: bytes = PNG) -> int:
    """上传一份文件,给出编号。"""
    return store_file(actor=cast.actor(who), name=name, stream=io.BytesIO(raw), now=cast.NOW).pk
