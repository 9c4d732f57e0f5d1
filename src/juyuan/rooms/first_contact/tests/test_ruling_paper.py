"""裁定书:写的全是记下的事实,双方的证据不在里面;限名单的不写名称;看不见撞单的人取不到。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from juyuan.foundation.papers.rules import Table, lines_of
from juyuan.kernel.verdict import NotFound
from juyuan.rooms.first_contact.actions.ruling import appeal, decide_appeal, rule_conflict
from juyuan.rooms.first_contact.queries import paper
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.tests import factories as f
from juyuan.rooms.first_contact.tests.test_conflicts import proof, shares

pytestmark = pytest.mark.django_db


def ruled(cast: Any, **first: Any) -> Any:
    f.register(cast, **first)
    conflict = f.register(cast, "dongfeng").conflict
    assert conflict is not None
    proof(cast, "longshan", conflict, "龙山独有的证据")
    proof(cast, "dongfeng", conflict, "东丰独有的证据")
    row = rule_conflict(
        actor=cast.actor("heyan"), conflict=conflict, draft=shares(cast, "longshan"), now=cast.NOW
    )
    return conflict, row


def text_of(row: Any) -> str:
    return "".join(lines_of(paper.ruling_paper(row).paper))


def test_s3_2b_裁定书写明牵头_份额_理由_依据_效力(cast: Any) -> None:
    conflict, _ = ruled(cast)
    made = paper.ruling_paper(*paper.door(cast.actor("chen"), conflict.code, "first"))
    said = "".join(lines_of(made.paper))
    for word in (
        "安澜高端纱线项目", "龙山区人民政府为首谈单位", "60.00%", "40.00%", "先有会议记录", conflict.code,
        "谁对接", "2026年11月25日", "3个工作日", "东丰县人民政府",
    ):  # fmt: skip
        assert word in said, word
    assert "独有的证据" not in said
    assert made.paper.issuer == made.paper.signer and made.paper.issuer.startswith("辽源市")
    assert made.name == f"{conflict.code}-裁定"


def test_s3_2b_发给一方的只写这一方的份额与登记(cast: Any) -> None:
    conflict, _ = ruled(cast)
    for who, mine, other in (("longshan", "龙山区", "东丰县"), ("dongfeng", "东丰县", "龙山区")):
        row, unit = paper.door(cast.actor(who), conflict.code, "first")
        made = paper.ruling_paper(row, unit).paper
        table = next(block for block in made.body if isinstance(block, Table))
        assert [line[0] for line in table.rows] == [f"{mine}人民政府"]
        assert made.addressee == f"{mine}人民政府"
        said = "".join(lines_of(made)).replace("龙山区人民政府为首谈单位", "")
        assert other not in said


@pytest.mark.parametrize(("form", "head"), [("docx", b"PK"), ("pdf", b"%PDF")])
def test_s3_2b_页上取得到裁定书_没有的级别与格式不存在(cast: Any, form: str, head: bytes) -> None:
    conflict, _ = ruled(cast)
    base = f"/first-contacts/conflicts/{conflict.code}/"
    client = cast.client("longshan")
    assert f"{base}papers/first/{form}/" in client.get(base).content.decode()
    response = client.get(f"{base}papers/first/{form}/")
    assert response.status_code == 200 and response.content.startswith(head)
    assert "attachment" in response["Content-Disposition"]
    for wrong in (f"final/{form}", "first/exe"):
        assert client.get(f"{base}papers/{wrong}/").status_code == 404
    assert cast.client("xian").get(f"{base}papers/first/{form}/").status_code == 404


def test_s3_2b_终裁另是一份_写明谁提请的(cast: Any) -> None:
    conflict, first = ruled(cast)
    before = text_of(first)
    now = cast.NOW + timedelta(days=1)
    appeal(actor=cast.actor("dongfeng"), conflict=conflict, reason="另有更早的来函", now=now)
    row = decide_appeal(
        actor=cast.actor("zhaoji"), conflict=conflict, draft=shares(cast, "dongfeng", 3000), now=now
    )
    said = text_of(row)
    assert "东丰县人民政府不服裁定" in said and "终局" in said and "70.00%" in said
    assert "另有更早的来函" not in said
    first.conflict.refresh_from_db()
    assert text_of(first) == before


def test_s3_2b_有一方限名单_公文不写名称(cast: Any) -> None:
    _, row = ruled(cast, secrecy=Secrecy.RESTRICTED)
    said = text_of(row)
    assert "安澜" not in said and "有关项目" in said


@pytest.mark.parametrize("who", ["xian", "guwen", "keji"])
def test_s3_2b_看不见撞单的人取不到裁定书(cast: Any, who: str) -> None:
    conflict, _ = ruled(cast)
    with pytest.raises(NotFound):
        paper.door(cast.actor(who), conflict.code, "first")
    with pytest.raises(NotFound):
        paper.door(cast.actor("longshan"), conflict.code, "final")
