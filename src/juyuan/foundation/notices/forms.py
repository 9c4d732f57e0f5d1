"""通知设置的表单。"""

from __future__ import annotations

from django import forms


class SettingForm(forms.Form):
    """选用哪些渠道、几点收邮件。管理员没有配的渠道,选了也只存着,配好之后生效。"""

    marks = {"email": "选填", "mail_time": "选填", "phone": "选填"}
    mail_on = forms.BooleanField(label="每日一封邮件，汇总到期的待办与新的通知", required=False)
    email = forms.EmailField(label="邮箱", required=False, max_length=254)
    mail_time = forms.TimeField(
        label="几点发",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text="北京时间，缺省 08:30",
    )
    robot_on = forms.BooleanField(
        label="待办到期时在工作群里提醒我（不写项目名称）", required=False
    )
    sms_on = forms.BooleanField(label="待办到期时发短信（不写项目名称）", required=False)
    phone = forms.CharField(
        label="手机", required=False, max_length=20, help_text="群里点名、发短信用"
    )
