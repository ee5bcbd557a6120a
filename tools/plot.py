"""Draws docs/scale.svg from docs/scale.json: `make docs`. Runs in its own environment."""

import json
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Plot time by number of secrets, with a panel for each command and a line for each shape."""
    measured = json.loads((DOCS / "scale.json").read_text())
    shapes, costs = measured["shapes"], measured["costs"]
    commands = dict.fromkeys(cost["command"] for cost in costs)
    # The same bytes each time, and text in the fonts of the reader's browser.
    mpl.rcParams.update({"svg.hashsalt": "scale", "svg.fonttype": "none"})
    figure = Figure(figsize=(9, 6), layout="constrained")
    for panel, command in zip(figure.subplots(2, 2).flat, commands, strict=True):
        for (shape, label), marker in zip(shapes.items(), "os^", strict=True):
            points = sorted(
                (cost["number"], cost["seconds"])
                for cost in costs
                if (cost["shape"], cost["command"]) == (shape, command) and not cost["own_keys"]
            )
            panel.plot(*zip(*points, strict=True), marker=marker, label=label)
        panel.set(title=command, xlabel="secrets", ylabel="seconds")
        panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(DOCS / "scale.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
