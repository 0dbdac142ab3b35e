//! Chance that falls the same way every time.
//!
//! ChaCha is a fixed algorithm, and the ranges are drawn here rather than by `rand`, whose
//! distributions may change between versions and would change the demo with them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A seeded source of choices.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// `stream` separates the parts of the generator, so that a change in one leaves the others.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number in `0..bound`; 0 when the bound is 0. The bias, bound / 2^64, is of no matter here.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    /// True in `per_mille` of 1,000 cases.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of the choices, which are never empty.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// A position, each as likely as its weight; the last one when all weights are zero.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (position, weight) in weights.iter().enumerate() {
            if left < *weight {
                return position;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// Up to `count` different positions with a weight above zero, the likelier ones first.
    pub(super) fn weighted_distinct(&mut self, weights: &[u64], count: usize) -> Vec<usize> {
        let mut weights = weights.to_vec();
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count && weights.iter().any(|weight| *weight > 0) {
            let position = self.weighted(&weights);
            weights[position] = 0;
            chosen.push(position);
        }
        chosen
    }

    /// Puts the items into a random order (Fisher–Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}
