"""权限矩阵里公文各页。"""

from __future__ import annotations

from juyuan.faces.web.matrixbase import Page

PAPERS: tuple[Page, ...] = ()
