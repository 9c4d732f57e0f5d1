"""投资方的纯规则:内容、匹配键、是不是同一家、合并计划。"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juyuan.kernel.names import lookup_keys
from juyuan.kernel.period import SHANGHAI
from juyuan.kernel.verdict import held_answer
from juyuan.rooms.investors.models import Honour, Kind
from juyuan.rooms.investors.rules.drafts import (
    HONOURS,
    KINDS,
    ContactDraft,
    InvestorDraft,
    judge_alias,
    judge_contact,
    judge_fields,
    said,
)
from juyuan.rooms.investors.rules.keys import (
    controller_key,
    domain_key,
    keys_of,
    mask_email,
    mask_phone,
    phone_key,
)
from juyuan.rooms.investors.rules.matching import (
    Known,
    Verdict,
    judge_investor,
)
from juyuan.rooms.investors.rules.merging import (
    UNDO_DAYS,
    Side,
    judge_undo,
    plan_merge,
)
from juyuan.rooms.investors.tests.factories import CODE, NAME, code_of

TODAY = date(2026, 11, 20)
DRAFT = InvestorDraft(name=NAME)


def known(pk=1, name=NAME, uscc="", visible=True, **more):
    return Known(
        id=pk,
        code=f"TZ-{pk}",
        name=name,
        uscc=uscc,
        foreign_id=more.pop("foreign_id", ""),
        keys=frozenset(lookup_keys(name)[:1]),
        visible=visible,
        values={"name": name, "uscc": uscc, "country": "中国", "kind": "enterprise", **more},
    )


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": " "}, "name", "请填写"),
        ({"name": "有限公司"}, "name", "全称"),
        ({"name": "宏" * 201}, "name", "最多 200 字"),
        ({"name": "宏图\x00袜业"}, "name", "控制字符"),
        ({"uscc": CODE[:-1] + "0"}, "uscc", "校验码"),
        ({"kind": "ship"}, "kind", "可选的值"),
        ({"kind": "person", "uscc": CODE}, "uscc", "自然人"),
        ({"honours": ("best",)}, "honours", "best"),
        ({"registered_capital": -1}, "registered_capital", "零或正数"),
        ({"registered_capital": 10**15 + 1}, "registered_capital", "1000 万亿"),
        ({"founded_on": TODAY + timedelta(days=1)}, "founded_on", "晚于今天"),
        ({"business": "字" * 4001}, "business", "最多 4000 字"),
    ],
)
def test_content_that_makes_no_sense_says_why(change, field, words):
    findings = judge_fields(replace(DRAFT, **change), TODAY)
    assert [f.field for f in findings] == [field]
    assert words in findings[0].message


def test_sensible_content_passes():
    full = InvestorDraft(
        name=NAME,
        uscc=CODE,
        honours=("listed", "specialised"),
        registered_capital=0,
        founded_on=TODAY,
    )
    assert judge_fields(full, TODAY) == []


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (ContactDraft("王五", phone="138 0000 0000"), []),
        (ContactDraft("王五", phone="0437-3312345转12"), []),
        (ContactDraft("王五", email="wang@hongtu.cn"), []),
        (ContactDraft("王五"), ["phone"]),
        (ContactDraft("", phone="13800000000"), ["name"]),
        (ContactDraft("王五", phone="打给我"), ["phone"]),
        (ContactDraft("王五", email="wang@"), ["email"]),
        (ContactDraft("王五", phone="1" * 41), ["phone", "phone"]),
        (ContactDraft("王\x00五", phone="13800000000"), ["name"]),
    ],
)
def test_contacts(draft, fields):
    assert [f.field for f in judge_contact(draft)] == fields


def test_aliases():
    assert judge_alias("宏图袜业", "short") == []
    assert [f.field for f in judge_alias("有限公司", "short")] == ["name"]
    assert [f.field for f in judge_alias("宏图袜业", "nick")] == ["kind"]
    assert [f.field for f in judge_alias("宏图" * 101, "short")] == ["name"]


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("138-0000-0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("０４３７－３３１２３４５", "04373312345"),
        ("0437-3312345转12", "04373312345"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_phone_keys(phone, key):
    assert phone_key(phone) == key


@pytest.mark.parametrize(
    ("email", "key"),
    [("Wang@HongTu.CN", "hongtu.cn"), ("a@qq.com", ""), ("a@163.com", ""), ("a@x", ""), ("", "")],
)
def test_domain_keys_leave_out_public_mail(email, key):
    assert domain_key(email) == key


def test_controllers_are_people_or_companies_whatever_the_spelling():
    assert controller_key("王 五") == controller_key("王五") != ""
    assert controller_key("宏图集团有限公司") == controller_key("宏图集团")
    assert controller_key("王") == controller_key("") == ""


def test_empty_fields_are_no_evidence():
    assert keys_of(name="", uscc="", controller="", aliases=[""], phones=[""], emails=[""]) == []
    assert keys_of(name=NAME, uscc=CODE) == [("uscc", CODE), ("name", "|宏图袜业||")]


def test_masks_keep_little():
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("1234567") == "*****67"
    assert mask_email("wang@hongtu.cn") == "w***@hongtu.cn"
    assert (mask_phone(""), mask_email("")) == ("", "")


def test_nothing_known_is_new():
    assert judge_investor(DRAFT, [], TODAY, bureau="市商务局").verdict == Verdict.NEW


def test_s2_5_b_同一家只登记一次_名称或代码任一相同():
    by_name = judge_investor(
        replace(DRAFT, name="宏图袜业有限责任公司"), [known()], TODAY, bureau="市商务局"
    )
    assert (by_name.verdict, by_name.matched_on) == (Verdict.SAME, "name")
    renamed = replace(DRAFT, name="鸿图针织有限公司", uscc=CODE)
    by_code = judge_investor(renamed, [known(uscc=CODE)], TODAY, bureau="市商务局")
    assert (by_code.verdict, by_code.matched_on) == (Verdict.UPDATE, "uscc")
    assert by_code.changes == (("name", NAME, "鸿图针织有限公司"),)


def test_two_codes_are_two_parties_even_with_one_name():
    judged = judge_investor(
        replace(DRAFT, uscc=code_of(2)), [known(uscc=code_of(1))], TODAY, bureau="市商务局"
    )
    assert judged.verdict == Verdict.NEW


def test_s2_5_b_撞上看不见的_只说由商务局核对():
    for hidden in (known(visible=False), known(visible=False, uscc=CODE)):
        draft = replace(DRAFT, uscc=hidden.uscc)
        judged = judge_investor(draft, [hidden], TODAY, bureau="市商务局")
        assert judged.verdict == Verdict.HIDDEN
        assert [f.message for f in judged.findings] == [held_answer("市商务局")]


def test_a_visible_one_answers_before_a_hidden_one_of_the_same_kind():
    judged = judge_investor(DRAFT, [known(1, visible=False), known(2)], TODAY, bureau="市商务局")
    assert (judged.verdict, judged.target.id) == (Verdict.SAME, 2)


def test_a_hidden_code_answers_before_a_visible_name():
    draft = replace(DRAFT, uscc=CODE)
    judged = judge_investor(
        draft, [known(1, name="别的", uscc=CODE, visible=False), known(2)], TODAY, bureau="市商务局"
    )
    assert (judged.verdict, judged.target.id) == (Verdict.HIDDEN, 1)


def test_several_of_one_name_are_for_a_human_unless_written_exactly():
    twins = [known(1, name="宏图袜业有限责任公司"), known(2, name="宏图袜业股份有限公司")]
    doubtful = judge_investor(DRAFT, twins, TODAY, bureau="市商务局")
    assert doubtful.verdict == Verdict.DOUBTFUL
    assert [k.id for k in doubtful.candidates] == [1, 2]
    exact = judge_investor(
        replace(DRAFT, name="宏图袜业股份有限公司"), twins, TODAY, bureau="市商务局"
    )
    assert (exact.verdict, exact.target.id) == (Verdict.SAME, 2)


def test_foreign_parties_match_by_their_number():
    draft = InvestorDraft(name="Harbor Light Ltd", foreign_id="HK-123")
    judged = judge_investor(
        draft, [known(1, name="别的", foreign_id="hk-123")], TODAY, bureau="市商务局"
    )
    assert (judged.verdict, judged.matched_on) == (Verdict.UPDATE, "foreign_id")


def test_only_what_is_filled_and_different_is_a_change():
    draft = replace(DRAFT, place="杭州", controller="王五")
    judged = judge_investor(
        draft, [known(place="杭州", controller="李四")], TODAY, bureau="市商务局"
    )
    assert judged.changes == (("controller", "李四", "王五"),)


VISIBLE = st.lists(st.booleans(), max_size=4)


@given(VISIBLE, st.permutations(range(4)))
def test_the_answer_does_not_depend_on_the_order_of_history(visible, order):
    rows = [known(i + 1, visible=v, uscc=code_of(i + 1)) for i, v in enumerate(visible)]
    shuffled = [rows[i] for i in order if i < len(rows)]
    one, other = (judge_investor(DRAFT, r, TODAY, bureau="市商务局") for r in (rows, shuffled))
    assert one.verdict == other.verdict
    assert {k.id for k in one.candidates} == {k.id for k in other.candidates}


@given(st.text(max_size=20), st.text(max_size=20), st.booleans())
def test_any_text_is_judged(name, uscc, visible):
    judged = judge_investor(
        InvestorDraft(name=name, uscc=uscc), [known(visible=visible)], TODAY, bureau="市商务局"
    )
    assert (judged.verdict == Verdict.REFUSED) == bool(
        judge_fields(InvestorDraft(name, uscc), TODAY)
    )


def side(pk, **more):
    values = {"uscc": "", "place": "", "controller": ""} | more.pop("values", {})
    return Side(
        id=pk,
        code=f"TZ-{pk}",
        name=f"第{pk}家",
        merged=False,
        parent_id=None,
        values=values,
        **more,
    )


def test_the_plan_says_what_will_happen():
    plan = plan_merge(
        side(1, values={"place": "杭州", "controller": "王五"}),
        side(2, values={"controller": "李四"}),
        [("别名", 2), ("项目", 0)],
    )
    assert plan.allowed
    assert plan.fills == (("place", "杭州"),)
    assert plan.differs == (("controller", "王五", "李四"),)
    assert plan.lines[1:] == [
        "别名 2 项转到留下的一家",
        "补上注册地:杭州",
        "实际控制人两边不同,保留「李四」(并入者的「王五」随它留着)",
    ]


@pytest.mark.parametrize(
    ("source", "target", "rule"),
    [
        (side(1), side(1), "merge.self"),
        (replace(side(1), merged=True), side(2), "merge.merged"),
        (side(1), replace(side(2), merged=True), "merge.merged"),
        (replace(side(1), parent_id=2), side(2), "merge.branch"),
        (side(1), replace(side(2), parent_id=1), "merge.branch"),
        (side(1, values={"uscc": code_of(1)}), side(2, values={"uscc": code_of(2)}), "merge.uscc"),
    ],
)
def test_what_blocks_a_merge(source, target, rule):
    assert rule in [f.rule for f in plan_merge(source, target, []).blocks]


AT = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


def test_undo_within_the_days_including_the_last():
    last = AT + timedelta(days=UNDO_DAYS)
    assert judge_undo(AT, False, False, last) == []
    assert [f.rule for f in judge_undo(AT, False, False, last + timedelta(seconds=1))] == [
        "merge.late"
    ]
    assert [f.rule for f in judge_undo(AT, True, False, AT)] == ["merge.undone"]
    assert [f.rule for f in judge_undo(AT, False, True, AT)] == ["merge.chain"]


def test_labels_of_rules_and_tables_are_the_same():
    assert dict(Kind.choices) == KINDS
    assert dict(Honour.choices) == HONOURS


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("kind", "fund", "基金或合伙企业"),
        ("honours", ("listed", "central"), "上市公司、中央企业"),
        ("registered_capital", 52_345_678, "5234.5678万元"),
        ("is_key", True, "是"),
        ("founded_on", TODAY, "2026-11-20"),
        ("place", "杭州", "杭州"),
        ("place", "", ""),
        ("registered_capital", None, ""),
    ],
)
def test_values_are_said_in_words(name, value, text):
    assert said(name, value) == text
