/// A site's name, address and groups.
pub static GET_SITE_INFO: ::mistmcp::Tool = ::mistmcp::Tool {
    name: "getSiteInfo",
    description: "A site's name, address and groups.",
    category: "sites",
    questions: &[],
    essential: false,
    view: ::core::option::Option::None,
    hints: ::mistmcp::Hints::READ,
    params: &[::mistmcp::Param::of::<SiteId>("site_id")],
    run: ::mistmcp::Run::Endpoint(
        ::mistmcp::Endpoint::get("/api/v1/sites/{site_id}")
            .answers(::mistmcp::Answers::Object),
    ),
    location: ::core::panic::Location::caller(),
};
::mistmcp::__private::register!(GET_SITE_INFO);
const _: () = ::mistmcp::__private::assert_described(GET_SITE_INFO.params, "site_id");
const _: () = ::mistmcp::__private::assert_filled(
    GET_SITE_INFO.params,
    "site_id",
    false,
);
