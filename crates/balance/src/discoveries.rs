//! Which topics may rise together: e-BH, specification §4.

use crate::Refused;

/// What e-BH found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discoveries {
    /// How many.
    pub k: usize,
    /// Their places in the list, ascending.
    pub promoted: Vec<usize>,
}

/// k* = max{k : e₍ₖ₎ ≥ K/(αk)}; the k* greatest are found (Wang & Ramdas 2022). The false discovery
/// rate is at most α however the values depend on each other. `budget` K counts every test that
/// was opened in the quarter, at least as many as are listed. Equal values go by their place.
///
/// # Errors
/// When α is not in (0, 1), K is less than the number of values, or a value is negative or no
/// number.
pub fn discover(e_values: &[f64], alpha: f64, budget: usize) -> Result<Discoveries, Refused> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Refused::Parameter("alpha", alpha));
    }
    if budget < e_values.len() {
        return Err(Refused::Parameter("budget", budget as f64));
    }
    if let Some(bad) = e_values.iter().find(|e| e.is_nan() || **e < 0.0) {
        return Err(Refused::Parameter("e", *bad));
    }
    let mut order: Vec<usize> = (0..e_values.len()).collect();
    order.sort_by(|a, b| e_values[*b].total_cmp(&e_values[*a]).then(a.cmp(b)));
    let reaches = |k: &usize| e_values[order[k - 1]] >= budget as f64 / (alpha * *k as f64);
    let k = (1..=order.len()).rev().find(reaches).unwrap_or(0);
    let mut promoted = order[..k].to_vec();
    promoted.sort_unstable();
    Ok(Discoveries { k, promoted })
}
