# garco help, version, and words that are wrong.
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess

import pytest

from conftest import GARCO

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"]


def verbs():
    overview = subprocess.run([GARCO, "help"], capture_output=True, check=True).stdout.decode()
    listed = overview.split("COMMANDS\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


def test_the_summaries_of_the_overview_stand_in_one_column(garco):
    listed = garco("help").out.split("COMMANDS\n")[1].split("\n\n")[0]
    assert len({re.match(r" +\S+ +", line).end() for line in listed.splitlines()}) == 1


def test_version_is_three_numbers(garco):
    assert re.fullmatch(r"garco \d+\.\d+\.\d+\n", garco("version").out)
    assert garco("--version").out == garco("version").out == garco("-V").out


def test_the_overview_names_every_verb_and_each_has_a_page(garco):
    assert {"version", "help"} <= set(verbs())
    assert garco("--help").out == garco("help").out == garco("-h").out
    for verb in verbs():
        page = garco(verb, "--help")
        headings = [line for line in page.lines() if re.fullmatch("[A-Z]+( [A-Z]+)*", line)]
        assert headings == SECTIONS
        assert page.out == garco("help", verb).out
        assert page.lines()[1].startswith(f"       garco-{verb} - ")
        assert max(map(len, page.lines())) <= 100
        assert "--help" in page.out


def test_split_says_that_its_output_is_a_folder(garco):
    assert "--output=DIR\n              Folder to write to" in garco("split", "--help").out


@pytest.mark.parametrize("words, message", [
    ((), "garco: no command: expected one of "),
    (("guery",), 'garco: unknown command "guery" (did you mean query?): expected one of info, '),
    (("plot",), 'garco: unknown command "plot": expected one of info, '),
    (("guery", "-h"), "; see garco --help\n"),
    (("version", "now"), 'version: unexpected word "now"'),
    (("help", "guery"), 'help: unknown command "guery"'),
    (("version", "--now"), "version: --now: unknown option"),
    (("version", "--he\nlp"), "unknown option"),
])
def test_a_wrong_word_is_one_line_and_status_2(garco, words, message):
    assert message in garco(*words, status=2).err


def test_output_that_cannot_be_written_is_an_error():
    with open("/dev/full", "wb") as full:
        process = subprocess.run([GARCO, "version"], stdout=full, stderr=subprocess.PIPE)
    assert process.returncode == 1
    assert process.stderr.count(b"\n") == 1
