//! Facts of the Mist API that other layers use: paths, paging, list shapes, names of fields, and texts about Mist for the model.

pub(crate) mod fields;
pub(crate) mod instructions;
pub(crate) mod list_shape;
pub(crate) mod paging;
pub(crate) mod paths;
