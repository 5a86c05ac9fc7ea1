# garco create, write and delete, and what TileDB-Py makes of it.
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

import numpy as np
import pytest

from conftest import GARCO

tiledb = pytest.importorskip("tiledb")

SCHEMA = {
    "tile_order": "col-major", "capacity": 3,
    "fields": [
        {"name": "t", "dimension": True, "type": "datetime_ms", "domain": [0, 2000000000000],
         "extent": 86400000, "filters": [{"name": "delta"}, {"name": "zstd", "level": 5}]},
        {"name": "n", "dimension": True, "type": "uint64",
         "domain": [0, "18446744073709550999"], "extent": 1000},
        {"name": "v", "type": "float32", "filters": [
            {"name": "float_scale", "scale": 0.25, "offset": 1.5, "byte_width": 4},
            {"name": "double_delta", "level": -1}, {"name": "zstd", "level": 7}]},
        {"name": "code", "type": "uint16", "nullable": True},
        {"name": "f", "type": "float64", "filters": [
            {"name": "delta", "level": -1, "reinterpret": "uint64"}, {"name": "byteshuffle"}]},
        {"name": "pair", "type": "int16", "width": 2, "fill": [7, -7]},
        {"name": "word", "type": "char", "width": 3}]}

ROWS = """n,t,code,v,f,pair,word
3,2020-01-01T00:00:00,1C,1.25,1e300,1 2,abc
"2",2020-01-01,,7.5,-0.5,-3 4,"a,"
99,1577836800001,258,0,nan,0 0,"x""y"
"""


@pytest.fixture
def made(garco, tmp_path):
    (tmp_path / "s.json").write_text(json.dumps(SCHEMA))
    garco("create", "--schema", "s.json", "a.tdb")
    return tmp_path / "a.tdb"


def test_a_schema_goes_round(garco, made, tmp_path):
    told = json.loads(garco("info", "--json", "a.tdb").out)
    (tmp_path / "told.json").write_text(json.dumps(told))
    (tmp_path / "schema.json").write_text(json.dumps(told["schema"]))
    for name in ("told.json", "schema.json"):
        garco("create", "--schema", name, f"{name}.tdb")
        again = json.loads(garco("info", "--json", f"{name}.tdb").out)
        assert again["schema"] == told["schema"]
    fields = {f["name"]: f for f in told["schema"]["fields"]}
    assert fields["n"]["domain"] == [0, "18446744073709550999"]
    assert fields["pair"]["fill"] == [7, -7]
    assert fields["f"]["filters"][0] == {"name": "delta", "level": -1, "reinterpret": "uint64"}
    with tiledb.open(str(made)) as array:
        schema = array.schema
        assert schema.tile_order == "col-major" and schema.capacity == 3
        assert schema.domain.dim("t").dtype == "M8[ms]"
        assert schema.attr("v").filters[0] == tiledb.FloatScaleFilter(0.25, 1.5, 4)
        assert schema.attr("code").isnullable


def test_a_current_domain_goes_round(garco, tmp_path):
    schema = {"fields": [
        {"name": "x", "dimension": True, "type": "int32", "domain": [-10, 99], "extent": 10,
         "current": [0, 49]},
        {"name": "y", "dimension": True, "type": "float64", "domain": [0, 1]},
        {"name": "a", "type": "bool"}]}
    (tmp_path / "s.json").write_text(json.dumps(schema))
    garco("create", "--schema", "s.json", "a.tdb")
    told = json.loads(garco("info", "--json", "a.tdb").out)["schema"]
    assert [f.get("current") for f in told["fields"]] == [[0, 49], [0, 1], None]
    rows_of = "x,y,a\n49,0.5,true\n"
    (tmp_path / "rows.csv").write_text(rows_of)
    garco("write", "a.tdb", "rows.csv")
    assert list(rows(tmp_path / "a.tdb")["a"]) == [True]
    (tmp_path / "rows.csv").write_text(rows_of.replace("49", "50"))
    assert "outside the array's current domain [0, 49]" in garco(
        "write", "a.tdb", "rows.csv", status=1).err
    # TileDB does not read such a domain of dates.
    schema["fields"][1].update(type="datetime_ms")
    (tmp_path / "s.json").write_text(json.dumps(schema))
    assert "current domain" in garco("create", "--schema", "s.json", "b.tdb", status=1).err


@pytest.mark.parametrize("preset", ["earthscope", "compact", "demo"])
def test_presets(garco, tmp_path, preset):
    garco("create", "--schema", preset, "a.tdb")
    told = json.loads(garco("info", "--json", "a.tdb").out)["schema"]
    (tmp_path / "s.json").write_text(json.dumps(told))
    garco("create", "--schema", "s.json", "b.tdb")
    with tiledb.open(str(tmp_path / "a.tdb")) as a, tiledb.open(str(tmp_path / "b.tdb")) as b:
        assert a.schema == b.schema
        names = [a.schema.domain.dim(i).name for i in range(a.schema.domain.ndim)]
    assert names == (["time", "sat"] if preset == "demo" else ["time", "sys", "sat", "obs"])


def rows(array):
    with tiledb.open(str(array)) as opened:
        return opened.query(coords=True, order="C")[:]


def check_rows(array):
    cells = rows(array)
    assert list(cells["n"]) == [2, 3, 99]
    assert list(cells["t"].astype("i8")) == [1577836800000, 1577836800000, 1577836800001]
    assert list(cells["v"]) == [7.5, 1.25, 0.0]
    assert list(np.ma.getmaskarray(cells["code"])) == [True, False, False]
    assert list(cells["code"].data[1:]) == [12611, 258]
    assert cells["f"][1] == 1e300 and cells["f"][0] == -0.5 and np.isnan(cells["f"][2])
    assert [tuple(p) for p in cells["pair"]] == [(-3, 4), (1, 2), (0, 0)]
    assert list(cells["word"]) == [b"a,", b"abc", b'x"y']


def test_csv(garco, made, tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS)
    assert garco("write", "a.tdb", "rows.csv").out == "rows.csv: 3 cells\n"
    check_rows(made)


def test_json_lines_of_standard_input(garco, made):
    lines = [{"n": 3, "t": "2020-01-01T00:00:00", "code": "1C", "v": 1.25, "f": 1e300,
              "pair": [1, 2], "word": "abc"},
             {"n": "2", "t": 1577836800000, "v": 7.5, "f": -0.5, "pair": [-3, 4], "word": "a,"},
             {"n": 99, "t": 1577836800001, "code": 258, "v": 0, "f": None, "pair": "0 0",
              "word": 'x"y'}]
    text = "\n".join(map(json.dumps, lines)).encode()
    out = garco("write", "a.tdb", "-", "--format", "jsonl", stdin=text).out
    assert out == "standard input: 3 cells\n"
    check_rows(made)


@pytest.mark.parametrize("text, message", [
    ("", "bad.csv: no line that names the fields"),
    ("n,t,what\n", 'bad.csv:1: the array has no field "what": expected one of t, n, v, '),
    ("n,n\n", 'bad.csv:1: two columns "n"'),
    (ROWS + "1,2\n", "bad.csv:5: fewer fields than the 7"),
    (ROWS + "1,2,3,4,5,6 7,8,9\n", "bad.csv:5: more fields than the 7"),
    (ROWS + "-1,0,1,1,1,1 2,a\n", 'bad.csv:5: "-1" is no value of field "n", which is uint64'),
    (ROWS + "1,soon,1,1,1,1 2,a\n", 'bad.csv:5: "soon" is no value of field "t"'),
    (ROWS + "1,0,65536,1,1,1 2,a\n", 'bad.csv:5: "65536" is no value of field "code"'),
    (ROWS + ",0,1,1,1,1 2,a\n", 'bad.csv:5: no value of field "n", which is not nullable'),
    (ROWS + "1,0,1,1,1,1,a\n", 'bad.csv:5: 1 values of field "pair"; expected 2'),
    (ROWS + "1,0,1,1,1,1 2,abcd\n", 'bad.csv:5: "abcd" has 4 bytes; field "word" takes 3'),
    (ROWS + '1,0,1,1,1,1 2,"a\n', "bad.csv:5: a quotation mark without its end"),
    ("n,t,v,f,pair\n", 'bad.csv:1: no column "word"'),
    (ROWS + "1,0,1,1e30,1,1 2,a\n", 'field "v": float_scale of 0.25 to 4 bytes cannot hold'),
    (ROWS + "\n1,-1,1,1,1,1 2,a\n",
     "bad.csv:6: t = -1, outside the array's domain [0, 2000000000000]"),
    (ROWS + "99,1577836800001,1,1,1,1 2,a\n", "bad.csv:5: two cells at t = 1577836800001, n = 99"),
    (ROWS + "1,0,1,1,1,1 2,a\0b\n", "bad.csv:5: a zero byte"),
])
def test_wrong_rows_name_their_line_and_nothing_is_written(garco, made, tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    assert message in garco("write", "a.tdb", "bad.csv", status=1).err
    assert len(rows(made)["n"]) == 0


@pytest.mark.parametrize("line, message", [
    ("[1]", "an object is expected"), ("{", "bad.jsonl:1: "),
    ('{"n": {}}', 'field "n" is an object'), ('{"pair": [1]}', "1 values"),
    ('{"n": 1, "n": 2}', "duplicate"), ('{"q": 1}', 'no field "q"')])
def test_wrong_json_names_its_line(garco, made, tmp_path, line, message):
    (tmp_path / "bad.jsonl").write_text(line + "\n")
    err = garco("write", "a.tdb", "bad.jsonl", status=1).err
    assert message in err and "bad.jsonl:1: " in err


def test_rows_beyond_the_memory_are_refused(garco, tmp_path):
    garco("create", "--schema", "demo", "d.tdb")
    head = "time,sat,range,phase,doppler,snr,slip,flags,fcn\n"
    lines = "".join(f"{1577836800000 + i},5,1,1,1,1,0,0,0\n" for i in range(40000))
    (tmp_path / "rows.csv").write_text(head + lines)
    err = garco("write", "--memory", "1M", "d.tdb", "rows.csv", status=1).err
    assert "rows before this one take the memory" in err
    garco("write", "--memory", "4M", "d.tdb", "rows.csv")
    assert len(rows(tmp_path / "d.tdb")["time"]) == 40000
    assert "expected bytes, such as 512M" in garco("write", "--memory", "1Q", "d.tdb", "rows.csv",
                                                   status=2).err


@pytest.mark.parametrize("schema, message", [
    ("{", "line 1, column"), ("[]", "an object is expected"), ("{}", 'a list of "fields"'),
    ('{"fields": [], "colour": 1}', '"colour" is no key here'),
    ('{"fields": [{"name": "x"}]}', 'fields[0]: a field needs a "name" and a "type"'),
    ('{"fields": [{"name": "x", "type": "int7"}]}', '"int7" is no datatype'),
    ('{"fields": [{"name": "x", "type": "int8", "domain": [0, 128]}]}', "no int8"),
    ('{"fields": [{"name": "x", "type": "int8", "filters": [{"name": "zstd", "levl": 1}]}]}',
     'fields[0].filters[0]: "levl" is no key here'),
    ('{"fields": [{"name": "x", "type": "int8", "dimension": true, "domain": [0, 9]}, {"name": "a", "type": "int8", '
     '"filters": [{"name": "bzip"}]}]}',
     'field "a": no filter is called "bzip" (did you mean gzip?): expected one of gzip, zstd, '),
    ('{"fields": [{"name": "x", "type": "int8"}]}', "0 dimensions and 1 attributes"),
    ('{"fields": [{"name": "x", "type": "int8", "dimension": true}, {"name": "a", "type": "int8"}]}',
     'field "x": no domain')])
def test_wrong_schemas(garco, tmp_path, schema, message):
    (tmp_path / "s.json").write_text(schema)
    result = garco("create", "--schema", "s.json", "a.tdb", status=1)
    assert result.err.startswith("garco: s.json: ") and message in result.err
    assert not (tmp_path / "a.tdb").exists()


def test_a_schema_that_is_not_there(garco, tmp_path):
    assert garco("create", "--schema", "s.json", "a.tdb", status=1).err == (
        "garco: s.json: cannot open: No such file or directory\n")


def test_delete(garco, made, tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS)
    garco("write", "--timestamp", "10", "a.tdb", "rows.csv")
    garco("delete", "a.tdb", "--where", "n == 3 or t > '2020-01-01' and v <= 0", "--timestamp",
          "20")
    assert list(rows(made)["n"]) == [2]
    with tiledb.open(str(made), timestamp=19) as before:
        assert len(before.query(coords=True)[:]["n"]) == 3
    err = garco("delete", "a.tdb", "--where", "n <", status=1).err
    assert "condition: byte 3: a number or 'text' is expected, and the text ends" in err
    assert "no condition" in garco("delete", "a.tdb", status=2).err
    assert "at the time 20 ms already" in garco(
        "delete", "a.tdb", "--where", "n < 3", "--timestamp", "20", status=1).err


def test_all_conditions_of_a_delete_must_hold(garco, made, tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS)
    garco("write", "a.tdb", "rows.csv", "--timestamp", "10")
    garco("delete", "a.tdb", "--where", "n < 50 or n > 90", "--where", "n == 3", "--timestamp", "20")
    assert sorted(rows(made)["n"]) == [2, 99]


LINES = """time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn
2024-01-01T00:00:00.000,R,1,1C,1,2,3,40.5,0,0,1
2024-01-01T00:00:00.000,R,2,2P,4.5,,,,0,0,-7
"""


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_a_query_prints_can_be_written(garco, tmp_path, form):
    garco("create", "a.tdb")
    garco("write", "a.tdb", "-", stdin=LINES.encode())
    assert garco("query", "a.tdb").out == LINES
    garco("create", "--schema", "compact", "b.tdb")
    garco("query", "a.tdb", "--format", form, "-o", f"rows.{form}")
    garco("write", "b.tdb", f"rows.{form}")
    assert garco("query", "b.tdb").out == LINES


def test_letters_become_the_numbers_of_the_array(garco, tmp_path):
    garco("create", "a.tdb")
    with tiledb.open(str(tmp_path / "a.tdb"), "w") as array:
        array.meta["garco.system_numbering"] = "1:GRE"
    garco("write", "a.tdb", "-", stdin=LINES.encode())
    assert list(rows(tmp_path / "a.tdb")["sys"]) == [2, 2]
    assert garco("query", "a.tdb").out == LINES
    err = garco("write", "a.tdb", "-", stdin=LINES.replace(",R,", ",J,").encode(), status=1).err
    assert "standard input:2: the array has no number for system J" in err


def test_letters_are_refused_where_their_numbers_are_not_known(garco, tmp_path):
    garco("create", "a.tdb")
    garco("write", "a.tdb", "-", stdin=LINES.replace(",R,", ",2,").encode())
    err = garco("write", "a.tdb", "-", stdin=LINES.encode(), status=1).err
    assert "standard input:2: \"R\": the array does not say how it numbers systems" in err
    garco("create", "--schema", "demo", "d.tdb")
    line = "time,sat,range,phase,doppler,snr,slip,flags,fcn\n2024-01-01,G,1,1,1,1,0,0,0\n"
    assert '"G" is no value of field "sat"' in garco("write", "d.tdb", "-", stdin=line.encode(),
                                                    status=1).err


@pytest.mark.parametrize("there", [False, True])
def test_an_array_that_cannot_be_made_leaves_nothing(garco, tmp_path, there):
    if there:
        (tmp_path / "a.tdb").mkdir()
    failed = subprocess.run(["sh", "-c", f'ulimit -f 0; exec "{GARCO}" create a.tdb'], cwd=tmp_path,
                            capture_output=True, timeout=60)
    assert failed.returncode == 1 and b"cannot write: File too large" in failed.stderr
    assert list(tmp_path.rglob("*")) == ([tmp_path / "a.tdb"] if there else [])
    garco("create", "a.tdb")


@pytest.mark.parametrize("time", ["2200-01-01", "9000000000000"])
def test_nothing_is_written_in_the_future(garco, made, tmp_path, time):
    (tmp_path / "rows.csv").write_text(ROWS)
    for words in (["write", "a.tdb", "rows.csv"], ["delete", "a.tdb", "--where", "n == 3"]):
        err = garco(*words, "--timestamp", time, status=1).err
        assert "later than this machine's clock" in err
    garco("write", "a.tdb", "rows.csv")
    check_rows(made)


def test_a_folder_is_no_table(garco, tmp_path):
    garco("create", "--schema", "demo", "d.tdb")
    (tmp_path / "folder").mkdir()
    assert garco("write", "d.tdb", "folder", status=1).err == "garco: folder: cannot read: Is a directory\n"


WIDE = {"fields": [
    {"name": "day", "dimension": True, "type": "datetime_day", "domain": ["2000-01-01", "2100-01-01"], "extent": 30},
    {"name": "x", "dimension": True, "type": "float64", "domain": [-179.99999999999997, 0.1 + 0.2]},
    {"name": "h", "type": "float32", "nullable": True}, {"name": "big", "type": "uint64"},
    {"name": "pair", "type": "int16", "width": 2}, {"name": "word", "type": "char", "width": 3}]}
WIDE_ROWS = """day,x,h,big,pair,word
2024-01-01T00:00:00.000,-179.5,1.5,18446744073709551615,1;2,abc
2024-02-29T00:00:00.000,0.1,,12345678901234567890,-3;4,"a""b"
2024-03-01T00:00:00.000,0.30000000000000004,-0.25,5,0;0,",\\1"
"""


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_query_prints_can_be_written(garco, tmp_path, form):
    (tmp_path / "s.json").write_text(json.dumps(WIDE))
    (tmp_path / "rows.csv").write_text(WIDE_ROWS)
    garco("create", "--schema", "s.json", "a.tdb")
    garco("write", "a.tdb", "rows.csv")
    assert garco("query", "a.tdb").out == WIDE_ROWS
    garco("create", "--schema", "s.json", "b.tdb")
    garco("query", "a.tdb", "--format", form, "-o", f"told.{form}")
    garco("write", "b.tdb", f"told.{form}")
    assert garco("query", "b.tdb").out == WIDE_ROWS
    with tiledb.open(str(tmp_path / "b.tdb")) as opened:
        cells = opened.query(order="C")[:]
        assert opened.schema.domain.dim("day").domain == (np.datetime64("2000-01-01"), np.datetime64("2100-01-01"))
    assert cells["big"].tolist() == [18446744073709551615, 12345678901234567890, 5]
    assert cells["pair"].tolist() == [(1, 2), (-3, 4), (0, 0)]


def test_a_schemas_numbers_go_round_to_the_last_bit(garco, tmp_path):
    (tmp_path / "s.json").write_text(json.dumps(WIDE))
    garco("create", "--schema", "s.json", "a.tdb")
    told = garco("info", "--json", "a.tdb").out
    assert json.loads(told)["schema"]["fields"][1]["domain"] == [-179.99999999999997, 0.1 + 0.2]
    lines = garco("info", "a.tdb").lines()
    assert "attribute         h float32 nullable" in lines and "attribute         pair int16 x 2" in lines
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("low, message", [
    ("2000-13-01", 'no datetime_day: expected a number, or a time such as "2024-05-11"'),
    ("2000-01-01T12:00", "no datetime_day")])
def test_dates_of_a_schema_that_are_none(garco, tmp_path, low, message):
    wrong = json.loads(json.dumps(WIDE))
    wrong["fields"][0]["domain"][0] = low
    (tmp_path / "s.json").write_text(json.dumps(wrong))
    assert message in garco("create", "--schema", "s.json", "a.tdb", status=1).err


@pytest.mark.parametrize("text", ["18446744073709551616", "-9223372036854775809", "1" * 400])
def test_numbers_beyond_the_type_are_refused_in_json_too(garco, tmp_path, text):
    (tmp_path / "s.json").write_text(json.dumps(WIDE))
    garco("create", "--schema", "s.json", "a.tdb")
    line = f'{{"day": 5, "x": 0, "h": 1, "pair": [1, 2], "word": "1234567890123456789012", "big": {text}}}'
    (tmp_path / "rows.jsonl").write_text(line)
    assert "rows.jsonl:1: " in garco("write", "a.tdb", "rows.jsonl", status=1).err
