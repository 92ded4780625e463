"""Put measured figures into the README and the model card, from the files that measured them.

    python tools/write_figures.py

reads the JSON files under `docs/results/` (written by the benchmarks and by `facebehavior
evaluate`) and replaces what stands between `<!-- figures: NAME -->` and `<!-- end -->` in the pages
named below. With `--check` it changes nothing and fails where a page is out of date.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "results"
PAGES = ("README.md", "src/facebehavior/model_file/models/ferplus.md", "docs/synthesis.md")


def main() -> None:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="fail where a page is out of date")
    arguments = parser.parse_args()
    stale = []
    for page in PAGES:
        path = ROOT / page
        before = path.read_text()
        after = filled(before)
        if after != before:
            stale.append(page)
            if not arguments.check:
                path.write_text(after)
    if stale and arguments.check:
        sys.exit(f"out of date: {', '.join(stale)}; run: python tools/write_figures.py")


def filled(text: str) -> str:
    """Replace the figures of a page."""
    pattern = r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda m: f"{m[1]}{FIGURES[m[2]]()}\n{m[3]}", text, flags=re.DOTALL)


def expression_figures(name: str) -> str:
    """Headline and recall of each expression, as `facebehavior evaluate` has found them."""
    report = _result(f"{name}/report.json")
    expression = report["expression"]
    figures = expression["figures"]
    lines = [
        f"| metric | value (95 % interval), n = {report['images']} |",
        "| --- | --- |",
        f"| accuracy | {_percent(figures['accuracy'])} |",
        f"| unweighted average recall | {_percent(figures['unweighted_average_recall'])} |",
        f"| macro-F1 | {_percent(figures['macro_f1'])} |",
        "",
        "| expression | recall | pictures |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {row['name']} | {_percent(row['recall'])} | {row['images']} |"
        for row in expression["classes"]
    ]
    return "\n".join(lines)


def speed_figures() -> str:
    """The benchmarks."""
    analysis, training = _result("analysis_speed.json"), _result("training_speed.json")
    rendering = _result("rendering_speed.json")
    width, height = analysis["size"]
    lines = [
        f"| analysing a video of {width} x {height}, one face | ms a frame |",
        "| --- | --- |",
    ]
    lines += [f"| {name} | {value:.2f} |" for name, value in analysis["stages_ms"].items()]
    lines += [
        f"| **whole**, stages overlapped ({analysis['runtime']}) | {analysis['whole_ms']:.2f} |",
        f"| MediaPipe's landmarker alone | {analysis['landmarker_alone_ms']:.2f} |",
        f"| ratio, median of the pairs of runs {_spread(analysis)} | {analysis['ratio']:.2f} |",
        "",
        "| an aligned face through the network alone, batches of 32, one core | ms | ratio |",
        "| --- | --- | --- |",
        *(
            f"| {row['model']}, {row['runtime']} | {row['median_ms']:.2f} | {row['ratio']:.2f} |"
            for row in _result("packaged_speed.json")["models"]
        ),
        "",
        f"| training, {training['size']} pixels, {training['precision']} | images a second |",
        "| --- | --- |",
        f"| bare forward and backward pass | {training['bare_images_per_second']:.0f} |",
        f"| full loop | {training['full_images_per_second']:.0f} |",
        f"| ratio, median of the pairs of runs {_spread(training)} | {training['ratio']:.2f} |",
        "",
        "| rendering a head of 128 pixels, one core | ms |",
        "| --- | --- |",
        f"| z-buffer | {rendering['ours_ms']:.1f} |",
        f"| OpenGL in software, without shadows | {rendering['opengl_ms']:.1f} |",
        f"| ratio, median of the pairs of runs {_spread(rendering)} | {rendering['ratio']:.2f} |",
        f"| the whole picture, plan to JPEG | {rendering['whole_ms']:.1f} |",
    ]
    return "\n".join(lines)


def synthetic_label_figures() -> str:
    """The tables of the study of the synthetic labels."""
    page = (RESULTS / "synthetic_labels.md").read_text()
    tables = page.partition("\n## ")[2]
    return f"### {tables}".replace("\n## ", "\n### ").strip()


COUPLED_ARMS = (
    "posterior",
    "posterior_marginal",
    "posterior_deranged",
    "both",
    "both_empirical",
    "both_marginal",
    "both_deranged",
    "soft",
)


CONFIRMED_ARMS = ("posterior", "both", "soft_and_matching")


def coupling_figures() -> str:
    """What coupling gains over no coupling in the study of negative transfer, in the new domain."""
    summary = _result("negative_transfer/summary.json")
    gains = {
        (one["world"], one["better"], one["figure"]): one
        for one in summary["gains"]
        if one["worse"] == "uncoupled"
    }
    figures = ("expression_uar", "action_units_auc", "affect_ccc")
    lines = [
        "| gain over no coupling (95 % interval) | expression UAR | AU ROC AUC | affect CCC |",
        "| --- | --- | --- | --- |",
    ]
    rows = [("B", arm, arm.replace("_", ", ")) for arm in COUPLED_ARMS]
    confirmed = [arm for arm in CONFIRMED_ARMS if ("confirmation", arm, figures[0]) in gains]
    rows += [("confirmation", arm, f"{arm.replace('_', ' ')}, new people") for arm in confirmed]
    for world, arm, name in rows:
        cells = [gains[world, arm, figure] for figure in figures]
        shown = " | ".join(f"{c['mean']:+.3f} ({c['low']:+.3f} to {c['high']:+.3f})" for c in cells)
        seeds = cells[0]["seeds"]
        lines.append(f"| {name}, {seeds} seed{'s' * (seeds > 1)} | {shown} |")
    return "\n".join(lines)


PACKAGED = {
    "expression": ("accuracy", "unweighted_average_recall"),
    "action_units": ("mean_roc_auc", "mean_f1"),
    "affect": ("mean_ccc",),
    "compound": ("unweighted_average_recall",),
    "attributes": ("mean_roc_auc",),
    "identity": ("roc_auc", "rank_1"),
}


def packaged_figures() -> str:
    """What the packaged model reaches; its card has more sets of pictures."""
    lines = ["| pictures | figure | value (95 % interval) | n |", "| --- | --- | --- | --- |"]
    for name in ("ferplus", "test", "lfw"):
        report = _result(f"packaged/{name}/report.json")
        for task, metrics in PACKAGED.items():
            if report.get(task) is not None:
                lines += _packaged_rows(name, task, metrics, report[task])
    return "\n".join(lines)


def _packaged_rows(
    pictures: str, task: str, metrics: tuple[str, ...], result: dict[str, Any]
) -> list[str]:
    rows = []
    for metric in metrics:
        one = result["figures"][metric]
        shown = f"{one['value']:.3f}"
        if one.get("low") is not None:
            shown += f" ({one['low']:.3f} to {one['high']:.3f})"
        spoken = f"{task}: {metric}".replace("_", " ")
        rows.append(f"| {pictures} | {spoken} | {shown} | {result['images']} |")
    return rows


def compound_figures() -> str:
    """Zero-shot compound expressions of the studied networks, and of the packaged model."""
    packaged = _result("compound_packaged.json")
    found = _result("compound.json")["uar"] | {packaged["model"]: packaged["test"]["uar"]}
    rules = list(packaged["test"]["uar"])
    lines = [f"| networks | {' | '.join(rules)} |", "| --- " * (len(rules) + 1) + "|"]
    for arm in found:
        cells = (found[arm][rule] for rule in rules)
        shown = " | ".join(f"{c['value']:.3f} ({c['low']:.3f} to {c['high']:.3f})" for c in cells)
        lines.append(f"| {arm} | {shown} |")
    return "\n".join(lines)


def identity_figures() -> str:
    """The second case study."""
    found = _result("identity_attributes.json")["means"]
    names = ("identification", "verification", "attributes_new")
    lines = [
        "| networks | identification | verification, new people | attributes, new people |",
        "| --- | --- | --- | --- |",
    ]
    for arm, figures in found.items():
        cells = (f"{figures[name]:.3f}" if name in figures else "-" for name in names)
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    return "\n".join(lines)


def few_shot_figures() -> str:
    """A compound head from a few pictures of each class, tested in another domain."""
    found = _result("few_shot.json")["means"]
    starts = (
        "coupled, head alone",
        "coupled, all",
        "uncoupled, head alone",
        "expressions alone, head alone",
        "from scratch, all",
    )
    shots = (1, 5, 10, 50)
    titles = " | ".join(f"k = {k}" for k in shots)
    lines = [f"| start, trained | {titles} |", "| --- | --- | --- | --- | --- |"]
    for start in starts:
        cells = (found[f"other domain: {start}, k = {k}"]["uar"] for k in shots)
        lines.append(f"| {start} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")
    return "\n".join(lines)


def one_network_figures() -> str:
    """One network for both case studies, against two."""
    found = _result("one_network.json")["means"]
    names = {
        "expression_uar": "expression UAR",
        "action_units_auc": "AU ROC AUC",
        "affect_ccc": "affect CCC",
        "identification": "identification",
        "lfw_verification": "verification, LFW",
    }
    lines = [
        f"| networks | {' | '.join(names.values())} |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for arm, figures in found.items():
        cells = (f"{figures[name]:.3f}" if name in figures else "-" for name in names)
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    return "\n".join(lines)


def video_figures() -> str:
    """Videos: speed, memory, latency, tracks."""
    found, tracks = _result("video.json"), _result("tracking.json")
    memory, live = found["memory"], found["live"]
    lines = ["| video | |", "| --- | --- |"]
    for name in ("one_face", "four_faces"):
        one = found[name]
        lines.append(
            f"| {name.replace('_', ' ')}, frames a second (ratio to the landmarker alone) | "
            f"{one['frames_per_second']:.0f} ({one['ratio']:.2f}) |"
        )
    lines += [
        f"| memory at frame 1,000 and {memory['frames']:,} | {memory['early_mib']:.0f} and "
        f"{memory['last_mib']:.0f} MiB ({memory['growth']:+.1%}) |",
        f"| live: first and median latency | {live['first_ms']:.0f} and "
        f"{live['median_ms']:.0f} ms |",
        *(
            f"| four synthetic people who cross and leave, `{column}`{where}: switches, IDF1 | "
            f"{tracks[name]['switches']} of {tracks[name]['found']:,} faces, "
            f"{tracks[name]['idf1']:.3f} |"
            for name, column, where in (
                ("track", "track", ""),
                ("person", "person", ""),
                ("person_over_two_videos", "person", " over two videos"),
            )
        ),
    ]
    return "\n".join(lines)


FIGURES: Mapping[str, Callable[[], str]] = {
    "ferplus": lambda: expression_figures("ferplus"),
    "lfw": lambda: expression_figures("lfw"),
    "speed": speed_figures,
    "synthetic_labels": synthetic_label_figures,
    "coupling": coupling_figures,
    "packaged": packaged_figures,
    "compound": compound_figures,
    "few_shot": few_shot_figures,
    "identity": identity_figures,
    "one_network": one_network_figures,
    "video": video_figures,
}


def _result(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RESULTS / name).read_text())
    return content


def _spread(result: Mapping[str, Any]) -> str:
    return f"({min(result['ratios']):.2f} to {max(result['ratios']):.2f})"


def _percent(interval: Mapping[str, float]) -> str:
    value, low, high = (100 * interval[key] for key in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"


if __name__ == "__main__":
    main()
