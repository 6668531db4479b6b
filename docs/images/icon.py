"""Draws icon.png, 128 x 128: clicks on the left, a narrow latent layer, scores on the right."""
import struct
import sys
import zlib

SIZE, SCALE = 128, 4  # drawn four times as large, then averaged
BACKGROUND, LINE, DOT, CHOSEN = (24, 42, 74), (70, 100, 150), (235, 240, 250), (255, 176, 59)
CORNER = 24
LAYERS = [(24, [24, 50, 78, 104]), (64, [46, 82]), (104, [24, 50, 78, 104])]
LINKS = [((x, a), (u, b)) for (x, column), (u, other) in zip(LAYERS, LAYERS[1:]) for a in column for b in other]
DOTS = [((x, y), 10 if x == 64 else 8, CHOSEN if (x, y) == (104, 50) else DOT) for x, column in LAYERS for y in column]


def distance(x, y, start, end):
    """From a point to a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = min(1, max(0, ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy)))
    return ((x - start[0] - along * dx) ** 2 + (y - start[1] - along * dy) ** 2) ** 0.5


def color(x, y):
    """Red, green, blue and opacity of a point."""
    inside = [min(max(v, CORNER), SIZE - CORNER) for v in (x, y)]
    if (x - inside[0]) ** 2 + (y - inside[1]) ** 2 > CORNER**2:
        return 0, 0, 0, 0
    for (u, v), radius, paint in DOTS:
        if (x - u) ** 2 + (y - v) ** 2 <= radius**2:
            return *paint, 255
    return (*(LINE if any(distance(x, y, *link) < 1.2 for link in LINKS) else BACKGROUND), 255)


def pixel(x, y):
    points = [color(x + (i + 0.5) / SCALE, y + (j + 0.5) / SCALE) for i in range(SCALE) for j in range(SCALE)]
    opacity = sum(p[3] for p in points) // len(points)
    shown = [p for p in points if p[3]] or points
    return bytes([*(sum(p[c] for p in shown) // len(shown) for c in range(3)), opacity])


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
with open(sys.argv[1], "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
               + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
