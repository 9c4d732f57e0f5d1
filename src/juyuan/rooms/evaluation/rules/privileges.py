"""优惠承诺:一条一条列明,逐条对照禁止的情形;疑点逐条答复;办结须第二人签核。"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from juyuan.kernel.clause import rule
from juyuan.kernel.labelled import Labelled
from juyuan.kernel.verdict import Finding
from juyuan.rooms.evaluation.rules.forbidden import ForbiddenKind, find_forbidden

CLAUSE = "3.4b"
WORD_LIMIT, TEXT_LIMIT = 200, 2000
LAWS = (
    "法律", "行政法规", "国务院", "国发", "国办发", "国函", "国办函", "全国人大", "财税", "税务总局", "财政部", "中华人民共和国",
)  # fmt: skip


class ScrutinyState(Labelled):
    """承诺审查记录走到哪里。"""

    OPEN = "open", "填报中"
    SUBMITTED = "submitted", "待签核"
    CLOSED = "closed", "已办结"


class ScrutinyVerb(Labelled):
    LIST = "list", "列入优惠"
    EDIT = "edit", "修改优惠"
    REMOVE = "remove", "删去优惠"
    NONE = "none", "声明没有优惠"
    TEXT = "text", "换协议文本"
    ANSWER = "answer", "答复疑点"
    SUBMIT = "submit", "送签核"
    RETURN = "return", "退回再办"
    CLOSE = "close", "签核办结"
    REOPEN = "reopen", "重新打开"


class FindingSource(Labelled):
    PRIVILEGE = "privilege", "优惠清单"
    TEXT = "text", "协议文本"


class FindingAnswer(Labelled):
    """对一处疑点的答复。"""

    NONE = "", "未答复"
    FIXED = "fixed", "已改正"
    DELETED = "deleted", "已删除"
    LAWFUL = "lawful", "有合法依据"
    NOT_SUCH = "not_such", "不属于这种情形"


SETTLES = (FindingAnswer.LAWFUL, FindingAnswer.NOT_SUCH)  # 文字还在时,只有这两种算数
GONE = (FindingAnswer.FIXED, FindingAnswer.DELETED)


@dataclass(frozen=True)
class PrivilegeDraft:
    """一条优惠:哪一类、给什么、金额或比例、凭什么、谁给、有什么条件、多长时间。"""

    kind: str
    content: str
    amount: int | None = None
    ratio_bp: int | None = None
    basis: str = ""
    granter_id: int | None = None
    conditions: str = ""
    period: str = ""


def _bad(field: str, name: str, message: str) -> Finding:
    return Finding(field, f"privilege.{name}", CLAUSE, message)


@rule("3.4b")
def judge_privilege(draft: PrivilegeDraft, kinds: Collection[str]) -> list[Finding]:
    """对引入项目进行论证评估:答应给企业的每一条都写明给什么、给多少、谁给、多长时间。没有依据的也要列,列了才看得见。"""
    found = []
    if draft.kind not in kinds:
        found.append(_bad("kind", "kind", "请选择是哪一类优惠"))
    if not draft.content.strip():
        found.append(_bad("content", "content", "请写明给什么（照协议里的说法）"))
    elif len(draft.content) > TEXT_LIMIT:
        found.append(_bad("content", "content", f"内容至多{TEXT_LIMIT}字"))
    if draft.amount is not None and draft.amount < 0:
        found.append(_bad("amount", "amount", "金额不能是负数"))
    if draft.ratio_bp is not None and not 0 <= draft.ratio_bp <= 10000:
        found.append(_bad("ratio", "ratio", "比例在 0 至 100% 之间"))
    if draft.granter_id is None:
        found.append(_bad("granter", "granter", "请选择由哪个单位给"))
    for field, said, text in (
        ("basis", "依据", draft.basis), ("period", "期限", draft.period),
    ):  # fmt: skip
        if len(text) > WORD_LIMIT:
            found.append(_bad(field, field, f"{said}至多{WORD_LIMIT}字"))
    if len(draft.conditions) > TEXT_LIMIT:
        found.append(_bad("conditions", "conditions", f"条件至多{TEXT_LIMIT}字"))
    if not draft.period.strip():
        found.append(_bad("period", "period", "请写明多长时间（一次性的写「一次性」）"))
    return found


@dataclass(frozen=True)
class Doubt:
    """一处疑点。`lesser` 只作提示,不必答复。`start`、`end` 是文字里的起止(不是由文字看出的为 0)。"""

    kind: str
    passage: str
    why: str
    start: int = 0
    end: int = 0
    lesser: bool = False


def has_high_basis(basis: str) -> bool:
    """所写的依据是不是法律、行政法规或国务院的批准(只看写法,真假由审查人核)。"""
    return any(word in basis for word in LAWS)


@rule("3.4b")
def examine(
    draft: PrivilegeDraft, kinds: Sequence[ForbiddenKind], suspects: Mapping[str, str]
) -> list[Doubt]:
    """没有法律、行政法规依据或者未经国务院批准,不得给予特定经营者的几类优惠:逐条对照。

    `suspects`:这一类优惠对着哪一种禁止的情形。写明了上位依据的,由文字看出的也只作提示。
    """
    by_code = {kind.code: kind for kind in kinds}
    lawful = has_high_basis(draft.basis)
    found: dict[str, Doubt] = {}
    text = "。".join(part for part in (draft.content.strip(), draft.conditions.strip()) if part)
    for hit in find_forbidden(text, kinds):
        known = found.get(hit.kind)
        lesser = hit.lesser or lawful
        if known is None or (known.lesser and not lesser):
            label = by_code[hit.kind].label
            passage = text[hit.start : hit.end]
            found[hit.kind] = Doubt(
                hit.kind, passage, f"写法与「{label}」相近", hit.start, hit.end, lesser
            )
    code = suspects.get(draft.kind, "")
    if code in by_code and code not in found and not lawful:
        why = (
            "没有写明依据" if not draft.basis.strip()
            else f"依据「{draft.basis.strip()}」看不出是法律、行政法规或国务院批准"
        )  # fmt: skip
        found[code] = Doubt(code, draft.content.strip()[:WORD_LIMIT], why)
    return list(found.values())


@dataclass(frozen=True)
class Standing:
    """一处疑点此刻的样子,供能不能办结。`present` 即文字里(清单里)还有。"""

    label: str
    present: bool
    lesser: bool
    answer: FindingAnswer
    place: str = ""


@rule("3.4b")
def blocking(found: Standing) -> str:
    """这处疑点挡不挡办结;空即不挡,否则是为什么。"""
    if found.lesser or not found.present:
        return ""
    where = f"{found.place}「{found.label}」"
    if found.answer == FindingAnswer.NONE:
        return f"{where}还没有答复"
    if found.answer in GONE:
        return (
            f"{where}答复「{found.answer.label}」,而现在的{'文本' if found.place else '清单'}里还有"
        )
    return ""


@rule("3.4b")
def judge_submit(
    rows: int, none_promised: bool, has_text: bool, doubts: Sequence[Standing]
) -> list[Finding]:
    """送签核之前:列了优惠或声明没有(两者只居其一)、交了协议文本、疑点逐条答复。"""
    found = []
    if not rows and not none_promised:
        found.append(
            _bad("privileges", "none", "请逐条列明优惠；确实没有的，点「没有任何优惠承诺」")
        )
    if rows and none_promised:
        found.append(_bad("privileges", "both", "已列了优惠，就不能再声明没有任何优惠承诺"))
    if not has_text:
        found.append(_bad("text", "text", "请上传协议文本（Word、PDF 或纯文本），系统逐段查找"))
    found += [_bad("doubts", "doubt", said) for doubt in doubts if (said := blocking(doubt))]
    return found


def judge_answer(answer: FindingAnswer, basis: str) -> list[Finding]:
    """答复一处疑点:有合法依据、不属于的,写明是什么。"""
    found = []
    if answer == FindingAnswer.NONE:
        found.append(_bad("answer", "answer", "请选择答复"))
    if answer in SETTLES and not basis.strip():
        what = (
            "依据哪部法律、行政法规或国务院文件"
            if answer == FindingAnswer.LAWFUL
            else "为什么不属于这种情形"
        )
        found.append(_bad("basis", "basis", f"请写明{what}"))
    if len(basis) > TEXT_LIMIT:
        found.append(_bad("basis", "basis", f"说明至多{TEXT_LIMIT}字"))
    return found


@rule("3.4b")
def may_close(makers: Collection[int], signer: int | None) -> str:
    """承诺审查记录须第二人签核:经手(列入、修改、答复、送签)的人都不能签。空即可以。"""
    if signer is None:
        return "须以本人的账号签核"
    if signer in makers:
        return "经手人不能签核自己办的承诺审查记录，请另一位同志签核"
    return ""
