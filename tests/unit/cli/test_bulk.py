"""What a log shows of a long list's progress."""

from __future__ import annotations

from adieu.cli.bulk import progress_line


def test_a_line_of_progress_tells_rate_and_time_left() -> None:
    assert progress_line("closing", 2_500, 100_000, 5.0) == "closing: 2,500 of 100,000 members, 500/s, 0:03:15 left"
    assert progress_line("closing", 1, 10_000, 1.0).endswith("2:46:39 left")
