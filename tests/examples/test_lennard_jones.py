"""The physics and the references of the Lennard-Jones example."""

import importlib
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lennard_jones"
STATES = [(1.0, 0.75), (2.0, 0.3), (1.35, 0.9), (0.9, 0.01), (1.5, 0.05)]


@pytest.fixture(scope="module")
def lj():
    """The modules of the example, which import one another by plain names."""
    names = ["model", "sampler", "averages", "reference_eos"]
    sys.path.insert(0, str(EXAMPLE))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(EXAMPLE))
        for name in names:
            del sys.modules[name]


@pytest.fixture
def rng():
    """The same random numbers in every run."""
    return np.random.default_rng(20240229)


def random_fluid(lj, number, density, rng):
    """A configuration without overlaps, and its box."""
    positions = lj.model.random_lattice(number, density, rng)
    box = lj.model.box_length(number, density)
    return (positions + rng.normal(scale=0.04, size=positions.shape)) % box, box


def naive_interactions(positions, box, cutoff):
    """Energy, virial and forces by the plain double loop."""
    energy, virial, forces = 0.0, 0.0, np.zeros_like(positions)
    for i in range(positions.shape[1]):
        for j in range(i):
            separation = positions[:, i] - positions[:, j]
            separation -= box * np.rint(separation / box)
            square = separation @ separation
            if square < cutoff**2:
                sixth = square**-3
                energy += 4.0 * (sixth * sixth - sixth)
                virial += 24.0 * (2.0 * sixth * sixth - sixth)
                force = 24.0 * (2.0 * sixth * sixth - sixth) / square * separation
                forces[:, i] += force
                forces[:, j] -= force
    return energy, virial, forces


@pytest.mark.parametrize("number", [2, 3, 6, 7, 40, 41])
@pytest.mark.parametrize(("precision", "tolerance"), [(np.float64, 1e-11), (np.float32, 2e-4)])
def test_interactions_equal_the_double_loop(lj, rng, number, precision, tolerance):
    """The vectorised sums equal the plain loop over pairs, for even and odd numbers."""
    positions, box = random_fluid(lj, number, 0.2, rng)
    cutoff = 0.45 * box
    interactions = lj.model.Interactions(number, box, cutoff, precision)
    energy, virial, forces = interactions(positions)
    expected = naive_interactions(positions, box, cutoff)
    assert energy == pytest.approx(expected[0], rel=tolerance, abs=tolerance)
    assert virial == pytest.approx(expected[1], rel=tolerance, abs=tolerance)
    np.testing.assert_allclose(forces, expected[2], rtol=tolerance, atol=tolerance)
    again = interactions(positions)
    assert again[0] == energy
    np.testing.assert_array_equal(again[2], forces)


def test_forces_are_the_gradient_of_the_energy(lj, rng):
    """Central differences of the energy give the forces."""
    positions, box = random_fluid(lj, 50, 0.6, rng)
    interactions = lj.model.Interactions(50, box, 2.1, np.float64)
    forces = interactions(positions)[2]
    step = 1e-6
    for component, particle in [(0, 0), (1, 17), (2, 49)]:
        moved = []
        for sign in (1.0, -1.0):
            shifted = positions.copy()
            shifted[component, particle] += sign * step
            moved.append(interactions(shifted)[0])
        gradient = (moved[0] - moved[1]) / (2.0 * step)
        assert forces[component, particle] == pytest.approx(-gradient, rel=1e-5, abs=1e-5)
    np.testing.assert_allclose(forces.sum(axis=1), 0.0, atol=1e-9)


def test_virial_is_the_derivative_by_volume(lj, rng):
    """Scaling box and positions changes the energy by the virial: W = -3 V dU/dV."""
    positions, box = random_fluid(lj, 50, 0.6, rng)
    cutoff = 2.1
    virial = lj.model.Interactions(50, box, cutoff, np.float64)(positions)[1]
    step = 1e-7
    energies = [
        lj.model.Interactions(50, box * scale, cutoff * scale, np.float64)(positions * scale)[0]
        for scale in (1.0 + step, 1.0 - step)
    ]
    assert virial == pytest.approx(-(energies[0] - energies[1]) / (2.0 * step), rel=1e-5)


def test_interactions_refuse_a_box_too_small(lj):
    """A cutoff beyond half of the box would need more than the nearest image."""
    with pytest.raises(ValueError, match="more than half of the box"):
        lj.model.Interactions(10, 4.0, 2.5)
    with pytest.raises(ValueError, match="two particles"):
        lj.model.Interactions(1, 8.0, 2.5)


def test_tail_corrections_are_their_integrals(lj):
    """The closed forms equal the integrals over all that lies beyond the cutoff."""
    density, cutoff = 0.7, 2.5
    r = np.geomspace(cutoff, 1e4, 400_001)
    potential = 4.0 * (r**-12 - r**-6)
    slope = -24.0 * (2.0 * r**-13 - r**-7)

    def integrate(values):
        return float(np.sum(0.5 * (values[1:] + values[:-1]) * np.diff(r)))

    energy = integrate(2.0 * math.pi * density * r**2 * potential)
    pressure = integrate(-2.0 / 3.0 * math.pi * density**2 * r**3 * slope)
    assert lj.model.tail_energy(density, cutoff) == pytest.approx(energy, rel=1e-6)
    assert lj.model.tail_pressure(density, cutoff) == pytest.approx(pressure, rel=1e-6)


def test_the_start_holds_all_particles_at_distinct_places(lj, rng):
    """Every start has N particles inside the box, none on top of another."""
    for number, density in [(2, 0.1), (64, 0.5), (256, 0.9), (257, 0.3)]:
        positions = lj.model.random_lattice(number, density, rng)
        assert positions.shape == (3, number)
        assert positions.min() >= 0.0
        assert positions.max() < lj.model.box_length(number, density)
        assert len({tuple(column) for column in positions.T}) == number


def test_the_radial_distribution_of_an_ideal_gas_is_one(lj, rng):
    """Independent uniform positions give g(r) = 1 in all shells, also for few particles."""
    for number in (4, 5, 60):
        density, bins, configurations = 0.1, 12, 240_000 // number**2
        box = lj.model.box_length(number, density)
        counts = sum(
            lj.model.pair_histogram(rng.uniform(0.0, box, (3, number)), box, bins)
            for _ in range(configurations)
        )
        radius, g = lj.model.radial_distribution(counts, configurations, number, density)
        assert radius[-1] == pytest.approx(0.5 * box * (1.0 - 0.5 / bins))
        assert np.average(g, weights=radius**2) == pytest.approx(1.0, abs=0.015)
        np.testing.assert_allclose(g[bins // 2 :], 1.0, atol=0.06)


@pytest.mark.long
def test_two_particles_follow_the_boltzmann_factor(lj):
    """For N = 2 the distribution is known: g(r) is proportional to exp(-u(r)/T)."""
    temperature, density, cutoff = 1.0, 2.0 / 6.0**3, 2.5
    settings = lj.sampler.Settings(2, temperature, density, cutoff, 60_000)
    walker = lj.sampler.simulate(settings, np.random.default_rng(3))
    r = (np.arange(6000) + 0.5) * 1e-3  # up to the edge of the box, inside half of it the shells
    inside = r < 3.0
    factor = np.exp(-np.where(r < cutoff, 4.0 * (r**-12.0 - r**-6.0), 0.0) / temperature)
    energy = np.where(r < cutoff, 4.0 * (r**-12.0 - r**-6.0), 0.0)
    shell = 4.0 * math.pi * r**2 * 1e-3
    # Beyond the sphere lie the corners of the box, where the potential is zero.
    corners = 6.0**3 - 4.0 / 3.0 * math.pi * 3.0**3
    partition = (factor * shell)[inside].sum() + corners
    exact = float((energy * factor * shell)[inside].sum() / partition) / 2.0
    exact += lj.model.tail_energy(density, cutoff)
    blocks = lj.averages.block_means(walker.energy, 50)
    error = lj.averages.standard_error(blocks)
    assert error < 0.2 * abs(exact)
    assert abs(blocks.mean() - exact) < 4.0 * error
    near = (walker.radius > 1.0) & (walker.radius < 2.4)
    expected = np.exp(-4.0 * (walker.radius**-12 - walker.radius**-6) / temperature)
    expected *= 6.0**3 / partition
    ratio = np.average(
        walker.radial_distribution[near] / expected[near], weights=walker.radius[near] ** 2
    )
    assert ratio == pytest.approx(1.0, abs=0.12)


def test_sampling_is_sound_and_repeatable(lj):
    """The exact identity <exp(-dH/T)> = 1 holds, and equal seeds give equal runs."""
    settings = lj.sampler.Settings(32, 1.5, 0.3, 2.3, 8000)
    run = lj.sampler.simulate(settings, np.random.default_rng(5))
    weights = lj.averages.block_means(np.exp(-run.work))
    assert abs(weights.mean() - 1.0) < 4.0 * lj.averages.standard_error(weights)
    assert 0.55 < run.acceptance < 0.95
    again = lj.sampler.simulate(settings, np.random.default_rng(5))
    np.testing.assert_array_equal(run.energy, again.energy)
    np.testing.assert_array_equal(run.pressure, again.pressure)
    other = lj.sampler.simulate(settings, np.random.default_rng(6))
    assert not np.array_equal(run.energy, other.energy)


def test_a_crowded_start_becomes_a_liquid(lj):
    """From a lattice with overlaps a run soon has the energy of the liquid and a fit time step."""
    number, temperature, density, cutoff = 300, 0.9, 0.95, 2.5
    settings = lj.sampler.Settings(number, temperature, density, cutoff, 800)
    run = lj.sampler.simulate(settings, np.random.default_rng(2))
    expected = lj.reference_eos.thol(temperature, density).energy
    assert run.energy.mean() == pytest.approx(expected, rel=0.05)
    assert run.time_step > 0.003
    assert run.acceptance > 0.5


def test_a_thin_gas_follows_the_virial_equation(lj):
    """At low density the simulated pressure is the ideal one with the second coefficient."""
    temperature, density = 2.0, 0.01
    settings = lj.sampler.Settings(40, temperature, density, 5.0, 20_000)
    run = lj.sampler.simulate(settings, np.random.default_rng(8))
    blocks = lj.averages.block_means(run.pressure)
    error = lj.averages.standard_error(blocks)
    ideal = density * temperature
    # N (N - 1) / 2 pairs and not N^2 / 2 interact in a finite system.
    virial = ideal * (1.0 + lj.reference_eos.second_virial(temperature) * density * 39.0 / 40.0)
    assert abs(blocks.mean() - virial) < 4.0 * error
    assert error < 0.25 * abs(virial - ideal)
    ideal_gas = lj.sampler.Settings(40, temperature, 1e-7, 5.0, 800)
    pressure = lj.sampler.simulate(ideal_gas, np.random.default_rng(8)).pressure.mean()
    assert pressure == pytest.approx(1e-7 * temperature, rel=1e-5)


def test_block_averages(lj, rng):
    """Block means keep the mean, and the error of white noise is the known one."""
    series = rng.normal(size=10_007)
    means = lj.averages.block_means(series, 100)
    assert means.mean() == pytest.approx(series[7:].mean())
    assert lj.averages.standard_error(means) == pytest.approx(0.01, rel=0.25)
    with pytest.raises(ValueError, match="cannot make 10 blocks"):
        lj.averages.block_means(series[:9])
    assert lj.averages.combine([1.0, 3.0], [0.3, 0.4]) == pytest.approx((2.0, 0.25))
    groups = [(rng.normal(scale=0.2, size=3), [0.2] * 3) for _ in range(500)]
    assert lj.averages.reduced_chi_square(groups) == pytest.approx(1.0, abs=0.15)


def test_equations_of_state_give_the_published_check_values(lj):
    """Both equations reproduce values printed elsewhere for T = 1.0, rho = 0.75.

    Pressure and total energy per particle from the guide to the programs of Allen and Tildesley,
    Computer Simulation of Liquids: 0.3996 and -3.7212 (Thol), 0.3939 and -3.7188 (Kolafa).
    """
    thol = lj.reference_eos.thol(1.0, 0.75)
    assert round(thol.pressure, 4) == 0.3996
    assert round(thol.energy + 1.5, 4) == -3.7212
    kolafa = lj.reference_eos.kolafa_nezbeda(1.0, 0.75)
    assert round(kolafa.pressure, 4) == 0.3939
    assert round(kolafa.energy + 1.5, 4) == -3.7188


@pytest.mark.parametrize("name", ["thol", "kolafa_nezbeda"])
@pytest.mark.parametrize(("temperature", "density"), STATES)
def test_equations_of_state_are_consistent(lj, name, temperature, density):
    """Pressure and energy are the derivatives of the Helmholtz energy by density and 1/T."""
    equation = getattr(lj.reference_eos, name)
    step = 1e-5
    properties = equation(temperature, density)
    by_density = (
        equation(temperature, density * (1 + step)).helmholtz
        - equation(temperature, density * (1 - step)).helmholtz
    ) / (2 * step)
    pressure = density * temperature * (1.0 + by_density)
    assert properties.pressure == pytest.approx(pressure, rel=1e-7, abs=1e-7)
    hotter = equation(temperature * (1 + step), density).helmholtz
    colder = equation(temperature * (1 - step), density).helmholtz
    energy = -temperature * (hotter - colder) / (2 * step)
    assert properties.energy == pytest.approx(energy, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("name", ["thol", "kolafa_nezbeda"])
@pytest.mark.parametrize("temperature", [0.9, 1.35, 2.0])
def test_equations_of_state_have_the_right_gas_limit(lj, name, temperature):
    """At low density they are the ideal gas with the second virial coefficient of the potential."""
    equation = getattr(lj.reference_eos, name)
    density = 1e-6
    ratio = equation(temperature, density).pressure / (density * temperature)
    assert ratio == pytest.approx(1.0, abs=1e-4)
    virial = (ratio - 1.0) / density
    assert virial == pytest.approx(lj.reference_eos.second_virial(temperature), rel=2e-3)


def test_the_boyle_temperature(lj):
    """The second virial coefficient vanishes at the known temperature, 3.418."""
    assert abs(lj.reference_eos.second_virial(3.41793)) < 1e-3


@pytest.mark.parametrize(("temperature", "density"), [(2.0, 0.5), (1.35, 0.8), (0.9, 0.82)])
def test_the_references_agree_with_each_other(lj, temperature, density):
    """Two independent fits differ by little in stable states."""
    one = lj.reference_eos.thol(temperature, density)
    two = lj.reference_eos.kolafa_nezbeda(temperature, density)
    assert two.pressure == pytest.approx(one.pressure, rel=0.015)
    assert two.energy == pytest.approx(one.energy, rel=0.002)


def test_published_simulations_agree_with_the_reference(lj):
    """The quoted simulation values lie on the equation of state, so neither was misread."""
    for (temperature, density), (energy, pressure) in lj.reference_eos.NIST_MONTE_CARLO.items():
        reference = lj.reference_eos.thol(temperature, density)
        assert pressure == pytest.approx(reference.pressure, rel=0.005, abs=0.005)
        assert energy == pytest.approx(reference.energy, rel=0.004)


@pytest.mark.parametrize("temperature", [0.7, 0.9, 1.1, 1.3])
def test_coexisting_phases_are_in_equilibrium(lj, temperature):
    """Gas and liquid have equal pressures and chemical potentials, and there are two of them."""
    pressure, gas, liquid = lj.reference_eos.coexistence(temperature)
    assert gas < lj.reference_eos.CRITICAL_DENSITY < liquid
    in_gas = lj.reference_eos.thol(temperature, gas)
    in_liquid = lj.reference_eos.thol(temperature, liquid)
    assert in_liquid.pressure == pytest.approx(in_gas.pressure, abs=1e-8)
    assert in_gas.pressure == pressure
    assert in_liquid.chemical_potential(temperature, liquid) == pytest.approx(
        in_gas.chemical_potential(temperature, gas), abs=1e-8
    )


def test_there_is_no_coexistence_above_the_critical_temperature(lj):
    """Above it, one phase changes continuously."""
    assert lj.reference_eos.coexistence(1.35) is None
