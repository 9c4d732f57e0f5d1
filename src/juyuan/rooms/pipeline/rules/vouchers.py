"""到位资金的规则:认可多少、何时重复、月年总如何一致。"""

from __future__ import annotations

from juyuan.kernel.labelled import Labelled


class CheckVerdict(Labelled):
    """核验结论。"""

    ACCEPTED = "accepted", "认可"
    RETURNED = "returned", "退回"


class KeyKind(Labelled):
    """凭据键的类别。"""

    NUMBER = "number", "凭证号"
    FILE = "file", "凭证文件"
