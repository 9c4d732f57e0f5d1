"""公文从草拟到印发的状态(纯函数):一张表,谁也不能跳过批准。"""

from __future__ import annotations

from juyuan.kernel.labelled import Labelled


class DocumentState(Labelled):
    """一份公文走到哪一步。"""

    DRAFT = "draft", "草拟"
    SUBMITTED = "submitted", "待批"
    APPROVED = "approved", "已批待印发"
    ISSUED = "issued", "已印发"
    VOIDED = "voided", "公文作废"


class DeliveryWay(Labelled):
    """怎样送达。"""

    HAND = "hand", "当面送达"
    POST = "post", "邮寄"
    ELECTRONIC = "electronic", "电子送达"
    FAX = "fax", "传真"


class Numbering(Labelled):
    """文号从哪里来(参数 papers.numbering)。"""

    REGISTER = "register", "本系统发号"
    OFFICE = "office", "抄录办公系统的文号"


D = DocumentState
MOVES: dict[tuple[DocumentState, str], DocumentState] = {
    (D.DRAFT, "submit"): D.SUBMITTED,
    (D.SUBMITTED, "approve"): D.APPROVED,
    (D.SUBMITTED, "return"): D.DRAFT,
    (D.APPROVED, "return"): D.DRAFT,
    (D.APPROVED, "issue"): D.ISSUED,
    (D.DRAFT, "void"): D.VOIDED,
    (D.SUBMITTED, "void"): D.VOIDED,
    (D.APPROVED, "void"): D.VOIDED,
    (D.ISSUED, "void"): D.VOIDED,
}
OPEN_STATES = (D.DRAFT, D.SUBMITTED, D.APPROVED)


def moved(state: str, verb: str) -> DocumentState | None:
    """`verb` 之后的状态;此时不能这样办的为空。"""
    return MOVES.get((DocumentState(state), verb))
