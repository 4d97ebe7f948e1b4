//! Support tickets of an organization.

use mistmcp::{Choice, Fields, Id, OrgId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Support tickets of an organization.
    extended orgs_tickets
}

/// Support tickets of an organization, or one: subject, status, requester, comments.
#[mist_tool(
    category = "orgs_tickets",
    get = "/api/v1/orgs/{org_id}/tickets/{ticket_id?}",
    item_takes = "start, end, duration"
)]
pub async fn list_org_tickets(
    org_id: OrgId,
    /// Only this ticket, by id.
    #[brief = "Only this one"]
    ticket_id: Option<Id>,
    #[flatten] window: TimeWindow,
    fields: Option<Fields>,
);

/// How many support tickets there are, by status or type. Rows: `listOrgTickets`.
#[mist_tool(category = "orgs_tickets", get = "/api/v1/orgs/{org_id}/tickets/count")]
pub async fn count_org_tickets(
    org_id: OrgId,
    #[default = "status"] distinct: Option<TicketField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Where a file of a support ticket can be downloaded: its URL, cut where its signature is
/// secret: the file is in Mist's portal.
#[mist_tool(
    category = "orgs_tickets",
    get = "/api/v1/orgs/{org_id}/tickets/{ticket_id}/attachments/{attachment_id}"
)]
pub async fn get_org_ticket_attachment(
    org_id: OrgId,
    /// Ticket, from `listOrgTickets`.
    #[brief = "From listOrgTickets"]
    ticket_id: Id,
    /// File: one of the ticket's `attachment_ids`.
    #[brief = "From the ticket's attachment_ids"]
    attachment_id: Id,
    #[flatten] window: TimeWindow,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a ticket")]
pub enum TicketField {
    Status,
    Type,
}
