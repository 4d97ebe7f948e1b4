//! Classification of Redis errors: [`Fault`] distinguishes an unavailable Redis from one that rejects a command.

use redis::{ErrorKind, RedisError};

/// The kind of a Redis error, with the remedy for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The Redis error code, if the error is a reply.
    pub(super) code: Option<&'static str>,
    pub(super) kind: FaultKind,
    /// What to change, and where. Empty if the fault is temporary.
    pub(super) remedy: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Redis cannot be reached, or cannot answer or take writes at the moment. Retried.
    Unavailable,
    /// Redis rejects this command. Others may work.
    Refused,
    /// Redis rejects this server as it is configured, which is an error at start.
    Unusable,
}

const LOGIN: &str = "its user and password stand in --redis (or MISTMCP_REDIS_URL) or in MISTMCP_REDIS_PASSWORD; what the \
                     user has to be allowed stands in docs/replicas.md";
const CLUSTER: &str = "it is a Redis Cluster, which is not supported: name a Redis that is none in --redis (or \
                       MISTMCP_REDIS_URL)";
const COMMANDS: &str = "it has to be a Redis from 6.2 on, and to know the commands that docs/replicas.md names; a proxy before \
                        it may not";

/// Redis error codes, with kind and remedy.
const CODES: [(&str, FaultKind, &str); 20] = {
    use FaultKind::{Refused, Unavailable, Unusable};
    [
        ("LOADING", Unavailable, ""),
        ("MASTERDOWN", Unavailable, ""),
        ("CLUSTERDOWN", Unavailable, ""),
        ("TRYAGAIN", Unavailable, ""),
        ("BUSY", Unavailable, ""),
        ("NOREPLICAS", Unavailable, "it has too few replicas of its own: see its min-replicas-to-write"),
        (
            "READONLY",
            Unavailable,
            "unless it is failing over just now, --redis (or MISTMCP_REDIS_URL) names a replica: name the primary",
        ),
        ("NOAUTH", Unusable, LOGIN),
        ("WRONGPASS", Unusable, LOGIN),
        ("NOPERM", Unusable, LOGIN),
        ("MOVED", Unusable, CLUSTER),
        ("ASK", Unusable, CLUSTER),
        ("CROSSSLOT", Unusable, CLUSTER),
        ("OOM", Unavailable, "its memory is full: raise its maxmemory, or take other programs off it"),
        (
            "MISCONF",
            Unavailable,
            "it cannot write to its disk, and takes nothing until it can: see its own log",
        ),
        (
            "WRONGTYPE",
            Refused,
            "another program uses the same names: choose another --redis-prefix (or MISTMCP_REDIS_PREFIX)",
        ),
        ("NOSCRIPT", Refused, COMMANDS),
        ("EXECABORT", Refused, COMMANDS),
        ("NOPROTO", Unusable, COMMANDS),
        ("ERR", Refused, COMMANDS),
    ]
};

impl Fault {
    pub(super) fn of(error: &RedisError) -> Self {
        let known = |code: &str| CODES.iter().find(|(known, ..)| *known == code);
        let text;
        let found = match (error.kind(), error.code()) {
            (_, Some(code)) => known(code),
            (ErrorKind::AuthenticationFailed, None) => known("NOAUTH"),
            (ErrorKind::RESP3NotSupported, None) => known("NOPROTO"),
            // The value is not one that this server writes.
            (ErrorKind::UnexpectedReturnType, None) => known("WRONGTYPE"),
            // An error of a command in a pipeline has its code in its text.
            (ErrorKind::Extension, None) => {
                text = error.to_string();
                text.split(|letter: char| !letter.is_ascii_uppercase()).find_map(known)
            }
            _ => None,
        };
        match found {
            Some((code, kind, remedy)) => Self { code: Some(code), kind: *kind, remedy },
            None if matches!(error.kind(), ErrorKind::Extension | ErrorKind::Server(_)) => {
                Self { code: None, kind: FaultKind::Refused, remedy: COMMANDS }
            }
            None => Self { code: None, kind: FaultKind::Unavailable, remedy: "" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_reply(line: &str) -> RedisError {
        match redis::parse_redis_value(format!("-{line}\r\n").as_bytes()) {
            Ok(redis::Value::ServerError(error)) => error.into(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn an_unavailable_redis_is_distinguished_from_one_that_rejects() {
        use FaultKind::{Refused, Unavailable, Unusable};
        for (line, kind, remedy) in [
            ("LOADING Redis is loading the dataset in memory", Unavailable, ""),
            ("MASTERDOWN Link with MASTER is down", Unavailable, ""),
            ("CLUSTERDOWN The cluster is down", Unavailable, ""),
            ("READONLY You can't write against a read only replica.", Unavailable, "name the primary"),
            ("NOAUTH Authentication required.", Unusable, "MISTMCP_REDIS_PASSWORD"),
            ("WRONGPASS invalid username-password pair", Unusable, "MISTMCP_REDIS_PASSWORD"),
            ("NOPERM User x has no permissions to run the 'eval' command", Unusable, "docs/replicas.md"),
            ("MOVED 3999 127.0.0.1:6381", Unusable, "Redis Cluster"),
            ("CROSSSLOT Keys in request don't hash to the same slot", Unusable, "Redis Cluster"),
            ("OOM command not allowed when used memory > 'maxmemory'.", Unavailable, "maxmemory"),
            ("MISCONF Redis is configured to save RDB snapshots", Unavailable, "disk"),
            ("WRONGTYPE Operation against a key", Refused, "--redis-prefix"),
            ("NOSCRIPT No matching script.", Refused, "docs/replicas.md"),
            ("ERR unknown command 'PUBSUB'", Refused, "docs/replicas.md"),
            ("SOMENEWCODE of a later Redis", Refused, "docs/replicas.md"),
        ] {
            let fault = Fault::of(&error_reply(line));
            assert_eq!(fault.kind, kind, "{line}: {fault:?}");
            assert!(
                fault.remedy.contains(remedy) && fault.remedy.is_empty() == remedy.is_empty(),
                "{fault:?}"
            );
        }
        let broken = RedisError::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        assert_eq!(Fault::of(&broken), Fault { code: None, kind: Unavailable, remedy: "" });
    }
}
