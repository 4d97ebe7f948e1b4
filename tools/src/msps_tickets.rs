//! Support tickets of managed service providers (MSP).

use mistmcp::{Choice, Fields, MspId, TimeWindow, mist_tool};

mistmcp::category! {
    /// Support tickets of a managed service provider (MSP).
    extended msps_tickets
}

/// Support tickets of an MSP: subject, status, requester, comments.
#[mist_tool(category = "msps_tickets", get = "/api/v1/msps/{msp_id}/tickets")]
pub async fn list_msp_tickets(msp_id: MspId, #[flatten] window: TimeWindow, fields: Option<Fields>);

/// How many support tickets an MSP has, by status, type or organization. Rows: `listMspTickets`.
#[mist_tool(category = "msps_tickets", get = "/api/v1/msps/{msp_id}/tickets/count")]
pub async fn count_msp_tickets(
    msp_id: MspId,
    #[default = "status"] distinct: Option<MspTicketField>,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    limit: Option<u32>,
);

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a ticket")]
pub enum MspTicketField {
    OrgId,
    Status,
    Type,
}
