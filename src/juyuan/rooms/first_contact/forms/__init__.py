"""首谈的表单:只收集与清洗,判断在 rules。"""

from juyuan.rooms.first_contact.forms.check import CheckForm, new_session

__all__ = ["CheckForm", "new_session"]
