# Random tests of all kinds: how they run, how many cases each had, and the seed by which a failure is
# repeated. Without one they draw the same cases again, so that a revision that has passed passes;
# GARCO_SEED=random draws others.
# SPDX-License-Identifier: Apache-2.0
import os
import random
import re

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


RUN = []  # of each random test its name, its cases and its seconds


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    said = getattr(item, "hypothesis_statistics", None)
    if call.when == "call" and said is not None:
        cases = sum(map(int, re.findall(r"- (\d+) passing, ", said)))
        RUN.append((item.nodeid, cases, report.duration))


def pytest_terminal_summary(terminalreporter, config):
    say = terminalreporter.write_line
    for name, cases, seconds in RUN:
        say(f"{cases:6} cases in {seconds:6.1f} s: {name}")
    say(f"random tests: {sum(cases for _, cases, _ in RUN)} cases; "
        f"repeat with --hypothesis-seed={config.option.hypothesis_seed}")
