"""The sample pictures of a run as a GIF or a strip."""

from __future__ import annotations

import numpy as np
import pytest
from digits_run import digits_run, table_run
from PIL import Image

from synthgen.animation import Frame, choose_frames, list_frames, write_gif, write_strip
from synthgen.errors import DataError, UsageError
from synthgen.run_directory import Run


@pytest.fixture(scope="module")
def frames(tmp_path_factory, registry):
    """Of steps 2, 4, 6 and 8."""
    return list_frames(digits_run(tmp_path_factory.mktemp("animation"), registry).path)


def gif_frames(path) -> list[tuple[np.ndarray, int]]:
    """Pixels and milliseconds of each."""
    with Image.open(path) as picture:
        found = []
        for i in range(picture.n_frames):
            picture.seek(i)
            found.append((np.asarray(picture.convert("RGB")), picture.info["duration"]))
        return found


def pictures(folder, colours, size=(40, 20)) -> list[Frame]:
    frames = []
    for i, colour in enumerate(colours):
        Image.new("RGB", size, colour).save(folder / f"step-{i:07d}.png")
        frames.append(Frame(i, folder / f"step-{i:07d}.png"))
    return frames


def test_pictures_are_listed_by_step(frames):
    assert [frame.step for frame in frames] == [2, 4, 6, 8]
    assert [frame.path.name for frame in frames][::3] == ["step-0000002.png", "step-0000008.png"]


def test_gif_has_a_frame_for_each_with_its_step_above_it(frames, tmp_path):
    write_gif(frames, tmp_path / "run.gif", 0.25)
    found = gif_frames(tmp_path / "run.gif")
    assert [milliseconds for _, milliseconds in found] == [250] * 4
    with Image.open(frames[0].path) as picture:
        size = picture.size
    heights = {pixels.shape[0] - size[1] for pixels, _ in found}
    (label,) = heights
    assert label > 10
    labels = [pixels[:label, :60].tobytes() for pixels, _ in found]
    assert len(set(labels)) == 4
    with Image.open(tmp_path / "run.gif") as picture:
        assert picture.info["loop"] == 0


def test_frames_show_the_pictures(tmp_path):
    write_gif(pictures(tmp_path, ["red", "blue"]), tmp_path / "run.gif")
    assert [tuple(pixels[-5, 5]) for pixels, _ in gif_frames(tmp_path / "run.gif")] == [
        (255, 0, 0),
        (0, 0, 255),
    ]


def test_large_pictures_are_scaled_down_and_small_ones_not_up(tmp_path):
    found = pictures(tmp_path, ["red", "blue"], size=(400, 100))
    write_gif(found, tmp_path / "small.gif", max_side=200)
    write_gif(found, tmp_path / "large.gif", max_side=2000)
    sizes = [gif_frames(tmp_path / f"{name}.gif")[0][0].shape[1] for name in ("small", "large")]
    assert sizes == [200, 400]


def test_pictures_of_another_size_become_as_large_as_the_first(tmp_path):
    found = pictures(tmp_path, ["red", "blue"])
    Image.new("RGB", (90, 90), "green").save(found[1].path)
    write_strip(found, tmp_path / "strip.png")
    with Image.open(tmp_path / "strip.png") as picture:
        assert picture.getpixel((picture.width - 20, picture.height - 5)) == (0, 128, 0)


def test_strip_has_them_side_by_side(tmp_path):
    write_strip(pictures(tmp_path, ["red", "lime", "blue"]), tmp_path / "strip.png")
    with Image.open(tmp_path / "strip.png") as picture:
        row = [picture.getpixel((x, picture.height - 5)) for x in range(picture.width)]
    colours = list(dict.fromkeys(row))
    assert colours == [(255, 0, 0), (255, 255, 255), (0, 255, 0), (0, 0, 255)]


@pytest.mark.parametrize(
    ("count", "most", "steps"),
    [
        (10, 3, [0, 4, 9]),
        (10, 2, [0, 9]),
        (4, 4, [0, 1, 2, 3]),
        (3, 9, [0, 1, 2]),
        (101, 5, [0, 25, 50, 75, 100]),
    ],
)
def test_some_of_many_are_chosen_evenly_with_both_ends(count, most, steps, tmp_path):
    frames = [Frame(step, tmp_path) for step in range(count)]
    assert [frame.step for frame in choose_frames(frames, most)] == steps


def test_plots_of_a_table_are_animated_too(tmp_path, registry):
    made = table_run(tmp_path, registry, "train.snapshot_every=null", "train.steps=4")
    write_gif(list_frames(made.path), tmp_path / "run.gif")
    assert len(gif_frames(tmp_path / "run.gif")) == 2


def test_what_cannot_be_is_told_and_leaves_nothing(frames, tmp_path):
    for seconds in (0.001, 61, float("nan")):
        with pytest.raises(UsageError, match=r"seconds per frame must be between 0\.02 and 60"):
            write_gif(frames, tmp_path / "run.gif", seconds)
    with pytest.raises(UsageError, match="2 pictures or more, not 1"):
        choose_frames(frames, 1)
    found = pictures(tmp_path, ["red", "blue"])
    found[1].path.write_bytes(found[1].path.read_bytes()[:40])
    with pytest.raises(DataError, match=r"step-0000001\.png (is cut short|cannot be read)"):
        write_gif(found, tmp_path / "run.gif")
    found[1].path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"step-0000001\.png is cut short or is no picture"):
        write_gif(found, tmp_path / "run.gif")
    assert not list(tmp_path.glob("*.gif"))
    assert not list(tmp_path.glob(".*"))


def test_run_without_pictures_says_how_to_have_some(frames, tmp_path):
    run = Run(tmp_path / "copy")
    run.samples.mkdir(parents=True)
    source = frames[0].path.parent.parent
    for name in ("recipe.yaml", "run.json"):
        (run.path / name).write_bytes((source / name).read_bytes())
    with pytest.raises(
        UsageError, match=r"has no sample pictures \(samples/step-\*\.png\).*train\.sample_every"
    ):
        list_frames(run.path)


def test_run_with_a_single_picture_is_no_film(frames, tmp_path):
    source = frames[0].path.parent.parent
    run = Run(tmp_path / "copy")
    run.samples.mkdir(parents=True)
    for name in ("recipe.yaml", "run.json", f"samples/{frames[0].path.name}"):
        (run.path / name).write_bytes((source / name).read_bytes())
    with pytest.raises(UsageError, match=r"has one sample picture .*shows no course; train.sample_every"):
        list_frames(run.path)
