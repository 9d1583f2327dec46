"""Everything on a sheet has its place: inside the picture, and nowhere over another."""

from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.media.errors import InvalidOption
from app.media.pictures.geometry import MAX_SIDE
from app.media.requests.contact_sheet import MIN_TILE_WIDTH, SheetLook
from app.media.stills.sheet_plan import plan_sheet
from tests.media.sheets import LONG, header_of

sides = st.integers(1, 4096)


@given(
    width=st.integers(160, 8192),
    columns=st.integers(1, 8),
    rows=st.integers(1, 8),
    margin=st.integers(0, 60),
    gap=st.integers(0, 30),
    shown=st.tuples(sides, sides),
    filename=st.sampled_from(["film.mp4", LONG, "", "会議" * 100, "Z\u0335" * 100]),
)
def test_nothing_overlaps_or_leaves_the_sheet(
    width: int, columns: int, rows: int, margin: int, gap: int, shown: tuple[int, int], filename: str
) -> None:
    assume(width - 2 * margin - (columns - 1) * gap >= columns * MIN_TILE_WIDTH)
    look = SheetLook(width=width, columns=columns, rows=rows, margin=margin, gap=gap, title=filename[:200])

    plan = plan_sheet(header_of(*shown, filename=filename), look, columns * rows)

    boxes = [(cell.left, cell.top, cell.left + cell.width, cell.top + cell.height) for cell in plan.cells]
    boxes += [
        (line.left, line.top, line.left + line.lettering.width(line.text), line.top + line.lettering.height)
        for line in plan.lines
    ]
    assert plan.size.width <= width and plan.size.height <= MAX_SIDE
    assert all(0 <= x0 < x1 <= plan.size.width and 0 <= y0 < y1 <= plan.size.height for x0, y0, x1, y1 in boxes)
    assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))


def test_columns_fill_the_width_between_the_margins_with_equal_gaps() -> None:
    look = SheetLook(width=1283, columns=7, rows=1, margin=10, gap=3)

    cells = plan_sheet(header_of(), look, 7).cells

    assert (cells[0].left, cells[-1].left + cells[-1].width) == (10, 1273)
    assert {right.left - left.left - left.width for left, right in pairwise(cells)} == {3}
    assert {cell.width for cell in cells} == {177, 178}


def test_a_sheet_that_would_be_too_high_is_narrower() -> None:
    plan = plan_sheet(header_of(1080, 1920), SheetLook(width=8192, columns=4, rows=10), 40)

    assert MAX_SIDE - 40 < plan.size.height <= MAX_SIDE
    assert plan.size.width < 8192


def test_tiles_without_room_are_refused_by_name() -> None:
    with pytest.raises(InvalidOption, match="too narrow") as refusal:
        plan_sheet(header_of(), SheetLook(width=160, columns=20), 80)
    with pytest.raises(InvalidOption, match="8192 pixels high") as refusal_of_rows:
        plan_sheet(header_of(90, 160), SheetLook(columns=1, rows=50, margin=400, gap=200), 50)

    assert (refusal.value.field, refusal_of_rows.value.field) == ("columns", "rows")
