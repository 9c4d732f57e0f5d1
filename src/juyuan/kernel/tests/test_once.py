"""一次只读的请求之内同一样东西只取一遍;之外每次现取。"""

from __future__ import annotations

import threading

from juyuan.kernel.once import once, reading


class Taker:
    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        return self.runs


def test_之外每次现取() -> None:
    take = Taker()
    assert [once("a", take), once("a", take)] == [1, 2]


def test_之内只取一遍_键不同各取各的_空值也记得() -> None:
    take = Taker()
    none: list[None] = []
    with reading():
        assert [once("a", take), once("a", take), once("b", take)] == [1, 1, 2]
        for _ in range(2):
            once("none", lambda: none.append(None))
    assert none == [None]
    assert once("a", take) == 3


def test_套在里面的用外面那一份_出来即忘() -> None:
    take = Taker()
    with reading():
        first = once("a", take)
        with reading():
            assert once("a", take) == first
        assert once("a", take) == first
    with reading():
        assert once("a", take) == first + 1


def test_出了错也忘得掉() -> None:
    take = Taker()
    try:
        with reading():
            once("a", take)
            raise RuntimeError
    except RuntimeError:
        pass
    assert once("a", take) == 2


def test_另一个线程不相干() -> None:
    take = Taker()
    seen: list[int] = []
    with reading():
        once("a", take)
        thread = threading.Thread(target=lambda: seen.append(once("a", take)))
        thread.start()
        thread.join()
    assert seen == [2]
