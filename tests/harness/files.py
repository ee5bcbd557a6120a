"""Finds files of this repository for its own tools."""

from pathlib import Path

from tools.environments import ROOT


def files(*globs: str, repository: Path = ROOT) -> list[Path]:
    """The files that match one of the globs, except those in hidden folders."""
    found: list[Path] = []
    for folder, folders, names in repository.walk():
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [folder / name for name in names]
    return sorted(
        file
        for file in found
        if any(file.relative_to(repository).full_match(glob) for glob in globs)
    )
