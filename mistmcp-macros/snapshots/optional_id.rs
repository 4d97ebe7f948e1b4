/// The networks of an organization, or one of them.
pub static LIST_ORG_NETWORKS: ::mistmcp::Tool = ::mistmcp::Tool {
    name: "listOrgNetworks",
    description: "The networks of an organization, or one of them.",
    category: "orgs_lan",
    questions: &[],
    essential: false,
    view: ::core::option::Option::None,
    hints: ::mistmcp::Hints::READ,
    params: &[
        ::mistmcp::Param::of::<OrgId>("org_id"),
        ::mistmcp::Param::described::<Option<Id>>("network_id", "Only this one."),
    ],
    run: ::mistmcp::Run::Endpoint(
        ::mistmcp::Endpoint::get("/api/v1/orgs/{org_id}/networks/{network_id?}"),
    ),
    location: ::core::panic::Location::caller(),
};
::mistmcp::__private::register!(LIST_ORG_NETWORKS);
const _: () = ::mistmcp::__private::assert_described(LIST_ORG_NETWORKS.params, "org_id");
const _: () = ::mistmcp::__private::assert_filled(
    LIST_ORG_NETWORKS.params,
    "org_id",
    false,
);
const _: () = ::mistmcp::__private::assert_filled(
    LIST_ORG_NETWORKS.params,
    "network_id",
    true,
);
