"""人员与单位的动作:单位、人员、账号、任职、令牌、调离;批量装载见 `load`。"""

from juyuan.foundation.people.actions.absences import cancel_absence, set_absence
from juyuan.foundation.people.actions.accounts import (
    change_password,
    create_account,
    disable_account,
    enable_account,
    initial_password,
    set_password,
)
from juyuan.foundation.people.actions.leave import HandedOver, hand_over
from juyuan.foundation.people.actions.load import (
    load_accounts,
    load_people,
    load_posts,
    load_units,
)
from juyuan.foundation.people.actions.pack import (
    demo_people,
    load_pack_people,
    load_pack_units,
    unit_draft,
)
from juyuan.foundation.people.actions.persons import edit_person, register_person
from juyuan.foundation.people.actions.posts import end_post, grant_post
from juyuan.foundation.people.actions.tokens import make_token, revoke_token
from juyuan.foundation.people.actions.units import create_unit, edit_unit

__all__ = [
    "HandedOver",
    "cancel_absence",
    "change_password",
    "create_account",
    "create_unit",
    "demo_people",
    "disable_account",
    "edit_person",
    "edit_unit",
    "enable_account",
    "end_post",
    "grant_post",
    "hand_over",
    "initial_password",
    "load_accounts",
    "load_pack_people",
    "load_pack_units",
    "load_people",
    "load_posts",
    "load_units",
    "make_token",
    "register_person",
    "revoke_token",
    "set_absence",
    "set_password",
    "unit_draft",
]
