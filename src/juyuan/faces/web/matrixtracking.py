"""权限矩阵里履约跟踪与函各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import Page

TRACKING: tuple[Page, ...] = ()
