/// What radio management changed at a site.
pub static LIST_SITE_RRM_EVENTS: ::mistmcp::Tool = ::mistmcp::Tool {
    name: "listSiteRrmEvents",
    description: "What radio management changed at a site.",
    category: "sites_rrm",
    questions: &[],
    essential: false,
    view: ::core::option::Option::None,
    hints: ::mistmcp::Hints::READ,
    params: &[
        ::mistmcp::Param::of::<SiteId>("site_id"),
        ::mistmcp::Param::described::<Option<Band>>("band", "Only this radio band."),
        ::mistmcp::Param::group::<PageNumber>(),
    ],
    run: ::mistmcp::Run::Endpoint(
        ::mistmcp::Endpoint::get("/api/v1/sites/{site_id}/rrm/events"),
    ),
    location: ::core::panic::Location::caller(),
};
::mistmcp::__private::register!(LIST_SITE_RRM_EVENTS);
const _: () = ::mistmcp::__private::assert_described(
    LIST_SITE_RRM_EVENTS.params,
    "site_id",
);
const _: () = ::mistmcp::__private::assert_filled(
    LIST_SITE_RRM_EVENTS.params,
    "site_id",
    false,
);
impl ::mistmcp::ParamGroup for PageNumber {
    const PARAMS: &'static [::mistmcp::Param] = &[
        ::mistmcp::Param::described::<Option<u32>>("limit", "Rows; at most 1000.")
            .default("100"),
        ::mistmcp::Param::described::<Option<NonZero<u32>>>("page", "Page, from 1."),
    ];
    fn read(arguments: &mut ::mistmcp::Arguments) -> ::mistmcp::Result<Self> {
        ::core::result::Result::Ok(Self {
            limit: arguments.take::<Option<u32>>("limit")?,
            page: arguments.take::<Option<NonZero<u32>>>("page")?,
        })
    }
}
impl ::mistmcp::Choice for Band {
    const DESCRIPTION: &'static str = "Radio band.";
    const VALUES: &'static [(&'static str, Self)] = &[
        ("24", Self::Ghz24),
        ("all_bands", Self::AllBands),
    ];
}
