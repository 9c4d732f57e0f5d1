"""界面上的词与记号:五库、状态、核实状态各用什么字、什么图标。"""

from __future__ import annotations

from juyuan.foundation.ui.vocab import Badge
from juyuan.rooms.pipeline.rules.stages import STAGES, StageStatus, Standing

STAGE_ICONS = {
    "planning": "bulb",
    "negotiation": "messages",
    "intent": "file-text",
    "signed": "rubber-stamp",
    "landed": "building-factory-2",
}
VOCABULARY = {
    "stage": {
        stage.value: Badge(stage.label, STAGE_ICONS[stage.value], f"c{stage.order + 1}")
        for stage in STAGES
    },
    "standing": {s.value: Badge(s.label) for s in Standing},
    "stage_status": {s.value: Badge(s.label) for s in StageStatus},
}
