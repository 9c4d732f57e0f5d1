"""项目表单:标记与门槛同源,单位、份额、行的读法,错误落在哪一处。条款 3.3b 3.3c。"""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from django.http import QueryDict

from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.forms import acts
from juyuan.rooms.pipeline.forms.acts import EvidenceForm, MoveForm, StandingForm
from juyuan.rooms.pipeline.forms.choices import Choices
from juyuan.rooms.pipeline.forms.project import ProjectBundle
from juyuan.rooms.pipeline.rules.amounts import Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import HostDraft, PartyDraft, ProjectDraft
from juyuan.rooms.pipeline.rules.facts import FactKey, Facts
from juyuan.rooms.pipeline.rules.gates import need_label
from juyuan.rooms.pipeline.rules.stages import STAGES, Stage
from juyuan.rooms.pipeline.views import merging

CHOICES = Choices(
    units=[("gongxin", "市工信局"), ("longshan", "龙山区"), ("xian", "西安区")],
    counties=[("longshan", "龙山区"), ("xian", "西安区")],
    chains=[("C1", "袜业纺织"), ("C2", "新能源")],
    nodes=[("袜业纺织", [("C1-N1", "上游·高端纱线")])],
    people=[("市工信局", [("7", "王某")])],
    unit_ids={"gongxin": 1, "longshan": 2, "xian": 3},
    chain_ids={"C1": 11, "C2": 12},
    node_ids={"C1-N1": 21},
    node_chain={"C1-N1": "C1"},
)
EMPTY_ROWS = {
    "parties-TOTAL_FORMS": "2", "parties-INITIAL_FORMS": "0",
    "hosts-TOTAL_FORMS": "2", "hosts-INITIAL_FORMS": "0",
}  # fmt: skip


def posted(**given: object) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in {**EMPTY_ROWS, "name": "某项目", **given}.items():
        key = name.replace("__", "-")
        data.setlist(key, value) if isinstance(value, list) else data.update({key: str(value)})
    return data


def bundle(stage: Stage = Stage.PLANNING, **given: object) -> ProjectBundle:
    mark_of = partial(need_label, stage=stage, facts=Facts(), on=date(2026, 11, 20))
    return ProjectBundle(choices=CHOICES, mark_of=mark_of, initial={}, data=posted(**given))


@pytest.mark.parametrize("stage", STAGES)
def test_s3_3b_每一栏都有标记_出自门槛表(stage) -> None:
    made = bundle(stage)
    shown = {n for n in made.form.fields if not n.endswith("_unknown")} - {"version", "base"}
    marks = made.form.marks | made.marks
    assert set(marks) == shown | {"investors", "host_units"}
    for name, mark in marks.items():
        assert mark == need_label(name, stage, Facts(), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("68000", 680_000_000), ("6.8亿元", 680_000_000), ("68,000.5", 680_005_000),
     ("６８０００", 680_000_000), ("", None), ("0", 0)],
)  # fmt: skip
def test_金额缺省万元_也认自带的单位(typed, yuan) -> None:
    made = bundle(total_investment=typed)
    assert made.is_valid(), made.error_lines
    assert made.draft().total_investment == yuan


@pytest.mark.parametrize("typed", ["约5000", "1e5", "-3", "五千万", "5000美元", "1.2.3"])
def test_金额读不准就退回_写明怎么改(typed) -> None:
    made = bundle(total_investment=typed)
    assert not made.is_valid()
    line = next(e for e in made.error_lines if e.anchor == "id_total_investment")
    assert "金额" in line.message


def test_不便透露是明确的回答_与数字只留一个() -> None:
    made = bundle(total_investment_unknown="withheld")
    assert made.is_valid()
    assert made.draft().total_investment_unknown == Unknown.WITHHELD
    both = bundle(total_investment="1", total_investment_unknown="pending")
    assert not both.is_valid()
    assert any("待定" in e.message for e in both.error_lines)


def test_整张表单读成草稿() -> None:
    made = bundle(
        name="高端纱线", chain="", node="C1-N1", lead_unit="gongxin", category="industry",
        landing_kind="leased_plant", confidentiality="internal", signed_on="2026-10-30",
        contract_amount="5000", participants=["gongxin"], listed=["7"],
        parties__0__name="甲公司", parties__0__share="80", parties__0__origin="foreign",
        parties__1__name="乙公司", parties__1__share="20.00", parties__1__origin="local",
        parties__1__fiscal="on",
        hosts__0__unit="longshan", hosts__0__share="70", hosts__0__actual="1",
        hosts__1__unit="xian", hosts__1__share="30", hosts__1__actual="1",
    )  # fmt: skip
    assert made.is_valid(), made.error_lines
    draft = made.draft([101, 102])
    assert (draft.chain_id, draft.node_id, draft.lead_unit_id) == (11, 21, 1)
    assert draft.signed_on == date(2026, 10, 30) and draft.contract_amount == 50_000_000
    assert draft.parties == (
        PartyDraft(101, 8000, Origin.FOREIGN, False),
        PartyDraft(102, 2000, Origin.LOCAL, True),
    )
    assert draft.hosts == (HostDraft(2, 7000), HostDraft(3, 3000))
    assert draft.participant_ids == (1,) and draft.listed_ids == (7,)
    assert draft.confidentiality == "internal"


def test_空行与去掉的行不算_只有一处落点即全部() -> None:
    made = bundle(
        parties__0__name="甲公司", parties__0__remove="on",
        hosts__0__unit="longshan", hosts__1__unit="xian", hosts__1__actual="0",
    )  # fmt: skip
    assert made.is_valid()
    assert made.party_rows() == []
    assert made.draft().hosts == (HostDraft(2, 10000, True), HostDraft(3, 10000, False))


def test_写了占比没写名称_说第几行() -> None:
    made = bundle(parties__1__share="30")
    assert not made.is_valid()
    line = next(e for e in made.error_lines if e.anchor == "id_parties-1-name")
    assert line.label.startswith("第 2 行") and "名称" in line.message


def test_动作退回的发现落到字段_行组_或顶上() -> None:
    made = bundle()
    assert made.is_valid()
    made.add_findings(
        [
            Finding("basis", "x", "2.3b", "缺依据"),
            Finding("investors", "share.sum", "3.3c", "合计须为100%"),
            Finding("host_units", "host.sum", "3.1c", "份额不对"),
            Finding("contact", "gate", "3.2b", "缺接触记录"),
            Finding("stage", "enter", "3.3b", "只能登记到谋划"),
        ]
    )
    anchors = {line.message: (line.anchor, line.clause) for line in made.error_lines}
    assert anchors == {
        "缺依据": ("id_basis", "2.3b"),
        "合计须为100%": ("group-parties", "3.3c"),
        "份额不对": ("group-hosts", "3.1c"),
        "缺接触记录": ("group-contact", "3.2b"),
        "只能登记到谋划": ("", "3.3b"),
    }
    assert made.group_errors["parties"][0].message == "合计须为100%"


def test_退回与越级须写理由_前移不必() -> None:
    assert MoveForm({"to": "intent"}).is_valid()
    assert not MoveForm({"to": "intent"}, needs_reason=True).is_valid()


def test_离开推进要事由_恢复不必() -> None:
    assert not StandingForm({"note": "某"}, verb="pause").is_valid()
    assert StandingForm({"note": "某", "reason_code": "market"}, verb="pause").is_valid()
    assert StandingForm({"note": "某"}, verb="resume").is_valid()
    assert not StandingForm({"note": ""}, verb="resume").is_valid()


@pytest.mark.parametrize("key", list(FactKey))
def test_证据按种类标必填_脚本里的表与它相同(key) -> None:
    form = EvidenceForm(initial={"fact": key.value})
    always = {"title", "dated_on", "note"}
    script = (Path(acts.__file__).parents[1] / "static/pipeline/rows.js").read_text("utf-8")
    table = dict(re.findall(r"^    (\w+): \[([^\]]*)\]", script, re.MULTILINE))
    listed = re.findall(r"'(\w+)'", table.get(key.value, "'issuer', 'number'"))
    assert set(form.shown) - always == set(listed)
    assert set(form.marks) - {"fact", "title", "dated_on", "file"} <= set(listed)


def test_没选证明什么_所有栏都显示() -> None:
    assert set(EvidenceForm().shown) >= {"issuer", "number", "conclusion", "place", "two_way"}


BASE = ProjectDraft(name="原名", location="原址", total_investment=1)


@pytest.fixture
def project(monkeypatch):
    monkeypatch.setattr(merging, "_who", lambda project: "市商务局 某人")
    monkeypatch.setattr(merging, "changes_between", lambda before, after, typed=None: tuple(after))


def merged(mine: ProjectDraft, theirs: ProjectDraft, base: str | None = None) -> merging.Merged:
    text = merging.dump(BASE) if base is None else base
    return merging.merge(None, text, mine, theirs)  # type: ignore[arg-type]


def change(**more: object) -> ProjectDraft:
    return ProjectDraft(**{**{f: getattr(BASE, f) for f in merging.NAMES}, **more})


def test_两人改的不是一栏_自动并上(project) -> None:
    found = merged(change(name="我改名"), change(location="他改址"))
    assert (found.draft.name, found.draft.location) == ("我改名", "他改址")
    assert (found.conflicts, found.taken) == ((), ("location",))


def test_两人改了同一栏_留我的_摆出来(project) -> None:
    found = merged(change(name="我改名"), change(name="他改名"))
    assert found.draft.name == "我改名" and found.conflicts == ("name",)


def test_两人改成一样的_不算冲突(project) -> None:
    found = merged(change(name="同名"), change(name="同名"))
    assert (found.conflicts, found.taken) == ((), ())


@pytest.mark.parametrize("base", ["", "不是JSON", "[1]", "x" * 70_000])
def test_起点读不懂_每处不同都摆出来(project, base) -> None:
    found = merged(change(name="我改名"), change(location="他改址"), base)
    assert set(found.conflicts) == {"name", "location"}
