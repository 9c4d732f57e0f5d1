"""城市包的单位、人员、任职、账号经同一套装载进来,重复无妨。"""

from django.contrib.auth.hashers import check_password

from juyuan.foundation.ledger.models import Event
from juyuan.foundation.people.actions import demo_people, load_pack_people
from juyuan.foundation.people.models import Account, Post, Unit
from juyuan.foundation.policy import queries
from juyuan.kernel.actor import Actor
from tests.cast import NOW

CONSOLE = Actor.console()


def test_pack_people_log_in_with_one_password_hashed_once(db):
    pack = queries.pack()
    accounts = load_pack_people(pack, CONSOLE, NOW, "demo-one-2")
    assert Unit.objects.count() == len(pack.units)
    assert Post.objects.count() == sum(len(p.posts) for p in demo_people(pack))
    assert {a.username for a in accounts} == set(Account.objects.values_list("username", flat=True))
    hashes = set(Account.objects.values_list("password", flat=True))
    assert len(hashes) == 1
    assert check_password("demo-one-2", hashes.pop())


def test_loading_the_pack_again_changes_nothing_until_the_password_does(db):
    pack = queries.pack()
    accounts = load_pack_people(pack, CONSOLE, NOW, "demo-one-2")
    events, hashed = Event.objects.count(), Account.objects.first().password
    load_pack_people(pack, CONSOLE, NOW, "demo-one-2")
    assert (Event.objects.count(), Account.objects.first().password) == (events, hashed)
    load_pack_people(pack, CONSOLE, NOW, "demo-two-3")
    assert check_password("demo-two-3", Account.objects.first().password)
    assert Event.objects.count() == events + len(accounts)
