"""The POC indicator engine: a connection and a catalogue in, relations out.

Knows neither the orchestrator (Dagster), nor the screen (Dash), nor where files come from.
"""

import os

# Before NumPy is loaded: on small matrices threads of OpenBLAS wait for each other more than they
# compute (44 % of the processor time of the links), and last digits would hang on the machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
