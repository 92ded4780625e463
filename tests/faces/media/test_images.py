import io
import os
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile

from facebehavior.errors import BadInput
from facebehavior.faces.media import PIXEL_LIMIT, decode_image, read_image
from facebehavior.faces.media.images import is_image

ORIENTATION = 0x0112


def _picture(height: int = 12, width: int = 20) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


def _smooth_picture(height: int = 24, width: int = 40) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:height, 0:width]
    channels = (255 * rows / height, 255 * columns / width, 128 + 0 * rows)
    return np.stack(channels, axis=2).astype(np.uint8)


def _encoded(image: Image.Image, format_: str, **options: Any) -> bytes:  # noqa: ANN401
    stream = io.BytesIO()
    image.save(stream, format_, **options)
    return stream.getvalue()


def _png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Store a picture so that `orientation` describes it, pixel by pixel from the EXIF standard.

    The standard says on which side of the upright picture the stored row 0 and column 0 lie.
    """
    sides = {
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }
    row_side, column_side = sides[orientation]
    height, width = upright.shape[:2]
    turned = row_side in ("left", "right")
    rows, columns = (width, height) if turned else (height, width)
    stored = np.zeros((rows, columns, 3), np.uint8)
    for row in range(rows):
        for column in range(columns):
            across, down = (row, column) if turned else (column, row)
            x = width - 1 - across if "right" in (row_side, column_side) else across
            y = height - 1 - down if "bottom" in (row_side, column_side) else down
            stored[row, column] = upright[y, x]
    return stored


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        (".png", {}),
        (".bmp", {}),
        (".tiff", {}),
        (".tif", {"compression": "tiff_lzw"}),
        (".webp", {"lossless": True, "exact": True}),
    ],
)
def test_a_lossless_picture_comes_back_exactly(
    tmp_path: Path, ending: str, options: dict[str, Any]
) -> None:
    picture = _picture()
    path = tmp_path / f"picture{ending}"
    Image.fromarray(picture).save(path, **options)
    read = read_image(path)
    np.testing.assert_array_equal(read, picture)
    assert read.dtype == np.uint8
    assert read.flags.c_contiguous
    assert read.flags.writeable
    np.testing.assert_array_equal(decode_image(path.read_bytes()), picture)


@pytest.mark.parametrize("format_", ["JPEG", "WEBP"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_lossy_picture_comes_back_nearly(tmp_path: Path, format_: str, progressive: bool) -> None:
    picture = _smooth_picture()
    path = tmp_path / "picture"
    Image.fromarray(picture).save(path, format_, quality=95, progressive=progressive)
    assert np.abs(read_image(path).astype(int) - picture).max() <= 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP"])
def test_every_exif_orientation_is_turned_upright(orientation: int, format_: str) -> None:
    upright = _picture(height=5, width=9)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = Image.fromarray(_stored(upright, orientation))
    options = {"lossless": True, "exact": True} if format_ == "WEBP" else {}
    data = _encoded(image, format_, exif=exif, **options)
    np.testing.assert_array_equal(decode_image(data), upright)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_of_a_jpeg_is_turned_upright(orientation: int) -> None:
    upright = _smooth_picture(height=16, width=32)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = _encoded(Image.fromarray(_stored(upright, orientation)), "JPEG", exif=exif, quality=98)
    read = decode_image(data)
    assert read.shape == upright.shape
    assert np.abs(read.astype(int) - upright).max() <= 16


@pytest.mark.parametrize("value", [0, 9, 1000])
def test_an_unknown_orientation_turns_nothing(value: int) -> None:
    picture = _picture()
    exif = Image.Exif()
    exif[ORIENTATION] = value
    np.testing.assert_array_equal(
        decode_image(_encoded(Image.fromarray(picture), "PNG", exif=exif)), picture
    )


def test_broken_exif_data_do_not_hide_the_photograph() -> None:
    picture = _picture()
    data = _encoded(Image.fromarray(picture), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    np.testing.assert_array_equal(decode_image(data), picture)


def test_grey_becomes_three_equal_channels() -> None:
    grey = _picture()[:, :, 0]
    read = decode_image(_encoded(Image.fromarray(grey), "PNG"))
    np.testing.assert_array_equal(read, np.stack([grey] * 3, axis=2))


def test_one_bit_becomes_black_and_white() -> None:
    bits = _picture()[:, :, 0] > 127
    read = decode_image(_encoded(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(read, np.stack([bits * np.uint8(255)] * 3, axis=2))


def test_a_palette_is_looked_up() -> None:
    colours = np.array([(255, 0, 0), (0, 200, 50), (9, 8, 7)], np.uint8)
    indices = np.random.default_rng(1).integers(0, 3, (6, 7)).astype(np.uint8)
    image = Image.fromarray(indices).convert("P")
    image.putdata(indices.ravel().tolist())
    image.putpalette(colours.ravel().tolist())
    np.testing.assert_array_equal(decode_image(_encoded(image, "PNG")), colours[indices])
    np.testing.assert_array_equal(decode_image(_encoded(image, "GIF")), colours[indices])


def test_transparency_shows_white_in_proportion() -> None:
    colour = np.array((200, 100, 0), np.float64)
    alpha = np.array([[0, 64, 128, 255]], np.uint8)
    rgba = np.dstack([np.tile(colour.astype(np.uint8), (1, 4, 1)), alpha])
    share = alpha[:, :, None] / 255.0
    expected = share * colour + (1 - share) * 255.0
    read = decode_image(_encoded(Image.fromarray(rgba), "PNG"))
    assert np.abs(read - expected).max() <= 1.0


def test_a_transparent_palette_colour_shows_white() -> None:
    image = Image.new("P", (4, 3), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((0, 0), 0)
    for format_ in ("PNG", "GIF"):
        read = decode_image(_encoded(image, format_, transparency=0))
        np.testing.assert_array_equal(read[0, 0], (255, 255, 255))
        np.testing.assert_array_equal(read[2, 3], (40, 50, 60))


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_cmyk_is_mixed(format_: str) -> None:
    cmyk = np.zeros((16, 16, 4), np.uint8)
    cmyk[:, :, 1:3] = 255  # magenta and yellow ink make red
    options = {"quality": 100} if format_ == "JPEG" else {}
    read = decode_image(_encoded(Image.fromarray(cmyk, "CMYK"), format_, **options))
    assert np.abs(read.astype(int) - (255, 0, 0)).max() <= 3


@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(format_: str) -> None:
    samples = np.linspace(0, 65535, 64 * 4).reshape(4, 64).astype(np.uint16)
    read = decode_image(_encoded(Image.fromarray(samples), format_))
    expected = np.rint(samples.astype(np.float64) * 255.0 / 65535.0)
    np.testing.assert_array_equal(read, np.stack([expected] * 3, axis=2))


def test_sixteen_bits_in_the_other_byte_order_are_scaled() -> None:
    samples = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    image = Image.frombytes("I;16B", (5, 1), samples.astype(">u2").tobytes())
    read = decode_image(_encoded(image, "TIFF"))
    np.testing.assert_array_equal(read[0, :, 0], np.rint(samples[0] / 257.0))


def test_sixteen_bits_with_colours_are_scaled() -> None:
    values = np.array([0, 257, 257 * 100, 257 * 200, 65535])
    row = b"\0" + b"".join(struct.pack(">HHH", v, v, 65535 - v) for v in values)
    read = decode_image(_png(5, 1, 16, 2, row))
    expected = np.stack([values, values, 65535 - values], axis=1) // 257
    np.testing.assert_array_equal(read[0], expected)


@pytest.mark.parametrize(
    ("samples", "full_scale"),
    [
        ([0, 1000, 40000, 65535], 65535),  # 16-bit data in a 32-bit file
        ([0, 70000, 2**30, 2**31 - 1], 2**31 - 1),
        ([-5, 0, 2**30, 2**31 - 1], 2**31 - 1),
    ],
)
def test_thirty_two_bits_are_scaled(samples: list[int], full_scale: int) -> None:
    read = decode_image(_encoded(Image.fromarray(np.array([samples], np.int32)), "TIFF"))
    expected = np.rint(np.clip(np.array(samples) * 255.0 / full_scale, 0, 255))
    np.testing.assert_array_equal(read[0, :, 0], expected)


def test_floats_from_0_to_1_are_scaled_and_others_refused() -> None:
    samples = np.array([[0.0, 0.25, 0.5, 1.0]], np.float32)
    read = decode_image(_encoded(Image.fromarray(samples), "TIFF"))
    np.testing.assert_array_equal(read[0, :, 1], [0, 64, 128, 255])
    for wrong in (samples * 300, samples - 1, samples * np.nan):
        with pytest.raises(BadInput, match="samples from 0 to 1"):
            decode_image(_encoded(Image.fromarray(wrong), "TIFF"))


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("deep", [np.uint16, np.float32])
def test_a_tiff_whose_zero_is_white_is_no_negative(
    deep: type[np.generic], compression: str, orientation: int
) -> None:
    upright = _picture()
    stored = _stored(upright, orientation)[:, :, 0]
    full_scale = 65535 if deep is np.uint16 else 1.0
    image = Image.fromarray(((255 - stored) * (full_scale / 255)).astype(deep))
    tags = {262: 0, ORIENTATION: orientation}
    read = decode_image(_encoded(image, "TIFF", compression=compression, tiffinfo=tags))
    np.testing.assert_array_equal(read, np.stack([upright[:, :, 0]] * 3, axis=2))


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_picture(format_: str) -> None:
    first, second = (Image.new("RGB", (6, 4), colour) for colour in ((250, 0, 0), (0, 0, 250)))
    options = {"lossless": True} if format_ == "WEBP" else {}
    data = _encoded(first, format_, save_all=True, append_images=[second], **options)
    with Image.open(io.BytesIO(data)) as made:
        assert getattr(made, "n_frames", 1) == 2
    np.testing.assert_array_equal(decode_image(data), np.asarray(first))


def test_a_single_pixel_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pixel.png"
    Image.new("RGB", (1, 1), (1, 2, 3)).save(path)
    np.testing.assert_array_equal(read_image(path), [[[1, 2, 3]]])


def _assert_bad(path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=text) as caught:
        read_image(path)
    assert caught.value.source == str(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    _assert_bad(tmp_path / "missing.jpg", "no such file")
    _assert_bad(tmp_path, "found a folder")
    (tmp_path / "text.jpg").write_text("not a picture at all\n" * 20)
    _assert_bad(tmp_path / "text.jpg", "expected a picture .*another kind of file")
    (tmp_path / "empty.jpg").touch()
    _assert_bad(tmp_path / "empty.jpg", "empty file")
    os.mkfifo(tmp_path / "pipe.jpg")
    _assert_bad(tmp_path / "pipe.jpg", "neither a file nor a folder")
    with pytest.raises(BadInput, match="nothing"):
        decode_image(b"")
    with pytest.raises(BadInput, match=r"no such file|cannot be read"):
        read_image("a\0b.jpg")


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_cut_off_picture_is_bad(tmp_path: Path, format_: str, share: float) -> None:
    data = _encoded(Image.fromarray(_picture(60, 80)), format_)
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: int(len(data) * share)])
    _assert_bad(path, "damaged or cut off|another kind of file")


def test_unreadable_permissions_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "locked.png"
    Image.new("RGB", (2, 2)).save(path)
    path.chmod(0)
    if os.geteuid() == 0:  # the superuser may read everything

        def refuse(*arguments: object, **options: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    _assert_bad(path, "Permission denied")


def test_a_gigantic_picture_is_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "gigantic.png"
    path.write_bytes(_png(20_000, 20_000, 8, 0, b""))  # without any pixels to decode
    _assert_bad(path, "at most 100 megapixels.*save a smaller copy")
    path.write_bytes(_png(10_001, 10_000, 8, 0, b""))
    _assert_bad(path, "at most 100 megapixels, found 10001 x 10000 = 100.01 megapixels")
    assert PIXEL_LIMIT == 100_000_000


def test_pillows_own_limit_neither_warns_nor_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert decode_image(_encoded(Image.new("RGB", (12, 12)), "PNG")).shape == (12, 12, 3)
    with pytest.raises(BadInput, match="megapixels"):
        decode_image(_encoded(Image.new("RGB", (20, 20)), "PNG"))


def test_no_global_state_changes() -> None:
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    data = _encoded(Image.fromarray(_picture()), "JPEG")
    threads = [threading.Thread(target=decode_image, args=(data,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(BadInput):
        decode_image(data[:300])
    assert before == (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
    )


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "TIFF", "GIF"])
def test_damaged_bytes_give_a_picture_or_bad_input(format_: str) -> None:
    data = _encoded(Image.fromarray(_picture(30, 40)), format_)
    generator = np.random.default_rng(2)
    for _ in range(100):
        damaged = bytearray(data)
        for place in generator.integers(0, min(len(data), 300), 3):
            damaged[place] = generator.integers(0, 256)
        try:
            read = decode_image(bytes(damaged))
        except BadInput:
            continue
        assert read.dtype == np.uint8
        assert read.shape[2] == 3


def test_pictures_are_told_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(_encoded(Image.new("RGB", (3, 3)), "GIF"))
    (tmp_path / "text").write_text("GIF is a format")
    (tmp_path / "gigantic").write_bytes(_png(20_000, 20_000, 8, 0, b""))
    assert is_image(tmp_path / "picture")
    assert is_image(tmp_path / "gigantic")
    assert not is_image(tmp_path / "text")
    assert not is_image(tmp_path / "missing")
