"""Charts as inline SVG: no script, nothing from a network, sizes in `em` and per cent so that they fit any width.

Every chart carries its title and description, direct labels, and a table behind it with every number, which is its
equivalent in text. Colours come of the page's own custom properties (`--accent`, `--ink`, `--soft`, `--line`), so that a
chart is dark on a dark page and black on paper. A second series differs by shape, not by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import east_asian_width

from adieu.archive.tables import escaped

Number = int | Decimal

STYLE = """
.chart{margin:1.5rem 0}
.chart figcaption{font-weight:600}
.chart svg{display:block;width:100%;overflow:visible;font-size:.875rem;font-variant-numeric:tabular-nums;margin:.5rem 0}
.chart text{fill:var(--ink)}
.chart .axis{fill:var(--soft)}
.chart .row{font-weight:600}
.chart .bar{fill:var(--accent)}
.chart .open{fill:none;stroke:var(--accent);stroke-width:1.5}
.chart .ground{stroke:var(--line)}
.chart summary{min-height:2.75rem;padding:.5rem 0;color:var(--accent);cursor:pointer}
@media print{.chart{break-inside:avoid}.chart details:not([open]){display:none}}
"""
#: Width of a label that fits a screen of 320 px beside its value, in half-width characters.
_LABEL_WIDTH = 26


@dataclass(frozen=True, kw_only=True)
class Table:
    """The numbers behind a chart, already written out. The first column names its row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around a chart."""

    id: str  # one of its own on the page; letters, digits and hyphens
    title: str
    description: str  # what a reader who cannot see it should know
    summary: str  # opens the table
    table: Table


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One value with its labels. A value below nought has no bar, only its label."""

    label: str
    value: Number
    written: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    """One row of upright bars, on one scale with the others of its chart."""

    title: str  # above the row; "" leaves it out
    values: tuple[Number, ...]
    written: tuple[str, ...]  # above each bar; "" leaves it out
    axis: tuple[str, ...]  # below each bar; "" leaves it out


def bars(frame: Frame, series: Sequence[Sequence[Bar]]) -> str:
    """Level bars, label and value above each. Within a group the first is filled, the others are outlined."""
    greatest = max((bar.value for group in series for bar in group), default=0)
    top, parts = 0.0, []
    for group in series:
        for place, bar in enumerate(group):
            width = _share(bar.value, greatest)
            shape = "bar" if place == 0 else "open"
            parts.append(
                f'<text y="{top + 1:.4g}em">{escaped(shortened(bar.label))}</text>'
                f'<text x="100%" y="{top + 1:.4g}em" text-anchor="end">{escaped(bar.written)}</text>'
                f'<rect class="{shape}" y="{top + 1.4:.4g}em" width="{width}%" height=".7em" rx="2"/>'
            )
            top += 2.5
        top += 0.4
    return _figure(frame, "".join(parts), top)


def columns(frame: Frame, rows: Sequence[Columns]) -> str:
    """Upright bars, one row below the other."""
    greatest = max((value for row in rows for value in row.values), default=0)
    top, parts = 0.0, []
    for row in rows:
        if row.title:
            parts.append(f'<text class="row" y="{top + 1:.4g}em">{escaped(row.title)}</text>')
            top += 1.5
        parts.append(_upright(row, greatest, top))
        top += _HEIGHT + _AXIS
    return _figure(frame, "".join(parts), top)


_HEIGHT = 4.0  # em, of the greatest value
_AXIS = 3.4  # em, of the labels above and below, and the space to the next row


def _upright(row: Columns, greatest: Number, top: float) -> str:
    each = 100 / len(row.values)
    ground = top + 1.3 + _HEIGHT
    parts = [f'<line class="ground" x2="100%" y1="{ground:.4g}em" y2="{ground:.4g}em"/>']
    for place, (value, written, axis) in enumerate(zip(row.values, row.written, row.axis, strict=True)):
        height = _HEIGHT * float(_share(value, greatest)) / 100
        left, middle = each * place, each * (place + 0.5)
        if height:
            parts.append(
                f'<rect class="bar" x="{left + each * 0.12:.4g}%" y="{ground - height:.4g}em" width="{each * 0.76:.4g}%" '
                f'height="{height:.4g}em"/>'
            )
        if written:
            x, anchor = _anchored(left, middle, left + each, len(written) * 2 > each)
            parts.append(f'<text x="{x:.4g}%" y="{ground - height - 0.3:.4g}em" text-anchor="{anchor}">{escaped(written)}</text>')
        if axis:
            parts.append(
                f'<text class="axis" x="{middle:.4g}%" y="{ground + 1.2:.4g}em" text-anchor="middle">{escaped(axis)}</text>'
            )
    return "".join(parts)


def _anchored(left: float, middle: float, right: float, wide: bool) -> tuple[float, str]:
    """Where a label stands so that it does not run over the edge."""
    if wide and middle < 13:
        return left, "start"
    if wide and middle > 87:
        return right, "end"
    return middle, "middle"


def table(content: Table) -> str:
    """A table whose first column names its row; the others are numbers."""
    first, *others = content.heads
    head = f"<th scope=col>{escaped(first)}</th>" + "".join(f"<th scope=col class=n>{escaped(other)}</th>" for other in others)
    rows = "".join(
        f"<tr><th scope=row>{escaped(row[0])}</th>" + "".join(f"<td class=n>{escaped(cell)}</td>" for cell in row[1:]) + "</tr>\n"
        for row in content.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n"


def shortened(label: str, width: int = _LABEL_WIDTH) -> str:
    """The label cut to `width` half-width characters; a Hangul syllable takes two."""
    taken = 0
    for place, character in enumerate(label):
        taken += 2 if east_asian_width(character) in "WF" else 1
        if taken > width:
            return label[: max(place - 1, 1)].rstrip() + "…"
    return label


def _share(value: Number, greatest: Number) -> str:
    """`value` in per cent of `greatest`, as SVG writes it; "0" for what is not above nought."""
    if value <= 0 or greatest <= 0:
        return "0"
    return format(max(float(Decimal(value) * 100 / Decimal(greatest)), 0.5), ".4g")


def _figure(frame: Frame, drawn: str, height_em: float) -> str:
    title, described = f"{frame.id}-title", f"{frame.id}-description"
    return (
        f'<figure class="chart"><figcaption>{escaped(frame.title)}</figcaption>\n'
        f'<svg role="img" aria-labelledby="{title} {described}" '
        f'height="{height_em:.4g}em" width="100%">'
        f'<title id="{title}">{escaped(frame.title)}</title><desc id="{described}">{escaped(frame.description)}</desc>{drawn}'
        f"</svg>\n<details><summary>{escaped(frame.summary)}</summary>\n{table(frame.table)}</details></figure>\n"
    )
