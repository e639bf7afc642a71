"""Gather the finished jobs, compare them with published references, and draw the figure.

python examples/lennard_jones/analyse.py [--path DIR] [--output FILE]
"""

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from averages import combine, reduced_chi_square
from reference_eos import (
    NIST_MONTE_CARLO,
    Properties,
    coexistence,
    kolafa_nezbeda,
    second_virial,
    thol,
)
from study import DEFAULT_PATH

import signac

STANDARD_ERRORS = 2.0  # a pressure agrees when it lies within so many of the reference,
FRACTION = 0.01  # or within this part of it


@dataclass(frozen=True)
class Point:
    """All replicas of one state of one system."""

    temperature: float
    density: float
    number: int
    cutoff: float
    jobs: list[signac.job.Job]
    pressures: list[float]
    pressure_errors: list[float]
    energies: list[float]
    energy_errors: list[float]

    @property
    def pressure(self) -> tuple[float, float]:
        """Mean and standard error."""
        return combine(self.pressures, self.pressure_errors)

    @property
    def energy(self) -> tuple[float, float]:
        """Mean and standard error, per particle."""
        return combine(self.energies, self.energy_errors)

    @property
    def reference(self) -> Properties:
        """The equation of state of Thol et al."""
        return thol(self.temperature, self.density)

    @property
    def two_phases(self) -> bool:
        """Whether a large system would separate into gas and liquid."""
        phases = coexistence(self.temperature)
        return phases is not None and phases.gas < self.density < phases.liquid

    @property
    def expected(self) -> float:
        """The pressure of a large system: that of coexistence where there are two phases."""
        phases = coexistence(self.temperature)
        return phases.pressure if phases and self.two_phases else self.reference.pressure

    @property
    def deviation(self) -> float:
        """Simulated minus expected pressure."""
        return self.pressure[0] - self.expected

    @property
    def agrees(self) -> bool:
        """Whether the deviation is within the tolerance."""
        tolerance = max(STANDARD_ERRORS * self.pressure[1], FRACTION * abs(self.expected))
        return abs(self.deviation) <= tolerance


def gather(project: signac.Project) -> list[Point]:
    """Return the points of the longest runs in the project, from finished jobs."""
    finished = list(project.find_jobs({"doc.finished": True}))
    steps = max((job.sp.steps for job in finished), default=0)
    replicas = defaultdict(list)
    for job in finished:
        if job.sp.steps == steps:
            replicas[job.sp.T, job.sp.rho, job.sp.N, job.sp.cutoff].append(job)
    points = []
    for state, jobs in sorted(replicas.items()):
        documents = [job.doc() for job in jobs]
        names = ("pressure", "pressure_error", "energy", "energy_error")
        columns = ([document[name] for document in documents] for name in names)
        points.append(Point(*state, jobs, *columns))
    return points


def main_series(points: list[Point]) -> list[Point]:
    """Return the points of the system, size and cutoff, that most of them have."""
    systems = [(point.number, point.cutoff) for point in points]
    usual = max(set(systems), key=systems.count)
    return [point for point in points if (point.number, point.cutoff) == usual]


def print_isotherms(points: list[Point]) -> None:
    """Print each pressure beside the references."""
    print("     T    rho  runs      p        +-      Thol 2016   KN 1994     dev    dev/%  dev/se")
    for point in points:
        (pressure, error), expected = point.pressure, point.reference.pressure
        other = kolafa_nezbeda(point.temperature, point.density).pressure
        deviation = pressure - expected
        row = f"{point.temperature:6.2f} {point.density:6.3f} {len(point.jobs):4d} {pressure:10.5f}"
        row += f" {error:8.5f}  {expected:10.5f} {other:10.5f}"
        if point.two_phases:
            note = f"   two phases: bulk p = {point.expected:.4f}"
        else:
            percent = 100.0 * deviation / expected
            note = f" {deviation:8.4f} {percent:7.2f} {deviation / error:7.1f}"
            note += "" if point.agrees else "  <- outside the tolerance"
        print(row + note)


def print_agreement(points: list[Point]) -> None:
    """Say where the model agrees with the references, within which tolerance, and where not."""
    single = [point for point in points if not point.two_phases]
    scaled = np.array([point.deviation / point.pressure[1] for point in single])
    within = [point for point in single if point.agrees]
    print(
        f"\nOne phase: {len(within)} of {len(single)} pressures agree with Thol et al. within "
        f"{STANDARD_ERRORS:g} standard errors or {100 * FRACTION:g} %;\n"
        f"  the deviations are {np.sqrt(np.mean(scaled**2)):.2f} standard errors (rms)."
    )
    for point in single:
        if not point.agrees:
            print(
                f"  Outside: T = {point.temperature:g}, rho = {point.density:g}, by "
                f"{100.0 * point.deviation / point.expected:+.1f} % or "
                f"{point.deviation / point.pressure[1]:+.1f} standard errors."
            )
    print(f"  By chance alone {0.05 * len(single):.0f} of {len(single)} would lie outside.")
    chi = reduced_chi_square((point.pressures, point.pressure_errors) for point in single)
    print(
        f"  Scatter of the replicas beside their own errors: chi^2 = {chi:.2f} per degree of "
        "freedom (1 if the errors are honest)."
    )
    apart = [point for point in points if point.two_phases]
    if apart:
        print("Two phases: no agreement, and none to be expected.")
    for point in apart:
        print(
            f"  T = {point.temperature:g}, rho = {point.density:g}: p = {point.pressure[0]:+.3f} "
            f"+- {point.pressure[1]:.3f}; a large system has {point.expected:.4f}."
        )
    if apart:
        print(
            "  In a box of this size the interface costs more than separation gains, so the\n"
            "  pressure follows a loop; and where it does separate, the runs are too short."
        )


def print_published(points: list[Point]) -> None:
    """Compare with published simulations, with the second virial coefficient, and with sizes."""
    main = {(point.temperature, point.density): point for point in main_series(points)}
    shared = [state for state in NIST_MONTE_CARLO if state in main]
    if shared:
        print("\nNIST Monte Carlo (500 particles, cutoff 3)")
        print(
            "     T    rho      p        +-       NIST   dev/se       U       +-     NIST   dev/se"
        )
    for state in shared:
        energy, pressure = NIST_MONTE_CARLO[state]
        (p, p_error), (u, u_error) = main[state].pressure, main[state].energy
        print(
            f"{state[0]:6.2f} {state[1]:6.3f} {p:9.5f} {p_error:8.5f} {pressure:9.5f} "
            f"{(p - pressure) / p_error:6.1f}  {u:9.4f} {u_error:7.4f} {energy:8.4f} "
            f"{(u - energy) / u_error:6.1f}"
        )
    (temperature, density), thin = min(main.items(), key=lambda item: item[0][1])
    virial = density * temperature * (1.0 + second_virial(temperature) * density)
    print(
        f"\nLowest density, T = {temperature:g}, rho = {density:g}: p = {thin.pressure[0]:.5f} "
        f"+- {thin.pressure[1]:.5f}; ideal gas {density * temperature:.5f}, "
        f"with second virial coefficient {virial:.5f}"
    )
    states = {(point.temperature, point.density) for point in points if point not in main.values()}
    for state in sorted(states):
        print(f"\nOther systems at T = {state[0]:g}, rho = {state[1]:g}")
        for point in points:
            if (point.temperature, point.density) == state:
                (p, p_error), (u, u_error) = point.pressure, point.energy
                print(
                    f"  N = {point.number:3d}, cutoff {point.cutoff:g}: "
                    f"p = {p:.4f} +- {p_error:.4f} (Thol {point.reference.pressure:.4f}), "
                    f"U = {u:.4f} +- {u_error:.4f} ({point.reference.energy:.4f})"
                )


def print_soundness(points: list[Point]) -> None:
    """Print what tells whether the sampling itself was right."""
    documents = [job.doc() for point in points for job in point.jobs]
    acceptance = [document["acceptance"] for document in documents]
    weights, errors = zip(*((d["boltzmann"], d["boltzmann_error"]) for d in documents), strict=True)
    mean, error = combine(weights, errors)
    print(
        f"\n{len(documents)} runs, {sum(d['seconds'] for d in documents):.0f} s of simulation; "
        f"acceptance {min(acceptance):.2f} to {max(acceptance):.2f}; "
        f"<exp(-dH/T)> = {mean:.3f} +- {error:.3f} (exactly 1)"
    )


def main(arguments: list[str] | None = None) -> int:
    """Analyse the study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--path", type=Path, default=DEFAULT_PATH, help="project directory")
    parser.add_argument("--output", type=Path, help="PNG; by default pressure.png in the project")
    options = parser.parse_args(arguments)
    points = gather(signac.get_project(options.path, search=False))
    if not points:
        print("no finished jobs; run study.py first")
        return 1
    series = main_series(points)
    print_isotherms(series)
    print_agreement(series)
    print_published(points)
    print_soundness(points)
    output = options.output or options.path / "pressure.png"
    try:
        from figure import draw  # matplotlib takes longer to load than all the rest
    except ModuleNotFoundError as error:
        print(f"no figure, since there is no {error.name}; run: pip install 'signac[example]'")
        return 1
    draw(series, output)
    print(f"figure: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
