"""项目表单:登记与编辑同一张。标记必填/下阶段必填/选填取自门槛表。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from juyuan.foundation.people.visibility import Confidentiality
from juyuan.foundation.personal.autosave import initial_from
from juyuan.foundation.ui.fields import (
    ErrorLine,
    MoneyField,
    PercentField,
    add_findings,
    check_unknown,
    date_field,
    error_lines,
    unknown_field,
)
from juyuan.kernel.verdict import Finding
from juyuan.rooms.pipeline.forms.choices import Choices
from juyuan.rooms.pipeline.models.project import CONFIDENTIALITY_LABELS
from juyuan.rooms.pipeline.rules.amounts import FULL_BP, Category, Origin, Unknown
from juyuan.rooms.pipeline.rules.drafts import (
    MONEY_FIELDS,
    TEXT_LIMITS,
    HostDraft,
    PartyDraft,
    ProjectDraft,
)
from juyuan.rooms.pipeline.rules.facts import LandingKind

UNKNOWN_CHOICES = [("", "填写数字"), *[pair for pair in Unknown.pairs() if pair[0]]]
MONEY_HINT = "按万元填；也可以自己写单位，如 1.2亿元"
BLANK = [("", "请选择")]
MAX_ROWS = 20
MarkOf = Callable[[str], str]  # 栏名 → 必填、下阶段必填、选填(gates.need_label)


def _text(name: str, *, rows: int = 0, hint: str = "") -> forms.CharField:
    """长度由 rules 判断(同一句话),这里只设浏览器的上限提示。"""
    label, _ = TEXT_LIMITS[name]
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=hint)


class ProjectForm(forms.Form):
    """一个项目的单值内容。"""

    name = _text("name", hint="写全称，含建设内容，如「年产2万吨松籽深加工项目」")
    summary = _text("summary", rows=3, hint="建设内容、规模、工艺")
    category = forms.ChoiceField(label="项目类别", choices=Category.pairs(), required=False)
    chain = forms.ChoiceField(label="产业链", required=False)
    node = forms.ChoiceField(label="环节", required=False, help_text="选了环节，产业链随之而定")
    industry_code = forms.CharField(
        label="行业代码", required=False, max_length=10, help_text="GB/T 4754，如 C1711"
    )
    total_investment = MoneyField(label="总投资", required=False, help_text=MONEY_HINT)
    total_investment_unknown = unknown_field(UNKNOWN_CHOICES, label="暂不能提供")
    fixed_investment = MoneyField(label="固定资产投资", required=False)
    fixed_investment_unknown = unknown_field(UNKNOWN_CHOICES, label="暂不能提供")
    contract_amount = MoneyField(
        label="合同金额", required=False, help_text="正式合同写明的总额；框架协议、意向书不算"
    )
    contract_amount_unknown = unknown_field(UNKNOWN_CHOICES, label="暂不能提供")
    basis = _text("basis", rows=3, hint="资源、市场、政策上的依据")
    site_options = _text("site_options", rows=2, hint="可供选择的园区、地块、厂房")
    benefit = _text("benefit", rows=2, hint="产值、税收、就业等")
    factor_needs = _text(
        "factor_needs", rows=2, hint="用地、厂房、用电、用水、用工、资金；确无的写「无」"
    )
    landing_kind = forms.ChoiceField(
        label="落地方式", choices=LandingKind.pairs(), required=False,
        help_text="决定落地时要哪些凭据",
    )  # fmt: skip
    lead_unit = forms.ChoiceField(
        label="首谈单位", required=False, help_text="谁对接、谁牵头：最先对接的单位"
    )
    location = _text("location")
    confidentiality = forms.ChoiceField(
        label="密级", required=False,
        choices=[(c.value, CONFIDENTIALITY_LABELS[c]) for c in Confidentiality],
        help_text="内部：参与单位、链长看不到；限名单：只有名单上的人看得到。不得录入国家秘密",
    )  # fmt: skip
    signed_on = date_field(label="签约日期", required=False)
    started_on = date_field(label="开工日期", required=False)
    promised_land_on = date_field(label="承诺拿地", required=False)
    promised_start_on = date_field(label="承诺开工", required=False)
    promised_production_on = date_field(label="承诺投产", required=False)
    promised_capacity_on = date_field(label="承诺达效", required=False)
    remark = _text("remark", rows=2)
    participants = forms.MultipleChoiceField(label="参与单位", required=False)
    listed = forms.MultipleChoiceField(
        label="限名单人员",
        required=False,
        help_text="密级为限名单时才用；登记的人、改成限名单的人自动列入，总召集人、召集人缺省可见。"
        "此后把自己移出名单，保存之后您就看不到这个项目了，须请名单上的人重新列入。按住 Ctrl 可多选",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, mark_of: MarkOf, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.marks = {
            name: mark_of(name)
            for name, one in self.fields.items()
            if not name.endswith("_unknown") and not isinstance(one.widget, forms.HiddenInput)
        }
        self._offer("chain", BLANK + choices.chains)
        self._offer("node", [*BLANK, *choices.nodes])
        self._offer("lead_unit", BLANK + choices.units)
        self._offer("participants", choices.units)
        self._offer("listed", choices.people)
        for name in ("participants", "listed"):
            self.fields[name].widget.attrs["size"] = 8

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in MONEY_FIELDS:
            check_unknown(self, name, f"{name}_unknown")
        if data.get("node") and not data.get("chain"):
            data["chain"] = self.choices.node_chain[data["node"]]
        return data


def _dress(form: forms.Form) -> None:
    """行内的小输入框:类名在这里给,模板直接放。"""
    for bound in form.fields.values():
        css = {"Select": "form-select", "CheckboxInput": "form-check-input"}.get(
            type(bound.widget).__name__, "form-control"
        )
        bound.widget.attrs.setdefault("class", css)


class PartyForm(forms.Form):
    """一方出资。整行留空即不计。"""

    name = forms.CharField(label="投资方名称", required=False, max_length=200)
    uscc = forms.CharField(
        label="统一社会信用代码", required=False, max_length=24,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    share = PercentField(label="占比", required=False)
    origin = forms.ChoiceField(
        label="资金来源地", required=False,
        choices=[(value, label if value else "请选择") for value, label in Origin.pairs()],
    )  # fmt: skip
    fiscal = forms.BooleanField(label="财政资金", required=False)
    remove = forms.BooleanField(label="去掉这一行", required=False)

    def __init__(self, *args: Any, suggest_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        if suggest_url:
            self.fields["name"].widget.attrs |= {
                "list": "pl-investors", "autocomplete": "off", "hx-get": suggest_url,
                "hx-trigger": "input changed delay:250ms", "hx-target": "#pl-investors",
                "hx-swap": "innerHTML",
            }  # fmt: skip

    @property
    def wanted(self) -> bool:
        data = getattr(self, "cleaned_data", {})
        typed = data.get("name") or data.get("uscc") or data.get("share")
        return bool(typed) and not data.get("remove")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("uscc") or data.get("share")) and not data.get("name"):
            self.add_error("name", ValidationError("请填写投资方名称", code="clause:"))
        return data


class HostForm(forms.Form):
    """一处承载地。"""

    unit = forms.ChoiceField(label="承载地", required=False)
    share = PercentField(label="份额", required=False)
    actual = forms.ChoiceField(
        label="性质", required=False, choices=[("1", "实际落点"), ("0", "备选")]
    )
    remove = forms.BooleanField(label="去掉这一行", required=False)

    def __init__(self, *args: Any, counties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        self.fields["unit"].choices = BLANK + counties  # type: ignore[attr-defined]

    @property
    def wanted(self) -> bool:
        data = getattr(self, "cleaned_data", {})
        return bool(data.get("unit")) and not data.get("remove")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("share") and not data.get("unit") and not data.get("remove"):
            self.add_error("unit", ValidationError("请选择承载地", code="clause:"))
        return data


PartyFormSet = formset_factory(PartyForm, extra=1, max_num=MAX_ROWS, absolute_max=MAX_ROWS + 5)
HostFormSet = formset_factory(HostForm, extra=1, max_num=MAX_ROWS, absolute_max=MAX_ROWS + 5)
# 集合字段的发现落在哪一处
ANCHORS = {"investors": "parties", "host_units": "hosts", "contact": "contact"}


def _rows_in(data: QueryDict, prefix: str, form: type[forms.Form]) -> list[dict[str, Any]]:
    """草稿里某一组的各行(空行略去)。"""
    said = data.get(f"{prefix}-TOTAL_FORMS", "")
    total = min(int(said), MAX_ROWS) if said.isascii() and said.isdigit() else 0
    rows = [initial_from(form.base_fields, data, f"{prefix}-{at}-") for at in range(total)]
    return [row for row in rows if row.get("name") or row.get("unit") or row.get("share")]


class ProjectBundle:
    """一页表单:单值内容、出资各方、承载地。合起来判断,合起来报错。"""

    def __init__(
        self,
        *,
        choices: Choices,
        mark_of: MarkOf,
        initial: Mapping[str, Any],
        data: MultiValueDict[str, Any] | None = None,
        suggest_url: str = "",
        restored: QueryDict | None = None,
    ) -> None:
        self.choices = choices
        self.marks = {name: mark_of(name) for name in ("investors", "host_units")}
        if data is None and restored is not None:  # 没交的草稿:作为初值填回
            initial = {
                **initial,
                **initial_from(ProjectForm.base_fields, restored),
                "parties": _rows_in(restored, "parties", PartyForm),
                "hosts": _rows_in(restored, "hosts", HostForm),
            }
        self.form = ProjectForm(data, initial=initial, choices=choices, mark_of=mark_of)
        self.parties = PartyFormSet(
            data,
            initial=initial.get("parties") or None,
            prefix="parties",
            form_kwargs={"suggest_url": suggest_url},
        )
        self.hosts = HostFormSet(
            data,
            initial=initial.get("hosts") or None,
            prefix="hosts",
            form_kwargs={"counties": choices.counties},
        )
        self.loose: list[ErrorLine] = []
        self.group_errors: dict[str, list[ErrorLine]] = {"parties": [], "hosts": [], "contact": []}

    def is_valid(self) -> bool:
        checked = [self.form.is_valid(), self.parties.is_valid(), self.hosts.is_valid()]
        return all(checked)

    def party_rows(self) -> list[dict[str, Any]]:
        return [f.cleaned_data for f in self.parties if f.wanted]

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """动作退回的发现放到各处:字段、出资方、承载地、接触记录,其余在顶上。"""
        for finding in findings:
            group = ANCHORS.get(finding.field)
            if finding.field in self.form.fields:
                add_findings(self.form, [finding])
                continue
            line = ErrorLine(f"group-{group}" if group else "", "", finding.message, finding.clause)
            if group:
                self.group_errors[group].append(line)
            self.loose.append(line)

    @property
    def error_lines(self) -> list[ErrorLine]:
        lines = error_lines(self.form) + self.loose
        for formset in (self.parties, self.hosts):
            for index, row in enumerate(formset.forms, start=1):
                if row.is_bound and row.errors:
                    lines += [
                        ErrorLine(e.anchor, f"第 {index} 行{e.label}", e.message, e.clause)
                        for e in error_lines(row)
                    ]
        return lines

    def draft(self, investor_ids: list[int] | None = None) -> ProjectDraft:
        """清洗后的内容 → 草稿。`investor_ids` 与 `party_rows()` 次序一致;不给则用占位编号(只供先行判断)。"""
        data = self.form.cleaned_data
        rows = self.party_rows()
        ids = investor_ids if investor_ids is not None else list(range(-1, -1 - len(rows), -1))
        parties = tuple(
            PartyDraft(pk, row["share"] or 0, Origin(row["origin"]), row["fiscal"])
            for pk, row in zip(ids, rows, strict=True)
        )
        plain = {
            name: data[name]
            for name in (
                "name", "summary", "industry_code", "basis", "site_options", "benefit",
                "factor_needs", "location", "remark", "signed_on", "started_on",
                "promised_land_on", "promised_start_on", "promised_production_on",
                "promised_capacity_on",
            )
        }  # fmt: skip
        for name in MONEY_FIELDS:
            plain[name] = data[name]
            plain[f"{name}_unknown"] = Unknown(data[f"{name}_unknown"])
        return ProjectDraft(
            **plain,
            category=Category(data["category"] or Category.INDUSTRY),
            chain_id=self.choices.chain_ids.get(data["chain"]),
            node_id=self.choices.node_ids.get(data["node"]),
            landing_kind=LandingKind(data["landing_kind"] or LandingKind.NEW_SITE),
            lead_unit_id=self.choices.unit_ids.get(data["lead_unit"]),
            confidentiality=data["confidentiality"] or "normal",
            parties=parties,
            hosts=self._hosts(),
            participant_ids=tuple(
                sorted(self.choices.unit_ids[code] for code in data["participants"])
            ),
            listed_ids=tuple(sorted(int(pk) for pk in data["listed"])),
        )

    def _hosts(self) -> tuple[HostDraft, ...]:
        rows = [f.cleaned_data for f in self.hosts if f.wanted]
        actual = [row for row in rows if row["actual"] != "0"]
        found = []
        for row in rows:
            is_actual = row["actual"] != "0"
            # 只有一处落点而没写份额的,就是全部
            alone = FULL_BP if not is_actual or len(actual) == 1 else 0
            share = row["share"] if row["share"] is not None else alone
            found.append(HostDraft(self.choices.unit_ids[row["unit"]], share, is_actual))
        return tuple(found)
