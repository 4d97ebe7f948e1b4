//! Words that say nothing by themselves.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::words::Word;

const SMALL: &str = "\
    near enabled disabled active top most amount actual someone somebody anybody \
    a about across actually after again ago all also always am an and any anyone anything are arent \
    around as at be because been before being best between both but by called can cant certain check \
    come comes could count current currently d data date day days detail details detect detected \
    detection did didnt different display do does doesnt doing don done dont during each either entire \
    evening ever every everything exactly fetch find first for friday from get getting give given go \
    goes going good got had happen happens has have having he hello her here hey hi his hour hours how i \
    id if im in info information into is isnt it its itself ive just keep keeps kept kind know last \
    latest let like list ll long look looking lot m make many may me might mine minutes moment monday \
    month months more morning most much my name named names need needs never new next night no none not \
    now number of off often old on one ones only or other our out own particular past per please \
    previous pull query quite re really recent recently retrieve return right run running s said same \
    saturday say search see seem seems several shall she should show since so some somebody someone \
    something specific still such sunday t tell than thanks that the their them themselves then there \
    these they thing things this those through thursday time times to today too total try tuesday under \
    until up us various ve versus very via view vs want was we wednesday week weekend weeks went were \
    what whats when where which while who whole whom whos whose why will with within without work \
    working would year years yesterday yet you your \
    ";

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| SMALL.split_whitespace().collect());

/// Whether a word says nothing by itself: an article, a number, a time.
pub(super) fn is_small(word: &Word) -> bool {
    word.text.chars().all(|letter| letter.is_ascii_digit()) || WORDS.contains(word.text.as_str())
}
