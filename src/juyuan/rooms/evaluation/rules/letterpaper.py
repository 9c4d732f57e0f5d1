"""函的文稿:锁定的事实与可改的话 → 一份公文(信函格式)。纯函数,不看钟;同样的事实写出同样的字。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from juyuan.foundation.papers.rules import Annex, Block, Form, Heading, Paper, Para, Table
from juyuan.rooms.evaluation.rules.breaches import TITLES, LetterLevel

RECEIPT = "履约事项回执"
DEMAND = {
    LetterLevel.REMIND: "请贵公司对照约定查明原因，倒排工期，尽快按约定推进项目建设。",
    LetterLevel.URGE: "前函期满，约定事项仍未落实。请贵公司立即整改，逐项明确措施、责任人与完成时间。",
    LetterLevel.TALK: "请贵公司主要负责人按时参加约谈，并携带项目进展、资金安排与整改措施的书面材料。",
    LetterLevel.EXIT: "经提醒、督办、约谈，约定事项仍未落实。请贵公司就退出事项提出书面意见。",
}
FOLLOW = {
    LetterLevel.REMIND: "期满没有回复或者没有整改的，将发出督办函。",
    LetterLevel.URGE: "期满没有回复或者没有整改的，将约谈贵公司主要负责人。",
    LetterLevel.TALK: "约谈之后仍不整改的，将按合同约定启动退出程序。",
    LetterLevel.EXIT: "期满没有回复的，将按合同约定的违约条款办理退出与清算。",
}
ASK = {
    LetterLevel.REMIND: "现就有关履约事项提醒如下。",
    LetterLevel.URGE: "现就有关履约事项督办如下。",
    LetterLevel.TALK: "现就约谈有关事项通知如下。",
    LetterLevel.EXIT: "现就退出有关事项告知如下。",
}
OPTIONS = (
    "一是加快建设进度，写明赶上约定进度的措施与日期；二是调整投资计划，双方协商一致后签订补充协议；"
    "三是申请延期，写明理由与所需时间并附证明材料，经批准后执行；四是确实无法履行的，按合同约定协商退出。"
)
NONE = "—"


def title_of(level: LetterLevel, project: str) -> str:
    """标题:关于×××项目的履约提醒函。"""
    name = project if project.endswith("项目") else f"{project}项目"
    return f"关于{name}的{TITLES[level]}"


def default_words(level: LetterLevel) -> dict[str, str]:
    """起草时先写好的话,人可以改。"""
    return {"demand": DEMAND[level], "follow": FOLLOW[level], "contact": "", "meeting": ""}


def build(
    facts: Mapping[str, Any], words: Mapping[str, str], *, title: str, number: str, dated: date
) -> Paper:
    """事实全部取自认定的违约与承诺;可改的只有整改要求、后续措施、联系人、约谈安排。"""
    level = LetterLevel(facts["level"])
    body: list[Block] = [Para(_opening(facts, level)), Heading("约定事项")]
    quote = str(facts.get("quote", "")).strip()
    if quote:
        where = facts.get("place") or "合同"
        body.append(Para(f"合同{where if where != '合同' else ''}约定：“{quote}”"))
    body += [
        Para(f"约定内容：{_ended(facts['text'])}"),
        Heading("履约情况"),
        Table(
            ("事项", "约定", "实际", "偏差"),
            ((facts["kind"], facts["promised"], facts["actual"], facts["deviation"]),),
            (16, 32, 32, 20),
        ),
        Para(f"以上情况截至{facts['found_on']}。依据：{_listed(facts['evidence'])}"),
        Heading("责任区分"),
        Para(facts["government"]),
        Heading("整改要求"),
        Para(words.get("demand") or DEMAND[level]),
    ]
    meeting, contact = (words.get(name, "").strip() for name in ("meeting", "contact"))
    if level is LetterLevel.TALK:
        body += [Heading("约谈安排"), Para(meeting or "时间、地点另行通知。")]
    body += [
        Para(f"请自收到本函之日起{facts['days']}日以内书面回复，填写所附回执并加盖公章。{_ended(f'联系人及电话：{contact}') if contact else ''}可以选择的路径：{OPTIONS}"),
    ]  # fmt: skip
    body += [Heading("后续措施"), Para(words.get("follow") or FOLLOW[level])]
    return Paper(
        title=title, body=tuple(body), signer=facts["signer"], dated=dated, form=Form.LETTER,
        issuer=facts["signer"], number=number, addressee=facts["addressee"],
        attachments=(RECEIPT,), annexes=(_receipt(facts, number),),
    )  # fmt: skip


def _opening(facts: Mapping[str, Any], level: LetterLevel) -> str:
    contract = f"（合同编号：{facts['contract_number']}）" if facts.get("contract_number") else ""
    signed = f"于{facts['signed_on']}签约" if facts.get("signed_on") else "已签约"
    before = "".join(
        f"{row['on']}，我方发出{row['title']}（{row['number']}）。"
        for row in facts.get("before", ())
    )
    return (
        f"贵公司投资的“{facts['project']}”{signed}{contract}。{before}"
        f"根据{facts['rule']}“{_bare(facts['clause_text'])}”的要求，{ASK[level]}"
    )


def _bare(text: str) -> str:
    return text.rstrip("。")


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _listed(lines: list[str]) -> str:
    return (
        "；".join(f"{i}. {line}" for i, line in enumerate(lines, start=1)) + "。"
        if lines
        else "无。"
    )


def _receipt(facts: Mapping[str, Any], number: str) -> Annex:
    choose = "□加快建设进度 □调整投资计划 □申请延期 □协商退出"
    rows = (
        ("项目名称", facts["project"]),
        ("来函文号", number or NONE),
        ("收函单位（盖章）", ""),
        ("收到日期", "年   月   日"),
        ("选择路径", choose),
        ("措施与完成时间", ""),
        ("联系人及电话", ""),
    )
    return Annex(RECEIPT, (Table(("栏目", "填写内容"), rows, (28, 72)),))
