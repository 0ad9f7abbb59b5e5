"""What `dagster dev` loads: the definitions for the workspace of the environment."""

from pipelines.orchestration.build import build_definitions
from pipelines.workspace.paths import Workspace

defs = build_definitions(Workspace.from_environment())
