use super::*;

fn clouds(added: &[&str]) -> Clouds {
    let mut clouds = Clouds::default();
    for cloud in added {
        clouds.allow(cloud).unwrap();
    }
    clouds
}

#[test]
fn a_public_cloud_is_found_by_host_url_and_portal() {
    for text in [
        "api.eu.mist.com",
        "https://api.eu.mist.com/",
        "API.EU.MIST.COM",
        "HTTPS://Manage.EU.Mist.com",
        "manage.eu.mist.com",
        "api.eu.mist.com//",
        "https://api.eu.mist.com/api/v1",
        "api.eu.mist.com/api/v1/self?x=1",
        "https://manage.eu.mist.com/admin/?org_id=6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428#!dashboard/insights",
        "manage.eu.mist.com/signin.html#!login",
        "api.eu.mist.com.",
    ] {
        assert_eq!(clouds(&[]).find(text).unwrap().base().as_str(), "https://api.eu.mist.com/", "{text}");
    }
}

#[test]
fn an_unknown_cloud_is_refused_with_the_known_ones() {
    for text in [
        "evil.example",
        "api.mist.com.evil.example",
        "http://api.mist.com",
        "api.mist.com:8443",
        "127.0.0.1:80",
    ] {
        let refused = clouds(&[]).find(text).unwrap_err().to_string();
        assert!(refused.contains("api.gc1.mist.com") && refused.contains("--allow-cloud"), "{refused}");
    }
}

#[test]
fn urls_with_a_password_or_another_scheme_are_refused_and_not_quoted() {
    for text in [
        "api.mist.com@evil.example",
        "https://user:s3cret@api.mist.com",
        "https://s3cret@manage.mist.com/admin",
        "s3cret s3cret",
        "",
        "ftp://api.mist.com",
    ] {
        let refused = clouds(&[]).find(text).unwrap_err();
        assert!(matches!(refused, CloudError::Malformed(_)), "{text}");
        assert!(!format!("{refused} {refused:?}").contains("s3cret"), "{refused}");
    }
    let token = "s3cr3t-0f-7he-7es7s-Q9zXw4Lm";
    for refused in
        [clouds(&[]).find(token).unwrap_err(), Clouds::default().allow("http://s3cr3t-0f").unwrap_err()]
    {
        assert!(!format!("{refused} {refused:?}").contains("s3cr3t"), "{refused}");
    }
}

#[test]
fn a_url_names_its_organization() {
    let id = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
    for text in [
        format!("https://manage.eu.mist.com/admin/?org_id={id}"),
        format!("manage.mist.com/admin/?x=1&ORG_ID={}#!dashboard/x", id.to_uppercase()),
        format!("https://manage.mist.com/admin/#!ap?org_id={id}&site=all"),
        format!("https://api.mist.com/api/v1/orgs/{id}/sites"),
    ] {
        assert_eq!(Clouds::organization(&text).as_deref(), Some(id), "{text}");
    }
    for text in ["https://manage.mist.com/admin/?org_id=acme", "api.mist.com", "", "a@b/orgs/x"] {
        assert_eq!(Clouds::organization(text), None, "{text}");
    }
}

#[test]
fn a_misspelled_cloud_gets_a_suggestion() {
    for (text, wanted) in [
        ("eu", "did you mean `api.eu.mist.com` (EMEA 01)?"),
        ("api.eu.mist", "`api.eu.mist.com`"),
        ("eu.mist.com", "`api.eu.mist.com`"),
        ("gc1", "`api.gc1.mist.com` (Global 02)?"),
        ("AC5.mist.com", "`api.ac5.mist.com`"),
        ("global 03", "`api.ac2.mist.com`"),
        ("Global3", "`api.ac2.mist.com`"),
        ("APAC_01", "`api.ac5.mist.com`"),
        ("emea", "`api.gc3.mist.com` (EMEA 02)"),
        ("europe", "`api.eu.mist.com` (EMEA 01)"),
        ("mist.com", "`api.mist.com` (Global 01)?"),
        ("http://api.eu.mist.com", "`api.eu.mist.com`"),
        ("us", "`api.mist.com` (Global 01)"),
        ("api.ue.mist.com", "did you mean `api.eu.mist.com`"),
        ("gov", "`api.us.mist-federal.com`"),
    ] {
        let refused = clouds(&[]).find(text).unwrap_err().to_string();
        let (first, _) = refused.split_once('\n').unwrap();
        assert!(first.contains(wanted), "{text}: {first}");
        assert!(refused.contains("api.gc7.mist.com  (APAC 03)"), "{refused}");
    }
    let refused = clouds(&[]).find("evil.example").unwrap_err().to_string();
    assert!(!refused.contains("did you mean"), "{refused}");
}

#[test]
fn an_added_cloud_is_found_by_its_host_or_in_full() {
    let clouds = clouds(&["http://127.0.0.1:9000", "mist.internal.example"]);
    assert_eq!(clouds.find("127.0.0.1").unwrap().base().as_str(), "http://127.0.0.1:9000/");
    assert!(clouds.find("http://127.0.0.1:9000").is_ok());
    assert!(clouds.find("http://127.0.0.1:9001").is_err());
    assert!(clouds.find("mist.internal.example").is_ok());
}

#[test]
fn each_cloud_is_found_by_its_address() {
    let clouds =
        clouds(&["http://127.0.0.1:9000", "https://[::1]:9443", "http://localhost", "mist.internal.example"]);
    let named: Vec<_> = clouds.named().collect();
    assert_eq!(named.len(), PUBLIC.len() + 4);
    for (_, host, address) in named {
        let found = clouds.find(&address).unwrap();
        assert_eq!(found.to_string(), host);
        assert_eq!(found.address(), address);
    }
}

#[test]
fn plain_http_is_allowed_for_loopback_only() {
    let mut clouds = Clouds::default();
    assert!(matches!(clouds.allow("http://mist.internal.example"), Err(CloudError::Insecure(_))));
    for text in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
        assert!(clouds.allow(text).is_ok(), "{text}");
    }
}
