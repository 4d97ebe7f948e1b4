//! Lists of words that names and sentences are judged by.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A list of words in lower case.
pub(super) struct Words(HashSet<&'static str>);

/// Longest word of a list, in bytes.
const LONGEST: usize = 40;

impl Words {
    /// The words of a text.
    pub(super) fn of(text: &'static str) -> Self {
        Self(text.split_whitespace().collect())
    }

    /// The words, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    /// Whether a word is in the list, whatever its case.
    pub(super) fn has(&self, word: &str) -> bool {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..word.len()) else { return false };
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).is_ok_and(|lower| self.0.contains(lower))
    }

    /// Whether a word is in the list in the singular or the plural.
    pub(super) fn has_number(&self, word: &str) -> bool {
        let singular = word.strip_suffix(['s', 'S']).filter(|singular| singular.len() > 1);
        self.has(word) || singular.is_some_and(|singular| self.has(singular))
    }
}

/// Words that are secret anywhere in a name, unless a word of [`ABOUT`] follows.
pub(super) static STRONG: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "accesskey apikey apitoken authkey cak contrasena contraseña cookie encryptionkey gtk igtk jwt \
     kek kennwort lmhash mack motdepasse nthash ntlmhash otp passcode passe passkey passphrase \
     passwd password passwort pincode pmk ptk puk ppsk preshared presharedkey privatekey privkey psk pswd pwd secret secretkey \
     schluessel schlüssel sharedkey sshkey token wachtwoord wepkey wpakey",
    )
});

/// Words written together with `pass` or `pw` behind them: `userpass`.
pub(super) static PASS_OWNERS: LazyLock<Words> =
    LazyLock::new(|| Words::of("admin auth db enable guest my root user wifi wlan"));

/// Words written together with `key` behind them: `wifikey`.
pub(super) static KEY_OWNERS: LazyLock<Words> =
    LazyLock::new(|| Words::of("bgp guest ike ipsec ntp ospf psk radius radsec snmp tacacs vpn wifi wlan"));

/// Words after a secret's word that make the name one of something else: `psk_id`, `token_expiry`, `KEY_VLAN`.
pub(super) static ABOUT: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "abbreviation addr address age alg algo algorithm allowed app at attempt attribute audience auth bit button \
     by cache caching cancel category chain change changed check class color column comment complexity configured \
     count created date day desc description directory disabled duration email enabled encryption endpoint error \
     exchange exists exp expiration expire expired expires expiring expiry fail failed failure field file \
     filename fingerprint format garden gateway group header help hint history host hour id idx index interface \
     interval ip issued issuer kind label last left len length level lifetime limit link location lookup mac management \
     manager max message method mgmt min minute mismatch missing mode model modified msg name network note num number only \
     option order org owner path percent percentage period permission phone placeholder policy port portal prefix \
     present privilege prompt protection protocol provider quality rate ratio realm reason recovery region \
     remaining renewed required requirement reset result retries retry revoked ring role rotated rotation rule scope security server session set \
     setting share site size source src ssid state status strength subject submit subnet supported table tag \
     template through throughs thru time timeout timestamp title total ttl type unit updated uri url usage use \
     used user username valid validation validity vendor verification version visible vlan warning width words",
    )
});

/// Words before a secret's word that make the name a switch, a number or an event: `enable_psk`, `num_tokens`.
pub(super) static BEFORE: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "allow audit auto bad button bypass can check cleanup count disable dynamic enable enforce expired failed force \
     forgot has have hide ignore incorrect invalid is max min missing multi need needs no non num number require \
     required requires resp response show supports total use uses validate wrong",
    )
});

/// Words before `key` that say that it is public, or a key of a table.
pub(super) static PUBLIC_KEYS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "alarm answer arrow authorized business cache candidate column composite correlation dedup dict disk drive event field \
     fingerprint foreign function group home host hot i18n idempotency index insight json label lang locale \
     lookup map message metric n natural object order page parent partition primary pub public query registry \
     routing row search shortcut site sort sorting sub surrogate tab tag translation trusted tunnel unique \
     verification",
    )
});

/// Words before `code` that make it a secret.
pub(super) static SECRET_CODES: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "access activation adoption auth authorization backup claim door enrollment enrolment guest invite login mfa onboarding otp \
     pairing pass pin provisioning recovery redemption registration security unlock verification voucher wifi",
    )
});

/// Words before `community` that say that it is one of BGP.
pub(super) static BGP_COMMUNITIES: LazyLock<Words> = LazyLock::new(|| {
    Words::of("add bgp delete exclude export extended import large match no route set standard target")
});

/// Words after `community` that say that it is a place or people.
pub(super) static COMMUNITY_PLACES: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "center centre church club college edition event forum garden hall health hospital house hub library member park post \
     relation room school support team version",
    )
});

/// Words before `auth` that make it a secret: `bgp_auth`, `Api-Auth`.
pub(super) static AUTH_OWNERS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "api app bfd bgp eigrp glbp hook hsrp ike ipsec isis ldp mqtt msdp ntp ospf ospfv proxy rip rsvp smtp snmp snmpv vpn vrrp webhook",
    )
});

/// Values of `auth` and `authorization` that name a method, or what is allowed, and no secret.
pub(super) static METHODS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "admin allowed basic bearer boolean cert certificate chap denied digest eap eap-peap eap-tls eap-ttls full granted hmac hmac-md5 \
     hmac-sha-1 hmac-sha-256 integer keychain ldap local mab md5 mschapv2 oauth oauth2 open operator optional pap password peap \
     plain psk radius read read-only read-write ro rw saml sae sha sha-1 sha-256 sha1 sha256 sha512 simple string super-user tacacs \
     tacacs+ tacplus text token wep wpa wpa2 wpa2-enterprise wpa2-personal wpa2-psk wpa3 write",
    )
});

/// Words before `pass` and `pin` that give them another meaning.
pub(super) static OTHER_PASSES: LazyLock<Words> =
    LazyLock::new(|| Words::of("all by first gpio high led low map multi poe push second single test two"));

/// Values that say only whether there is a secret.
pub(super) static STATES: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "absent any changed configured default disabled empty enabled encrypted expired false hidden invalid masked \
     missing n/a nan nil no none not-set null off ok on present redacted rejected required revoked set true \
     undefined unknown unset valid yes",
    )
});

/// Words of a sentence about a secret.
pub(super) static REMARKS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "a accepted added again age already an and are as at authentication bad be been but by can cannot change \
     check choose configuration could deleted denied does done ensure enter error exceeded exchange expected \
     expires expiry failed failure field for found from generated has have if in incorrect install installation installed into is it leave length \
     lookup make management may mismatch mismatched must negotiation not of ok only or permission please policy \
     protection provide refused rekey removed renewed requires reset retransmitted rotated rotation should specify \
     success successful successfully than that the this timed timeout to too type unsupported update updated \
     usage use used using value verification was were when which will with without wrong",
    )
});

/// Words between the word for a secret and the secret.
pub(super) static CONNECTORS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "are as be been changed from has is key modified new now old reset rotated set string to updated value was \
     will",
    )
});

/// Verbs before the kind of an object, whose name follows: `Add PSK "alice"`.
pub(super) static VERBS: LazyLock<Words> = LazyLock::new(|| {
    Words::of(
        "access add added assign clone create created delete deleted disable edit enable export import invite modify \
     regenerate remove removed rename renamed revoke revoked rotate unassign update updated view",
    )
});
