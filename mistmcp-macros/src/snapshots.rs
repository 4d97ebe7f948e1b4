//! What the macros make of whole annotated items, held against the files in `snapshots/`, where it is read by eye.
//! `UPDATE_SNAPSHOTS=1 cargo test -p mistmcp-macros` writes them anew.

use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{choice, param_group, tool};

fn assert_snapshot(name: &str, expansion: TokenStream) {
    let file: syn::File = syn::parse2(expansion).unwrap();
    let expansion = prettyplease::unparse(&file);
    let path = format!("{}/snapshots/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &expansion).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert_eq!(expansion, expected, "UPDATE_SNAPSHOTS=1 writes {path} anew");
}

#[test]
fn a_plain_endpoint_is_a_static_and_its_registration() {
    let attribute = quote!(category = "sites", get = "/api/v1/sites/{site_id}", answers = "object");
    let function = quote! {
        /// A site's name, address and groups.
        pub async fn get_site_info(site_id: SiteId);
    };
    assert_snapshot("plain", tool::expand(attribute, &function));
}

#[test]
fn groups_and_choices_are_constants_that_tools_share() {
    let attribute = quote!(category = "sites_rrm", get = "/api/v1/sites/{site_id}/rrm/events");
    let function = quote! {
        /// What radio management changed at a site.
        pub async fn list_site_rrm_events(
            site_id: SiteId,
            /// Only this radio band.
            band: Option<Band>,
            #[flatten] page: PageNumber,
        );
    };
    let group = quote! {
        /// A page of a list.
        pub struct PageNumber {
            /// Rows; at most 1000.
            #[default = 100]
            pub limit: Option<u32>,
            /// Page, from 1.
            pub page: Option<NonZero<u32>>,
        }
    };
    let choice = quote! {
        /// Radio band.
        pub enum Band {
            #[mist("24")]
            Ghz24,
            AllBands,
        }
    };
    let mut expansion = tool::expand(attribute, &function);
    expansion.extend(param_group::expand(group));
    expansion.extend(choice::expand(choice));
    assert_snapshot("groups_and_choices", expansion);
}

#[test]
fn an_optional_id_ends_the_path() {
    let attribute = quote!(category = "orgs_lan", get = "/api/v1/orgs/{org_id}/networks/{network_id?}");
    let function = quote! {
        /// The networks of an organization, or one of them.
        pub async fn list_org_networks(
            org_id: OrgId,
            /// Only this one.
            network_id: Option<Id>,
        );
    };
    assert_snapshot("optional_id", tool::expand(attribute, &function));
}

#[test]
fn a_tool_with_a_body_adds_one_closure() {
    let attribute = quote!(category = "sites", name = "countSitesNow", hints(idempotent = false));
    let function = quote! {
        /// How many sites the organization has.
        pub async fn count_sites(
            mist: &Mist,
            org_id: OrgId,
            #[flatten] window: TimeWindow,
        ) -> Result<Reply> {
            Reply::json(mist.sites(org_id, window).await?.len())
        }
    };
    assert_snapshot("body", tool::expand(attribute, &function));
}
