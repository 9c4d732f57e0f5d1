"""权限矩阵里评审各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import Page

REVIEWS: tuple[Page, ...] = ()
