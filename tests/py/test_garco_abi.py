# The layout of garco.h's structures as cffi computed it, and as the compiler has it.
# SPDX-License-Identifier: Apache-2.0
import subprocess

from garco_abi import HEADER, ffi


def structs():
    """{name: type} of the header's structures that have their fields there."""
    names = [n for n in ffi.list_types()[0] if n.startswith("garco_")]
    types = {n: ffi.typeof(n) for n in names}
    return {n: t for n, t in types.items() if t.kind == "struct" and t.fields}


def test_structures_are_laid_out_as_the_compiler_lays_them_out(tmp_path):
    lines, expected = [], []
    for name, kind in sorted(structs().items()):
        lines.append(f'printf ("{name} %zu\\n", sizeof ({name}));')
        expected.append(f"{name} {ffi.sizeof(kind)}")
        for field, own in kind.fields:
            lines.append(f'printf ("{name}.{field} %zu\\n", offsetof ({name}, {field}));')
            expected.append(f"{name}.{field} {own.offset}")
    assert len(expected) > 300
    program = tmp_path / "layout"
    text = f'#include <stdio.h>\n#include "{HEADER}"\nint main (void) {{\n' + "\n".join(lines) + "\n}\n"
    subprocess.run(["cc", "-x", "c", "-o", str(program), "-"], input=text, text=True, check=True)
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == expected
