//! Whether a default fits the type of its parameter, where the type is one that the macros know: [`mismatch`]. All others
//! are checked when the program starts.

use syn::{GenericArgument, PathArguments, Type};

/// What a parameter of this type takes, if the default is something else.
pub(crate) fn mismatch(ty: &Type, default: &str) -> Option<&'static str> {
    let (fits, wanted) = match scalar(ty)?.as_str() {
        "bool" => (default.parse::<bool>().is_ok(), "true or false"),
        "f64" => (default.parse::<f64>().is_ok_and(f64::is_finite), "a finite number"),
        "i64" => (default.parse::<i64>().is_ok(), "an integer of 64 bits"),
        "u32" => (default.parse::<u32>().is_ok(), "an integer from 0 to 4294967295"),
        _ => return None,
    };
    (!fits).then_some(wanted)
}

/// The name of a type without parameters, or of that in an `Option`.
fn scalar(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::None => Some(last.ident.to_string()),
        PathArguments::AngleBracketed(arguments) if last.ident == "Option" => match arguments.args.first()? {
            GenericArgument::Type(inner) => scalar(inner),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_of_a_known_type_is_checked_and_any_other_is_not() {
        for (ty, default, wanted) in [
            ("u32", "abc", Some("an integer from 0 to 4294967295")),
            ("u32", "4294967296", Some("an integer from 0 to 4294967295")),
            ("Option<u32>", "1.5", Some("an integer from 0 to 4294967295")),
            ("std::option::Option<u32>", "-1", Some("an integer from 0 to 4294967295")),
            ("u32", "25", None),
            ("i64", "-9223372036854775808", None),
            ("i64", "9223372036854775808", Some("an integer of 64 bits")),
            ("f64", "1e400", Some("a finite number")),
            ("Option<f64>", "high", Some("a finite number")),
            ("f64", "-2.5", None),
            ("bool", "yes", Some("true or false")),
            ("Option<bool>", "false", None),
            ("String", "1e400", None),
            ("DeviceType", "25", None),
            ("Vec<u32>", "abc", None),
            ("[u32; 2]", "abc", None),
        ] {
            let parsed = syn::parse_str(ty).unwrap();
            assert_eq!(mismatch(&parsed, default), wanted, "{ty}: {default}");
        }
    }
}
