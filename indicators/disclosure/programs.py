"""Linear programs over a block's tables; for one cell they go on from the last corner found.

`scipy.optimize.linprog` would begin anew for every question; the HiGHS that scipy ships is called
through its private module.
"""

import numpy as np
from scipy.optimize._highspy import _core as highs
from scipy.sparse import csc_matrix

from indicators.disclosure.attained import Attained
from indicators.disclosure.forms import Form
from indicators.disclosure.width_rule import CLOSE

FAR = 1000  # a count may change by less, so that no program is without bound
_DUAL, _PRIMAL = 1, 4  # by primal simplex the last corner stays possible where the cost changes


class Program:
    """One group of tables of a block; what is found goes to `attained`."""

    def __init__(self, cells: np.ndarray, form: Form, attained: Attained) -> None:
        """cells: the block's numbers; form: the tables of one of `attained.groups`."""
        self.cells, self.attained = cells, attained
        self.group = attained.groups.index(list(form.columns))
        self.form, self.is_at_corner = form, False
        self.unknowns = len(form.least)
        if self.unknowns:
            zeros = (np.zeros(size) for size in form.lines.shape)
            self.solver = _solver(csc_matrix(form.lines), form.least, form.most, *zeros)
            self.solver.setOptionValue("simplex_strategy", _PRIMAL)

    def ask(self, cost: np.ndarray, *, many: bool) -> None:
        """Finds a table with the least cost; cells of the block x amounts.

        Many cells: by interior point, without the way from there to a corner of the tables. One
        cell: few steps lead from the last corner to one where another cell is low or high.
        """
        own = np.zeros(self.unknowns)
        for table, cells in zip(self.form.columns, self.form.changes, strict=True):
            of_part = cost[:, 1 + table] if cost.shape[1] > 1 else 0
            own += cells.T @ (cost[:, 0] + of_part)
        if not own.any():
            return
        columns = np.arange(self.unknowns, dtype=np.int32)
        self.solver.changeColsCost(self.unknowns, columns, own)
        anew = many or not self.is_at_corner
        if anew:
            self.solver.clearSolver()
        self.solver.setOptionValue("solver", "ipm" if anew else "simplex")
        self.solver.setOptionValue("presolve", "on" if anew else "off")
        self.solver.setOptionValue("run_crossover", "off" if many else "on")
        self.solver.run()
        self.is_at_corner = not many
        if self.solver.getModelStatus() == highs.HighsModelStatus.kOptimal:
            change = np.asarray(self.solver.getSolution().col_value)
            if np.abs(self.form.lines @ change).max(initial=0) < CLOSE:
                changes = [cells @ change for cells in self.form.changes]
                self.attained.add(self.group, self.cells, np.column_stack(changes))


def cheapest(
    price: np.ndarray,
    lines: csc_matrix,
    right: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    *,
    interior: bool,
) -> np.ndarray | None:
    """The corner of least price where lines @ unknowns = right; None where there is none.

    interior: the way there is by interior point, which is quicker for many unknowns.
    """
    solver = _solver(lines, least, most, right, price)
    solver.setOptionValue("solver", "ipm" if interior else "choose")
    solver.setOptionValue("simplex_strategy", _DUAL)
    solver.run()
    if solver.getModelStatus() != highs.HighsModelStatus.kOptimal:
        return None
    return np.asarray(solver.getSolution().col_value)


def _solver(
    columns: csc_matrix, least: np.ndarray, most: np.ndarray, right: np.ndarray, price: np.ndarray
) -> "highs._Highs":
    program = highs.HighsLp()
    program.num_row_, program.num_col_ = columns.shape
    program.a_matrix_.num_row_, program.a_matrix_.num_col_ = columns.shape
    program.a_matrix_.format_ = highs.MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr
    program.a_matrix_.index_ = columns.indices
    program.a_matrix_.value_ = columns.data
    program.col_cost_ = price
    program.col_lower_, program.col_upper_ = np.maximum(least, -FAR), np.minimum(most, FAR)
    program.row_lower_ = program.row_upper_ = right
    solver = highs._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
