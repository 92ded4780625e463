import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.databases.codes import affect, intensity, named, number, occurrences, whole

texts = st.sampled_from(["{}", "{}.0", "{}.000", " {} "])


@given(st.integers(-20, 20), texts)
def test_a_number_is_one_number_however_it_is_written(value: int, text: str) -> None:
    assert whole(text.format(value)) == value
    assert number(text.format(value)) == value


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1.5"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        whole(text)


@pytest.mark.parametrize("missing", ["-5", "-5.0", "-5.000"])
def test_either_missing_makes_both_missing(missing: str) -> None:
    assert affect(missing, "0.3", -5.0) == {}
    assert affect("0.3", missing, -5.0) == {}


def test_affect_is_scaled_and_checked() -> None:
    assert affect("3.0", "-10", float("inf"), 10.0) == {"valence": 0.3, "arousal": -1.0}
    for wrong in ("1.01", "-1.5", "x"):
        with pytest.raises(ValueError, match="found"):
            affect("0.1", wrong, -5.0)


def test_an_unknown_action_unit_is_left_out_and_never_false() -> None:
    found = occurrences(["0", "1", "9", "1"], [1, 2, 4, 43], 9)
    assert found == {"au01": False, "au02": True}
    for cells in (["0"], ["0", "1", "2", "0"]):
        with pytest.raises(ValueError, match="expected"):
            occurrences(cells, [1, 2, 4, 43], 9)


@given(st.integers(0, 5), st.integers(1, 5))
def test_intensities_and_their_threshold(value: int, threshold: int) -> None:
    found = intensity(12, str(value), threshold)
    assert found == {"au12": value >= threshold, "au12_intensity": value / 5}


def test_codes_that_a_release_does_not_have_are_refused() -> None:
    assert named("-1.0", {-1: None, 3: "fear"}) is None
    assert named("3", {-1: None, 3: "fear"}) == "fear"
    with pytest.raises(ValueError, match="among -1, 3, found '42'"):
        named("42", {-1: None, 3: "fear"})
    with pytest.raises(ValueError, match="from 0 to 5"):
        intensity(12, "6", 2)
