"""已收下的文件随表单带着:机制在 foundation.files.kept,这里是本房间各页的用法。"""

from juyuan.foundation.files.kept import FIELD, Kept, receive

__all__ = ["FIELD", "Kept", "receive"]
