# The command line's fixtures and samples, here too.
# SPDX-License-Identifier: Apache-2.0
import importlib.util
import pathlib
import sys

CLI = pathlib.Path(__file__).resolve().parents[1] / "cli"
sys.path.insert(0, str(CLI))
spec = importlib.util.spec_from_file_location("cli_fixtures", CLI / "conftest.py")
cli_fixtures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli_fixtures)
garco, data = cli_fixtures.garco, cli_fixtures.data
