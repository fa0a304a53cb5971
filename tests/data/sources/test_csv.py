import bz2
import gzip
import lzma
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen import ClassLabel, DataError, DataNotFoundError, UnsupportedError
from synthgen.data.loading import check_dataset
from synthgen.data.sources.csv_file import CsvFile
from synthgen.data.sources.table_files import open_table

ROWS = "name,age,income\nAnn,41,high\nBob,29,low\nCid,35,low\n"


def load(path: Path, **options):
    return CsvFile(CsvFile.Options(path=path, **options)).load()


def read(tmp_path: Path, content: str | bytes, **options) -> pd.DataFrame:
    return loaded(tmp_path, content, **options).x


def loaded(tmp_path: Path, content: str | bytes, **options):
    path = tmp_path / "toy.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check_dataset(load(path, **options), "csv")


def refused(tmp_path: Path, content: str | bytes, **options) -> str:
    with pytest.raises(DataError) as refusal:
        loaded(tmp_path, content, **options)
    message = str(refusal.value)
    assert message.startswith(str(tmp_path / "toy.csv"))
    return message.removeprefix(str(tmp_path / "toy.csv"))


def test_a_file_becomes_a_labelled_table(tmp_path):
    dataset = loaded(tmp_path, ROWS, target="income")
    assert (dataset.name, dataset.kind, dataset.target) == ("toy", "table", "income")
    assert dataset.x.columns.tolist() == ["name", "age", "income"]
    assert dataset.x["age"].dtype == np.int64
    assert dataset.classes == (ClassLabel(0, "high"), ClassLabel(1, "low"))
    assert dataset.y.tolist() == [0, 1, 1]
    assert dataset.notes == ("target income: one row only of high",)


def test_without_a_target_rows_have_no_label(tmp_path):
    dataset = loaded(tmp_path, ROWS)
    assert (dataset.target, dataset.classes, dataset.y.tolist()) == (None, (), [0, 0, 0])


# where files are looked for


def test_a_relative_path_begins_here_and_then_at_the_data_folder(tmp_path, monkeypatch):
    data, here = tmp_path / "data", tmp_path / "here"
    for folder in (data, here):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("SYNTHGEN_DATA", str(data))
    (data / "toy.csv").write_text("a\n1\n")
    assert load(Path("toy.csv")).x["a"].tolist() == [1]
    (here / "toy.csv").write_text("a\n2\n")
    assert load(Path("toy.csv")).x["a"].tolist() == [2]


def test_a_path_is_kept_as_seen_from_here_so_that_a_run_may_go_on_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "toy.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    seen = [CsvFile.Options(path=path).path for path in ("toy.csv", "t*.csv", "none.csv", "x" * 300)]
    assert seen == [str(tmp_path / "toy.csv"), str(tmp_path / "t*.csv"), "none.csv", "x" * 300]


def test_a_file_that_is_nowhere_is_told_with_all_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    with pytest.raises(DataNotFoundError) as missing:
        load(Path("toy.csv"))
    assert str(missing.value).splitlines() == [
        "toy.csv was not found. Looked in",
        f"  option path: {tmp_path / 'toy.csv'}",
        "  environment variable SYNTHGEN_DATA: not set",
        "To provide it, name it by the option path, or put it into the folder that SYNTHGEN_DATA names.",
    ]


def test_a_folder_is_refused_with_the_pattern_to_write(tmp_path):
    with pytest.raises(DataError, match=r"is a folder; path must be a file, or a pattern such as .*\*\.csv"):
        load(tmp_path)


def test_several_files_are_joined_in_natural_order_whatever_the_order_of_their_columns(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "p10.csv").write_text("a,b\n10,x\n")
    (folder / "p9.csv").write_text("b;a\ny;9\n")
    (folder / ".p1.csv").write_text("hidden")
    dataset = load(folder / "p*.csv")
    assert dataset.name == "parts"
    assert dataset.x.to_dict("list") == {"b": ["y", "x"], "a": [9, 10]}
    assert dataset.description == "A table from the file p9.csv and 1 more."


def test_files_of_other_columns_are_refused(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "2.csv").write_text("a,c\n1,2\n")
    with pytest.raises(
        DataError, match=r"2\.csv: its columns are not those of .*1\.csv; only one has 'b', 'c'"
    ):
        load(tmp_path / "*.csv")


def test_a_column_of_numbers_in_one_file_and_text_in_another_is_text(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n1.50,2\n")
    (tmp_path / "2.csv").write_text("a,b\nx,\n")
    frame = load(tmp_path / "*.csv").x
    assert frame["a"].tolist() == ["1.50", "x"]
    assert frame["b"].dtype == "Int64"


def test_a_name_with_brackets_that_exists_is_no_pattern(tmp_path):
    (tmp_path / "a[1].csv").write_text("a\n5\n")
    assert load(tmp_path / "a[1].csv").x["a"].tolist() == [5]


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip), (".bz2", bz2), (".XZ", lzma)])
def test_packed_files_are_read_by_the_end_of_their_name(tmp_path, suffix, pack):
    path = tmp_path / f"toy.csv{suffix}"
    path.write_bytes(pack.compress(ROWS.encode()))
    assert len(load(path)) == 3
    assert load(path).name == "toy"
    path.write_bytes(pack.compress(ROWS.encode() * 500)[:-9])
    with pytest.raises(DataError, match="cannot be read, cut short or corrupt"):
        load(path)


def test_a_zip_must_hold_one_table(tmp_path):
    path = tmp_path / "toy.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/table.csv", ROWS)
        archive.writestr("__MACOSX/._table.csv", "x")
    assert len(load(path)) == 3
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", ROWS)
    with pytest.raises(
        DataError, match=r"holds 2 files \(inner/table.csv, more.csv\); it must hold one table"
    ):
        load(path)
    path.write_text(ROWS)
    with pytest.raises(DataError, match="cannot be read"), open_table(path):
        pass


# what is found out


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path, separator):
    frame = read(
        tmp_path, f"a{separator}b{separator}c\n1,5{separator}x y{separator}2\n" if separator != "," else ROWS
    )
    assert frame.shape[1] == 3


def test_a_comma_in_quotes_or_in_decimals_does_not_deceive(tmp_path):
    assert read(tmp_path, 'a;b\n"x,y";1,5\n"z,u";2,5\n', decimal=",").to_dict("list") == {
        "a": ["x,y", "z,u"],
        "b": [1.5, 2.5],
    }


def test_columns_that_look_like_decimal_commas_are_noted(tmp_path):
    dataset = loaded(tmp_path, "a;b\nx;1,5\ny;1.002,5\n")
    assert dataset.notes == (
        "column b is text, and looks like numbers with a decimal comma (option decimal: ',')",
    )


def test_another_separator_can_be_named(tmp_path):
    assert read(tmp_path, "a:b\n1:2\n", separator=":").to_dict("list") == {"a": [1], "b": [2]}
    with pytest.raises(UnsupportedError, match="separator and decimal are both ','"):
        CsvFile(CsvFile.Options(path="x", separator=",", decimal=","))


def test_spaces_after_separators_count_for_nothing_unless_asked(tmp_path):
    text = 'a, b\n1, x\n2, "y, z"\n3, ?\n'
    assert read(tmp_path, text)["b"].tolist() == ["x", "y, z", "?"]
    assert read(tmp_path, "a, b\n1, x\n", skip_spaces=False)[" b"].tolist() == [" x"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(tmp_path, encoding):
    frame = read(tmp_path, 'ä,b\né,1\n"ü",2\n'.encode(encoding))
    assert frame.to_dict("list") == {"ä": ["é", "ü"], "b": [1, 2]}


def test_other_encodings_are_told_by_their_first_byte_and_read_when_named(tmp_path):
    rows = "name,b\n" + f"{'x' * 100},1\n" * 20_000
    content = (rows + "Zoë,2\n").encode("latin-1")
    assert refused(tmp_path, content) == (
        f":20002: byte {len(rows) + 2:,} of the file, 0xeb, is no UTF-8; give the option encoding, such as latin-1,"
        " cp1252 or utf-16"
    )
    assert read(tmp_path, content, encoding="latin-1")["name"].iloc[-1] == "Zoë"
    assert refused(tmp_path, 'a,"b"\n\xeb,1\n'.encode("latin-1")).startswith(":2: byte 6 of the file, 0xeb")
    assert refused(tmp_path, b"a,b\n1,\xc3").endswith(": is cut short within a character of UTF-8")


def test_an_unknown_encoding_is_refused_at_once():
    with pytest.raises(UnsupportedError, match="there is no 'klingon'"):
        CsvFile(CsvFile.Options(path="x", encoding="klingon"))


def test_without_a_header_columns_are_counted_or_named(tmp_path):
    assert read(tmp_path, "1,a\n2,b\n", header=False).to_dict("list") == {
        "column_0": [1, 2],
        "column_1": ["a", "b"],
    }
    named = read(tmp_path, "1,a\n2,b\n", header=False, names=["n", "s"])
    assert named.to_dict("list") == {"n": [1, 2], "s": ["a", "b"]}
    assert read(tmp_path, "x,y\n2,b\n", names=["n", "s"]).to_dict("list") == {"n": [2], "s": ["b"]}
    assert "1 names for 2 columns" in refused(tmp_path, "1,a\n", header=False, names=["n"])


@pytest.mark.parametrize(("end", "quoted"), [("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\n")])
def test_line_ends_blank_lines_and_quoted_line_breaks_are_as_they_should_be(tmp_path, end, quoted):
    frame = read(tmp_path, end.join(["", "a,b", "1,x", "   ", '2,"y', 'z"', "", ",w"]))
    assert frame["a"].tolist() == [1, 2, pd.NA]
    assert frame["b"].tolist() == ["x", f"y{quoted}z", "w"]


# columns and types


def test_columns_are_kept_and_dropped_and_the_target_stays(tmp_path):
    assert list(read(tmp_path, ROWS, columns=["age"], target="income")) == ["age", "income"]
    assert list(read(tmp_path, ROWS, drop=["age"])) == ["name", "income"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"target": "Incom"},
            "has no column 'Incom' (option target). Did you mean income? Columns: name, age, income.",
        ),
        ({"columns": ["x"]}, "has no column 'x' (option columns). Columns: name, age, income."),
        (
            {"drop": ["ages"]},
            "has no column 'ages' (option drop). Did you mean age? Columns: name, age, income.",
        ),
        ({"text": ["b"]}, "has no column 'b' (option text). Columns: name, age, income."),
        ({"dates": {"born": "%Y"}}, "has no column 'born' (option dates). Columns: name, age, income."),
        (
            {"drop": ["income"], "target": "income"},
            "option drop has 'income', which is the target; leave one of them out",
        ),
        ({"drop": ["name", "age", "income"]}, "no column is left; options columns and drop must leave one"),
    ],
)
def test_columns_that_cannot_be_are_refused(tmp_path, options, message):
    assert refused(tmp_path, ROWS, **options) == f": {message}"


def test_integers_and_booleans_with_gaps_stay_what_they_are(tmp_path):
    frame = read(tmp_path, "i,f,g,b,n\n1,1.0,1.5,True,\n,,,,\n3,2.0,2,False,\n")
    assert [str(dtype) for dtype in frame.dtypes] == ["Int64", "float64", "float64", "boolean", "float64"]
    assert frame["i"].isna().tolist() == [False, True, False]


def test_long_floats_are_read_to_their_last_digit(tmp_path):
    numbers = np.random.default_rng(0).normal(size=500)
    assert read(tmp_path, "x\n" + "\n".join(map(repr, numbers.tolist())))["x"].tolist() == numbers.tolist()


def test_missing_values_are_the_usual_and_those_named(tmp_path):
    text = "a, b\nNA, ?\n, x\n-9, None\n"
    assert read(tmp_path, text).isna().to_numpy().tolist() == [[True, False], [True, False], [False, True]]
    assert read(tmp_path, text, missing=[" ?", -9]).isna().to_numpy().tolist() == [
        [True, True],
        [True, False],
        [True, True],
    ]
    usual = read(tmp_path, text, usual_missing=False)
    assert usual["b"].tolist() == ["?", "x", "None"]
    assert usual["a"].isna().tolist() == [False, True, False]


def test_codes_that_begin_with_zero_are_text(tmp_path):
    dataset = loaded(tmp_path, "zip,share\n01234,0.5\n12345,0\n")
    assert dataset.x["zip"].tolist() == ["01234", "12345"]
    assert dataset.x["share"].tolist() == [0.5, 0]
    assert dataset.notes == ("column zip is read as text, since it has numbers that begin with 0",)


@pytest.mark.parametrize("line", ["{},02134,0\n", '"{}",02134,0\n', "{}, 02134,0\r\n", "{},02134,0.5\r\n"])
def test_codes_that_come_late_in_the_file_are_text(tmp_path, line):
    rows = "".join(f"{i},{90000 + i % 1000},10\n" for i in range(100_000))
    dataset = loaded(tmp_path, "n,zip,share\n" + rows + line.format(100_000) + "100001,90210,0")
    assert dataset.x["zip"].iloc[[0, -2]].tolist() == ["90000", "02134"]
    assert dataset.x["n"].tolist() == list(range(100_002))
    assert dataset.x["share"].iloc[0] == 10
    assert dataset.notes == ("column zip is read as text, since it has numbers that begin with 0",)


def test_large_whole_numbers_keep_all_digits_where_some_are_missing(tmp_path):
    frame = read(tmp_path, "a,b,c\n9007199254740993,-1234567890123456789,1e300\n,,\n")
    assert frame["a"].tolist() == [9007199254740993, pd.NA]
    assert frame["b"].tolist() == [-1234567890123456789, pd.NA]
    assert frame["c"].iloc[0] == 1e300


@pytest.mark.parametrize("header", ["01,02\n", '"01",02\n', "\n01,02\r\n"])
def test_a_header_of_numbers_makes_no_codes(tmp_path, header):
    assert read(tmp_path, header + "10,20\n30,40\n")["01"].tolist() == [10, 30]
    assert read(tmp_path, "01,20\n30,40\n", header=False)["column_0"].tolist() == ["01", "30"]


def test_columns_can_be_read_as_text(tmp_path):
    assert read(tmp_path, ROWS, text=["age"])["age"].tolist() == ["41", "29", "35"]


def test_a_column_that_turns_to_text_late_is_text_from_the_start(tmp_path):
    rows = "".join(f"{i}.0,{i},1\n" for i in range(300_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = read(tmp_path, "a,b,c\n" + rows + "x,1,True\n")
    assert frame["a"].iloc[[0, -1]].tolist() == ["0.0", "x"]
    assert frame["b"].dtype == np.int64
    assert frame["c"].iloc[[0, -1]].tolist() == ["1", "True"]


def test_separators_of_thousands_are_not_guessed(tmp_path):
    assert read(tmp_path, 'a,b\n"1,000",1\n"2,000",2\n')["a"].tolist() == ["1,000", "2,000"]


@pytest.mark.parametrize("first", [0, 1])
def test_a_first_column_that_only_counts_the_rows_is_left_out(tmp_path, first):
    dataset = loaded(tmp_path, f",a\n{first},7\n{first + 1},8\n")
    assert dataset.x.to_dict("list") == {"a": [7, 8]}
    assert dataset.notes == ("the first column has no name and counts the rows; it is left out",)
    assert list(read(tmp_path, ",a\n5,7\n6,8\n")) == ["Unnamed: 0", "a"]
    assert list(read(tmp_path, ",\n0,7\n1,8\n")) == ["Unnamed: 1"]


def test_a_single_column_and_a_single_row_are_a_table(tmp_path):
    assert read(tmp_path, "a b\nhello, you\n", separator=";").to_dict("list") == {"a b": ["hello, you"]}
    assert read(tmp_path, "a\n1\n\n2").to_dict("list") == {"a": [1, 2]}


# dates


def test_columns_of_iso_dates_are_found_out_only_if_all_values_are_such(tmp_path):
    text = (
        "day,time,zone,text,bad,year\n"
        "2020-02-29,2020-01-01 08:00,2020-01-01T08:00:00Z,2020-01-01,2020-02-30,2020\n"
        "2021-01-01,,2021-01-01T08:00:00.5Z,soon,2020-02-28,2021\n"
    )
    frame = read(tmp_path, text)
    assert [dtype.kind for dtype in frame.dtypes[:2]] == ["M", "M"]
    assert str(frame["zone"].dt.tz) == "UTC"
    assert frame["zone"].iloc[1].microsecond == 500_000
    assert frame["time"].isna().tolist() == [False, True]
    assert frame["text"].tolist() == ["2020-01-01", "soon"]
    assert frame["bad"].tolist() == ["2020-02-30", "2020-02-28"]
    assert frame["year"].dtype == np.int64
    assert read(tmp_path, text, dates="none")["day"].tolist() == ["2020-02-29", "2021-01-01"]


def test_dates_of_several_time_zones_stay_text_until_named(tmp_path):
    text = "t\n2020-01-01T08:00+01:00\n2020-07-01T08:00+0200\n"
    dataset = loaded(tmp_path, text)
    assert dataset.x["t"].iloc[0] == "2020-01-01T08:00+01:00"
    assert dataset.notes == (
        "column t has dates of 2 time zones and stays text; option dates: [t] brings them to UTC",
    )
    named = read(tmp_path, text, dates=["t"])["t"]
    assert [moment.isoformat() for moment in named] == [
        "2020-01-01T07:00:00+00:00",
        "2020-07-01T06:00:00+00:00",
    ]


def test_dates_of_another_form_are_read_when_it_is_given(tmp_path):
    text = "d,n\n31.12.2020,20201231\n,20210101\n"
    frame = read(tmp_path, text, dates={"d": "%d.%m.%Y", "n": "%Y%m%d"})
    assert frame["d"].iloc[0] == pd.Timestamp(2020, 12, 31)
    assert frame["d"].isna().iloc[1]
    assert frame["n"].tolist() == [pd.Timestamp(2020, 12, 31), pd.Timestamp(2021, 1, 1)]
    assert refused(tmp_path, text, dates=["d"]) == (
        ": column d has '31.12.2020' in row 1, which is no date of ISO 8601 (2020-12-31); give the form: dates: {d:"
        " '%d.%m.%Y'}"
    )
    assert "column d has '31.12.2020' in row 1, which is no date of the form %Y" in refused(
        tmp_path, text, dates={"d": "%Y"}
    )


# broken files


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("5,6", "has 2 fields; 3 are right, separated by ',' (an empty field counts, too)"),
        ("5", "has 1 field; 3 are right, separated by ',' (an empty field counts, too)"),
        ("5,6,7,8", "has 4 fields; 3 are right, separated by ',' (a field that holds ',' must be in quotes)"),
    ],
)
def test_a_broken_line_is_told_by_its_number_in_the_file(tmp_path, quote, line, message):
    head = f"a,b,{quote}c{quote}\n\n1,2,3\n"
    assert refused(tmp_path, f"{head}{line}\n1,2,3\n") == f":4: {message}"
    assert refused(tmp_path, f"{head}1,2,3\r\n{line}", columns=["a"]) == f":5: {message}"


def test_a_broken_line_after_line_breaks_in_quotes_has_its_own_number(tmp_path):
    assert refused(tmp_path, 'a,b\n1,"x\ny\nz"\n2\n').startswith(":5: has 1 field; 2 are right")


def test_a_broken_line_far_down_a_large_file_is_found(tmp_path):
    rows = f"{'1' * 90},89\n" * 100_000
    assert refused(tmp_path, "a,b\n" + rows + "1\n" + rows).startswith(":100002: has 1 field")


def test_a_quote_that_is_not_closed_is_told_where_it_is_opened(tmp_path):
    text = 'a,b\n1,2\n3,"4\n5,6\n'
    assert refused(tmp_path, text) == ":3: a quote is opened in this row and never closed"
    assert refused(tmp_path, text + "x,y\n" * 40_000).startswith(":3: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": is empty; it must hold a line for each row"),
        ("\n \n", ": is empty; it must hold a line for each row"),
        ("a,b\n", ": has a header (a, b) and no rows; header: false if it is a row"),
        (
            "a,b, a\n1,2,3\n",
            ": has more than one column called 'a'; rename them, or name all columns by option names (and"
            " header: false if the first line is a row)",
        ),
    ],
)
def test_files_that_hold_no_table_are_refused(tmp_path, text, message):
    assert refused(tmp_path, text) == message


def test_a_file_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    def refuse(self, *_):
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / "toy.csv").write_text(ROWS)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"toy\.csv: cannot be read.*Permission denied"):
        load(tmp_path / "toy.csv")


def test_adult_is_read_with_its_own_values(real_data):
    if not (real_data / "adult.csv").is_file():
        pytest.skip("needs adult.csv in the folder SYNTHGEN_DATA names")
    dataset = load(real_data / "adult.csv", target="income")
    assert dataset.x.shape == (32_561, 15)
    assert [label.name for label in dataset.classes] == ["<=50K", ">50K"]
    assert np.bincount(dataset.y).tolist() == [24_720, 7_841]
    assert (dataset.x["workclass"] == "?").sum() == 1836
    assert not dataset.x.isna().any(axis=None)
