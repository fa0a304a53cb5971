from pathlib import Path

from synthgen.data.sources.lookup import places


def test_places_come_in_order_and_say_when_they_are_not_set(cache, monkeypatch):
    assert [str(place) for place in places(None)] == [
        "option root: not set",
        "environment variable SYNTHGEN_DATA: not set",
        f"cache folder: {cache}",
    ]
    monkeypatch.setenv("SYNTHGEN_DATA", "/data")
    monkeypatch.setenv("HOME", "/home/me")
    assert [place.folder for place in places(Path("~/mine"))] == [Path("/home/me/mine"), Path("/data"), cache]
