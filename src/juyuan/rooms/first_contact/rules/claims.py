"""首谈登记所填:投资方、项目内容、有日期的接触凭据。纯函数。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.text import compact
from juyuan.kernel.verdict import Finding
from juyuan.rooms.first_contact.rules.overlap import Subject

CLAUSE = "3.2b"
MIN_NAME = 4
MIN_CONTENT = 4
EARLIEST = date(2000, 1, 1)
LIMITS = {
    "name": ("投资方名称", 200),
    "project_name": ("项目名称", 200),
    "content": ("项目内容", 4000),
    "site": ("意向地点", 200),
}


class ContactProof(Labelled):
    """接触的凭据是什么。"""

    MINUTES = "minutes", "会议纪要"
    LETTER = "letter", "来函"
    SIGN_IN = "sign_in", "签到"
    TRIP = "trip", "差旅审批"
    MAIL = "mail", "往来邮件"
    PHOTO = "photo", "现场照片"


class Secrecy(Labelled):
    """这件首谈谁看得见:与项目的密级同名同义。"""

    NORMAL = "normal", "一般"
    INTERNAL = "internal", "内部"
    RESTRICTED = "restricted", "限名单"


@dataclass(frozen=True)
class ClaimDraft:
    """要登记的一件。`file_id` 是先存好的凭据;`opening` 是系统启用时补录的。"""

    subject: Subject
    proof: ContactProof | None
    contacted_on: date | None
    evidence_on: date | None
    file_id: int | None = None
    two_way: bool = False
    secrecy: Secrecy = Secrecy.NORMAL
    opening: bool = False
    note: str = ""


@rule("3.2b")
def judge_claim(
    draft: ClaimDraft, today: date, *, has_project: bool = False, needs_file: bool = True
) -> list[Finding]:
    """谁对接、谁牵头:投资方认得出、谈的是什么说得清、接触有日期有凭据,才算首谈。

    日子不在将来;凭据不早于 2000 年。接触与凭据各写各的日子,谁早谁晚不论。
    台账来的(`needs_file` 为假)写明凭据是什么,文件随后补。
    """
    found: list[Finding] = []

    def need(name: str, code: str, message: str) -> None:
        found.append(Finding(name, f"claim.{code}", CLAUSE, message))

    said = draft.subject
    for name, (label, most) in LIMITS.items():
        if len(getattr(said, name)) > most:
            need(name, "length", f"{label}至多{most}字")
    if len(compact(said.name)) < MIN_NAME:
        need("name", "name", "请填写投资方全称（至少四个字，营业执照上的名称）")
    if not has_project and len(compact(said.project_name)) < MIN_NAME:
        need("project_name", "project_name", "请填写项目名称（至少四个字）")
    if not has_project and len(compact(said.content)) < MIN_CONTENT:
        need("content", "content", "请写明谈的是什么：产品、规模，用来分清是同一件还是另一件")
    if said.amount is not None and said.amount < 0:
        need("amount", "amount", "预计总投资不能是负数")
    for name, label, day in (
        ("contacted_on", "接触日期", draft.contacted_on),
        ("evidence_on", "凭据日期", draft.evidence_on),
    ):
        if day is None:
            need(name, "date", f"请写明{label}，如 2026-11-18")
        elif day > today:
            need(name, "date", f"{label}不能晚于今天（{today}）")
        elif day < EARLIEST:
            need(name, "date", f"{label} {day} 太早，请核对年份")
    if draft.proof is None:
        need("proof", "proof", "请选择凭据的种类")
    if needs_file and draft.file_id is None:
        need("file", "file", "请附上接触的凭据（会议纪要、来函、签到、差旅审批、邮件、照片之一）")
    return found
