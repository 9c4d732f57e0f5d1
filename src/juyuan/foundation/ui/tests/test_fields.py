"""表单字段:金额读成元、份额读成基点、不便透露、发现落到字段、错误汇总。"""

from datetime import date

import pytest
from django import forms
from django.template import Context, Template

from juyuan.foundation.ui import fields
from juyuan.kernel.verdict import Finding


class Sample(forms.Form):
    use_required_attribute = False
    marks = {"name": "必填", "total": "下阶段必填"}

    name = forms.CharField(label="全称", help_text="执照上的名称")
    total = fields.MoneyField(label="总投资", required=False)
    total_unknown = fields.unknown_field(label="填不出的原因")
    share = fields.PercentField(label="占比", required=False)
    on = fields.date_field(label="日期", required=False)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)

    def clean(self):
        fields.check_unknown(self, "total", "total_unknown")
        return self.cleaned_data


def filled(**data):
    return Sample({"name": "某公司", "kind": "a", **data})


def draw(form, text):
    return Template("{% load jy %}" + text).render(Context({"form": form}))


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("32000", 320_000_000),
        ("32,000.00", 320_000_000),
        ("3.2亿元", 320_000_000),
        ("３２０００", 320_000_000),
        ("", None),
        ("0", 0),
        ("0.0001", 1),
    ],
)
def test_money_is_read_into_whole_yuan(text, yuan):
    form = filled(total=text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["total"] == yuan


@pytest.mark.parametrize("text", ["约3亿", "1e5", "32_000", "-5", "NaN", "3,2000", "9" * 41])
def test_doubtful_money_is_refused_with_the_way_to_mend(text):
    form = filled(total=text)
    assert not form.is_valid()
    assert "total" in form.errors


def test_money_is_shown_exactly_in_the_unit_of_the_box():
    assert fields.MoneyField().prepare_value(320_000_000) == "32,000"
    assert fields.MoneyField().prepare_value(12_345_678) == "1,234.5678"
    assert fields.MoneyField(unit="亿元").prepare_value(680_000_000) == "6.8"
    assert fields.MoneyField().prepare_value(-4_000_000) == "-400"
    assert fields.MoneyField().prepare_value(-5_000) == "-0.5"
    assert fields.MoneyField().prepare_value("约3亿") == "约3亿"


def test_money_shown_and_read_again_is_the_same():
    field = fields.MoneyField(allow_negative=True)
    for yuan in (0, 1, 9_999, 10_000, 123_456_789_012, -1, -5_000, -123_456_789):
        assert field.clean(field.prepare_value(yuan)) == yuan


@pytest.mark.parametrize(
    ("text", "bp"),
    [("80", 8000), ("80.5", 8050), ("80.05%", 8005), ("100", 10000), ("８０％", 8000), ("", None)],
)
def test_percent_is_read_into_basis_points(text, bp):
    form = filled(share=text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["share"] == bp


@pytest.mark.parametrize("text", ["100.01", "80.005", "-1", "八十", "1e1"])
def test_a_wrong_percent_is_refused(text):
    assert "share" in filled(share=text).errors


def test_a_number_and_not_disclosed_exclude_each_other():
    assert (
        "已选「不便透露」" in filled(total="5000", total_unknown="undisclosed").errors["total"][0]
    )
    assert filled(total="", total_unknown="pending").is_valid()
    assert filled(total="5000", total_unknown="").is_valid()


def test_findings_go_to_their_fields_with_the_clause():
    form = filled()
    assert form.is_valid()
    fields.add_findings(
        form, [Finding("name", "r1", "3.3b", "名称已登记"), Finding("nowhere", "r2", "", "缺评审")]
    )
    lines = fields.error_lines(form)
    assert [(line.anchor, line.message, line.clause) for line in lines] == [
        ("id_name", "名称已登记", "3.3b"),
        ("", "缺评审", ""),
    ]


def test_the_summary_links_to_fields_and_names_what_to_fill():
    html = draw(Sample({"name": ""}), "{% error_summary form %}")
    assert "还有 2 处要改" in html
    assert '<a href="#id_name">请填写全称</a>' in html
    assert '<a href="#id_kind_0">请选择类别</a>' in html
    assert draw(Sample(), "{% error_summary form %}").strip() == ""


def test_a_field_says_mark_hint_error_and_ties_them_together():
    html = draw(Sample({"name": ""}), "{% field form.name clause='3.3b' %}")
    assert 'class="jy-req jy-req--must">必填</span>' in html
    assert 'aria-describedby="id_name-hint id_name-err"' in html
    assert 'aria-invalid="true"' in html and 'aria-required="true"' in html
    assert " required" not in html.replace("aria-required", "")
    assert 'id="id_name-hint"' in html and 'id="id_name-err"' in html


def test_a_money_field_has_its_unit_inside_and_the_unknown_answers_beside():
    html = draw(
        Sample(initial={"total": 320_000_000}), "{% field form.total unknown=form.total_unknown %}"
    )
    assert 'value="32,000"' in html and 'data-money="万元"' in html
    assert "下阶段必填" in html
    assert html.count('type="radio"') == 3 and "不便透露" in html and "待定" in html
    assert "data-conv" in html


def test_radios_are_a_fieldset_with_a_legend():
    html = draw(Sample(), "{% field form.kind big=True %}")
    assert html.startswith("<fieldset") and "<legend" in html and 'class="jy-opts"' in html


def test_a_date_keeps_its_iso_form():
    assert 'value="2026-11-20"' in draw(
        Sample(initial={"on": date(2026, 11, 20)}), "{% field form.on %}"
    )
