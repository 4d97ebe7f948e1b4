//! What the real binary tells a collector of what goes on: spans of requests and of what they ask of Mist, by the standard's
//! variables, and nothing that is anybody's own.
#![forbid(unsafe_code)]

mod context;
mod export;
mod fixture;
mod mist;
mod requests;
mod secrecy;
mod variables;
