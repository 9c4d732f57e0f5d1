"""成批装载单位、人员、任职、账号:导入与城市包用同一套;重复装载不再改动。

判定与单个动作同出一处(rules、posts.judge_post),这里只是一次读全、一次写全,同组记台账。
"""

from juyuan.foundation.people.actions.load.accounts import AccountRow, load_accounts
from juyuan.foundation.people.actions.load.common import Judged, Loaded
from juyuan.foundation.people.actions.load.persons import PersonRow, judge_people, load_people
from juyuan.foundation.people.actions.load.posts import PostRow, judge_posts, load_posts
from juyuan.foundation.people.actions.load.units import judge_units, load_units

__all__ = [
    "AccountRow",
    "Judged",
    "Loaded",
    "PersonRow",
    "PostRow",
    "judge_people",
    "judge_posts",
    "judge_units",
    "load_accounts",
    "load_people",
    "load_posts",
    "load_units",
]
