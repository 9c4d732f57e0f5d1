"""菜单:登记、可见、分组、当前项、手机底栏。"""

import pytest

from juyuan.foundation.ui import menu
from juyuan.foundation.ui.menu import MenuItem
from juyuan.kernel.actor import Actor

ACTOR = Actor(account_id=1, username="a", name="甲")


@pytest.fixture(autouse=True)
def items():
    saved = dict(menu._items)
    menu._items.clear()
    menu.register(MenuItem("all", "全部", "ui_menu", "menu-2", order=5, phone=2))
    menu.register(
        MenuItem(
            "samples",
            "样张",
            "ui_components",
            "eye",
            "依据",
            count=lambda a: 3,
            urgent=True,
            phone=1,
        )
    )
    menu.register(MenuItem("hidden", "看不见", "ui_menu", "lock", visible=lambda a: False))
    menu.register(MenuItem("later", "还没接通", "no_such_url", "clock"))
    yield
    menu._items.clear()
    menu._items.update(saved)


def test_only_what_the_actor_may_see_and_what_exists():
    assert [e.key for e in menu.entries(ACTOR, "/menu/")] == ["all", "samples"]
    assert menu.entries(None, "/menu/") == ()


def test_the_longest_prefix_is_current_unless_told():
    assert [e.key for e in menu.entries(ACTOR, "/_components/x/") if e.current] == ["samples"]
    assert [e.key for e in menu.entries(ACTOR, "/elsewhere/") if e.current] == []
    assert [e.key for e in menu.entries(ACTOR, "/elsewhere/", "all") if e.current] == ["all"]


def test_groups_and_counts():
    found = menu.groups(menu.entries(ACTOR, "/"))
    assert [(g.label, [e.label for e in g.entries]) for g in found] == [
        ("", ["全部"]),
        ("依据", ["样张"]),
    ]
    assert (found[1].entries[0].count, found[1].entries[0].urgent) == (3, True)


def test_phone_bar_has_its_own_order():
    assert [e.key for e in menu.phone_entries(menu.entries(ACTOR, "/"))] == ["samples", "all"]


def test_registering_again_replaces():
    menu.register(MenuItem("all", "改名", "ui_menu", "menu-2"))
    assert [e.label for e in menu.entries(ACTOR, "/") if e.key == "all"] == ["改名"]
