"""审查意见与承诺审查的样例:一律经真正的动作。

asked(cast, project)                    龙山区申请合法性审查,问市司法局
answered(cast, project)                 司法局经办拟、负责人签
agreement(cast, text)                   一份 docx 文本(已上传)
closed(cast, project)                   没有优惠、文本干净、已签核办结
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from juyuan.foundation.files.actions import store_file
from juyuan.foundation.files.models import StoredFile
from juyuan.rooms.evaluation.actions import opinions as acts
from juyuan.rooms.evaluation.actions import privileges as rows
from juyuan.rooms.evaluation.actions import scrutiny as promises
from juyuan.rooms.evaluation.models import OpinionRequest, Privilege, Scrutiny
from juyuan.rooms.evaluation.rules.opinions import AnswerDraft, AskDraft, OpinionKind
from juyuan.rooms.evaluation.rules.privileges import PrivilegeDraft
from juyuan.rooms.pipeline.models import Project
from juyuan.rooms.pipeline.rules.facts import Conclusion
from juyuan.rooms.pipeline.tests import factories as f

CLEAN = "第一条 项目总投资6亿元。\n第二条 乙方依法经营、依法纳税。"
FOUL = "第三条 甲方将乙方缴纳税款的地方留成部分返还乙方。"


def people(cast: Any) -> None:
    """审查单位的人:两个局的经办与负责人,龙山区的核验人。"""
    for unit in ("sifa", "shichang"):
        cast.add(unit, unit, "clerk", f"{unit}经办")
        cast.add(f"{unit}_head", unit, "head", f"{unit}负责人")


def docx(text: str) -> bytes:
    """最小的 Word 文档,一行一段。"""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for line in text.split("\n")
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>',
        )
        book.writestr(
            "word/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:document {space}><w:body>{body}</w:body></w:document>',
        )
    return made.getvalue()


def agreement(
    cast: Any, text: str = CLEAN, by: str = "longshan", now: datetime | None = None
) -> StoredFile:
    return store_file(
        actor=cast.actor(by), name="投资协议.docx", stream=io.BytesIO(docx(text)),
        now=now or cast.NOW,
    )  # fmt: skip


def asked(
    cast: Any, project: Project, kind: OpinionKind = OpinionKind.LEGALITY, by: str = "longshan",
    now: Any = None, **more: Any,
) -> OpinionRequest:  # fmt: skip
    now = now or cast.NOW
    file = agreement(cast, f"{CLEAN}{kind}{project.code}", by, now)
    draft = AskDraft(
        kind, more.pop("subject", project.name), "请审查第五条违约责任", file.pk, **more
    )
    return acts.ask(actor=cast.actor(by), project=project, draft=draft, now=now)


def answer_draft(cast: Any, by: str, now: datetime, **more: Any) -> AnswerDraft:
    file = f.stored(cast.actor(by), f"意见{more.get('number', '')}{by}", now)
    given: dict[str, Any] = {
        "conclusion": Conclusion.PASSED, "number": "司审〔2026〕1号", "dated_on": now.date(),
        "text": "符合法律规定", "file_id": file.pk,
    }  # fmt: skip
    return AnswerDraft(**{**given, **more})


def drafted(cast: Any, request: OpinionRequest, now: Any = None, **more: Any) -> OpinionRequest:
    now, by = now or cast.NOW, request.unit.code
    return acts.draft_answer(
        actor=cast.actor(by), request=request, draft=answer_draft(cast, by, now, **more), now=now
    )


def answered(
    cast: Any, project: Project, kind: OpinionKind = OpinionKind.LEGALITY, now: Any = None,
    **more: Any,
) -> OpinionRequest:  # fmt: skip
    now = now or cast.NOW
    request = drafted(cast, asked(cast, project, kind, now=now), now, **more)
    return acts.sign(actor=cast.actor(f"{request.unit.code}_head"), request=request, now=now)


def privilege_draft(cast: Any, **more: Any) -> PrivilegeDraft:
    given: dict[str, Any] = {
        "kind": "service", "content": "指派专人代办手续", "granter_id": cast.unit("longshan").pk,
        "period": "项目建设期",
    }  # fmt: skip
    return PrivilegeDraft(**{**given, **more})


def privilege(
    cast: Any, project: Project, by: str = "longshan", now: Any = None, **more: Any
) -> Privilege:
    return rows.list_privilege(
        actor=cast.actor(by), project=project, draft=privilege_draft(cast, **more),
        now=now or cast.NOW,
    )  # fmt: skip


def text(
    cast: Any, project: Project, said: str = CLEAN, by: str = "longshan", now: Any = None
) -> Scrutiny:
    now = now or cast.NOW
    file = agreement(cast, said, by, now)
    return rows.set_text(actor=cast.actor(by), project=project, file_id=file.pk, now=now)


def submitted(cast: Any, project: Project, by: str = "longshan", now: Any = None) -> Scrutiny:
    """没有任何优惠、文本干净,已送签核。"""
    now = now or cast.NOW
    rows.declare_none(actor=cast.actor(by), project=project, now=now)
    record = text(cast, project, by=by, now=now)
    return promises.submit(actor=cast.actor(by), record_=record, now=now)


def closed(cast: Any, project: Project, now: Any = None, by: str = "longshan_head") -> Scrutiny:
    record = submitted(cast, project, now=now)
    return promises.close(actor=cast.actor(by), record_=record, now=now or cast.NOW)
