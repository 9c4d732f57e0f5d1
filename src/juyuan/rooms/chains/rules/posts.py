"""链长与服务秘书:每链各一名,任期不重叠。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.verdict import Finding
from juyuan.rooms.chains.rules.words import PostKind


@dataclass(frozen=True)
class Term:
    """一段任期;首尾两日都在任,空 = 至今。"""

    person: str
    starts_on: date
    ends_on: date | None = None


def in_office(terms: Iterable[Term], on: date) -> list[Term]:
    """某日在任的各段。"""
    return [t for t in terms if t.starts_on <= on and (t.ends_on is None or on <= t.ends_on)]


@rule("4.0c")
def appointment_findings(
    kind: PostKind, terms: Sequence[Term], new: Term, open_person: str = ""
) -> list[Finding]:
    """每条产业链牵头单位明确一名领导负责,设置一名服务秘书:任期不得重叠,任命日须在现任起任之后。"""
    findings: list[Finding] = []
    if new.ends_on is not None and new.ends_on < new.starts_on:
        findings.append(Finding("ends_on", "term_order", "4.0c", "止任日早于起任日:请核对两个日期"))
    if open_person and open_person == new.person:
        findings.append(
            Finding("person", "already_in_post", "4.0c", f"此人已是在任{kind.label},无须再任命")
        )
    for term in terms:
        # 在任者由任命动作自动截止到新任前一日,所以只看它的起任日
        if term.ends_on is None:
            if new.starts_on <= term.starts_on:
                findings.append(
                    Finding(
                        "starts_on",
                        "after_incumbent",
                        "4.0c",
                        f"现任{kind.label}自 {term.starts_on.isoformat()} 起任,新任起任日须晚于这一天",
                    )
                )
        elif new.starts_on <= term.ends_on:
            findings.append(
                Finding(
                    "starts_on",
                    "one_in_office",
                    "4.0c",
                    f"每条产业链只设一名{kind.label}:前任任至 {term.ends_on.isoformat()},"
                    "新任起任日须在其后",
                )
            )
    return findings
