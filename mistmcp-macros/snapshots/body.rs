/// How many sites the organization has.
#[allow(clippy::unused_async)]
pub async fn count_sites(
    mist: &Mist,
    org_id: OrgId,
    window: TimeWindow,
) -> Result<Reply> {
    Reply::json(mist.sites(org_id, window).await?.len())
}
/// How many sites the organization has.
pub static COUNT_SITES: ::mistmcp::Tool = ::mistmcp::Tool {
    name: "countSitesNow",
    description: "How many sites the organization has.",
    category: "sites",
    questions: &[],
    essential: false,
    view: ::core::option::Option::None,
    hints: ::mistmcp::Hints {
        idempotent: false,
        ..::mistmcp::Hints::UNSPECIFIED
    },
    params: &[
        ::mistmcp::Param::of::<OrgId>("org_id"),
        ::mistmcp::Param::group::<TimeWindow>(),
    ],
    run: ::mistmcp::Run::Body(|mist, call, mut arguments| {
        ::std::boxed::Box::pin(async move {
            let reply: ::mistmcp::Result<::mistmcp::Reply> = count_sites(
                    <Mist as ::mistmcp::__private::Context>::of(mist, call),
                    arguments.take::<OrgId>("org_id")?,
                    arguments.group::<TimeWindow>()?,
                )
                .await;
            reply
        })
    }),
    location: ::core::panic::Location::caller(),
};
::mistmcp::__private::register!(COUNT_SITES);
const _: () = ::mistmcp::__private::assert_described(COUNT_SITES.params, "org_id");
