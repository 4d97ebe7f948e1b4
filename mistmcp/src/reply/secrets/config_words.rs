//! Lists of words of the configurations of Junos and IOS.

use std::sync::LazyLock;

use super::words::Words;

/// First words of the paths of Junos.
pub(super) static ROOTS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "access accounting-options applications apply-groups bgp bridge-domains chassis class-of-service \
     ethernet-switching-options event-options fabric firewall forwarding-options groups interfaces isis \
     logical-systems multi-chassis multicast-snooping-options openconfig-system ospf poe policy-options protocols \
     routing-instances routing-options schedulers security services smtp snmp switch-options system tenants \
     unified-edge virtual-chassis vlans wlan",
    )
});

/// Commands before such a path.
pub(super) static COMMANDS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "activate annotate copy deactivate delete edit insert no protect rename replace request set show unprotect",
    )
});

/// First words of lines of IOS that may hold a secret.
pub(super) static IOS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "aaa area area-password authentication cak crypto cts domain-password dot1x eigrp enable glbp hostname interface \
     ip ipv6 isis key key-string l2tp ldap line local-user mpls neighbor ntp pac ppp pre-shared-key radius radius-server router \
     security server-private snmp-agent snmp-server standby tacacs tacacs-server username vpdn vrrp vtp wpa-psk",
    )
});

/// Words that a name follows, and no secret.
pub(super) static NAMED: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "access-list address-book application apply-groups as-path certificate-id class class-map client community crypto-map keyring map peer transform-set tunnel-group client-list \
     community-list connectivity-association encapsulation event file filter from-zone group groups host-name \
     hostname instance interface interfaces key-chain logging logical-systems match policy policy-map \
     policy-statement pool prefix-list probe profile proposal protocol remark route-map routing-instances security-zone \
     sent-username snmp-community ssid term to-zone trap-group trustpoint user username view vlan vlans vrf zone",
    )
});

/// Words that a free text follows to the end of the statement.
pub(super) static FREE_TEXT: LazyLock<Words> =
    LazyLock::new(|| Words::of("announcement banner contact description location message name remark"));

/// Words of statements without a secret.
pub(super) static HARMLESS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "aaa authentication-method authentication-methods authentication-order community-list prefix-list \
     pubkey-chain route-map",
    )
});

/// Words between the word for a secret and the secret.
pub(super) static TYPES: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "3des aes aes-128-cmac aes-cbc aes128 aes192 aes256 ascii ascii-text cipher ciphertext clear cleartext config-key des enc encrypted hash \
     hex hexadecimal hmac-md5 hmac-sha-1 hmac-sha-256 hmac-sha-512 hmac-sha2-256 hmac-sha2-512 hmac-sha1 irreversible-cipher key-type local md5 message-digest \
     password-encrypt peer plain plain-text plaintext remote scrypt set-key sha sha-1 sha-256 sha-512 sha1 sha2 sha256 sha512 \
     simple text type unencrypted value",
    )
});

/// Words that, after the word for a secret, mean that no secret follows.
pub(super) static OTHERS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "accept-lifetime key-name address algorithm algorithms any authentication-order burst chain change-type ckn description \
     encryption exchange expiration family format from generate hostname iburst import instance-type interfaces iteration-count \
     key-chain lifetime oid options policy port prefer protocol-version pubkey-chain recovery retry routing-instance send-lifetime server single-connection source source-address \
     start-time strength-check targets then timeout tolerance unit version vlan-id zeroize",
    )
});
