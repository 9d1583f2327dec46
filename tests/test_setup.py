"""What `deploy/setup.sh` looks for on the system, and what it says where it is not there."""

import subprocess
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("wanted_groups", "default"),
        ("wanted_groups --dev", "default develop scale"),
        ("STORAGE_URL=s3://films wanted_groups", "default scale"),
        ("STORAGE_URL= wanted_groups", "default"),
        ("STORAGE_URL_FILE=/run/secrets/storage wanted_groups", "default scale"),
        ("QUEUE=dramatiq wanted_groups", "default scale"),
        ("QUEUE=rows wanted_groups", "default"),
        ("echo 'STORAGE_URL=\"s3://films\"' >.env; wanted_groups", "default scale"),
        ("echo 'export QUEUE=dramatiq' >.env; wanted_groups", "default scale"),
        ("echo '# QUEUE=dramatiq' >.env; echo STORAGE_URL= >>.env; wanted_groups", "default"),
    ],
)
def test_packages_for_more_than_one_machine_are_wanted_when_a_setting_needs_them(
    tmp_path: Path, before: str, wanted: str
) -> None:
    ran = run(f"unset QUEUE STORAGE_URL STORAGE_URL_FILE; cd {tmp_path}; {before}")

    assert ran.stdout == wanted, ran.stderr


_INSTALL = """
cd {folder}; echo 'a lock' >Pipfile.lock; mkdir -p .venv/bin; ln -sf "$(command -v python3)" .venv/bin/python
sync_with_pipenv() {{ return 1; }}; sync_with_pip() {{ echo "installs $2"; }}
find_python() {{ echo python3; }}; say() {{ :; }}; unset QUEUE STORAGE_URL STORAGE_URL_FILE
"""


def test_what_is_installed_is_kept_when_more_is_needed_and_not_installed_again(tmp_path: Path) -> None:
    ran = run(
        _INSTALL.format(folder=tmp_path) + "ensure_python\nensure_python\n"
        "QUEUE=dramatiq ensure_python\nensure_python\nensure_python --dev\nQUEUE=dramatiq ensure_python\n"
        "echo 'another lock' >Pipfile.lock; ensure_python\n"
    )

    assert ran.stdout.splitlines() == [
        "installs default",
        "installs default scale",
        "installs default scale develop",
        "installs default",
    ], ran.stderr
