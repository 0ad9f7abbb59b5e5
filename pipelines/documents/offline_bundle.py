"""`python -m pipelines.documents.offline_bundle FOLDER`: all that installs without a network.

Wheels for this system and Python of the lock of what runs (`requirements.txt`), the project's own,
the lock, and an installer.
"""

import argparse
import subprocess
import sys
from pathlib import Path

_INSTALL = '''\
"""`python install.py [ENVIRONMENT]`: makes the environment from the files beside it, no network."""

import subprocess
import sys
import venv
from pathlib import Path

here = Path(__file__).resolve().parent
target = Path(sys.argv[1] if len(sys.argv) > 1 else "poclens-environment")
venv.create(target, with_pip=True)
python = target / ("Scripts" if sys.platform == "win32" else "bin") / "python"
pip = [str(python), "-m", "pip", "install", "--no-index", "--find-links", str(here / "wheels")]
subprocess.run([*pip, "--require-hashes", "-r", str(here / "requirements.txt")], check=True)
own = sorted((here / "own").glob("*.whl"))
subprocess.run([*pip, "--no-deps", *map(str, own)], check=True)
print(f"Ready: {python} -m pipelines.cli.main --help")
'''


def write_bundle(folder: Path, project: Path) -> None:
    """Fills the folder. Raises CalledProcessError where pip fails: it has said why."""
    wheels, own = folder / "wheels", folder / "own"
    for made in (wheels, own):
        made.mkdir(parents=True, exist_ok=True)
    lock = project / "requirements.txt"
    (folder / "requirements.txt").write_bytes(lock.read_bytes())
    (folder / "install.py").write_text(_INSTALL, encoding="utf-8")
    pip = [sys.executable, "-m", "pip"]
    download = [*pip, "download", "--only-binary=:all:", "--require-hashes", "-r", str(lock)]
    subprocess.run([*download, "-d", str(wheels)], check=True)
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(own), str(project)]
    subprocess.run(build, check=True)


def main() -> None:
    """Reads the one argument."""
    parser = argparse.ArgumentParser("python -m pipelines.documents.offline_bundle")
    parser.add_argument("folder", type=Path)
    write_bundle(parser.parse_args().folder.resolve(), Path(__file__).resolve().parents[2])


if __name__ == "__main__":
    main()
