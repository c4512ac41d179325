"""Values as people write them: read where there is one meaning, else refused with what to write."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from sim.history import spelling


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            (1, 1.0),
            (0.5, 0.5),
            (np.float64(0.5), 0.5),
            (np.int64(3), 3.0),
            ("0.5", 0.5),
            (" 1e-1 ", 0.1),
            ("-2", -2.0),
        ),
        *(("\u20132", -2.0), ("\u22120.5", -0.5), (float("inf"), float("inf")), (".inf", float("inf")), ("1_000", 1e3)),
    ],
)
def test_a_number_is_read(written, meant):
    assert spelling.number(written) == meant and type(spelling.number(written)) is float


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("0,5", "write 0.5"),
        ("50%", "write 0.5"),
        ("50 %", "write 0.5"),
        ("12,5%", "write 0.125"),
        ("1 000", "write 1000"),
        ("1\u00a0000".replace("\u00a0", " "), "write 1000"),
        ("1'000", "write 1000"),
        ("1,000", "write 1000, or 1.000 if the comma is a decimal one"),
        ("1,000,000", "write 1000000"),
        ("1,000.50", "write 1000.50"),
        ("1.000,50", "write 1000.50"),
        ("0,125", "write 0.125"),
        ("35 EUR", "write 35"),
        ("010", "write 10"),
        (True, "write 1"),
        (False, "write 0"),
    ],
)
def test_a_number_written_otherwise_is_refused_with_what_to_write(written, advice):
    with pytest.raises(ValueError, match=f"^'{written}' is not a number; {advice}$"):
        spelling.number(written)


@pytest.mark.parametrize("written", ["", "x", None, [], {}, float("nan"), "nan", "1e400", 10**400, "1:30", "0x1F", 1j])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(ValueError, match="is not a number"):
        spelling.number(written)


@pytest.mark.parametrize(
    "written",
    [
        *(date(2023, 5, 3), datetime(2023, 5, 3), pd.Timestamp("2023-05-03"), "2023-05-03", "2023-5-3", "2023/05/03"),
        *("2023.5.3", "2023-05-03 00:00:00", "2023-05-03T00:00:00Z", " 2023-05-03 "),
    ],
)
def test_a_date_is_read(written):
    assert spelling.day(written) == date(2023, 5, 3) and type(spelling.day(written)) is date


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("03.05.2023", "write 2023-05-03"),
        ("3.5.2023", "write 2023-05-03"),
        ("20230503", "write 2023-05-03"),
        (20230503, "write 2023-05-03"),
        ("2023-05-03 14:30", "write 2023-05-03"),
        (datetime(2023, 5, 3, 14, 30), "write 2023-05-03"),
        ("2023-05", "write a day of that month, as 2023-05-01"),
        ("2023-02-30", "write a date of the calendar, YYYY-MM-DD"),
        ("05/03/2023", "write YYYY-MM-DD"),
        ("3 May 2023", "write YYYY-MM-DD"),
        (45049, "write YYYY-MM-DD"),
        (None, "write YYYY-MM-DD"),
        ("", "write YYYY-MM-DD"),
        (pd.NaT, "write YYYY-MM-DD"),
    ],
)
def test_a_date_written_otherwise_is_refused_with_what_to_write(written, advice):
    with pytest.raises(ValueError, match=f"is not a date; {advice}$"):
        spelling.day(written)


def test_a_last_day_may_be_none():
    assert [spelling.last_day(value) for value in (None, pd.NaT, float("nan"))] == [None] * 3
    assert spelling.last_day("2023-5-3") == date(2023, 5, 3)
    for written in ("never", "none", "None", ""):
        with pytest.raises(ValueError, match="is not a date; write YYYY-MM-DD, or null for no end$"):
            spelling.last_day(written)


def test_a_flag_is_read_in_the_usual_words():
    assert [spelling.flag(value) for value in (True, "true", "Yes", np.bool_(True), "on")] == [True] * 5
    assert [spelling.flag(value) for value in (False, "false", "No", np.bool_(False), "off")] == [False] * 5
    for written in (1, 0, "maybe", None, "1", []):
        with pytest.raises(ValueError, match="is not true or false$"):
            spelling.flag(written)


def test_a_list_may_be_one_word_or_nothing():
    assert spelling.names("humanitarian") == ("humanitarian",)
    assert spelling.names(None) == spelling.names([]) == ()
    assert spelling.names(["family ", "driver"]) == ("family", "driver")
    with pytest.raises(ValueError, match=r"is not a list; write \[family, driver\]$"):
        spelling.names("family, driver")
    for written in (1, {}, [1], [None], [[]], "  "):
        with pytest.raises(ValueError):
            spelling.names(written)


def test_a_text_is_no_number_and_no_word_of_a_template():
    assert spelling.text("  a\n b ") == "a b" and spelling.note(None) == ""
    for written, said in ((2022, "quotes"), (None, "is empty"), (" ", "is not a text"), ("<Latvia>", "template")):
        with pytest.raises(ValueError, match=said):
            spelling.text(written)
