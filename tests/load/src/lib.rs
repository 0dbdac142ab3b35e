//! Programs that act on a running server as its clients do.
