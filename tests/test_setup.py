"""What `deploy/setup.sh` looks for on the system, and what it says where it is not there."""

import subprocess
from pathlib import Path

SETUP = Path(__file__).parent.parent / "deploy" / "setup.sh"


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script after the functions of setup.sh, on a system where packages cannot be installed."""
    head = f'set -euo pipefail; . "{SETUP}"; install_packages() {{ echo "asked for $*"; return 1; }}\n'
    return subprocess.run(["bash", "-c", head + script], capture_output=True, text=True, check=False)


def test_a_library_that_is_missing_is_a_warning_with_its_package_not_a_failure() -> None:
    ran = run("has_library() { return 1; }; ensure_shaping; echo goes on")

    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-2:] == ["asked for libfribidi0", "goes on"]
    assert "Arabic" in ran.stderr and "apt-get install libfribidi0" in ran.stderr


def test_a_library_that_is_there_is_not_spoken_of() -> None:
    ran = run("has_library() { return 0; }; ensure_shaping")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_library_is_looked_for_by_the_name_it_is_loaded_by() -> None:
    ran = run("has_library libc.so.6 && ! has_library libnowhere.so.0 && echo found")

    assert ran.stdout == "found\n"


def test_a_program_that_is_missing_is_a_failure() -> None:
    ran = run("ensure_program no-such-program some-package")

    assert ran.returncode == 1
    assert "apt-get install some-package" in ran.stderr


def test_the_service_and_the_tests_ask_for_shaped_text() -> None:
    for script in ("start.sh", "tests/run.sh"):
        assert "\nensure_shaping\n" in (SETUP.parent.parent / script).read_text()
