# The command line under test, as for tests/cli.
# SPDX-License-Identifier: Apache-2.0
import importlib.util
import pathlib

_spec = importlib.util.spec_from_file_location(
    "cli_conftest", pathlib.Path(__file__).parents[1] / "cli/conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
garco = _module.garco
