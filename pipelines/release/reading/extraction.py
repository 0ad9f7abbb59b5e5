"""Extracts of a quarter taken from a published release, as one audience may see them."""

from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.extracts.files import Extracted, write_extracts
from pipelines.release.naming import check_period, period_of_release, release_folder
from pipelines.release.snapshot import open_database
from pipelines.workspace.paths import Workspace


def extract(
    workspace: Workspace, mission: str, period: str | None, audience: str, folder: Path
) -> Extracted:
    """Writes the extract files of a quarter from the current release.

    Without a period the release's own quarter. Raises WrongUse where the release has no copy for
    the audience or no figures of that quarter.
    """
    release = release_folder(workspace, mission)
    wanted = period or period_of_release(release.name)
    check_period(wanted)
    database = database_of(release, audience)
    if not database.is_file():
        raise WrongUse(Problem("no_copy", value=audience, parameters={"release": release.name}))
    with open_database(database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM mart.indicator_value WHERE period = ?", [wanted]
        ).fetchone()
        if not found or not found[0]:
            words = {"release": release.name}
            raise WrongUse(Problem("not_published_period", value=wanted, parameters=words))
        return write_extracts(connection, folder, mission, wanted, audience)
