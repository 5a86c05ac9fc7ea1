"""The house's own checks find what they are for."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command, **options):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, **options)


@pytest.fixture
def tree(tmp_path):
    """A small tree laid out as this one, without faults."""
    files = {
        "src/base/error.h": "",
        "src/rinex/rinex_obs2.c": '#include "base/error.h"\n#include "garco.h"\n#include <stdio.h>\n',
        "src/arco/fragment.h": '# include "base/error.h"\n',
        "src/ingest/ingest.c": '#include "rinex/rinex_obs2.h"\n#include "arco/fragment.h"\n',
        "cli/options.h": "",
        "cli/cmd_info.c": '#include "options.h"\n#include "garco.h"\n',
        "tests/cli/test_info.py": "",
        "tests/cli/conftest.py": "",
        "tests/accept/conftest.py": "",
        "examples/daily_mean.c": '#include "garco.h"\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def check_includes(tree):
    return run(ROOT / "scripts/check-includes", tree)


def test_includes_in_the_right_direction_pass(tree):
    done = check_includes(tree)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "name, line, word",
    [
        ("src/rinex/rinex_header.c", '#include "arco/fragment.h"', "rinex may not include"),
        ("src/arco/rtree.c", '#include "rinex/rinex_cells.h"', "arco may not include"),
        ("src/base/names.c", '#include "io/io.h"', "base may not include"),
        ("src/codec/archive.c", '  #  include "query/plan.h"', "codec may not include"),
        ("src/base/batch.c", '#include "error.h"', 'expected "room/file.h"'),
        ("src/attic/old.c", "", "no room named attic"),
        ("cli/cmd_query.c", '#include "base/error.h"', "garco.h alone"),
        ("cli/cmd_stats.c", '#include "absent.h"', "garco.h alone"),
        ("examples/rows.c", '#include "../src/base/error.h"', "garco.h alone"),
        ("tests/c/fragment.h", "", "this file name is there twice: fragment.h"),
        ("tests/accept/test_info.py", "", "this file name is there twice: test_info.py"),
    ],
)
def test_a_wrong_include_is_found(tree, name, line, word):
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(f"/* head */\n{line}\n")
    done = check_includes(tree)
    assert done.returncode == 1
    assert word in done.stderr
    if line:
        assert done.stderr.startswith(f"{name}:2: ")


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_stray_and_lacking_symbols_are_found(tmp_path):
    (tmp_path / "stray.c").write_text("int garco_version (void); int garco_version (void) { return 0; }\nint stray;\n")
    run("gcc", "-shared", "-fPIC", "-o", tmp_path / "lib.so", tmp_path / "stray.c", check=True)
    done = run(ROOT / "scripts/check-symbols", tmp_path / "lib.so")
    assert done.returncode == 1
    stray, lacking = done.stderr.splitlines()
    assert stray.endswith("exports what garco.h does not declare: stray")
    assert " garco_reader_open " in lacking and "garco_version" not in lacking


def test_an_unknown_set_of_packages_is_refused():
    done = run(ROOT / "scripts/bootstrap", "everything")
    assert done.returncode == 2
    assert "no set named 'everything'" in done.stderr
