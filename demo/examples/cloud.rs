//! The demo cloud alone, on a port: `cargo run -p mistmcp-demo --example cloud -- 8080`.

use std::{env, future, io};

use mistmcp_demo::{DemoCloud, ORG_ID};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "where it listens is what one runs it for")]
async fn main() -> io::Result<()> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse()).map_err(io::Error::other)?;
    let cloud = DemoCloud::start_on(port).await?;
    println!("{} with the token {} for the organization {ORG_ID}", cloud.url(), DemoCloud::TOKEN);
    future::pending().await
}
