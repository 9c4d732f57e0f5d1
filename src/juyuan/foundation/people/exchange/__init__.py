"""导入种类 units、people、posts(开账的前三步)。判定与网页上的单个动作同出一处。

由 wiring 登记:`exchange.kinds.register(*people.exchange.KINDS)`。
"""

from juyuan.foundation.exchange.kinds import ImportKind
from juyuan.foundation.people import access
from juyuan.foundation.people.exchange import accounts, persons, posts, units

KINDS = (
    ImportKind(
        "units", "单位", units.COLUMNS, units.prepare, units.judge, units.commit_many, units.commit_one,
        may=access.can_register, description="单位树：单位代码相同即同一单位", order=10,
    ),
    ImportKind(
        "people", "人员", persons.COLUMNS, persons.prepare, persons.judge, persons.commit_many, persons.commit_one,
        may=access.can_register, description="人员与登录账号：账号相同即同一人", order=20,
    ),
    ImportKind(
        "posts", "任职", posts.COLUMNS, posts.prepare, posts.judge, posts.commit_many, posts.commit_one,
        may=access.can_grant, description="任职：人、单位、角色、起任日都相同即同一段任职", order=30,
    ),
    accounts.EXPORT,
    accounts.STAFF,
)  # fmt: skip
