//! The demo cloud of `--demo`: [`DemoCloud`], or a stand-in that does not start where the feature `demo` is left out.

#[cfg(feature = "demo")]
pub(super) use mistmcp_demo::DemoCloud;

/// No demo cloud.
#[cfg(not(feature = "demo"))]
pub(super) enum DemoCloud {}

#[cfg(not(feature = "demo"))]
impl DemoCloud {
    pub(super) const TOKEN: &'static str = "";

    /// Refuses to start.
    ///
    /// # Errors
    /// Always.
    #[expect(clippy::unused_async, reason = "as the real one")]
    pub(super) async fn start() -> std::io::Result<Self> {
        Err(std::io::Error::other("this program is built without the feature `demo`: leave --demo out"))
    }

    pub(super) fn url(&self) -> String {
        match *self {}
    }
}
