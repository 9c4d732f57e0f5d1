"""国民经济行业分类(GB/T 4754)代码的层级:门类 A、大类 01、中类 011、小类 0111。"""

from __future__ import annotations

import re

from juyuan.kernel.verdict import Finding

LEVELS = {1: "门类", 2: "大类", 3: "中类", 4: "小类"}
_FORM = re.compile(r"[A-T]|[0-9]{2,4}")


def industry_level(code: str) -> int:
    """层级 1–4;写法不对抛 `ValueError`。"""
    if not _FORM.fullmatch(code):
        raise ValueError(f"「{code}」不是行业代码")
    return len(code)


def industry_parent(code: str, section: str) -> str:
    """上级代码:小类→中类→大类→门类;门类没有上级。`section` 是所属门类字母。"""
    level = industry_level(code)
    if level == 1:
        return ""
    return section if level == 2 else code[:-1]


def industry_findings(code: str, name: str, section: str) -> list[Finding]:
    """一行行业代码能否入库。"""
    findings = []
    if not _FORM.fullmatch(code):
        findings.append(
            Finding(
                "code",
                "industry_code_form",
                "4.0b",
                f"「{code}」不是行业代码:门类写一个字母 A–T,大类、中类、小类写 2、3、4 位数字",
            )
        )
    elif len(code) == 2 and not re.fullmatch(r"[A-T]", section):
        findings.append(
            Finding("section", "industry_section", "4.0b", f"大类 {code} 须写所属门类字母")
        )
    if not name:
        findings.append(Finding("name", "industry_name", "4.0b", f"{code} 没有写名称"))
    return findings
