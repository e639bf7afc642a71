"""Draw the walks: a PNG file and a video of no content for each job, with the standard library."""

import struct
import zlib

import signac

SIZE = 120


def chunk(kind, data):
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows):
    """Return a PNG file of gray values."""
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def draw(positions):
    """Draw positions as bars."""
    rows = [[255] * SIZE for _ in range(SIZE)]
    width = SIZE // len(positions)
    for number, position in enumerate(positions):
        middle, top = SIZE // 2, SIZE // 2 - int(position * 10)
        for y in range(min(middle, top), max(middle, top) + 1):
            for x in range(number * width, number * width + width - 2):
                rows[y][x] = 90
    return png(rows)


project = signac.get_project()
for job in project:
    with open(job.fn("walk.txt")) as file:
        picture = draw([float(line) for line in file])
    for name, data in (("walk.png", picture), ("walk.mp4", b"\0\0\0\x18ftypmp42")):
        with open(job.fn(name), "wb") as file:
            file.write(data)
with open(project.fn("all.png"), "wb") as file:
    file.write(picture)
