"""Hybrid Monte Carlo in the canonical ensemble (N, V, T).

Duane, Kennedy, Pendleton and Roweth, Physics Letters B 195, 216 (1987). One trial is a short
trajectory of molecular dynamics: new velocities from the Maxwell distribution, a few steps of
velocity Verlet, and acceptance with probability min(1, exp(-dH/T)), where dH is the change of the
total energy, which an exact trajectory would conserve. So averages carry no error of the time
step, and <exp(-dH/T)> = 1 holds exactly: a check of forces, energies and acceptance together.
"""

from dataclasses import dataclass

import numpy as np
from model import (
    Interactions,
    box_length,
    pair_histogram,
    radial_distribution,
    random_lattice,
    tail_energy,
    tail_pressure,
)

ACCEPTANCE = 0.75  # aimed at by the length of the time step,
LONGEST_STEP = 0.02  # but at T = 1 no longer than this, so that collisions stay smooth
HISTOGRAM_EVERY = 5  # trajectories
HISTOGRAM_BINS = 120


@dataclass(frozen=True)
class Settings:
    """One state of the fluid and the length of the run."""

    number: int
    temperature: float
    density: float
    cutoff: float
    steps: int  # of velocity Verlet, in the trajectories that count

    @property
    def trajectory(self) -> int:
        """Steps of one trajectory: the more, the longer a particle flies between collisions."""
        return min(40, max(10, round(8.0 / self.density)))

    @property
    def samples(self) -> int:
        """Trajectories that count."""
        return self.steps // self.trajectory

    @property
    def equilibration(self) -> int:
        """Trajectories that are run first and do not count."""
        return max(40, self.samples // 4)


@dataclass(frozen=True)
class Run:
    """Time series with one entry for each trajectory, and what was averaged over them."""

    energy: np.ndarray  # per particle, with tail correction
    pressure: np.ndarray  # with ideal part and tail correction
    work: np.ndarray  # dH/T of each trial
    accepted: np.ndarray
    radius: np.ndarray
    radial_distribution: np.ndarray
    positions: np.ndarray  # the last configuration, shape (N, 3)
    time_step: float

    @property
    def acceptance(self) -> float:
        """Fraction of trajectories that were accepted."""
        return float(self.accepted.mean())


@dataclass
class _Walker:
    """A configuration, its energy and forces, and the time step in use."""

    interactions: Interactions
    temperature: float
    steps: int  # of one trajectory
    positions: np.ndarray
    rng: np.random.Generator
    time_step: float = 0.005  # short for the start, where particles may be close

    def __post_init__(self) -> None:
        self.energy, self.virial, self.forces = self.interactions(self.positions)

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def advance(self) -> tuple[float, bool]:
        """Try one trajectory and return dH/T and whether it was accepted."""
        velocities = self.rng.normal(scale=self.temperature**0.5, size=self.positions.shape)
        before = self.energy + 0.5 * np.vdot(velocities, velocities)
        # A little variation keeps a trajectory from closing on itself like an oscillation.
        step = self.time_step * self.rng.uniform(0.9, 1.1)
        positions, forces = self.positions, self.forces
        for _ in range(self.steps):
            velocities += 0.5 * step * forces
            positions = positions + step * velocities
            energy, virial, forces = self.interactions(positions)
            velocities += 0.5 * step * forces
        after = energy + 0.5 * np.vdot(velocities, velocities)
        work = float(after - before) / self.temperature
        if not np.isfinite(work):  # two particles went into each other: never accepted
            work = np.inf
        accepted = bool(self.rng.random() < np.exp(-max(work, 0.0)))
        if accepted:
            self.positions = positions % self.interactions.box
            self.energy, self.virial, self.forces = energy, virial, forces
        return work, accepted

    def relax(self) -> None:
        """Move particles of the start apart, down the slope of the energy in short steps."""
        for _ in range(100):
            longest = np.abs(self.forces).max()
            if longest < 10.0:
                break
            self.positions = self.positions + 0.02 / longest * self.forces
            self.energy, self.virial, self.forces = self.interactions(self.positions)

    def equilibrate(self, trajectories: int) -> None:
        """Forget the start, and fit the time step, which stays fixed from then on."""
        self.relax()
        half = trajectories // 2
        for count in range(trajectories):
            work, _ = self.advance()
            surplus = np.exp(-max(work, 0.0)) - ACCEPTANCE
            gain = 0.3 / (1.0 + max(0, count - half) / 5.0)
            self.time_step *= float(np.exp(gain * surplus))
            self.time_step = min(self.time_step, LONGEST_STEP / self.temperature**0.5)


def simulate(settings: Settings, rng: np.random.Generator) -> Run:
    """Run one simulation; the same settings and random numbers give the same result."""
    box = box_length(settings.number, settings.density)
    walker = _Walker(
        Interactions(settings.number, box, settings.cutoff),
        settings.temperature,
        settings.trajectory,
        random_lattice(settings.number, settings.density, rng),
        rng,
    )
    walker.equilibrate(settings.equilibration)
    energy, virial, work = np.empty((3, settings.samples))
    accepted = np.empty(settings.samples, dtype=bool)
    counts, configurations = np.zeros(HISTOGRAM_BINS), 0
    for sample in range(settings.samples):
        work[sample], accepted[sample] = walker.advance()
        energy[sample], virial[sample] = walker.energy, walker.virial
        if sample % HISTOGRAM_EVERY == 0:
            counts += pair_histogram(walker.positions, box, HISTOGRAM_BINS)
            configurations += 1
    density, cutoff = settings.density, settings.cutoff
    ideal = density * settings.temperature
    return Run(
        energy / settings.number + tail_energy(density, cutoff),
        ideal + virial / (3.0 * box**3) + tail_pressure(density, cutoff),
        work,
        accepted,
        *radial_distribution(counts, configurations, settings.number, density),
        np.ascontiguousarray(walker.positions.T),
        walker.time_step,
    )
