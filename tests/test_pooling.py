"""The random-effects model against published results of the R package metafor, to three decimals.

The expected numbers stand in metafor's own documentation and tests:

- `dat.bcg`: https://wviechtb.github.io/metafor/ (the worked example of the front page, `rma(yi, vi, test="knha")`) and
  https://wviechtb.github.io/metafor/reference/rma.uni.html (the same without `test`);
- `dat.raudenbush1985`: https://www.metafor-project.org/doku.php/analyses:raudenbush2009, in the package
  tests/testthat/test_analysis_example_raudenbush2009.r;
- combined measures: Borenstein et al. (2009), Introduction to Meta-Analysis, chapter 24, and for unrelated errors
  `dat.konstantopoulos2011` in tests/testthat/test_misc_aggregate.r.
"""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from kb.pooling import Estimate, combine, pool

# Thirteen trials of the BCG vaccine: cases and others among the vaccinated, cases and others among the controls.
BCG = [
    *((4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761)),
    *((180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600)),
    *((186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825)),
]
# Nineteen trials of teachers' expectations: standardised mean difference and standard error.
EXPECTATIONS = [
    *((0.03, 0.125), (0.12, 0.147), (-0.14, 0.167), (1.18, 0.373), (0.26, 0.369), (-0.06, 0.103), (-0.02, 0.103)),
    *((-0.32, 0.220), (0.27, 0.164), (0.80, 0.251), (0.54, 0.302), (0.18, 0.223), (-0.02, 0.289), (0.23, 0.290)),
    *((-0.18, 0.159), (-0.06, 0.167), (0.30, 0.139), (0.07, 0.094), (-0.07, 0.174)),
]


def log_risk_ratio(ill: int, well: int, ill_control: int, well_control: int) -> Estimate:
    people, controls = ill + well, ill_control + well_control
    value = math.log((ill / people) / (ill_control / controls))
    return Estimate(value, 1 / ill - 1 / people + 1 / ill_control - 1 / controls)


def test_risk_ratios_are_those_published() -> None:
    first, second = (log_risk_ratio(*trial) for trial in BCG[:2])
    assert first == pytest.approx((-0.8893, 0.3256), abs=5e-5)
    assert second == pytest.approx((-1.5854, 0.1946), abs=5e-5)


def test_vaccine_trials_are_pooled_as_by_metafor() -> None:
    trials = [log_risk_ratio(*trial) for trial in BCG]
    found = pool(trials)
    assert found.trials == 13
    assert found.value == pytest.approx(-0.7145, abs=5e-4)
    assert found.tau_squared == pytest.approx(0.3132, abs=5e-4)
    assert found.i_squared == pytest.approx(92.22, abs=5e-3)
    assert found.se == pytest.approx(0.1808, abs=5e-4)
    assert (found.low, found.high) == pytest.approx((-1.1084, -0.3206), abs=5e-4)
    # The prediction interval is published as ratios with two decimals.
    assert (math.exp(found.predicted_low), math.exp(found.predicted_high)) == pytest.approx((0.14, 1.76), abs=5e-3)
    # Without the method of Hartung and Knapp, the weights alone give the standard error.
    weights = sum(1 / (trial.variance + found.tau_squared) for trial in trials)
    assert math.sqrt(1 / weights) == pytest.approx(0.1798, abs=5e-4)


def test_expectation_trials_are_pooled_as_by_metafor() -> None:
    # The package computes with variances of four decimals.
    trials = [Estimate(value, round(error**2, 4)) for value, error in EXPECTATIONS]
    found = pool(trials)
    assert found.tau_squared == pytest.approx(0.0188, abs=5e-4)
    assert found.value == pytest.approx(0.0837, abs=5e-4)
    assert found.se == pytest.approx(0.0616, abs=5e-4)
    assert (found.low, found.high) == pytest.approx((-0.0457, 0.2131), abs=5e-4)


@pytest.mark.parametrize(("trials", "quantile"), [(3, 4.3027), (5, 2.7764), (11, 2.2281), (30, 2.0452)])
def test_interval_has_the_width_of_student(trials: int, quantile: float) -> None:
    """The 97.5 % quantile of t with one degree of freedom less than there are trials, as tables give it."""
    found = pool([Estimate((-1) ** number / number, 0.1) for number in range(1, trials + 1)])
    assert (found.high - found.value) / found.se == pytest.approx(quantile, abs=5e-5)
    assert (found.value - found.low) / found.se == pytest.approx(quantile, abs=5e-5)


def test_each_trial_is_left_out_in_turn() -> None:
    trials = [log_risk_ratio(*trial) for trial in BCG]
    without = [pool([*trials[:index], *trials[index + 1 :]]).value for index in range(len(trials))]
    found = pool(trials)
    assert (found.lowest, found.highest) == pytest.approx((min(without), max(without)))
    assert found.lowest < found.value < found.highest


def test_trials_that_agree_leave_no_variance_between_them() -> None:
    found = pool([Estimate(0.5, 0.04), Estimate(0.5, 0.09), Estimate(0.5, 0.01)])
    assert found.tau_squared == found.i_squared == 0
    assert found.value == pytest.approx(0.5)
    assert found.se == pytest.approx(0)


def test_measures_of_one_trial_are_combined_before_they_count() -> None:
    reading, mathematics = Estimate(0.3, 0.05), Estimate(0.1, 0.05)
    assert combine([reading, mathematics], 0.5) == pytest.approx((0.2, 0.0375))
    assert combine([reading, mathematics], 1.0) == pytest.approx((0.2, 0.05))
    assert combine([reading]) == pytest.approx(reading)
    district = [Estimate(-0.18, 0.118), Estimate(-0.22, 0.118), Estimate(0.23, 0.144), Estimate(-0.3, 0.144)]
    assert combine(district, 0.0) == pytest.approx((-0.1175, 0.03275))


def test_a_check_loads_no_statistics() -> None:
    code = "import sys, kb.cli, kb.gate, kb.rules; kb.rules.all_rules(); print('mpmath' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"
