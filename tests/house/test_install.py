"""The installed library is found by pkg-config and by find_package, wherever its tree is moved."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GARCO", ROOT / "build/release/cli/garco")).parents[1]

pytestmark = pytest.mark.skipif(not (BUILD / "CMakeCache.txt").exists(), reason=f"no build in {BUILD}")

USER_PROJECT = """
cmake_minimum_required (VERSION 3.18)
project (user LANGUAGES C)
find_package (garco 0.1 REQUIRED)
add_executable (version version.c)
target_link_libraries (version PRIVATE garco::garco)
"""
VERSION = """
#include <garco.h>
#include <stdio.h>
int main (void) { return puts (garco_version ()) < 0; }
"""


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    first = tmp_path_factory.mktemp("install") / "first"
    run("cmake", "--install", BUILD, "--prefix", first)
    return first.rename(first.with_name("moved"))


@pytest.fixture(scope="module")
def libdir(prefix):
    return next(prefix.rglob("libgarco.so")).parent


@pytest.fixture
def source(tmp_path):
    (tmp_path / "version.c").write_text(VERSION)
    return tmp_path


def test_by_pkg_config(prefix, libdir, source):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(libdir / "pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "garco", env=environment).split()
    where = run("pkg-config", "--variable=libdir", "garco", env=environment)
    run(shutil.which("cc") or "gcc", source / "version.c", *flags, f"-Wl,-rpath,{where}", "-o", source / "version")
    assert run(source / "version", env={}) == "0.1.0"
    assert run("pkg-config", "--modversion", "garco", env=environment) == "0.1.0"


def test_by_find_package(prefix, libdir, source):
    (source / "CMakeLists.txt").write_text(USER_PROJECT)
    run("cmake", "-G", "Ninja", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", source / "build")
    assert run(source / "build/version", env={"LD_LIBRARY_PATH": str(libdir)}) == "0.1.0"


def test_the_program_finds_its_library(prefix):
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    assert run(prefix / "bin/garco", "version", env=environment) == "garco 0.1.0"


def test_pages_and_completion_are_where_they_are_looked_for(prefix):
    pages = {path.name for path in (prefix / "share/man/man1").iterdir()}
    verbs = run(prefix / "bin/garco", "help").split("COMMANDS\n")[1].split("\n\n")[0].splitlines()
    assert pages == {"garco.1"} | {f"garco-{line.split()[0]}.1" for line in verbs}
    script = prefix / "share/bash-completion/completions/garco"
    assert script.read_text().strip() == run(prefix / "bin/garco", "help", "--completion")


def test_nothing_else_is_installed(prefix):
    names = {path.name for path in prefix.rglob("*") if not path.is_dir() and path.suffix != ".1"}
    names = {name for name in names if not name.startswith("garco-targets")}
    assert names <= {
        "garco", "garco.h", "garco.pc", "garco-config.cmake", "garco-config-version.cmake",
        "libgarco.so", "libgarco.so.0", "libgarco.so.0.1.0",
    }
