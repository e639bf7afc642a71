"""The figure of the study: isotherms, deviations from the reference, and structure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from reference_eos import coexistence, kolafa_nezbeda, thol

if TYPE_CHECKING:
    from analyse import Point
    from matplotlib.axes import Axes

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
MARKERS = ["o", "s", "D", "^"]


def draw(points: list[Point], output: Path) -> None:
    """Write the figure as PNG."""
    temperatures = sorted({point.temperature for point in points})
    styles = {
        temperature: (COLOURS[index % 4], MARKERS[index % 4])
        for index, temperature in enumerate(temperatures)
    }
    with plt.rc_context({"font.size": 10, "axes.axisbelow": True, "legend.frameon": False}):
        figure = plt.figure(figsize=(11, 7.4), layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=[1.35, 1.0])
        pressure = figure.add_subplot(grid[:, 0])
        draw_isotherms(pressure, points, styles)
        draw_zoom(pressure, points, styles)
        draw_deviations(figure.add_subplot(grid[0, 1]), points, styles)
        draw_structure(figure.add_subplot(grid[1, 1]), points, styles)
        figure.suptitle(
            f"Lennard-Jones fluid, {points[0].number} particles: hybrid Monte Carlo and published "
            "equations of state"
        )
        figure.savefig(output, dpi=150)
        plt.close(figure)


def draw_curves(axes: Axes, temperature: float, highest: float, colour: str) -> None:
    """Draw the reference: two branches and the plateau between them, or one curve."""
    phases = coexistence(temperature)
    spans = [(0.001, highest)]
    if phases:
        spans = [(0.001, phases.gas), (phases.liquid, highest)]
        axes.plot([phases.gas, phases.liquid], [phases.pressure] * 2, "--", color=colour, lw=1.3)
    for low, high in spans:
        densities = np.linspace(low, high, 300)
        curve = [thol(temperature, density).pressure for density in densities]
        axes.plot(densities, curve, "-", color=colour, lw=1.3)


def draw_points(axes: Axes, points: list[Point], colour: str, marker: str) -> None:
    """Draw the simulated pressures with their standard errors; two phases as open symbols."""
    for point in points:
        value, error = point.pressure
        axes.errorbar(
            point.density,
            value,
            yerr=error,
            fmt=marker,
            ms=5.5,
            color=colour,
            mfc="white" if point.two_phases else colour,
            capsize=3,
            elinewidth=1.2,
        )


def draw_isotherms(axes: Axes, points: list[Point], styles: dict[float, tuple[str, str]]) -> None:
    """Draw pressure over density."""
    highest = max(point.density for point in points) + 0.02
    for temperature, (colour, marker) in styles.items():
        same = [point for point in points if point.temperature == temperature]
        draw_curves(axes, temperature, max(point.density for point in same) + 0.02, colour)
        draw_points(axes, same, colour, marker)
        last = max(same, key=lambda point: point.density)
        axes.annotate(
            f"$T^* = {temperature:g}$",
            (last.density, last.pressure[0]),
            xytext=(9, -2),
            textcoords="offset points",
            va="top",
            color=colour,
        )
    grey = "0.3"
    handles = [
        axes.errorbar(
            [],
            [],
            yerr=[],
            fmt="o",
            color=grey,
            capsize=3,
            label="simulation ± 1 standard error (right: magnified)",
        ),
        axes.plot(
            [], [], "o", mfc="white", color=grey, label="simulation where two phases coexist"
        )[0],
        axes.plot([], [], "-", color=grey, label="Thol et al. (2016)")[0],
        axes.plot([], [], "--", color=grey, label="gas-liquid coexistence (Thol et al.)")[0],
    ]
    axes.legend(handles=handles, loc="upper left")
    axes.set(
        xlim=(0, 1.15 * highest),
        xlabel=r"density  $\rho\,\sigma^3$",
        ylabel=r"pressure  $p\,\sigma^3/\varepsilon$",
    )
    axes.grid(alpha=0.25)


def draw_zoom(axes: Axes, points: list[Point], styles: dict[float, tuple[str, str]]) -> None:
    """Repeat the low pressures in an inset."""
    inset = axes.inset_axes((0.12, 0.33, 0.5, 0.42))
    for temperature, (colour, marker) in styles.items():
        same = [point for point in points if point.temperature == temperature]
        draw_curves(inset, temperature, max(point.density for point in same), colour)
        draw_points(inset, same, colour, marker)
    lowest = min(0.0, *(point.pressure[0] for point in points))
    inset.set(xlim=(0, 0.85), ylim=(lowest - 0.1, 0.62))
    inset.axhline(0.0, color="0.5", lw=0.6)
    inset.tick_params(labelsize=8)
    inset.grid(alpha=0.25)


def draw_deviations(axes: Axes, points: list[Point], styles: dict[float, tuple[str, str]]) -> None:
    """Draw simulated minus reference pressure, where there is one phase."""
    for shift, (temperature, (colour, marker)) in enumerate(styles.items()):
        same = [p for p in points if p.temperature == temperature and not p.two_phases]
        axes.errorbar(
            [point.density + 0.006 * (shift - 1) for point in same],
            [point.deviation for point in same],
            yerr=[point.pressure[1] for point in same],
            fmt=marker,
            ms=4.5,
            color=colour,
            capsize=2.5,
            elinewidth=1.2,
            label=f"$T^* = {temperature:g}$",
        )
        dense = [p.density for p in same if p.density > 0.05]
        if dense:
            densities = np.linspace(min(dense), max(dense), 100)
            axes.plot(
                densities,
                [
                    kolafa_nezbeda(temperature, density).pressure
                    - thol(temperature, density).pressure
                    for density in densities
                ],
                ":",
                color=colour,
                lw=1.2,
            )
    axes.plot([], [], ":", color="0.3", label="Kolafa and Nezbeda (1994)")
    axes.axhline(0.0, color="0.3", lw=1.0)
    axes.set(
        xlabel=r"density  $\rho\,\sigma^3$",
        ylabel=r"$(p - p_{\mathrm{Thol}})\,\sigma^3/\varepsilon$",
        title="deviation from the reference",
    )
    axes.legend(fontsize=8, loc="lower left")
    axes.grid(alpha=0.25)


def draw_structure(axes: Axes, points: list[Point], styles: dict[float, tuple[str, str]]) -> None:
    """Draw the radial distribution function at the highest density of each temperature."""
    for temperature, (colour, _) in styles.items():
        same = [point for point in points if point.temperature == temperature]
        for point, style in ((same[-1], "-"), (same[len(same) // 3], "--")):
            curves = []
            for job in point.jobs:
                with job.data:
                    radius = job.data["structure/radius"][:]
                    curves.append(job.data["structure/g"][:])
            label = rf"$T^* = {temperature:g},\ \rho^* = {point.density:g}$"
            axes.plot(radius, np.mean(curves, axis=0), style, color=colour, lw=1.2, label=label)
    axes.axhline(1.0, color="0.5", lw=0.6)
    axes.set(
        xlim=(0.7, 4.0),
        xlabel=r"distance  $r/\sigma$",
        ylabel=r"$g(r)$",
        title="radial distribution function",
    )
    axes.legend(fontsize=8)
    axes.grid(alpha=0.25)
