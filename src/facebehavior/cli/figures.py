"""What an evaluation has found, in a few lines on the terminal."""

from facebehavior.evaluation import Evaluation
from facebehavior.evaluation.naming import interval_title, named_figures


def figures_text(evaluation: Evaluation) -> str:
    """Tell the model, the pictures, and every figure with its interval.

    What the protocol asks for is marked by a star.
    """
    dropped = ", ".join(f"{count} {reason}" for reason, count in evaluation.dropped.items())
    lines = [
        f"model: {evaluation.model_name} {evaluation.model_version}, "
        f"sha256 {evaluation.model_sha256}",
        f"pictures: {', '.join(evaluation.databases)}, {evaluation.split or 'all rows'}, by the "
        f"protocol {evaluation.protocol.name}",
        f"judged: {evaluation.images} of {evaluation.rows} rows; left out: {dropped or 'none'}",
    ]
    if evaluation.unanswered:
        lines.append(f"never taught, not judged: {', '.join(evaluation.unanswered)}")
    rows = [("", "value", interval_title(evaluation), "images")]
    rows += [
        (f"{one.name}{' *' if one.asked_for else ''}", one.value, one.bounds, str(one.images))
        for one in named_figures(evaluation)
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        right = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *right]))
    return "\n".join(lines)
