# Random tests of all kinds: how they run, and the seed by which a failure is repeated. Without one
# they draw the same cases again, so that a revision that has passed passes; GARCO_SEED=random draws others.
# SPDX-License-Identifier: Apache-2.0
import os
import random

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("garco", deadline=None, derandomize=False, print_blob=True,
                          suppress_health_check=list(HealthCheck))
# For a first look: no time goes into making failures small.
settings.register_profile("raw", settings.get_profile("garco"), report_multiple_bugs=False,
                          phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("GARCO_HYPOTHESIS", "garco"))


SEED = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if config.getoption("hypothesis_seed", None) is None:
        seed = os.environ.get("GARCO_SEED", SEED)
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(2**32)) if seed == "random" else seed


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.write_line(f"random tests: repeat with --hypothesis-seed={config.option.hypothesis_seed}")
