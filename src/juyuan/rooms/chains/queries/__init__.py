"""产业链的读:查找、列表与链页、项目数的来处。"""

from juyuan.rooms.chains.queries.lookup import (
    appointable,
    catalogue_hit,
    chain_by_code,
    chain_choices,
    chain_named,
    chains_led_by,
    enterprise,
    industry_name,
    industry_names,
    keepers_of,
    node_choices,
    suggest,
)
from juyuan.rooms.chains.queries.pages import NODE_LINES, chain_page, chain_rows
from juyuan.rooms.chains.queries.projects import (
    ProjectLine,
    ProjectPage,
    ProjectTally,
    register_project_counts,
    register_project_lines,
    register_project_page,
    register_rows_url,
)
from juyuan.rooms.chains.queries.projects import page as project_page

__all__ = [
    "NODE_LINES",
    "ProjectLine",
    "ProjectPage",
    "ProjectTally",
    "appointable",
    "catalogue_hit",
    "chain_by_code",
    "chain_choices",
    "chain_named",
    "chain_page",
    "chain_rows",
    "chains_led_by",
    "enterprise",
    "industry_name",
    "industry_names",
    "keepers_of",
    "node_choices",
    "project_page",
    "register_project_counts",
    "register_project_lines",
    "register_project_page",
    "register_rows_url",
    "suggest",
]
