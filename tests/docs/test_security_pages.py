"""Every threat has a test that exists; no file of the project holds a secret."""

import re
import subprocess
from pathlib import Path

from detect_secrets.core.plugins.initialize import from_plugin_classname

from tests.conftest import REPOSITORY

# Secrets by their form; words such as `password` are judged by eye in review.
PLUGINS = (
    "PrivateKeyDetector",
    "AWSKeyDetector",
    "GitHubTokenDetector",
    "JwtTokenDetector",
    "SlackDetector",
    "BasicAuthDetector",
    "StripeDetector",
    "AzureStorageKeyDetector",
)


def found_in(*paths: str) -> list[str]:
    """`path kind` of each secret; whole files at once, as their lines one by one take a minute."""
    scanners = [from_plugin_classname(name) for name in PLUGINS]
    texts = {path: Path(path).read_text(encoding="utf-8") for path in paths}
    return [
        f"{path} {scanner.secret_type}"
        for path, text in texts.items()
        for scanner in scanners
        for _ in scanner.analyze_string(text)
    ]


def test_each_threat_names_a_test_that_exists() -> None:
    text = (REPOSITORY / "docs" / "threat_model.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    tests = [re.findall(r"`(tests/[^`]+\.py)`", row) for row in rows]
    assert len(rows) > 15 and all(tests), "a threat without a test"
    assert [name for names in tests for name in names if not (REPOSITORY / name).is_file()] == []


def test_no_committed_file_holds_a_secret() -> None:
    shown = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    suffixes = (".py", ".md", ".yaml", ".yml", ".toml", ".json", ".sh", ".js", ".service", ".conf")
    names = [name for name in shown.stdout.rstrip("\0").split("\0") if name.endswith(suffixes)]
    assert len(names) > 500
    assert found_in(*(str(REPOSITORY / name) for name in names)) == []


def test_a_private_key_would_be_found(tmp_path) -> None:
    begin = "-----BEGIN " + "PRIVATE KEY-----"
    (tmp_path / "a.md").write_text(f"{begin}\nMC4CAQAwBQYDK2VwBCIEIA\n")
    assert len(found_in(str(tmp_path / "a.md"))) == 1
