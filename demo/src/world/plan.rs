//! Tables of sites and devices from which the demo network is generated.

use super::Kind;

/// A site as planned.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    /// The short name that device names begin with.
    pub(crate) code: &'static str,
    pub(crate) country: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) address: &'static str,
    pub(crate) position: (f64, f64),
    pub(crate) group: &'static str,
    /// Models, one for each device.
    pub(crate) devices: &'static [(Kind, &'static str, usize)],
    pub(crate) wireless: usize,
    pub(crate) wired: usize,
}

use Kind::{AccessPoint, Gateway, Switch};

pub(crate) const PLANS: &[Plan] = &[
    Plan {
        name: "Leeds Distribution Centre",
        code: "LDS",
        country: "GB",
        zone: "Europe/London",
        address: "14 Skelton Moor Way, Leeds LS15 8ZB, United Kingdom",
        position: (53.7914, -1.4507),
        group: "Logistics",
        devices: &[
            (AccessPoint, "AP45", 8),
            (AccessPoint, "AP34", 2),
            (AccessPoint, "AP63", 2),
            (Switch, "EX4400-48P", 1),
            (Switch, "EX4100-48P", 2),
            (Gateway, "SRX345", 1),
        ],
        wireless: 90,
        wired: 25,
    },
    Plan {
        name: "Rotterdam Warehouse",
        code: "RTM",
        country: "NL",
        zone: "Europe/Amsterdam",
        address: "Waalhaven Oostzijde 81, 3087 BM Rotterdam, Netherlands",
        position: (51.8863, 4.4381),
        group: "Logistics",
        devices: &[
            (AccessPoint, "AP43", 4),
            (AccessPoint, "AP63", 1),
            (Switch, "EX4100-48P", 1),
            (Gateway, "SRX320", 1),
        ],
        wireless: 40,
        wired: 10,
    },
    Plan {
        name: "Chicago Flagship Store",
        code: "CHI",
        country: "US",
        zone: "America/Chicago",
        address: "640 North Wabash Avenue, Chicago, IL 60611, USA",
        position: (41.8937, -87.6270),
        group: "Stores",
        devices: &[(AccessPoint, "AP45", 6), (Switch, "EX4100-48P", 2), (Gateway, "SSR120", 1)],
        wireless: 60,
        wired: 15,
    },
    Plan {
        name: "Singapore Office",
        code: "SIN",
        country: "SG",
        zone: "Asia/Singapore",
        address: "71 Robinson Road, Singapore 068895",
        position: (1.2789, 103.8481),
        group: "Offices",
        devices: &[(AccessPoint, "AP34", 4), (Switch, "EX4100-24P", 1), (Gateway, "SRX320", 1)],
        wireless: 35,
        wired: 10,
    },
    Plan {
        name: "Sydney Store",
        code: "SYD",
        country: "AU",
        zone: "Australia/Sydney",
        address: "322 Pitt Street, Sydney NSW 2000, Australia",
        position: (-33.8741, 151.2078),
        group: "Stores",
        devices: &[(AccessPoint, "AP34", 3), (Switch, "EX4100-24P", 1), (Gateway, "SRX320", 1)],
        wireless: 20,
        wired: 8,
    },
];
