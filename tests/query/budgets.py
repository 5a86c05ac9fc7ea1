# Answers within a memory.
# SPDX-License-Identifier: Apache-2.0
import re


def within(garco, memory, *words):
    """What is answered within the memory, or, where that is refused, within the least that the refusal names."""
    found = garco.any(*words, "--memory", memory)
    if found.status == 0:
        return found.out
    least = re.fullmatch(r"garco: .*memory of [0-9.]+ (?:MB|kB|bytes?): .* that at least (\d+) MB are needed\n", found.err)
    assert least, found.err
    return garco(*words, "--memory", f"{least[1]}M").out
