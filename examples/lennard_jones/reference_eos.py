"""Published references for the Lennard-Jones fluid, in reduced units.

Two equations of state for the full potential (no cutoff), fitted by their authors to large
collections of simulation data:

- `thol`: M. Thol, G. Rutkai, A. Koester, R. Lustig, R. Span, J. Vrabec, J. Phys. Chem. Ref. Data
  45, 023101 (2016), the residual Helmholtz energy with the coefficients of their Table 2. This is
  the reference of the study.
- `kolafa_nezbeda`: J. Kolafa, I. Nezbeda, Fluid Phase Equilibria 100, 1 (1994), equations 4, 5 and
  29 to 32 with the coefficients of their Tables 2 and 3. The second opinion: where the two differ,
  the reference itself is uncertain by about as much.

The coefficients were read, and compared number by number, in public implementations that cite
the tables: those of Thol et al. in two (one is `eos_lj_module.f90` of the programs to Allen and
Tildesley, Computer Simulation of Liquids, 2nd edition), those of Kolafa and Nezbeda in six (among
them the same programs and the SklogWiki). The tests hold both to the check values of the former,
to each other, to the second virial coefficient and to thermodynamic consistency.

And published simulation values, `NIST_MONTE_CARLO`.
"""

from typing import NamedTuple

import numpy as np

CRITICAL_TEMPERATURE = 1.32  # Thol et al.
CRITICAL_DENSITY = 0.31

#: (temperature, density): (energy per particle, pressure). Monte Carlo (N, V, T) of 500 particles,
#: cutoff 3 and tail corrections, from the NIST Standard Reference Simulation Website
#: (mmlapps.nist.gov/srs/LJ_PURE/mc.htm), read in public programs that quote this page as reference.
NIST_MONTE_CARLO = {
    (0.9, 0.009): (-8.9936e-2, 7.6363e-3),
    (0.9, 0.776): (-5.4689, 2.4056e-1),
    (0.9, 0.78): (-5.4956, 2.7851e-1),
    (0.9, 0.82): (-5.7456, 8.2386e-1),
    (0.9, 0.86): (-5.9753, 1.5781),
}


class Properties(NamedTuple):
    """Thermodynamic properties at one temperature and density.

    `helmholtz` is the residual Helmholtz energy per particle divided by the temperature, `energy`
    the potential energy per particle.
    """

    helmholtz: float
    pressure: float
    energy: float

    def chemical_potential(self, temperature: float, density: float) -> float:
        """Return mu/T, up to a function of the temperature alone."""
        return self.helmholtz + self.pressure / (density * temperature) + np.log(density)


# One row for each term n tau^t delta^d exp(-delta^l) exp(-eta (delta - epsilon)^2
# - beta (tau - gamma)^2); l = 0 stands for no factor exp(-delta^l).
# fmt: off
_THOL = np.array([
    #  n             t      d  l  eta    beta   gamma  epsilon
    ( 0.005208073,   1.000, 4, 0, 0.0,   0.0,   0.0,   0.0),
    ( 2.186252,      0.320, 1, 0, 0.0,   0.0,   0.0,   0.0),
    (-2.161016,      0.505, 1, 0, 0.0,   0.0,   0.0,   0.0),
    ( 1.452700,      0.672, 2, 0, 0.0,   0.0,   0.0,   0.0),
    (-2.041792,      0.843, 2, 0, 0.0,   0.0,   0.0,   0.0),
    ( 0.18695286,    0.898, 3, 0, 0.0,   0.0,   0.0,   0.0),
    (-0.090988445,   1.294, 5, 1, 0.0,   0.0,   0.0,   0.0),
    (-0.49745610,    2.590, 2, 2, 0.0,   0.0,   0.0,   0.0),
    ( 0.10901431,    1.786, 2, 1, 0.0,   0.0,   0.0,   0.0),
    (-0.80055922,    2.770, 3, 2, 0.0,   0.0,   0.0,   0.0),
    (-0.56883900,    1.786, 1, 2, 0.0,   0.0,   0.0,   0.0),
    (-0.62086250,    1.205, 1, 1, 0.0,   0.0,   0.0,   0.0),
    (-1.4667177,     2.830, 1, 0, 2.067, 0.625, 0.71,  0.2053),
    ( 1.8914690,     2.548, 1, 0, 1.522, 0.638, 0.86,  0.409),
    (-0.13837010,    4.650, 2, 0, 8.82,  3.91,  1.94,  0.6),
    (-0.38696450,    1.385, 3, 0, 1.722, 0.156, 1.48,  1.203),
    ( 0.12657020,    1.460, 3, 0, 0.679, 0.157, 1.49,  1.829),
    ( 0.6057810,     1.351, 2, 0, 1.883, 0.153, 1.945, 1.397),
    ( 1.1791890,     0.660, 1, 0, 3.925, 1.16,  3.02,  1.39),
    (-0.47732679,    1.496, 2, 0, 2.461, 1.73,  1.11,  0.539),
    (-9.9218575,     1.830, 3, 0, 28.2,  383.0, 1.17,  0.934),
    (-0.57479320,    1.616, 1, 0, 0.753, 0.112, 1.33,  2.369),
    ( 0.0037729230,  4.970, 1, 0, 0.82,  0.119, 0.24,  2.43),
]).T
# fmt: on


def thol(temperature: float, density: float) -> Properties:
    """Evaluate the equation of state of Thol et al. (2016)."""
    n, t, d, l, eta, beta, gamma, epsilon = _THOL  # noqa: E741 (the letters of the paper)
    tau, delta = CRITICAL_TEMPERATURE / temperature, density / CRITICAL_DENSITY
    damping = np.where(l > 0, delta**l, 0.0)
    terms = n * tau**t * delta**d * np.exp(-damping)
    terms *= np.exp(-eta * (delta - epsilon) ** 2 - beta * (tau - gamma) ** 2)
    by_delta = terms @ (d - l * damping - 2.0 * eta * delta * (delta - epsilon))
    by_tau = terms @ (t - 2.0 * beta * tau * (tau - gamma))
    pressure = density * temperature * (1.0 + by_delta)
    return Properties(float(terms.sum()), float(pressure), float(temperature * by_tau))


_GAMMA = 1.92907278
_DIAMETER = {-2: 0.011117524, -1: -0.076383859, 0: 1.080142248, 1: 0.000693129}
_DIAMETER_LOGARITHM = -0.063920968
_VIRIAL = {
    0: 0.02459877, -2: -7.02181962, -3: 2.90616279, -4: -4.13749995,
    -5: 0.87361369, -6: 0.43102052, -7: -0.58544978,
}  # fmt: skip
_SERIES = {
    0: (2.01546797, -28.17881636, 28.28313847, -10.42402873, 0.0),
    -1: (-19.58371655, 75.62340289, -120.70586598, 93.92740328, -27.37737354),
    -2: (29.34470520, -112.35356937, 170.64908980, -123.06669187, 34.42288969),
    -4: (-13.37031968, 65.38059570, -115.09233113, 88.91973082, -25.62099890),
}


def kolafa_nezbeda(temperature: float, density: float) -> Properties:
    """Evaluate the equation of state of Kolafa and Nezbeda (1994).

    Hard spheres of a diameter that follows from the temperature, a damped second virial term and
    a double series in powers T^(i/2) rho^j with j = 2 to 6. Derivatives are by beta = 1/T.
    """
    root, rho = np.sqrt(temperature), density
    diameter = _DIAMETER_LOGARITHM * np.log(temperature)
    diameter += sum(c * root**i for i, c in _DIAMETER.items())
    diameter_by_beta = -_DIAMETER_LOGARITHM * temperature
    diameter_by_beta -= sum(0.5 * i * c * root ** (i + 2) for i, c in _DIAMETER.items())
    virial = sum(c * root**i for i, c in _VIRIAL.items())
    virial_by_beta = -sum(0.5 * i * c * root ** (i + 2) for i, c in _VIRIAL.items())
    packing = np.pi / 6.0 * rho * diameter**3
    spheres = 1.0 + packing * (1.0 + packing * (1.0 - 2.0 / 3.0 * packing * (1.0 + packing)))
    spheres /= (1.0 - packing) ** 3
    spheres_helmholtz = 5.0 / 3.0 * np.log(1.0 - packing) + packing * (
        34.0 - 33.0 * packing + 4.0 * packing**2
    ) / (6.0 * (1.0 - packing) ** 2)
    damping = np.exp(-_GAMMA * rho**2)
    powers = np.arange(2, 7)
    series = {i: np.array(row) * root**i * rho**powers for i, row in _SERIES.items()}

    helmholtz = spheres_helmholtz + rho * damping * virial
    helmholtz += sum(row.sum() for row in series.values()) / temperature
    compressibility = spheres + rho * (1.0 - 2.0 * _GAMMA * rho**2) * damping * virial
    compressibility += sum(powers @ row for row in series.values()) / temperature
    energy = 3.0 * (spheres - 1.0) * diameter_by_beta / diameter + rho * damping * virial_by_beta
    energy += sum((1.0 - 0.5 * i) * row.sum() for i, row in series.items())
    return Properties(float(helmholtz), float(compressibility * rho * temperature), float(energy))


def second_virial(temperature: float) -> float:
    """Return B2 by quadrature of the potential itself: no fit takes part."""
    r = np.linspace(1e-3, 20.0, 200_001)
    potential = 4.0 * (r**-12 - r**-6)
    integrand = np.expm1(-np.minimum(potential / temperature, 700.0)) * r**2
    beyond = 4.0 / (3.0 * temperature * r[-1] ** 3)  # of -u/T = 4 / (T r^6), exact enough there
    inside = 0.5 * np.sum((integrand[1:] + integrand[:-1]) * np.diff(r))
    return float(-2.0 * np.pi * (inside + beyond))


class Coexistence(NamedTuple):
    """Pressure and densities of gas and liquid in equilibrium."""

    pressure: float
    gas: float
    liquid: float


def coexistence(temperature: float) -> Coexistence | None:
    """Solve for equal pressure and chemical potential of both phases, by the reference.

    Returns None above the critical temperature.
    """
    if temperature >= CRITICAL_TEMPERATURE:
        return None
    gap = 1.0 - temperature / CRITICAL_TEMPERATURE
    # Guggenheim's correlation of simple fluids is a good start.
    mean, difference = 1.0 + 0.75 * gap, 1.75 * gap ** (1.0 / 3.0)
    start = np.array([max(mean - difference, 0.01), mean + difference])
    logs = np.log(CRITICAL_DENSITY * start)

    def mismatch(logs: np.ndarray) -> np.ndarray:
        gas, liquid = np.exp(logs)
        in_gas, in_liquid = thol(temperature, gas), thol(temperature, liquid)
        return np.array(
            [
                in_gas.pressure - in_liquid.pressure,
                in_gas.chemical_potential(temperature, gas)
                - in_liquid.chemical_potential(temperature, liquid),
            ]
        )

    for _ in range(50):
        value = mismatch(logs)
        steps = 1e-6 * np.eye(2)
        jacobian = np.stack([(mismatch(logs + h) - mismatch(logs - h)) / 2e-6 for h in steps]).T
        change = np.linalg.solve(jacobian, -value)
        logs = logs + np.clip(change, -0.2, 0.2)
        if np.abs(change).max() < 1e-10:
            gas, liquid = np.exp(logs)
            return Coexistence(thol(temperature, gas).pressure, float(gas), float(liquid))
    raise ArithmeticError(f"no coexistence found at the temperature {temperature}")
