"""当场决定的表单:结果、意见、条件、交办;终裁另有牵头单位与份额。行数可加。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from juyuan.foundation.ui.fields import PercentField, date_field
from juyuan.rooms.council.forms.common import VersionForm, number_of, unit_field
from juyuan.rooms.council.rules.agenda import (
    LINES_LIMIT,
    REASON_LIMIT,
    RESULTS,
    ActionDraft,
    AgendaKind,
    ConditionDraft,
    DecisionDraft,
    DecisionResult,
)

FIRST, MORE = 2, 2


def _text(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=REASON_LIMIT, widget=forms.Textarea({"rows": 2})
    )


class LinesForm(VersionForm):
    """若干行「做什么、谁办、哪天前」。"""

    lines = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, units: list[tuple[str, str]], conditions: bool = False, count: int = FIRST,
        **kw: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kw)
        asked = str(self.data.get("lines", "")) if self.is_bound else ""
        known = int(asked) if asked.isdigit() and len(asked) < 4 else count
        self.count = max(1, min(LINES_LIMIT, known))
        self.with_conditions = conditions
        for prefix in self._prefixes():
            word = "条件" if prefix == "c" else "交办"
            for n in range(1, self.count + 1):
                self.fields[f"{prefix}{n}_text"] = _text(f"{word}第{n}件")
                if prefix == "a":
                    self.fields[f"a{n}_unit"] = unit_field(f"{word}第{n}件承办单位", units)
                else:
                    self.fields[f"c{n}_evidence"] = forms.CharField(
                        label=f"{word}第{n}件凭据", required=False, max_length=200
                    )
                self.fields[f"{prefix}{n}_due"] = date_field(
                    label=f"{word}第{n}件期限", required=False
                )
        self.fields["lines"].initial = self.count

    def _prefixes(self) -> tuple[str, ...]:
        return ("c", "a") if self.with_conditions else ("a",)

    def grow(self) -> int:
        """再加几行之后是几行。"""
        return min(LINES_LIMIT, self.count + MORE)

    def _rows(self, prefix: str, *parts: str) -> list[dict[str, Any]]:
        return [
            {part: self[f"{prefix}{n}_{part}"] for part in ("text", *parts, "due")}
            for n in range(1, self.count + 1)
        ]

    def action_rows(self) -> list[dict[str, Any]]:
        return self._rows("a", "unit")

    def condition_rows(self) -> list[dict[str, Any]]:
        return self._rows("c", "evidence") if self.with_conditions else []

    def _given(self, prefix: str, second: str) -> list[tuple[str, Any, Any]]:
        data, found = self.cleaned_data, []
        for n in range(1, self.count + 1):
            text = (data.get(f"{prefix}{n}_text") or "").strip()
            more, due = data.get(f"{prefix}{n}_{second}"), data.get(f"{prefix}{n}_due")
            if text or more or due:
                found.append((text, more, due))
        return found

    def actions(self) -> tuple[ActionDraft, ...]:
        given = self._given("a", "unit")
        return tuple(ActionDraft(text, number_of(unit), due) for text, unit, due in given)

    def conditions(self) -> tuple[ConditionDraft, ...]:
        if not self.with_conditions:
            return ()
        given = self._given("c", "evidence")
        return tuple(ConditionDraft(text, due, proof or "") for text, proof, due in given)


class DecisionForm(LinesForm):
    """会上的决定。"""

    marks = {"result": "必填"}

    def __init__(
        self, *args: Any, kind: AgendaKind, parties: Sequence[tuple[int, str]] = (), **kw: Any
    ) -> None:
        super().__init__(*args, conditions=kind == AgendaKind.REVIEW, **kw)
        self.kind, self.parties = kind, parties
        self.fields["result"] = forms.ChoiceField(
            label="决定", required=False, widget=forms.RadioSelect,
            choices=[(r.value, r.label) for r in RESULTS[kind]],
        )  # fmt: skip
        self.fields["text"] = forms.CharField(
            label="意见与理由", required=False, max_length=4000,
            widget=forms.Textarea({"rows": 3}),
        )  # fmt: skip
        if kind == AgendaKind.REVIEW:
            self.fields["minutes_number"] = forms.CharField(
                label="市政府常务会议纪要文号", required=False, max_length=100,
                help_text="市级决定引进大额项目的要写",
            )  # fmt: skip
        if kind == AgendaKind.ACTION:
            self.fields["due_on"] = date_field(
                label="延到哪天", required=False, help_text="只在「准予延期」时填"
            )
        if parties:
            self.fields["lead_unit"] = forms.ChoiceField(
                label="牵头单位", required=False,
                choices=[("", "请选择"), *((str(pk), name) for pk, name in parties)],
            )  # fmt: skip
            for pk, name in parties:
                self.fields[f"share_{pk}"] = PercentField(label=f"{name}的份额", required=False)

    def share_rows(self) -> list[Any]:
        return [self[f"share_{pk}"] for pk, _ in self.parties]

    def draft(self) -> DecisionDraft:
        data = self.cleaned_data
        shares = tuple(
            (pk, data[f"share_{pk}"])
            for pk, _ in self.parties
            if data.get(f"share_{pk}") is not None
        )
        return DecisionDraft(
            result=DecisionResult(data["result"]) if data.get("result") else None,
            text=data.get("text") or "",
            conditions=self.conditions(),
            actions=self.actions(),
            lead_unit_id=number_of(data.get("lead_unit")),
            shares=shares,
            due_on=data.get("due_on"),
            minutes_number=data.get("minutes_number") or "",
        )


class AssignForm(LinesForm):
    """会外交办难题。"""

    marks = {"text": "选填"}
    text = forms.CharField(
        label="意见", required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def draft(self) -> DecisionDraft:
        return DecisionDraft(
            DecisionResult.ASSIGNED, self.cleaned_data["text"], actions=self.actions()
        )


def initial_of(draft: DecisionDraft) -> dict[str, Any]:
    """草稿 → 表单初值。"""
    found: dict[str, Any] = {
        "result": draft.result.value if draft.result else "", "text": draft.text,
        "due_on": draft.due_on, "lead_unit": str(draft.lead_unit_id or ""),
        "minutes_number": draft.minutes_number,
    }  # fmt: skip
    for pk, share in draft.shares:
        found[f"share_{pk}"] = share
    for n, one in enumerate(draft.conditions, start=1):
        found |= {
            f"c{n}_text": one.text, f"c{n}_evidence": one.evidence, f"c{n}_due": one.due_on,
        }  # fmt: skip
    for n, row in enumerate(draft.actions, start=1):
        found |= {
            f"a{n}_text": row.text, f"a{n}_unit": str(row.unit_id or ""), f"a{n}_due": row.due_on,
        }  # fmt: skip
    return found
