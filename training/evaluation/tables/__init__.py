"""The tables by key: the paper's T1..T7, and B1..B6 beyond it."""

from __future__ import annotations

from training.evaluation.tables.base import Table
from training.evaluation.tables.beyond import MeshTable, MixedTable, MovingTable
from training.evaluation.tables.blend import BlendTable
from training.evaluation.tables.budget import BudgetTable
from training.evaluation.tables.edit import ActionsTable, EditTable
from training.evaluation.tables.endless import LongTable
from training.evaluation.tables.obstacles import AvoidTable
from training.evaluation.tables.refine import AblationTable, RefineTable
from training.evaluation.tables.retargeted import RetargetTable
from training.evaluation.tables.text import TextTable

TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        TextTable(), RefineTable(), AvoidTable(), EditTable(), ActionsTable(), BlendTable(), AblationTable(),
        MovingTable(), MeshTable(), MixedTable(), BudgetTable(), LongTable(), RetargetTable(),
    )
}  # fmt: skip
