"""The intensity from which action units count as active in labels that were derived from it."""

import numpy as np
from numpy.typing import NDArray

from facebehavior.evaluation.truth import Truth
from facebehavior.labels import ACTION_UNIT_COLUMNS, Manifest

LEVELS = 5
"""The coders' levels are 0 to 5, and intensities are shares of 5."""


def active_from(manifest: Manifest, rows: NDArray[np.int64], truth: Truth) -> int | None:
    """Tell from which coders' level, 1 to 5, the judged action units count as active.

    It is read from the labels themselves: the lowest level of an active action unit, if no inactive
    one reaches it.

    Args:
        manifest: N rows.
        rows: (M,) those that are judged.
        truth: which action units are judged.

    Returns:
        None where no judged action unit has an intensity, none is active, an intensity is no
        coders' level, or the labels do not follow from one level (as where people have coded
        presence and intensity apart).
    """
    if truth.action_units is None:
        return None
    lowest_active, highest_inactive = np.inf, -np.inf
    for place, name in enumerate(ACTION_UNIT_COLUMNS):
        column = f"{name}_intensity"
        if column not in manifest.table.column_names:
            continue
        intensity = manifest.column(column)
        known = intensity.is_valid().to_numpy() & truth.action_units.annotated[:, place]
        chosen = rows[known[rows]]
        levels = LEVELS * intensity.fill_null(0.0).to_numpy().astype(np.float64)
        if not np.allclose(levels[chosen], np.round(levels[chosen]), atol=1e-4):
            return None
        active = truth.action_units.values[chosen, place].astype(np.bool_)
        lowest_active = min(lowest_active, levels[chosen][active].min(initial=np.inf))
        highest_inactive = max(highest_inactive, levels[chosen][~active].max(initial=-np.inf))
    follows = highest_inactive < lowest_active < np.inf
    return round(lowest_active) if follows else None
