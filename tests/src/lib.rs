//! The harness: a real server, and actors who act only through the API.
