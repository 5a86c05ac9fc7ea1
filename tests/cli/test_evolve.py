# garco evolve and garco metadata, and what TileDB-Py makes of them.
# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest

tiledb = pytest.importorskip("tiledb")

SCHEMA = {"fields": [
    {"name": "n", "dimension": True, "type": "int32", "domain": [0, 99], "extent": 10},
    {"name": "a", "type": "int16"}, {"name": "b", "type": "float32"}]}


@pytest.fixture
def made(garco, tmp_path):
    (tmp_path / "s.json").write_text(json.dumps(SCHEMA))
    garco("create", "--schema", "s.json", "x.tdb")
    (tmp_path / "rows.csv").write_text("n,a,b\n1,10,0.5\n2,20,1.5\n")
    garco("write", "--timestamp", "10", "x.tdb", "rows.csv")
    return tmp_path / "x.tdb"


def cells(array, **words):
    with tiledb.open(str(array), **words) as opened:
        return {k: v.tolist() for k, v in opened.query()[:].items()}


def test_attributes_come_and_go(garco, made, tmp_path):
    garco("evolve", "x.tdb", "--add-attr", "q:uint8", "--drop-attr", "b", "--add-attr",
          '{"name": "c", "type": "float64", "fill": -9.5, "filters": [{"name": "bzip2"}]}')
    assert cells(made) == {"n": [1, 2], "a": [10, 20], "q": [255, 255], "c": [-9.5, -9.5]}
    with tiledb.open(str(made)) as opened:
        assert opened.schema.attr("q").filters[0].level == 7
        assert type(opened.schema.attr("c").filters[0]) is tiledb.Bzip2Filter
    (tmp_path / "more.csv").write_text("n,a,q,c\n3,30,3,0.25\n")
    garco("write", "x.tdb", "more.csv")
    assert cells(made)["c"] == [-9.5, -9.5, 0.25]
    assert garco("query", "x.tdb").lines()[1:] == ["1,10,255,-9.5", "2,20,255,-9.5", "3,30,3,0.25"]
    evolution = tiledb.ArraySchemaEvolution()  # and on by TileDB, and back
    evolution.drop_attribute("q")
    evolution.array_evolve(str(made))
    garco("evolve", "x.tdb", "--add-attr", "q:uint8", "--drop-attr", "a,c")
    assert cells(made) == {"n": [1, 2, 3], "q": [255, 255, 3]}


def test_nullable_and_wide_attributes(garco, made):
    garco("evolve", "x.tdb", "--add-attr", '{"name": "v", "type": "int8", "nullable": true}',
          "--add-attr", '{"name": "w", "type": "int8", "width": 2, "fill": [1, 2]}')
    with tiledb.open(str(made)) as opened:
        assert opened.schema.attr("v").isnullable
        assert opened.query(attrs=["w"])[:]["w"].tolist() == [(1, 2), (1, 2)]


@pytest.mark.parametrize("words, status, said", [
    ([], 2, "nothing to change"),
    (["--add-attr", "x"], 1, 'garco: --add-attr: "x": expected NAME:TYPE or a JSON object'),
    (["--add-attr", ":int8"], 1, "expected NAME:TYPE"),
    (["--add-attr", "x:int7"], 1, '"int7" is no datatype (did you mean int8?): expected one such as int32'),
    (["--add-attr", "{"], 1, "expected"),
    (["--add-attr", '{"name": "x"}'], 1, 'a "name" and a "type"'),
    (["--add-attr", '{"name": "x", "type": "int8", "colour": 1}'], 1, '"colour" is no key here'),
    (["--add-attr", '{"name": "x", "type": "int8", "dimension": true}'], 1, 'dimension "x" to add'),
    (["--add-attr", "a:int8"], 1, 'the array has a field "a"'),
    (["--add-attr", "x:int8", "--add-attr", "x:int8"], 1, 'has a field "x"'),
    (["--drop-attr", "n"], 1, 'no attribute "n" to drop'),
    (["--drop-attr", "z"], 1, 'no attribute "z" to drop: expected one of a, b'),
    (["--drop-attr", "A"], 1, '"A" to drop (did you mean a?)'),
    (["--drop-attr", "a,b"], 1, "no attribute would be left"),
    (["--drop-attr", "a", "--timestamp", "1"], 1, "expected one later"),
    (["more.tdb", "--drop-attr", "a"], 2, "expected one array")])
def test_what_cannot_be(garco, made, words, status, said):
    before = sorted(p.name for p in (made / "__schema").iterdir())
    result = garco("evolve", "x.tdb", *words, status=status)
    assert said in result.err
    assert sorted(p.name for p in (made / "__schema").iterdir()) == before


def test_metadata_go_round(garco, made):
    assert garco("metadata", "x.tdb").out == ""
    garco("metadata", "x.tdb", "--set", "station=P057", "--set", "n=-5", "--set", "h=2.5e3", "--set",
          "p=[0.1, 2, -4655215.6]", "--set", 'five="5"', "--set", "empty=", "--set", "eq=a=b",
          "--set", "word=Größe")
    with tiledb.open(str(made)) as opened:
        assert dict(opened.meta) == {"station": "P057", "n": -5, "h": 2500.0, "five": "5", "eq": "a=b",
                                     "p": (0.1, 2.0, -4655215.6), "empty": "", "word": "Größe"}
        assert isinstance(opened.meta["n"], (int, np.integer))
    assert garco("metadata", "x.tdb").lines() == [
        'empty=""', 'eq="a=b"', 'five="5"', "h=2500.0", "n=-5", "p=[0.1, 2.0, -4655215.6]",
        'station="P057"', 'word="Größe"']
    for line in garco("metadata", "x.tdb").lines():  # what is printed can be set again
        garco("metadata", "x.tdb", "--set", line)
    with tiledb.open(str(made), "w") as opened:
        opened.meta["station"] = "P058"
        opened.meta["bytes"] = b"abc"
    assert garco("metadata", "x.tdb", "station").out == "P058\n"
    assert garco("metadata", "x.tdb", "bytes").out == "abc\n"
    assert garco("metadata", "x.tdb", "p").out == "[0.1, 2.0, -4655215.6]\n"
    garco("metadata", "x.tdb", "--delete", "n", "--delete", "absent", "--set", "h=1")
    with tiledb.open(str(made)) as opened:
        assert "n" not in dict(opened.meta) and opened.meta["h"] == 1
    assert garco("metadata", "x.tdb", "n", status=1).err == 'garco: x.tdb: no metadata "n"\n'


def test_metadata_of_a_time(garco, made):
    garco("metadata", "x.tdb", "--set", "k=1", "--timestamp", "100")
    garco("metadata", "x.tdb", "--set", "k=2", "--timestamp", "200")
    assert garco("metadata", "x.tdb", "k", "--at", "150").out == "1\n"
    assert garco("metadata", "x.tdb", "k").out == "2\n"
    assert "time 200 ms already" in garco("metadata", "x.tdb", "--set", "k=3", "--timestamp", "200",
                                          status=1).err


@pytest.mark.parametrize("words, status, said", [
    (["--set", "k"], 2, "expected KEY=VALUE"), (["--set", "=1"], 2, "expected KEY=VALUE"),
    (["--delete", ""], 2, "expected a key"), (["--set", "k=[1"], 2, "expected a number, text"),
    (["--set", 'k=[1, "a"]'], 2, "expected a number, text"), (["--set", "k=[]"], 2, "expected a number"),
    (["--set", "k=true"], 2, "expected a number"), (["--set", "k=null"], 2, "expected a number"),
    (["--set", 'k={"a": 1}'], 2, "expected a number"), (["--set", 'k="a'], 2, "expected a number"),
    (["k", "--set", "k=1"], 2, "neither a key to print"), (["--timestamp", "5"], 2, "goes with --set"),
    (["k", "l"], 2, "expected one array"), (["--delete", "k", "--at", "5"], 2, "nor --at")])
def test_metadata_that_cannot_be(garco, made, words, status, said):
    assert said in garco("metadata", "x.tdb", *words, status=status).err
    assert list((made / "__meta").iterdir()) == []


def test_no_array(garco, tmp_path):
    assert "no such array" in garco("metadata", "none", status=1).err
    assert "no such array" in garco("evolve", "none", "--drop-attr", "a", status=1).err
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_not_there(garco, made):
    garco("metadata", "x.tdb", "--set", "station=P057")
    assert garco("metadata", "x.tdb", "staton", status=1).err == (
        'garco: x.tdb: no metadata "staton" (did you mean station?)\n')
    assert garco("metadata", "x.tdb", "height", status=1).err == 'garco: x.tdb: no metadata "height"\n'
