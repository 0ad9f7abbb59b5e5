"""Linear programs over a block's tables; for one cell they go on from the last table found.

`scipy.optimize.linprog` would begin anew for every question; the HiGHS that scipy ships is called
through its private module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize._highspy import _core as highs
from scipy.sparse import csc_matrix, csr_matrix

from indicators.disclosure.reduction import Reduced

FAR = 1000  # a count may change by less, so that no program is without bound


@dataclass(frozen=True)
class Found:
    """Of one table, by cell: its count, and its lowest and highest value in the tables found."""

    count: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def add(self, change: np.ndarray) -> None:
        """One more table with the same published cells, by how much its cells change."""
        np.minimum(self.low, self.count + change, out=self.low)
        np.maximum(self.high, self.count + change, out=self.high)


class Program:
    """One table's program; what it finds goes to `found`."""

    def __init__(self, reduced: Reduced, found: Found) -> None:
        self.found, self.cells = found, reduced.cells
        self.unknowns, self.is_begun = reduced.cells.shape[1], False
        if self.unknowns:
            self.solver = _solver(reduced.lines, *reduced.bounds(found.count))

    def ask(self, cost: np.ndarray, anew: bool) -> None:
        """Finds the table with the least cost, by cell; anew, or from the last table found.

        Few steps lead from the last table to one where another cell is low or high; where many
        cells are asked for, interior point is quicker.
        """
        if not self.unknowns:
            return
        columns = np.arange(self.unknowns, dtype=np.int32)
        self.solver.changeColsCost(self.unknowns, columns, self.cells.T @ cost)
        anew = anew or not self.is_begun
        if anew:
            self.solver.clearSolver()
        self.solver.setOptionValue("solver", "ipm" if anew else "simplex")
        self.solver.setOptionValue("presolve", "on" if anew else "off")
        self.solver.run()
        self.is_begun = True
        if self.solver.getModelStatus() == highs.HighsModelStatus.kOptimal:
            self.found.add(self.cells @ np.asarray(self.solver.getSolution().col_value))


def ask(programs: Sequence[Program], cells: np.ndarray, upwards: bool) -> None:
    """Asks each program for a table in which these cells are as low, or as high, as can be."""
    for program in programs:
        program.ask(-cells.astype(float) if upwards else cells.astype(float), cells.sum() > 1)


def _solver(lines: csr_matrix, least: np.ndarray, most: np.ndarray) -> "highs._Highs":
    columns = csc_matrix(lines)
    program = highs.HighsLp()
    program.num_row_, program.num_col_ = columns.shape
    program.a_matrix_.num_row_, program.a_matrix_.num_col_ = columns.shape
    program.a_matrix_.format_ = highs.MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr
    program.a_matrix_.index_ = columns.indices
    program.a_matrix_.value_ = columns.data
    program.col_cost_ = np.zeros(len(least))
    program.col_lower_, program.col_upper_ = np.maximum(least, -FAR), np.minimum(most, FAR)
    program.row_lower_ = program.row_upper_ = np.zeros(columns.shape[0])
    solver = highs._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("simplex_strategy", 4)  # primal: the last table stays possible
    solver.passModel(program)
    return solver
