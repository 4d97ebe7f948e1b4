//! Facts of the network, in typed form, drawn from rows of Mist.

mod alarm;
mod client;
mod device;
mod event;
mod port;

pub(super) use alarm::Alarm;
pub(super) use client::{Client, Medium};
pub(super) use device::Device;
pub(super) use event::{Event, Stage, open, stage_of};
pub(super) use port::Port;
