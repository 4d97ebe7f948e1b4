use mistmcp::{Choice, Id, ParamGroup};

/// Attempts of one webhook to deliver an event.
#[derive(ParamGroup)]
pub struct WebhookDelivery {
    /// Webhook, by id.
    #[brief = "Webhook"]
    pub webhook_id: Id,
    /// Error message of the delivery.
    #[brief = "Error"]
    pub error: Option<String>,
    /// HTTP status of the answer.
    #[brief = "HTTP status"]
    pub status_code: Option<i64>,
    /// Outcome.
    pub status: Option<DeliveryStatus>,
    /// Topic of the webhook.
    #[brief = "Topic"]
    pub topic: Option<DeliveryTopic>,
}

/// How a delivery ended.
#[derive(Clone, Copy, Choice)]
pub enum DeliveryStatus {
    /// The receiver did not take it
    Failure,
    /// The receiver took it
    Success,
}

/// What a delivery was about. Mist keeps a history for these topics alone.
#[derive(Clone, Copy, Choice)]
pub enum DeliveryTopic {
    /// Alarms
    Alarms,
    /// Changes of the configuration
    Audits,
    /// Devices that went up or down
    #[mist("device-updowns")]
    DeviceUpdowns,
    /// Zones that hold too many people
    #[mist("occupancy-alerts")]
    OccupancyAlerts,
    /// Tests of the webhook
    Ping,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a delivery")]
pub enum DeliveryField {
    Status,
    StatusCode,
    Topic,
    WebhookId,
}
