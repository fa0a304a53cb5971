import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from synthgen.data.sources.pictures import PictureError, read_header, read_pixels

from ..helpers import save_picture


def pixels(path, grey=False, size=None, resize="crop"):
    return read_pixels(path, grey=grey, size=size, resize=resize)


def png_bytes(height, width, *, depth, colour_type, rows):
    """A PNG of kinds that Pillow reads and does not write; each row of `rows` begins with its filter, 0."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def halves(path, size=(8, 4), **options):
    """Left half white, right half black."""
    image = Image.new("L", size)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    image.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".webp", ".tif", ".ppm"])
def test_every_usual_format_is_read_as_rgb(tmp_path, suffix):
    path = save_picture(tmp_path / f"a{suffix}", (200, 100, 50), mode="RGB")
    header = read_header(path)
    assert (header.height, header.width, header.grey, header.alpha) == (8, 12, False, False)
    assert pixels(path).shape == (8, 12, 3)
    assert np.abs(pixels(path)[2, 3].astype(int) - [200, 100, 50]).max() <= 4  # lossy formats


@pytest.mark.parametrize(
    ("mode", "colour", "grey", "alpha"),
    [
        ("L", 100, True, False),
        ("1", 1, True, False),
        ("I;16", 500, True, False),
        ("LA", (100, 0), True, True),
        ("RGB", (1, 1, 1), False, False),
        ("RGBA", (1, 2, 3, 0), False, True),
    ],
)
def test_the_header_tells_grey_and_alpha(tmp_path, mode, colour, grey, alpha):
    header = read_header(save_picture(tmp_path / "a.png", colour, mode=mode))
    assert (header.grey, header.alpha) == (grey, alpha)


@pytest.mark.parametrize(("colour", "grey"), [((90, 90, 90), True), ((90, 90, 91), False)])
def test_a_palette_is_grey_if_all_its_colours_are(tmp_path, colour, grey):
    image = Image.new("P", (3, 3))
    image.putpalette([0, 0, 0, *colour])
    image.putdata([0, 1] * 4 + [0])
    image.save(tmp_path / "a.png", transparency=b"\x00\xff")
    header = read_header(tmp_path / "a.png")
    assert (header.grey, header.alpha) == (grey, True)
    assert pixels(tmp_path / "a.png")[0, 1].tolist() == list(colour)


def test_alpha_is_dropped_and_the_colour_below_kept(tmp_path):
    path = save_picture(tmp_path / "a.png", (10, 20, 30, 40), mode="RGBA")
    assert pixels(path)[0, 0].tolist() == [10, 20, 30]


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    Image.fromarray(np.array([[0, 257, 0x8080, 0xFFFF]], np.uint16)).save(tmp_path / "deep.png")
    assert pixels(tmp_path / "deep.png", grey=True).tolist() == [[0, 1, 128, 255]]


def test_colours_of_sixteen_bits_become_eight(tmp_path):
    rows = b"\0" + np.array([[0, 0x8080, 0xFFFF]], ">u2").tobytes()
    (tmp_path / "deep.png").write_bytes(png_bytes(1, 1, depth=16, colour_type=2, rows=rows))
    assert not read_header(tmp_path / "deep.png").grey
    assert pixels(tmp_path / "deep.png").tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize("alpha", [0, 0xFFFF])
def test_grey_of_sixteen_bits_with_alpha_loses_the_alpha(tmp_path, alpha):
    rows = b"\0" + np.array([[0x8080, alpha]], ">u2").tobytes()
    (tmp_path / "deep.png").write_bytes(png_bytes(1, 1, depth=16, colour_type=4, rows=rows))
    header = read_header(tmp_path / "deep.png")
    assert (header.grey, header.alpha) == (True, True)
    assert pixels(tmp_path / "deep.png", grey=True).tolist() == [[128]]


@pytest.mark.parametrize("grey", [False, True])
def test_alpha_of_grey_is_dropped_and_the_grey_below_kept(tmp_path, grey):
    path = save_picture(tmp_path / "a.png", (70, 0), mode="LA")
    assert (pixels(path, grey=grey) == 70).all()


@pytest.mark.parametrize(
    ("ink", "colour"),
    [((0, 0, 0, 0), (255, 255, 255)), ((0, 255, 255, 0), (255, 0, 0)), ((0, 0, 0, 255), (0, 0, 0))],
)
@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_printing_inks_become_rgb(tmp_path, ink, colour, suffix):
    path = save_picture(tmp_path / f"a{suffix}", ink, mode="CMYK")
    assert not read_header(path).grey
    assert np.abs(pixels(path)[4, 6].astype(int) - colour).max() <= 4


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".tif"])
def test_of_an_animation_the_first_frame_is_taken(tmp_path, suffix):
    first, second = (Image.new("RGB", (12, 8), colour) for colour in ((250, 0, 0), (0, 0, 250)))
    path = tmp_path / f"a{suffix}"
    first.save(path, save_all=True, append_images=[second], lossless=True)
    header = read_header(path)
    assert (header.height, header.width, header.grey) == (8, 12, False)
    assert pixels(path)[0, 0].tolist() == [250, 0, 0]


def test_a_gif_with_a_clear_colour_has_alpha_and_keeps_its_colours(tmp_path):
    image = Image.new("P", (12, 8), 1)
    image.putpalette([0, 0, 0, 20, 200, 30])
    image.save(tmp_path / "a.gif", transparency=1)
    assert read_header(tmp_path / "a.gif").alpha
    assert pixels(tmp_path / "a.gif")[0, 0].tolist() == [20, 200, 30]


@pytest.mark.parametrize(
    ("mode", "colour", "message"), [("F", 0.5, "floating-point"), ("I", 1 << 20, "32 bits")]
)
def test_pixels_of_unknown_range_are_refused(tmp_path, mode, colour, message):
    with pytest.raises(PictureError, match=message):
        pixels(save_picture(tmp_path / "a.tif", colour, mode=mode), grey=True)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_a_picture_on_its_side_is_set_upright(tmp_path, suffix):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: left becomes top
    path = halves(tmp_path / f"a{suffix}", (16, 8), exif=exif)
    header = read_header(path)
    upright = pixels(path, grey=True)
    assert (header.height, header.width) == upright.shape == (16, 8)
    assert upright[3, 4] > 200
    assert upright[12, 4] < 50


@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
def test_every_way_to_resize_gives_the_height_and_width_asked_for(tmp_path, resize):
    path = save_picture(tmp_path / "a.png", size=(32, 8))
    assert pixels(path, grey=True, size=(4, 6), resize=resize).shape == (4, 6)


def test_crop_fills_pad_adds_black_and_stretch_keeps_all(tmp_path):
    path = save_picture(tmp_path / "a.png", 200, (16, 8))
    crop, pad, stretch = (
        pixels(path, grey=True, size=(8, 8), resize=how) for how in ("crop", "pad", "stretch")
    )
    assert (crop == 200).all()
    assert (stretch == 200).all()
    assert (pad[[0, 1, 6, 7]] == 0).all()
    assert (pad[2:6] == 200).all()
    wide = Image.new("L", (16, 8))
    wide.paste(255, (4, 0, 12, 8))
    wide.save(tmp_path / "b.png")
    assert (pixels(tmp_path / "b.png", grey=True, size=(8, 8)) == 255).all()  # the centre is kept
    assert pixels(tmp_path / "b.png", grey=True, size=(8, 8), resize="stretch")[0, 0] < 10


def test_a_large_jpeg_scaled_down_keeps_its_picture(tmp_path):
    small = pixels(halves(tmp_path / "a.jpg", (640, 640)), grey=True, size=(8, 8))
    assert small.shape == (8, 8)
    assert (small[:, :3] > 245).all()
    assert (small[:, 5:] < 10).all()


def test_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").touch()
    for name in ("text.png", "empty.png"):
        with pytest.raises(PictureError, match="not a picture"):
            read_header(tmp_path / name)
    with pytest.raises(PictureError, match="No such file"):
        read_header(tmp_path / "gone.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_cut_short_is_found_when_it_is_decoded(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = tmp_path / f"a{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read_header(path)
    with pytest.raises(PictureError, match="truncated"):
        pixels(path)
