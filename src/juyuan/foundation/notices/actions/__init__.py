"""通知的动作。"""

from juyuan.foundation.notices.actions.deliver import deliver_due
from juyuan.foundation.notices.actions.notify import Message, notify, notify_many
from juyuan.foundation.notices.actions.personal import (
    SettingDraft,
    make_feed,
    mark_all_read,
    mark_read,
    revoke_feed,
    save_setting,
)

__all__ = [
    "Message",
    "SettingDraft",
    "deliver_due",
    "make_feed",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_many",
    "revoke_feed",
    "save_setting",
]
