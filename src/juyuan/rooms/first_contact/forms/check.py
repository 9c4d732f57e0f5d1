"""首谈查重的表单:只收集与清洗,判断在 rules。"""

from __future__ import annotations

from uuid import uuid4

from django import forms

from juyuan.foundation.ui.fields import MoneyField
from juyuan.kernel.uscc import compact as compact_uscc
from juyuan.rooms.first_contact.rules.overlap import LABELS, Subject


def _text(label: str, length: int, hint: str = "") -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=hint, widget=widget
    )


class CheckForm(forms.Form):
    """查重。`session` 认出是不是同一张表:边填边查的算一次。"""

    marks = {
        "name": "必填", "uscc": "选填", "phone": "选填", "email": "选填", "controller": "选填",
        "project_name": "选填", "content": "选填", "amount": "选填", "site": "选填",
    }  # fmt: skip

    name = _text("投资方全称", 200, "营业执照上的名称。括号、空格、「有限公司」写法不同不影响核对")
    uscc = _text(LABELS["uscc"], 40, "有代码核对得最准")
    phone = _text("对方联系电话", 40, "只用于核对,记录里只留掩码")
    email = _text("对方邮箱", 120, "只比域名,公共邮箱不算")
    controller = _text(LABELS["controller"], 200, "人名或公司名,也可填所属集团")
    project_name = _text(LABELS["project_name"], 200)
    amount = MoneyField(label="预计总投资", required=False)
    site = _text("意向地点", 200, "写到地块、楼栋的才算证据")
    content = forms.CharField(
        label="项目内容", max_length=4000, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="产品、规模;用来分清是同一件还是另一件",
    )  # fmt: skip
    session = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)

    def subject(self) -> Subject:
        """填好的内容。"""
        data = self.cleaned_data
        return Subject(
            name=data["name"].strip(),
            uscc=compact_uscc(data["uscc"]),
            phones=tuple(filter(None, [data["phone"].strip()])),
            emails=tuple(filter(None, [data["email"].strip()])),
            controller=data["controller"].strip(),
            project_name=data["project_name"].strip(),
            content=data["content"].strip(),
            amount=data["amount"],
            site=data["site"].strip(),
        )


def new_session() -> str:
    """一张新表的记号。"""
    return str(uuid4())
