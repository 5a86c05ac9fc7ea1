# garco help, version, and words that are wrong.
# SPDX-License-Identifier: Apache-2.0
import re
import shutil
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


def rendered(garco, verb):
    """The words of a manual page as it is shown, without its head, foot and what it refers to."""
    if shutil.which("groff") is None:
        pytest.skip("no groff")
    done = subprocess.run(["groff", "-man", "-ww", "-Tascii", "-rHY=0", "-P-c", "-P-b", "-P-u"], input=garco(
        "help", "--man", *verb).out.encode(), capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    text = re.sub("\x1b[^m]*m", "", done.stdout.decode()).strip().split("\n")
    return " ".join(text[1:-1]).split(" SEE ALSO ")[0].split()


@pytest.mark.parametrize("verb", verbs())
def test_a_manual_page_says_what_help_says(garco, verb):
    page = garco("help", verb).out.split()
    assert rendered(garco, [verb]) == page


def test_the_manual_page_of_garco_names_the_commands(garco):
    words = rendered(garco, [])
    assert all(f"garco-{verb}(1)" in words for verb in verbs())
    assert words[:3] == ["NAME", "garco", "-"]


def completed(garco, *words):
    script = garco("help", "--completion").out + (
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _garco; echo "${COMPREPLY[*]}"')
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().split()


def test_bash_completes_commands_and_options(garco):
    assert completed(garco, "garco", "") == verbs() + ["--help", "--version"]
    assert completed(garco, "garco", "q") == ["query"]
    assert completed(garco, "garco", "help", "ex") == ["export"]
    assert completed(garco, "garco", "query", "a.tdb", "--sk") == ["--skip-corrupt"]
    assert completed(garco, "garco", "query", "") == completed(garco, "garco", "plot", "--") == []
    for verb in verbs():
        options = garco("help", verb).out.split("\nOPTIONS\n")[1].split("\nEXIT STATUS\n")[0]
        listed = re.findall("^       (?:-., )?(--[a-z-]+)", options, re.MULTILINE)
        assert completed(garco, "garco", verb, "--") == listed
