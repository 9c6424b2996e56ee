"""`import divide`: few names, loaded when used, and clear about what it does not have."""

import subprocess
import sys
from importlib import import_module

import pytest

import divide
from divide.errors import DivideError, FactsError, SourceChangedError, UnknownNameError, UsageError


def test_at_most_twenty_names_and_all_of_them_work() -> None:
    assert 0 < len(divide.__all__) <= 20
    assert set(divide.__all__) == set(divide._WHERE)
    for name in divide.__all__:
        assert getattr(divide, name) is getattr(import_module(divide._WHERE[name]), name)


def test_the_front_door_lists_its_names() -> None:
    assert set(dir(divide)) == {*divide.__all__, "__version__"}


def test_an_unknown_name_says_which_are_near() -> None:
    with pytest.raises(AttributeError, match=r"divide has no .reed.\. .*read"):
        _ = divide.reed


def test_names_are_loaded_when_they_are_used() -> None:
    """Words and records need no frame; only a table does."""
    code = """
import sys, divide
before = set(sys.modules)
assert divide.canton("VD").name["it"] == "Vaud"
assert divide.commune_id(261) == "0261"
loaded = {name.split(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded & {"pandas", "numpy", "scipy", "geopandas", "pandera", "pyarrow"}))
divide.read
print("pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.split("\n")[:2], done.stderr) == (["[]", "True"], "")


def test_reading_through_the_front_door(default_home: object) -> None:
    frame = divide.read("internet_use")
    assert {"indicator", "group", "place", "year", "value", "status"} <= set(frame.columns)
    assert frame.attrs["provenance"] == divide.provenance("internet_use")
    with pytest.raises(divide.DivideError):
        divide.read("internet_us")


@pytest.mark.parametrize(
    ("error", "code"),
    [(DivideError, 1), (FactsError, 1), (UnknownNameError, 2), (UsageError, 2)],
)
def test_errors_are_one_family_with_exit_codes(error: type[DivideError], code: int) -> None:
    assert issubclass(error, DivideError) and error.exit_code == code
    assert str(error("one sentence")) == "one sentence"


def test_a_changed_source_has_its_own_exit_code() -> None:
    assert SourceChangedError.exit_code == 4
