//! Playing at random, always the same way, so that what fails once fails again.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// Plays so many sequences of a strategy; one that fails is made shorter while it still fails, and
/// printed.
pub fn plays<S: Strategy>(cases: u32, strategy: &S, play: impl AsyncFn(S::Value)) {
    let config =
        Config { cases, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let dice = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let played = TestRunner::new_with_rng(config, dice).run(strategy, |moves| {
        runtime.block_on(play(moves));
        Ok(())
    });
    match played {
        Ok(()) => {}
        Err(TestError::Fail(why, moves)) => panic!("{why}\nplayed: {moves:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
