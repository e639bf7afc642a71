"""The Lennard-Jones fluid: pair energy, forces and virial of one configuration.

Reduced units: lengths in sigma, energies in epsilon, temperatures in epsilon/k_B, pressures in
epsilon/sigma^3. The potential u(r) = 4 (r^-12 - r^-6) is truncated, not shifted, at the cutoff;
what lies beyond is added to averages by the usual corrections, which assume g(r) = 1 there.
Positions are arrays of shape (3, N), so that each component lies in one piece of memory.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def tail_energy(density: float, cutoff: float) -> float:
    """Return the energy per particle of all pairs beyond the cutoff, for g(r) = 1.

    The integral of 2 pi rho r^2 u(r) from the cutoff to infinity.
    """
    return 8.0 / 3.0 * math.pi * density * (cutoff**-9 / 3.0 - cutoff**-3)


def tail_pressure(density: float, cutoff: float) -> float:
    """Return the pressure due to all pairs beyond the cutoff, for g(r) = 1.

    The integral of -(2 pi / 3) rho^2 r^3 u'(r) from the cutoff to infinity.
    """
    return 16.0 / 3.0 * math.pi * density**2 * (2.0 / 3.0 * cutoff**-9 - cutoff**-3)


def box_length(number: int, density: float) -> float:
    """Return the edge of the cubic box."""
    return (number / density) ** (1.0 / 3.0)


def random_lattice(number: int, density: float, rng: np.random.Generator) -> np.ndarray:
    """Place the particles on random sites of a simple cubic lattice, with at least 5 % vacant.

    This crystal is unstable for the Lennard-Jones potential, so a liquid forms at once.
    """
    edge = math.ceil((1.05 * number) ** (1.0 / 3.0))
    sites = rng.permutation(edge**3)[:number]
    spacing = box_length(number, density) / edge
    return spacing * np.stack(np.unravel_index(sites, (edge, edge, edge))).astype(float)


def pair_separations(
    positions: np.ndarray, box: float, precision: type[np.floating] = np.float64
) -> np.ndarray:
    """Return all separations to the nearest image, in units of the box.

    Element [:, k, i] belongs to the pair (i, i + k + 1), counted around the end, for k below N/2:
    each pair appears once, only that for even N the pairs of the last row appear twice. Slices of
    doubled arrays do the work of index lists and are several times faster.
    """
    number = positions.shape[1]
    scaled = (positions / box).astype(precision)
    doubled = np.concatenate([scaled, scaled], axis=1)
    partners = sliding_window_view(doubled, number, axis=1)[:, 1 : number // 2 + 1]
    separations = scaled[:, None, :] - partners
    separations -= np.rint(separations)
    return separations


def pair_weights(number: int) -> np.ndarray:
    """Return the weights of the rows of `pair_separations` with which each pair counts once."""
    weights = np.ones((number // 2, 1))
    if number % 2 == 0:
        weights[-1] = 0.5
    return weights


class Interactions:
    """Energy, virial and forces of `number` particles in a periodic cubic box.

    Parameters
    ----------
    number
        At least 2.
    box
        Edge of the box; at least twice the cutoff, since only nearest images interact.
    cutoff
        Distance at which the potential is truncated.
    precision
        Of the arithmetic for each pair. Single precision is 1.6 times as fast, and its error of
        about 1e-6 of the energy is far below what a time step does to it.
    """

    def __init__(
        self,
        number: int,
        box: float,
        cutoff: float,
        precision: type[np.floating] = np.float32,
    ) -> None:
        if number < 2:
            raise ValueError(f"a pair needs two particles, not {number}")
        if box < 2.0 * cutoff:
            raise ValueError(f"the cutoff {cutoff} is more than half of the box {box:.4f}")
        self.number = number
        self.box = box
        self.cutoff = cutoff
        self.precision = precision
        self._weights = pair_weights(number).astype(precision)
        # One memory block seen in two ways: writing row k into `_rows` puts its element i into
        # column i + k of `_columns`, so that a sum over rows collects the reactions per partner.
        shifts = number // 2
        memory = np.zeros((3, shifts * (2 * number + 1)), dtype=precision)
        self._rows = memory.reshape(3, shifts, 2 * number + 1)[:, :, :number]
        self._columns = memory[:, : shifts * 2 * number].reshape(3, shifts, 2 * number)

    def __call__(self, positions: np.ndarray) -> tuple[float, float, np.ndarray]:
        """Return the energy, the virial (sum of r.f over pairs) and the forces (3, N)."""
        real = self.precision
        separations = pair_separations(positions, self.box, real)
        squares = np.einsum("cki,cki->ki", separations, separations)
        inverse = real(1.0) / squares
        inverse *= squares < (self.cutoff / self.box) ** 2
        sixth = inverse * inverse * inverse
        sixth *= real(self.box**-6.0)
        weighted = sixth * self._weights
        energy = 4.0 * float(np.vdot(weighted, sixth) - weighted.sum(dtype=float))
        sixth -= real(0.5)
        sixth *= weighted
        virial = 48.0 * float(sixth.sum(dtype=float))
        sixth *= inverse
        np.multiply(separations, sixth, out=self._rows)
        reactions = self._columns.sum(axis=1)
        reactions = reactions[:, : self.number] + reactions[:, self.number :]
        forces = self._rows.sum(axis=1) - np.roll(reactions, 1, axis=1)
        return energy, virial, forces * (48.0 / self.box)


def pair_histogram(positions: np.ndarray, box: float, bins: int) -> np.ndarray:
    """Count the pairs in shells of equal width up to half of the box."""
    separations = pair_separations(positions, box)
    distances = np.sqrt(np.einsum("cki,cki->ki", separations, separations))
    shells = (distances * (2 * bins)).astype(int)
    weights = np.broadcast_to(pair_weights(positions.shape[1]), shells.shape)
    return np.bincount(shells.ravel(), weights.ravel(), minlength=bins)[:bins]


def radial_distribution(
    counts: np.ndarray, configurations: int, number: int, density: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of the shells and g(r), from `pair_histogram` summed over configurations.

    For an ideal gas of N particles g(r) = 1, hence N (N - 1) / 2 pairs and not N^2 / 2.
    """
    half_box = 0.5 * box_length(number, density)
    edges = np.linspace(0.0, half_box, len(counts) + 1)
    shell_volumes = 4.0 / 3.0 * math.pi * np.diff(edges**3)
    pairs = 0.5 * (number - 1) * density * shell_volumes
    return 0.5 * (edges[1:] + edges[:-1]), counts / (pairs * configurations)
