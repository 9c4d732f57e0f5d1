"""城市包:两座城市都读得进;每一种错都被拒绝,并说出文件、位置、理由。"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from juyuan.foundation.people.models import ADMIN_ROLES, Role, UnitKind
from juyuan.foundation.policy import mechanisms
from juyuan.foundation.policy.pack import PackError, Problem, load, resolve
from juyuan.foundation.policy.pack_check import cycle
from juyuan.foundation.policy.pack_types import ClauseState
from juyuan.foundation.policy.parameter_check import numbers_in

PACKS = Path(__file__).resolve().parents[5] / "packs"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKS / "testcity", tmp_path / "city"))


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        load(path)
    return caught.value.problems


def swap(file: str, old: str, new: str) -> Callable[[Path], None]:
    """把某文件里的一处改成另一样(原文须恰有这一处可改,改不动即测试本身错了)。"""

    def change(root: Path) -> None:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} 里没有 {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def append(file: str, extra: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as handle:
            handle.write(extra)

    return change


@dataclass(frozen=True)
class Wrong:
    """一个写错的城市包:怎么错、错在哪个文件、位置与理由里应有的字。"""

    name: str
    change: Callable[[Path], None]
    file: str
    place: str
    reason: str


CLAUSE = '\n[[clause]]\ncode = "{}"\ndisplay = "第四条"\ntext = "每月更新项目信息。"\n'
UNIT = '\n[[unit]]\ncode = "{}"\nname = "{}"\nshort_name = "新"\nkind = "department"\n'
PERSON = '\n[[person]]\ncode = "{0}"\nname = "新人"\naccount = "{0}"\nposts = [{1}]\n'
P, C, U, N, K = "parameters.toml", "clauses.toml", "units.toml", "people.toml", "chains.toml"
ESCALATION = 'key = "escalation.threshold"'

WRONG = [
    Wrong("条款编号重复", append(C, CLAUSE.format("A4") + 'room = "pipeline"\nmechanism = []\n'),
          C, "[[clause]] A4", "条款编号「A4」重复"),
    Wrong("条款文本不在文件里", swap(C, "加强宣传,营造重商亲商氛围。", "大力宣传,营造重商亲商氛围。"),
          C, "[[clause]] A15", "文本不在文件里"),
    Wrong("括号不在文件里", swap(C, 'bracket = "市自然资源局负责"', 'bracket = "市自然资源局牵头"'),
          C, "A8", "责任单位括号不在文件里"),
    Wrong("责任单位不在单位表", swap(U, 'name = "市数据局"', 'name = "市大数据局"'),
          C, "A13", "不认识的单位「市数据局」"),
    Wrong("责任单位不在括号里", swap(C, 'duty = ["市财政局"]', 'duty = ["市林业局"]'),
          C, "A9", "责任单位「市林业局」不在括号里"),
    Wrong("既无承办也无理由", append(C, CLAUSE.format("A99") + "mechanism = []\n"),
          C, "A99", "room 与 not_software 须写且只写一个"),
    Wrong("房间不认识", swap(C, 'room = "council"', 'room = "counsel"'), C, "A2-1", "不认识「counsel」"),
    Wrong("机制号不认识", swap(C, 'mechanism = ["3.3c"]', 'mechanism = ["3.3z"]'),
          C, "A5", "不认识的机制号「3.3z」"),
    Wrong("机制两处承办", swap(C, 'mechanism = ["3.4c"]', 'mechanism = ["3.4b"]'),
          C, "A7-2", "机制 3.4b 已由 A7-1 承办"),
    Wrong("条款名字拼错", swap(C, "not_software =", "not_sofware ="), C, "A1", "不认识的名字 not_sofware"),
    Wrong("参数引用不认识的条款", swap(P, 'clause = "A5"', 'clause = "A77"'),
          P, "", "不认识的条款「A77」"),
    Wrong("参数没有出处", swap(P, 'origin = "文件明定"\n', ""), P, "[[parameter]]", "缺少 origin"),
    Wrong("出处不认识", swap(P, 'origin = "文件明定"', 'origin = "领导口头"'),
          P, "[[parameter]]", "origin 不认识「领导口头」"),
    Wrong("参数没有值", swap(P, "value = 300_000_000\n", ""), P, "escalation.threshold", "缺少 value"),
    Wrong("数值没有单位", swap(P, 'value = 15\nunit = "日"', "value = 15"),
          P, "first_contact.report_day", "数值须写 unit"),
    Wrong("值类型不对", swap(P, "value = 300_000_000", 'value = "3亿"'),
          P, "escalation.threshold", "value 应为整数(元)"),
    Wrong("布尔不是整数", swap(P, "value = 15\n", "value = true\n"),
          P, "first_contact.report_day", "value 应为整数"),
    Wrong("金额单位不是元", swap(P, 'value = 300_000_000\nunit = "元"', 'value = 300_000_000\nunit = "万元"'),
          P, "escalation.threshold", "金额以元存"),
    Wrong("数与引文对不上", swap(P, "value = 300_000_000", "value = 500_000_000"),
          P, "escalation.threshold", "值 500000000 与引文"),
    Wrong("引文不在条款里", swap(P, "招商引资额度超8000万元并落地的部门", "招商引资额度超8000万元的部门"),
          P, "incentives.uplift_threshold", "引文「招商引资额度超8000万元的部门」不在条款 A9 里"),
    Wrong("文件明定而无引文", swap(P, 'text_q = "市财政局安排500万元招商专项经费"\n', ""),
          P, "fund.amount", "须写 text_q"),
    Wrong("建议值冒充文件", swap(P, 'key = "ui.page_size"', 'text_q = "每月更新项目信息"\nkey = "ui.page_size"'),
          P, "ui.page_size", "建议值不得带 text_q"),
    Wrong("选项之外", swap(P, 'value = "fact_on"', 'value = "someday"'),
          P, "recognition.count_by", "不在 choices 里"),
    Wrong("时刻写错", swap(P, 'value = "18:00"', 'value = "下午六点"'),
          P, "first_contact.report_day_time", "时刻应写作"),
    Wrong("职能不认识", swap(P, 'value = "commerce"', 'value = "comerce"'),
          P, "recognition.verifier_function", "不认识的职能「comerce」"),
    Wrong("报备对象不认识", swap(P, "role:chief_convenor", "role:boss"),
          P, "escalation.addressees", "不认识的角色或职能「role:boss」"),
    Wrong("同键同日两行", swap(P, "effective_from = 2026-07-01", "effective_from = 2026-01-01"),
          P, "lights.red_months", "参数与施行日「lights.red_months 2026-01-01」重复"),
    Wrong("施行日不是日期", swap(P, "effective_from = 2026-07-01", 'effective_from = "2026年7月"'),
          P, "lights.red_months", "effective_from 应为日期"),
    Wrong("单位代码重复", append(U, UNIT.format("touzi", "又一个") + 'origin = "建议值"\n'),
          U, "[[unit]] touzi", "单位代码「touzi」重复"),
    Wrong("上级不认识", swap(U, 'parent = "qinghe"', 'parent = "qinge"'),
          U, "qinghe_zhaoshang", "不认识的上级单位「qinge」"),
    Wrong("单位成环", swap(U, 'code = "yunchuan"', 'parent = "qinghe"\ncode = "yunchuan"'),
          U, "", "上级单位成环"),
    Wrong("职能拼错", swap(U, 'function = "forestry"', 'function = "forest"'),
          U, "linye", "function 不认识「forest」"),
    Wrong("没有商务主管部门", swap(U, 'function = "commerce"\n', ""),
          U, "", "职能 commerce 须有且只有一个单位"),
    Wrong("单位没有出处", swap(U, 'kind = "office"\nfunction = "administration"\norigin = "建议值"',
                      'kind = "office"\nfunction = "administration"'), U, "sanyuan", "缺少 origin"),
    Wrong("集合里有不认识的单位", swap(U, '"nanping"]', '"nanpin"]'), U, "各县区政府", "不认识的单位「nanpin」"),
    Wrong("角色不认识", swap(N, 'role = "head"', 'role = "boss"'), N, "touzi_head", "role 不认识「boss」"),
    Wrong("任职单位不认识", swap(N, 'unit = "linye"', 'unit = "linyeju"'),
          N, "[[person]] linye", "不认识的单位「linyeju」"),
    Wrong("任职止早于起", swap(N, 'title = "市林业局经办", starts_on = 2026-01-01',
                      'title = "市林业局经办", starts_on = 2026-01-01, ends_on = 2025-12-31'),
          N, "[[person]] linye", "任职止日 2025-12-31 早于起日 2026-01-01"),
    Wrong("任职超出单位存续", swap(U, 'code = "linye"', 'disabled_on = 2026-06-30\ncode = "linye"'),
          N, "[[person]] linye", "任职超出单位存续"),
    Wrong("账号重复", append(N, PERSON.format("touzi", '{ unit = "touzi", role = "clerk", title = "经办", '
                                                  "starts_on = 2026-01-01 }")),
          N, "[[person]] touzi", "账号「touzi」重复"),
    Wrong("三员兼业务", append(N, PERSON.format(
        "both", '{ unit = "sanyuan", role = "secadmin", title = "安全管理员", starts_on = 2026-01-01 }, '
                '{ unit = "touzi", role = "clerk", title = "经办", starts_on = 2026-01-01 }')),
          N, "[[person]] both", "不得兼任"),
    Wrong("一链两个链长", swap(N, 'chain = "K2", starts_on', 'chain = "K1", starts_on'),
          N, "lianzhang2", "K1 的 chain_lead 已有 lianzhang1"),
    Wrong("链长不写链", swap(N, ', chain = "K3"', ""), N, "lianzhang3", "链长、服务秘书须写 chain"),
    Wrong("环节成环", swap(K, 'name = "高岭土精制", position = "upstream",',
                    'name = "高岭土精制", position = "upstream", after = ["K1-D1"],'),
          K, "[[chain]] K1", "环节成环:K1-U1 → K1-D1 → K1-M1 → K1-U1"),
    Wrong("上游不认识", swap(K, 'after = ["K2-U1"]', 'after = ["K9-U1"]'), K, "K2", "上游「K9-U1」不在本链"),
    Wrong("产业链原话不在文件里", swap(K, 'kind = "anchor", clause = "A11", q = "青禾瓷业"',
                          'kind = "anchor", clause = "A11", q = "青禾瓷业集团"'),
          K, "K1", "引文「青禾瓷业集团」不在条款 A11 里"),
    Wrong("环节位置不认识", swap(K, 'position = "lateral"', 'position = "sideways"'),
          K, "环节 K1-L1", "position 不认识「sideways」"),
    Wrong("环节标明定而无引文", swap(K, 'position_origin = "建议值", clause = "A13", q = "呼叫中心"',
                       'position_origin = "建议值"'),
          K, "K3", "标为文件明定,须写 clause 与 q"),
    Wrong("责任单位次序不同", swap(K, 'responsible_q = ["市工业局", "青禾县政府"]',
                        'responsible_q = ["青禾县政府", "市工业局"]'),
          K, "K1", "责任单位不一致"),
    Wrong("牵头单位不在责任单位里", swap(K, 'lead_unit = "linye"', 'lead_unit = "touzi"'),
          K, "K2", "lead_unit「touzi」不在责任单位里"),
    Wrong("行业代码不在表里", swap("industries.csv", "2041,竹制品制造,C\n", ""),
          K, "K2", "行业代码「2041」不在 industries.csv"),
    Wrong("行业代码没有人用", append("industries.csv", "9999,没有的行业,Z\n"),
          "industries.csv", "第 11 行 9999", "没有哪个环节用到"),
    Wrong("目录类别不认识", swap("catalogue.csv", "禁止", "严禁"),
          "catalogue.csv", "第 4 行 K3-01", "class 不认识「严禁」"),
    Wrong("目录环节不认识", swap("catalogue.csv", "K2-M1", "K2-M9"), "catalogue.csv", "第 3 行", "不认识的环节"),
    Wrong("目录列不对", swap("catalogue.csv", "standard", "std"), "catalogue.csv", "第 1 行", "列应为"),
    Wrong("时区不认识", swap("pack.toml", "Asia/Shanghai", "Asia/Yunchuan"), "pack.toml", "[pack]", "timezone"),
    Wrong("包里多出一段", append("pack.toml", "\n[extra]\na = 1\n"), "pack.toml", "", "不认识的段 extra"),
    Wrong("不是合法的 TOML", append(U, "\n[[unit]\n"), U, "第 1", "不是合法的 TOML"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda w: w.name)
def test_wrong_pack_is_refused_with_file_place_and_reason(wrong: Wrong, copy: Path) -> None:
    load(copy)  # 改之前是好的,拒绝只能是因为这一处
    wrong.change(copy)
    found = problems_of(copy)
    assert [
        p
        for p in found
        if p.file == wrong.file and wrong.place in p.place and wrong.reason in p.reason
    ], "\n".join(map(str, found))


def test_every_problem_is_listed_at_once(copy: Path) -> None:
    swap(P, 'origin = "文件明定"\n', "")(copy)
    swap(U, 'function = "forestry"', 'function = "forest"')(copy)
    swap(C, 'room = "council"', 'room = "counsel"')(copy)
    assert {p.file for p in problems_of(copy)} == {P, U, C}


def test_problem_names_the_line(copy: Path) -> None:
    swap(P, "value = 300_000_000", "value = 500_000_000")(copy)
    lines = (copy / P).read_text(encoding="utf-8").splitlines()
    header = lines.index(ESCALATION)  # [[parameter]] 在 key 的上一行,行号从 1 起
    assert problems_of(copy)[0].place == f"第 {header} 行 [[parameter]] escalation.threshold"


def test_missing_file_and_unreadable_file_are_refused(copy: Path) -> None:
    (copy / K).unlink()
    (copy / U).write_bytes(b"\xff\xfe\x00")
    found = {(p.file, p.reason) for p in problems_of(copy)}
    assert (K, "文件不存在") in found
    assert any(file == U and "不是 UTF-8" in reason for file, reason in found)


def test_unknown_pack_name_is_refused() -> None:
    with pytest.raises(PackError, match="找不到城市包「nowhere」"):
        resolve("nowhere", PACKS)


def test_pack_is_found_by_name_and_by_path() -> None:
    assert resolve("testcity", PACKS) == PACKS / "testcity"
    assert resolve(str(PACKS / "testcity"), Path("/")) == PACKS / "testcity"


def test_testcity_has_its_own_numbers_and_numbering() -> None:
    city = load(PACKS / "testcity")
    values = {p.key: p.value for p in city.parameters}
    assert values["escalation.threshold"] == 300_000_000
    assert values["first_contact.report_day"] == 15
    assert len(city.chains) == 3
    assert [u.code for u in city.units if u.is_county] == [
        "qinghe",
        "baishi",
        "jiangkou",
        "nanping",
    ]
    clause = city.clause_for("3.3c")
    assert clause is not None and (clause.code, clause.display) == ("A5", "第五条")
    assert city.clause_for("3.7e") is None  # 这座城市的文件没有这一条
    assert city.document.effective_from == date(2026, 1, 1)


def test_both_packs_use_the_same_types_for_the_same_keys() -> None:
    """代码按键取值,换一座城市,键与类型不能变。"""
    first, second = load(PACKS / "liaoyuan"), load(PACKS / "testcity")
    kinds = {p.key: (p.type, p.choices) for p in first.parameters}
    other = {p.key: (p.type, p.choices) for p in second.parameters}
    assert {key: kinds[key] for key in other} == other


def test_vocabulary_agrees_with_the_people_app() -> None:
    assert dict(Role.choices) == mechanisms.ROLES
    assert tuple(UnitKind.values) == mechanisms.UNIT_KINDS
    assert frozenset(ADMIN_ROLES) == mechanisms.ADMIN_ROLES


def test_every_mechanism_is_a_clause_of_the_first_city() -> None:
    city = load(PACKS / "liaoyuan")
    assert set(mechanisms.MECHANISMS) <= set(city.clauses_by_code)
    assert set(city.clauses_by_mechanism) == set(mechanisms.MECHANISMS)


def test_state_follows_whether_the_room_is_built() -> None:
    city = load(PACKS / "liaoyuan")
    states = {c.code: c.state for c in city.clauses}
    assert states["3.3b"] is ClauseState.BUILT
    assert states["3.7c"] is ClauseState.PLANNED
    assert states["3.3a"] is ClauseState.NOT_SOFTWARE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5亿元以上", 500_000_000),
        ("超亿元并落地", 100_000_000),
        ("提高20%", 2000),
        ("一汽集团百公里", 100),
        ("四个省级开发区", 4),
        ("1000万元", 10_000_000),
    ],
)
def test_numbers_of_the_document_are_read(text: str, wanted: int) -> None:
    assert wanted in numbers_in(text)


def test_number_not_in_the_text_is_not_found() -> None:
    assert 6 not in numbers_in("5亿元以上")
    assert 100_000_000 not in numbers_in("5亿元以上")


@pytest.mark.parametrize(
    ("edges", "ring"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
    ],
)
def test_cycle(edges: dict[str, list[str]], ring: list[str]) -> None:
    assert cycle(edges) == ring
