//! Work in a task of its own: whoever waits for it may go away, the work does not.

use std::any::Any;

use futures::future::BoxFuture;

use crate::Fault;

/// Runs work to its end, whether or not anybody still waits for it. `what` names it in the fault.
///
/// The work and its result are boxed: tokio's machinery for a task is compiled once, and not for
/// each of the hundreds of kinds of work.
pub fn apart<T: Send + 'static>(
    what: &'static str,
    work: impl Future<Output = T> + Send + 'static,
) -> BoxFuture<'static, Result<T, Fault>> {
    let boxed: Work = Box::pin(async move {
        let result: Box<dyn Any + Send> = Box::new(work.await);
        result
    });
    Box::pin(async move {
        match run(what, boxed).await?.downcast() {
            Ok(result) => Ok(*result),
            Err(_) => Err(Fault::broken(format!("{what} answered with another type"))),
        }
    })
}

type Work = BoxFuture<'static, Box<dyn Any + Send>>;

/// Boxed, so that it is compiled here and not where work is handed in.
fn run(what: &'static str, work: Work) -> BoxFuture<'static, Result<Box<dyn Any + Send>, Fault>> {
    Box::pin(async move {
        let stopped = |error| Fault::broken(format!("{what} stopped: {error}"));
        tokio::spawn(work).await.map_err(stopped)
    })
}
